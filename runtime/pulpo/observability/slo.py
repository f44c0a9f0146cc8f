"""Service-level objectives: what counts as bad, how much of it is allowed, and how fast the allowance is used up.

One definition serves both sources: it sums our own counts, and writes the queries Prometheus is asked and the rules it
is given. Burn rates and their windows are those of the Google SRE workbook, chapter 5 ("multiwindow, multi-burn-rate
alerts"): at a burn rate of 1 the budget of `PERIOD` is used up at its end.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from msgspec import Struct

REQUESTS: Final = "pulpo_orchestrator_requests_total"
DURATION: Final = "pulpo_orchestrator_duration_seconds"

EDGES: Final = (0.05, 0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.5, 3.0, 5.0, 10.0, 30.0)
"""Upper edges of the latency buckets, in seconds and inclusive; one more bucket holds what is above."""

LAPSED: Final = "lapsed"
"""What became of a turn that nobody answered."""

PERIOD: Final = 30 * 24 * 3600
"""Seconds that a budget is for."""

WINDOWS: Final[Mapping[str, int]] = {
    "5m": 300,
    "30m": 1800,
    "1h": 3600,
    "2h": 7200,
    "6h": 21600,
    "1d": 86400,
    "3d": 259200,
    "30d": PERIOD,
}
"""Seconds by the windows' names, as Prometheus writes them."""

LEAST_BAD: Final = 2.5
"""Bad turns a window must have before its burn rate may alert: three, for Prometheus' ``increase`` extrapolates and may
make 2.01 of two. Without it one error in a quiet hour (up to 70 turns at 99.9 %) pages somebody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """At least the share ``target`` of turns is good. Bad are turns that end with one of ``outcomes``, or that take
    longer than ``seconds`` (one of `EDGES`)."""

    name: str
    title: str
    target: float
    outcomes: frozenset[str] = frozenset()
    seconds: float | None = None

    @property
    def budget(self) -> float:
        """The share of turns that may be bad."""
        return 1 - self.target

    def is_bad(self, outcome: str, bucket: int) -> bool:
        """Whether a turn with this outcome and latency bucket counts against the budget."""
        if self.seconds is not None:
            return bucket > EDGES.index(self.seconds)
        return outcome in self.outcomes

    def bad_query(self, function: str, window: str) -> str:
        """Return PromQL for the bad turns: ``function`` is ``rate`` or ``increase``."""
        if self.seconds is not None:
            slow = f'sum({function}({DURATION}_bucket{{le="{self.seconds}"}}[{window}]))'
            return f"{self.total_query(function, window)} - {slow}"
        # A turn that lapsed ended with its process, which counts nothing any more: only the store knows of it.
        outcomes = "|".join(sorted(self.outcomes - {LAPSED}))
        return f'sum({function}({REQUESTS}{{outcome=~"{outcomes}"}}[{window}]))'

    def total_query(self, function: str, window: str) -> str:
        """Return PromQL for all turns."""
        counter = f"{DURATION}_count" if self.seconds is not None else REQUESTS
        return f"sum({function}({counter}[{window}]))"

    def ratio_query(self, window: str) -> str:
        """Return PromQL for the share of bad turns in a window, each turn weighing the same."""
        return f"({self.bad_query('rate', window)}) / {self.total_query('rate', window)}"

    def recorded(self, window: str) -> str:
        """Return the name of the recording rule that keeps `ratio_query`."""
        return f"pulpo:{self.name}_errors:ratio_rate{window}"


AVAILABILITY: Final = Objective(
    name="availability",
    title="Turns answered, by whichever variant",
    target=0.999,
    outcomes=frozenset({"error", LAPSED}),
)
LATENCY: Final = Objective(name="latency", title="Turns answered within a second", target=0.95, seconds=1.0)
ERROR_RATE: Final = Objective(
    name="error_rate",
    title="Turns answered by the variant they were meant for",
    target=0.99,
    outcomes=frozenset({"error", LAPSED, "rescued"}),
)

OBJECTIVES: Final = (AVAILABILITY, LATENCY, ERROR_RATE)


@dataclass(frozen=True, slots=True)
class Burn:
    """A pace of spending worth an alert: ``rate`` over the window ``long``, and still over ``short``."""

    name: str
    rate: float
    long: str
    short: str
    severity: str


BURNS: Final = (
    Burn("Fast", 14.4, "1h", "5m", "critical"),
    Burn("Slow", 6.0, "6h", "30m", "critical"),
    Burn("Daily", 3.0, "1d", "2h", "warning"),
    Burn("Lasting", 1.0, "3d", "6h", "warning"),
)


FEW: Final = 10
"""Bad turns of a budget's period below which it is never called spent: one bad turn in a quiet month stops nobody."""


