"""Holds the rollout up while the server runs, and ties it to the live configuration."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from hashlib import blake2b

from pulpo.background import background_task
from pulpo.canary.live import Live
from pulpo.canary.rollout import Rollouts, Spent
from pulpo.contracts.events import Event
from pulpo.plugins.records import PluginRecord
from pulpo.settings import CanarySettings, VariantSettings
from pulpo.store.turnstore import TurnStore

_NONE = CanarySettings()


@asynccontextmanager
async def rolling(
    live: Live,
    *,
    store: TurnStore,
    fingerprint: Callable[[str], str],
    emit: Callable[[Event], None],
    clock: Callable[[], float],
    shadowed: Callable[[str], tuple[int, int]],
    spent: Spent,
    serving: bool,
) -> AsyncIterator[Rollouts]:
    """Hold it up: the router reads its share, and its task counts and judges. Raises `StoreUnavailableError`.

    A command of the terminal (not ``serving``) only counts.
    """
    rollouts = Rollouts(
        store=store,
        settings=lambda: live.now.settings if serving else _NONE,
        serving=lambda: live.now.off is None,
        fingerprint=fingerprint,
        emit=emit,
        clock=clock,
        new_id=lambda: os.urandom(8).hex(),
        shadowed=shadowed,
        spent=spent,
    )

    async def resume(by: str) -> None:
        if rollouts.current is not None and rollouts.current.state == "aborted":
            await rollouts.resume("resumed", by=by)

    if serving:
        live.router.rollout = lambda: rollouts.served
        live.on_wake.append(rollouts.refresh)
        live.on_resume.append(resume)
        await rollouts.refresh()
        # A canary that ends processes sooner than they look for the first time must not go on for ever.
        await rollouts.look()
        # Before the first turn: one that is served meanwhile must not see another share than before the restart.
        await live.refresh()
        rollouts.on_change.append(live.wake)
    async with background_task(rollouts.run, name="rollouts"):
        yield rollouts


def fingerprint_of(variant: VariantSettings | None, plugins: Sequence[PluginRecord]) -> str:
    """Return what changes whenever a variant may behave differently: its planner, its settings (prompts are among
    them), and the versions of the plugins that are active."""
    versions: Mapping[str, str] = {each.name: each.version for each in plugins if each.state == "active"}
    made_of = [None if variant is None else variant.model_dump(mode="json"), versions]
    return blake2b(json.dumps(made_of, sort_keys=True).encode(), digest_size=8).hexdigest()
