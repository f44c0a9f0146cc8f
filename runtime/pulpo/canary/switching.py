"""Holds the live canary up while the server runs: its tasks, the file it watches, the replicas it hears."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from pulpo.background import background_task
from pulpo.canary.compiling import settings_for
from pulpo.canary.live import Live
from pulpo.canary.sources import Initial
from pulpo.contracts.canary import CanaryStrategy
from pulpo.contracts.events import Event
from pulpo.contracts.storage import Database
from pulpo.settings import Settings
from pulpo.store.canary import CHANNEL
from pulpo.store.opening import hearing


@asynccontextmanager
async def switching(
    settings: Settings,
    *,
    database: Database,
    strategies: Mapping[str, CanaryStrategy],
    emit: Callable[[Event], None],
    clock: Callable[[], float],
    serving: bool,
) -> AsyncIterator[Live]:
    """Hold the canary up. Only a server (``serving``) watches and speaks for its file and its environment: a command
    beside it, started elsewhere, must not change what the replicas decide by.

    Raises `SettingsError` for one that these settings cannot start, and `StoreUnavailableError`.
    """
    if settings.canary.enabled:
        settings_for(strategies, settings.canary)
    file = None if settings.origin is None else settings.origin.file
    live = Live(
        database=database,
        strategies=strategies,
        variants=settings.variants,
        file=file,
        initial=_initial(settings),
        emit=emit,
        clock=clock,
    )
    await live.open(serving=serving)
    if not serving:
        yield live
        return
    async with AsyncExitStack() as stack:
        for work in (live.follow,) if file is None else (live.follow, live.watch):
            await stack.enter_async_context(background_task(work, name=f"canary-{work.__name__}"))
        await stack.enter_async_context(hearing(settings.database_url, CHANNEL, live.wake))
        yield live


def _initial(settings: Settings) -> dict[str, Initial]:
    """What was given beside the file; a program that made the settings gave all that it set."""
    values = settings.canary.model_dump(mode="json", exclude_unset=True)
    if settings.origin is None:
        return {name: Initial(value, "program", "the program") for name, value in values.items()}
    given = {key.partition(".")[2]: by for key, by in settings.origin.given.items() if key.startswith("canary.")}
    return {name: Initial(values[name], _kind(by), by) for name, by in given.items() if name in values}


def _kind(by: str) -> str:
    return "environment" if by.startswith("environment") else "command line"
