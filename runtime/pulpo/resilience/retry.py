"""Tries again what failed for a moment, as long as a budget lasts that all calls of a tool share.

Ours and not stamina's: stamina takes neither our clock nor our random numbers, so a simulation could not replay it;
its switches and its hooks, which log arguments, belong to the whole process; and it knows no budget. Without one,
retries multiply the load on a service exactly when it fails (Google, "Site Reliability Engineering", chapter 22).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from random import Random
from typing import TypeVar

import anyio
from msgspec import Struct

from pulpo.errors import PulpoError

T = TypeVar("T")

LASTING = (
    PulpoError,
    TypeError,
    ValueError,
    LookupError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    RuntimeError,
)
"""What the same call would raise again: refusals and mistakes."""


class RetrySettings(Struct, frozen=True, kw_only=True):
    """``attempts`` count the first one. The n-th wait is between half of and the whole ``first_wait`` × 2ⁿ seconds.
    Each call puts ``deposit`` tokens into its tool's budget of at most ``budget``; a retry takes one."""

    attempts: int = 3
    first_wait: float = 0.1
    deposit: float = 0.1
    budget: float = 10.0


class Retries:
    """Runs attempts; ``random`` spreads the waits. Deadlines are the caller's business."""

    def __init__(self, settings: RetrySettings, *, random: Random) -> None:
        self._settings = settings
        self._random = random
        self._tokens: dict[str, float] = {}
        self.made: Counter[str] = Counter()
        """Retries by tool, since the start."""

    async def run(self, tool: str, attempt: Callable[[], Awaitable[T]]) -> T:
        """Return what ``attempt`` returns; raises its last error when it keeps failing or the budget is spent."""
        chosen = self._settings
        tokens = self._tokens.get(tool, chosen.budget) + chosen.deposit
        self._tokens[tool] = tokens if tokens < chosen.budget else chosen.budget
        for number in range(chosen.attempts - 1):
            try:
                return await attempt()
            except LASTING:
                raise
            except Exception:
                if self._tokens[tool] < 1:
                    raise
                self._tokens[tool] -= 1
                self.made[tool] += 1
            await anyio.sleep(chosen.first_wait * 2**number * self._random.uniform(0.5, 1))
        return await attempt()
