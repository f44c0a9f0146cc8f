"""Puts a configuration in force: compiles its strategy, then swaps the router's rules as a whole."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Final

from msgspec import Struct
from msgspec.structs import replace
from pydantic import BaseModel

from pulpo.canary.compiling import Compiled, compiled, nobody, settings_for
from pulpo.canary.router import Router, Rules
from pulpo.contracts.canary import CanaryStrategy, Reason
from pulpo.errors import SettingsError
from pulpo.settings import CanarySettings


class Wanted(Struct, frozen=True):
    """What is to be in force. ``off`` says why everybody is on stable, if so; ``share`` stands for the percentage."""

    revision: int
    settings: CanarySettings
    off: Reason | None
    share: float


NOTHING: Final = Wanted(-1, CanarySettings(), "disabled", 0.0)


class Force:
    """Holds the router and what it was made from. A strategy is compiled anew only if it, or what it is told, changes:
    one that hangs costs a thread each time."""

    def __init__(self, strategies: Mapping[str, CanaryStrategy], *, on_error: Callable[[str], None]) -> None:
        self.router = Router(decide=nobody, enabled=False, variant="canary", on_error=on_error)
        self.now = NOTHING
        self.error = ""
        self._strategies = strategies
        self._compiled = Compiled(nobody)
        self._made_from: tuple[str, BaseModel | None] | None = None
        self._settling = asyncio.Lock()

    async def settle(self, wanted: Callable[[], Wanted]) -> bool:
        """Put what is ``wanted`` in force and say whether that changed anything; what is narrower counts at once, and
        what is wanted by the time the strategy has compiled counts at the end."""
        self.narrow(wanted())
        async with self._settling:
            aim = wanted()
            if aim == self.now:
                return False
            while True:
                made = self._compiled if aim.off else await self._compile(aim)
                if aim == (newest := wanted()):
                    break
                aim = newest
            self._put(aim, made)
        return True

    def narrow(self, wanted: Wanted) -> None:
        """Send everybody to stable now, if that is what is wanted."""
        if wanted.off is not None:
            self.router.rules = replace(self.router.rules, off=wanted.off, shadow=0.0)

    async def _compile(self, wanted: Wanted) -> Compiled:
        settings = wanted.settings.model_copy(update={"percentage": wanted.share})
        try:
            strategy, config = settings_for(self._strategies, settings)
        except SettingsError as error:
            return Compiled(nobody, str(error))
        if self._made_from != (strategy.name, config):
            self._compiled = await compiled(strategy, config)
            self._made_from = (strategy.name, config)
        return self._compiled

    def _put(self, wanted: Wanted, made: Compiled) -> None:
        settings = wanted.settings
        self.router.rules = Rules(
            decide=made.decide,
            off=wanted.off,
            variant=settings.variant,
            revision=wanted.revision,
            shadow=0.0 if wanted.off else settings.shadow,
            by_workspace=made.by_workspace,
            deny_users=frozenset(settings.deny_users),
            deny_workspaces=frozenset(settings.deny_workspaces),
            allow_users=frozenset(settings.allow_users),
            allow_workspaces=frozenset(settings.allow_workspaces),
        )
        self.now = wanted
        self.error = "" if wanted.off else made.error
