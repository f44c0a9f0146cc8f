"""Worlds of two processes at a time, over a store like the one on PostgreSQL."""

from __future__ import annotations

from simulation.exploring import SEEDS, explore_all

FAULTS = (
    *("tool wait", "tool error", "tool reset", "tool hang", "tool exit"),
    *("raise", "hang", "babble", "junk", "calls"),
    *("accept: refused", "commit: refused", "commit: reply lost", "finish: reply lost", "nobody waits"),
    *("kill p", "pause p", "cancel p", ": killed", "LeaseLostError"),
)
"""What stands in the traces of tools, planners, the store, processes and clients that fail."""


def test_whatever_happens_the_laws_hold(database: bytes) -> None:
    explore_all(range(0, SEEDS, 2), database, faults=FAULTS)
