"""From a strategy's name and settings to the decision: once, in a thread, with a deadline.

A plugin's `compile` is foreign code: what it raises, how long it hangs and what it returns costs the canary its
users, never a turn.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from threading import Thread
from typing import Any, Final, NamedTuple

from pydantic import BaseModel

from pulpo.contracts.canary import CanaryContext, CanaryStrategy, Decide, Match
from pulpo.plugins.choosing import chosen, validated
from pulpo.settings import CanarySettings

COMPILE_SECONDS: Final = 5.0
"""How long a strategy may take to compile before everybody stays on stable: what compiles in a millisecond may wait a
second for a processor while a busy machine starts, and nobody tries again."""


class Compiled(NamedTuple):
    """A decision; ``error`` says why it is one that always fails. ``by_workspace`` tells what sticks."""

    decide: Decide
    error: str = ""
    by_workspace: bool = False


def nobody(_context: CanaryContext) -> Match | None:
    """Decide for a canary that is off."""
    return None


def settings_for(
    strategies: Mapping[str, CanaryStrategy], settings: CanarySettings
) -> tuple[CanaryStrategy, BaseModel | None]:
    """Return the strategy that is named, and its validated settings: the fields of ``[canary]`` that its model names,
    and all of ``[canary.settings]``. Raises `SettingsError`."""
    strategy = chosen(strategies, settings.strategy, key="canary.strategy")
    common = settings.model_dump(exclude={"settings"})
    fields = {name: common[name] for name in getattr(strategy.config, "model_fields", ()) if name in common}
    return strategy, validated(strategy.config, {**fields, **settings.settings}, key="canary.settings")


async def compiled(strategy: CanaryStrategy, config: BaseModel | None, *, seconds: float = COMPILE_SECONDS) -> Compiled:
    """Compile; never raises for what the strategy does."""
    try:
        async with asyncio.timeout(seconds):
            decide = await _in_thread(strategy, config)
    except TimeoutError:
        return _broken(f"strategy {strategy.name!r} did not compile within {seconds:g} s")
    except Exception as error:
        return _broken(f"strategy {strategy.name!r} cannot be compiled: {type(error).__name__}: {error}")
    if not callable(decide):
        return _broken(f"strategy {strategy.name!r} compiled to {type(decide).__name__}, which cannot be called")
    return Compiled(decide, "", getattr(strategy, "unit", "") == "workspace")


async def _in_thread(strategy: CanaryStrategy, config: BaseModel | None) -> Any:
    """Run in a daemon thread: one that hangs keeps neither the server from ending nor a place in anybody's pool."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Any] = loop.create_future()

    def settle(value: Any, error: Exception | None) -> None:
        if not done.done():
            done.set_result(value) if error is None else done.set_exception(error)

    def run() -> None:
        value, error = None, None
        try:
            value = strategy.compile(config)
        except (Exception, SystemExit) as raised:
            error = raised if isinstance(raised, Exception) else RuntimeError("it wanted to exit")
        with suppress(RuntimeError):  # the loop may be closed by the time a hung one ends
            loop.call_soon_threadsafe(settle, value, error)

    Thread(target=run, name=f"pulpo-compile-{strategy.name}", daemon=True).start()
    return await done


def _broken(error: str) -> Compiled:
    def decide(_context: CanaryContext) -> Match | None:
        raise RuntimeError(error)

    return Compiled(decide, error)
