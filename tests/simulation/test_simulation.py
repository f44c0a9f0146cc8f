"""Run many worlds; a failing seed is printed, and `SEED=… pytest tests/simulation` replays it exactly."""

from __future__ import annotations

import os
import time

import pytest

from simulation.laws import check
from simulation.store import Bug, empty_database
from simulation.world import World, simulate

SEEDS = 500
FAULTS = (
    *("tool wait", "tool error", "tool reset", "tool hang", "tool exit"),
    *("raise", "hang", "babble", "junk", "calls"),
    *("accept: refused", "commit: refused", "commit: reply lost", "finish: reply lost", "nobody waits"),
    *("lost: accept", "written: accept", "written: intend"),
    *("kill p", "pause p", "cancel p", ": killed", "LeaseLostError"),
)
"""What stands in the traces of tools, planners, the store, processes and clients that fail."""


@pytest.fixture(scope="module")
def database() -> bytes:
    return empty_database()


def explore(seed: int, database: bytes, bug: Bug = "") -> World:
    try:
        return simulate(seed, database, bug=bug, check=check)
    except BaseException as error:
        error.add_note(f"seed {seed}: replay it with SEED={seed}")
        raise


def test_whatever_happens_the_laws_hold(database: bytes) -> None:
    """And it happens: a fault that no seed brought about any more would make the laws hold for nothing."""
    chosen = os.environ.get("SEED")
    start, cpu, unseen = time.monotonic(), time.process_time(), set(FAULTS)
    for seed in [int(chosen)] if chosen else range(SEEDS):
        world = explore(seed, database)
        trace = "\n".join(world.fate.trace)
        unseen -= {fault for fault in unseen if fault in trace}
    if chosen:
        print(trace)
        return
    print(f"\n{SEEDS} seeds in {time.monotonic() - start:.1f} s, {time.process_time() - cpu:.1f} s of CPU")
    assert unseen == set()


@pytest.mark.parametrize("seed", [1, 7, 23])
def test_the_same_seed_gives_the_same_run(database: bytes, seed: int) -> None:
    first, second = explore(seed, database), explore(seed, database)
    assert len(first.fate.trace) > 20
    assert first.fate.trace == second.fate.trace


@pytest.mark.parametrize(
    ("bug", "law"),
    [
        ("ledger", "more than once"),
        ("group", "changed its group more than once"),
        ("answer fence", "answered in two ways"),
        ("effect fence", "began after its turn was answered"),
        ("atomic", "doubts what our database knows"),
        ("early", "happened and the ledger denies it"),
    ],
)
def test_control_a_guarantee_that_is_switched_off_is_missed(database: bytes, bug: Bug, law: str) -> None:
    broken: list[str] = []
    for seed in range(SEEDS):
        try:
            simulate(seed, database, bug=bug, check=check)
        except AssertionError as error:
            broken.append(str(error))
            if law in broken[-1]:
                return
    pytest.fail(f"without the {bug} these laws were broken: {set(broken)}")
