"""Shadow planning as numbers: what two variants made of one turn, whether it is the same, and how often it was. Pure.

Nothing of it is stored: a shadow writes nowhere, and a process that starts anew begins to compare anew.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from msgspec import Struct

from pulpo.contracts.events import ShadowCompared, ShadowResult

AGREEING: Final[frozenset[ShadowResult]] = frozenset({"same", "wording"})
"""What counts as agreement: the same calls, ending and waiting call. How it is worded is a model's own affair."""


class Planned(Struct, frozen=True, kw_only=True):
    """What a variant made of a turn. ``calls`` are tools with their arguments, as JSON, ``tools`` their names;
    ``waits`` is the call that the user was asked about, as JSON; ``outcome`` is empty when nobody knows how it would
    have ended. ``seconds`` is what its planner took, and ``error`` the kind of error it failed with."""

    calls: frozenset[bytes]
    tools: frozenset[str]
    outcome: str
    waits: bytes
    text: str
    seconds: float
    tokens: int
    error: str = ""


def compare(stable: Planned, shadow: Planned) -> ShadowResult:
    """Say where the two part first: ``error`` (the shadow failed), ``tools``, ``arguments``, ``answer`` (another ending
    or waiting call), ``wording``, or nowhere (``same``)."""
    if shadow.error:
        return "error"
    if shadow.tools != stable.tools:
        return "tools"
    if shadow.calls != stable.calls:
        return "arguments"
    if (shadow.outcome, shadow.waits) != (stable.outcome, stable.waits):
        return "answer"
    return "same" if shadow.text == stable.text else "wording"


class ShadowStatus(Struct, frozen=True, kw_only=True):
    """What this process has compared since it started. Pairs are means a turn, as (stable, shadow); ``agreement`` is
    None before the first comparison."""

    variant: str
    share: float
    comparisons: int
    agreement: float | None
    results: dict[str, int]
    dropped: int
    planning_ms: tuple[float, ...]
    tokens: tuple[float, ...]


@dataclass(slots=True)
class Tally:
    """Comparisons with one variant; ``seconds`` and ``tokens`` are sums, as [stable, shadow]."""

    results: Counter[str] = field(default_factory=Counter)
    dropped: int = 0
    seconds: list[float] = field(default_factory=lambda: [0.0, 0.0])
    tokens: list[int] = field(default_factory=lambda: [0, 0])

    @property
    def comparisons(self) -> int:
        """How many turns were compared."""
        return self.results.total()

    @property
    def agreeing(self) -> int:
        """How many of them agreed."""
        return sum(self.results[result] for result in AGREEING)

    def add(self, found: ShadowCompared) -> None:
        """Count a comparison."""
        self.results[found.result] += 1
        for place, (seconds, tokens) in enumerate(zip(found.seconds, found.tokens, strict=True)):
            self.seconds[place] += seconds
            self.tokens[place] += tokens

    def status(self, variant: str, share: float) -> ShadowStatus:
        """Return it as it is shown."""
        count = self.comparisons
        return ShadowStatus(
            variant=variant,
            share=share,
            comparisons=count,
            agreement=self.agreeing / count if count else None,
            results=dict(self.results),
            dropped=self.dropped,
            planning_ms=tuple(round(1000 * seconds / max(1, count), 3) for seconds in self.seconds),
            tokens=tuple(round(tokens / max(1, count), 1) for tokens in self.tokens),
        )


class Tallies(dict[str, Tally]):
    """Tallies by variant; a new one for whoever is asked for first."""

    def __missing__(self, variant: str) -> Tally:
        made = self[variant] = Tally()
        return made

    def gate(self, variant: str) -> tuple[int, int]:
        """Return the variant's comparisons and how many of them agreed."""
        tally = self[variant]
        return tally.comparisons, tally.agreeing
