"""Each guarantee that is switched off is missed: the laws see what they are there for."""

from __future__ import annotations

import pytest

from simulation.exploring import SEEDS
from simulation.laws import check
from simulation.store import Bug
from simulation.world import simulate


@pytest.mark.parametrize(
    ("bug", "law", "first"),
    [
        ("ledger", "more than once", 3),
        ("group", "changed its group more than once", 3),
        ("answer fence", "answered in two ways", 6),
        ("effect fence", "began after its turn was answered", 76),
        ("atomic", "doubts what our database knows", 0),
        ("early", "happened and the ledger denies it", 283),
    ],
)
def test_control_a_guarantee_that_is_switched_off_is_missed(database: bytes, bug: Bug, law: str, first: int) -> None:
    """The world of seed ``first`` is looked at first: to come to the one that shows it takes as long as all else."""
    broken: list[str] = []
    for seed in (first, *range(SEEDS)):
        try:
            simulate(seed, database, bug=bug, check=check)
        except AssertionError as error:
            broken.append(str(error))
            if law in broken[-1]:
                return
    pytest.fail(f"without the {bug} these laws were broken: {set(broken)}")
