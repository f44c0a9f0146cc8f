"""Running many worlds; a failing seed is printed, and `SEED=… pytest tests/simulation` replays it exactly."""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Sequence

import pytest

from simulation.laws import check
from simulation.store import Bug
from simulation.world import World, simulate

SEEDS = 500
"""Odd ones have one process, even ones two; see `World`."""


def explore(seed: int, database: bytes, bug: Bug = "") -> World:
    """Run the world of ``seed``; what it raises names the seed."""
    try:
        return simulate(seed, database, bug=bug, check=check)
    except BaseException as error:
        error.add_note(f"seed {seed}: replay it with SEED={seed}")
        raise


def explore_all(seeds: Sequence[int], database: bytes, *, faults: Collection[str]) -> None:
    """Run the worlds of ``seeds``, or the one that SEED names if it is among them.

    Raises `AssertionError` when a law is broken, and when one of ``faults`` stands in no trace: the laws would hold for
    nothing.
    """
    if chosen := os.environ.get("SEED"):
        if int(chosen) not in seeds:
            pytest.skip(f"seed {chosen} is for the other kind of world")
        print("\n".join(explore(int(chosen), database).fate.trace))
        return
    start, cpu, unseen = time.monotonic(), time.process_time(), set(faults)
    for seed in seeds:
        trace = "\n".join(explore(seed, database).fate.trace)
        unseen -= {fault for fault in unseen if fault in trace}
    print(f"\n{len(seeds)} seeds in {time.monotonic() - start:.1f} s, {time.process_time() - cpu:.1f} s of CPU")
    assert unseen == set()
