"""The router: which variant a turn gets. Pure and compiled; it does no I/O on the way of a turn.

The order: kill switch or switched off, aborted rollout, deny, allow, the conversation's pin, the strategy, stable.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from msgspec import Struct

from pulpo.contracts.canary import Assignment, CanaryContext, Decide, Match, Pin, Reason

STABLE: Final = "stable"
"""The variant that everybody gets when in doubt, and that rescues the others."""

IDLE: Final = 1800.0
"""Seconds without a message after which a conversation is not held to its variant any more."""

_NOBODY: Final[frozenset[str]] = frozenset()


class Rollout(Protocol):
    """What the router must know of a rollout that is under way. ``share`` stands for the configured percentage."""

    @property
    def id(self) -> str: ...

    @property
    def state(self) -> str: ...

    @property
    def step(self) -> int: ...

    @property
    def share(self) -> float: ...


class Rules(Struct, frozen=True, kw_only=True):
    """One configuration, ready to decide; replaced as a whole. ``off`` says why everybody is on stable, if so, and
    ``shadow`` is the share of stable's turns that the variant plans too, unseen."""

    decide: Decide
    off: Reason | None = None
    variant: str = "canary"
    revision: int = 0
    shadow: float = 0.0
    by_workspace: bool = False
    deny_users: frozenset[str] = _NOBODY
    deny_workspaces: frozenset[str] = _NOBODY
    allow_users: frozenset[str] = _NOBODY
    allow_workspaces: frozenset[str] = _NOBODY


class Router:
    """Chooses between stable and one canary variant, by the ``rules`` it holds now.

    A strategy that raises or answers nonsense means stable; ``on_error`` is told which error it was. ``rollout``
    returns the rollout under way, from memory.
    """

    def __init__(
        self,
        *,
        decide: Decide,
        enabled: bool,
        variant: str,
        revision: int = 0,
        on_error: Callable[[str], None] = lambda _error: None,
        rollout: Callable[[], Rollout | None] = lambda: None,
    ) -> None:
        self.rules = Rules(decide=decide, off=None if enabled else "disabled", variant=variant, revision=revision)
        self.rollout = rollout
        self._on_error = on_error

    def assign(self, context: CanaryContext, pin: Pin | None) -> Assignment:
        """Return the assignment of one turn; ``pin`` is how its conversation was served so far."""
        rules = self.rules
        if rules.off is not None:
            return Assignment(STABLE, rules.off, rules.revision)
        rollout = self.rollout()
        if rollout is not None and rollout.state == "aborted":
            return Assignment(STABLE, "aborted", rules.revision)
        if context.user_id in rules.deny_users or context.workspace_id in rules.deny_workspaces:
            return Assignment(STABLE, "denied", rules.revision)
        if context.user_id in rules.allow_users or context.workspace_id in rules.allow_workspaces:
            return Assignment(rules.variant, "allowed", rules.revision)
        unit = context.workspace_id if rules.by_workspace else context.user_id or context.conversation_id
        if pin is not None and _holds(pin, rules.variant, rollout):
            return Assignment(pin.variant, "pinned", rules.revision, pin.rollout, pin.step, unit)
        return self._drawn(rules, context, rollout, unit)

    def _drawn(self, rules: Rules, context: CanaryContext, rollout: Rollout | None, unit: str) -> Assignment:
        if rollout is not None and rollout.share == 0.0:
            return Assignment(STABLE, "shadow", rules.revision)
        try:
            match: object = rules.decide(context)
        except (Exception, SystemExit) as error:
            return self._failed(rules, f"{type(error).__name__}: {error}")
        id_, step = ("", 0) if rollout is None else (rollout.id, rollout.step)
        if match is None:
            return Assignment(STABLE, "not_matched", rules.revision, id_, step, unit)
        if not isinstance(match, Match):
            return self._failed(rules, f"the strategy returned {type(match).__name__}")
        if not match.inside:
            return Assignment(STABLE, "not_matched", rules.revision)
        return Assignment(rules.variant, "matched", rules.revision, id_, step, unit)

    def _failed(self, rules: Rules, error: str) -> Assignment:
        self._on_error(error)
        return Assignment(STABLE, "strategy_error", rules.revision)


def _holds(pin: Pin, variant: str, rollout: Rollout | None) -> bool:
    """A pin lapses when the conversation rests; one to the canary goes with the rollout that made it."""
    if pin.idle > IDLE:
        return False
    if pin.variant == STABLE:
        return True
    return pin.variant == variant and (not pin.rollout or (rollout is not None and pin.rollout == rollout.id))
