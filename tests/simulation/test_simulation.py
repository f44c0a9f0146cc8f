"""Worlds of one process after the other, over a store that goes on before it commits, as the one on SQLite does."""

from __future__ import annotations

import pytest

from simulation.exploring import SEEDS, explore, explore_all

FAULTS = (
    *("tool wait", "tool error", "tool reset", "tool hang", "tool exit"),
    *("raise", "hang", "babble", "junk", "calls"),
    *("nobody waits", "lost: accept", "written: accept", "written: intend"),
    *("kill p", "pause p", "cancel p", ": killed", "LeaseLostError"),
)
"""What stands in the traces of tools, planners, the store, processes and clients that fail."""


def test_whatever_happens_the_laws_hold(database: bytes) -> None:
    explore_all(range(1, SEEDS, 2), database, faults=FAULTS)


@pytest.mark.parametrize("seed", [1, 7, 23])
def test_the_same_seed_gives_the_same_run(database: bytes, seed: int) -> None:
    first, second = explore(seed, database), explore(seed, database)
    assert len(first.fate.trace) > 20
    assert first.fate.trace == second.fate.trace