class Count(Protocol):
    """Turns that ended alike, as the store or memory counts them."""

    @property
    def outcome(self) -> str: ...

    @property
    def bucket(self) -> int: ...

    @property
    def turns(self) -> int: ...


class Sum(Struct, frozen=True):
    """Turns of a window."""

    bad: float
    total: float

    @property
    def ratio(self) -> float | None:
        """The share of bad ones; None without any turn."""
        return self.bad / self.total if self.total else None


class Window(Struct, frozen=True):
    """One window of an objective: what was counted, and how many times faster than allowed the budget was spent."""

    good: float
    total: float
    bad_ratio: float | None
    burn_rate: float | None


class ObjectiveStatus(Struct, frozen=True):
    """How an objective does. ``ratio`` is the share of good turns over ``window``, ``budget_left`` the unspent share
    of the budget (negative when overspent); both are None while there was no turn."""

    name: str
    title: str
    objective: float
    window: str
    good: float
    total: float
    ratio: float | None
    budget_left: float | None
    met: bool | None
    windows: dict[str, Window]


def summed(objective: Objective, counts: Iterable[Count]) -> Sum:
    """Add up counts under an objective."""
    bad = total = 0
    for count in counts:
        total += count.turns
        bad += count.turns if objective.is_bad(count.outcome, count.bucket) else 0
    return Sum(bad, total)


def spent(names: Collection[str], counts: Sequence[Count]) -> tuple[str, str] | None:
    """Return the first of the named objectives whose budget the ``counts`` of its whole period have used up, and a
    sentence that says so; None when all have something left."""
    for objective in OBJECTIVES:
        sum_ = summed(objective, counts)
        if objective.name in names and sum_.bad >= FEW and sum_.bad >= objective.budget * sum_.total:
            good = 100 * (1 - sum_.bad / sum_.total)
            told = f"{good:.4g} % of {sum_.total:,.0f} turns were good, {100 * objective.target:.4g} % have to be"
            return objective.name, f"the error budget of {objective.name} is spent: in 30 days {told}"
    return None


def status(objective: Objective, sums: Mapping[str, Sum]) -> ObjectiveStatus:
    """Judge the sums by window; the longest window is the one the budget is for."""
    longest = max(sums, key=WINDOWS.__getitem__)
    whole = sums[longest]
    spent = None if whole.ratio is None else whole.ratio / objective.budget
    return ObjectiveStatus(
        name=objective.name,
        title=objective.title,
        objective=objective.target,
        window=longest,
        good=whole.total - whole.bad,
        total=whole.total,
        ratio=_rounded(None if whole.ratio is None else 1 - whole.ratio),
        budget_left=_rounded(None if spent is None else 1 - spent),
        met=None if spent is None else spent <= 1,
        windows={name: _window(objective, sum_) for name, sum_ in sums.items()},
    )


def _window(objective: Objective, sum_: Sum) -> Window:
    ratio = sum_.ratio
    burn = None if ratio is None else ratio / objective.budget
    return Window(sum_.total - sum_.bad, sum_.total, _rounded(ratio), _rounded(burn))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
