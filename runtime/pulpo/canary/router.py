"""The router: which variant a conversation gets. Pure and compiled; it does no I/O on the way of a turn."""

from __future__ import annotations

from collections.abc import Callable

from pulpo.contracts.canary import Assignment, CanaryContext, Decide, Match

STABLE = "stable"
"""The variant that everybody gets when in doubt, and that rescues the others."""


class Router:
    """Chooses between stable and one canary variant.

    The order: switched off → stable; a conversation that runs already → the variant it has; else the strategy.
    A strategy that raises or answers nonsense means stable; ``on_error`` is told which error it was.
    """

    def __init__(
        self,
        *,
        decide: Decide,
        enabled: bool,
        variant: str,
        revision: int = 0,
        on_error: Callable[[str], None] = lambda _error: None,
    ) -> None:
        self._decide = decide
        self._enabled = enabled
        self._variant = variant
        self._revision = revision
        self._on_error = on_error

    def assign(self, context: CanaryContext, pin: str | None) -> Assignment:
        """Return the assignment of one turn; ``pin`` is the variant its conversation has been served by."""
        if not self._enabled:
            return Assignment(STABLE, "disabled", self._revision)
        if pin in (STABLE, self._variant):
            return Assignment(pin, "pinned", self._revision)
        try:
            match: object = self._decide(context)
        except Exception as error:
            return self._failed(type(error).__name__)
        if match is None:
            return Assignment(STABLE, "not_matched", self._revision)
        if not isinstance(match, Match):
            return self._failed(f"a strategy returned {type(match).__name__}")
        return Assignment(self._variant, match.reason, self._revision)

    def _failed(self, error: str) -> Assignment:
        self._on_error(error)
        return Assignment(STABLE, "strategy_error", self._revision)
