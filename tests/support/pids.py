"""What the system knows about processes that are not our children."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterable
from pathlib import Path

PATIENCE = 60.0


def state(pid: int) -> str:
    """Return the letter that ps shows (``R`` runs, ``S`` sleeps, ``T`` is stopped, ``Z`` has ended), "" of one gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return ""


def alive(pid: int) -> bool:
    """Whether a process runs; one that ended and that nobody waits for does not."""
    return state(pid) not in ("", "Z", "X")


def stopped(pid: int) -> bool:
    """Whether a process stands still, for having been told to or for good."""
    return state(pid) == "T" or not alive(pid)


def children(pid: int) -> list[int]:
    """Return the processes that ``pid`` has begun and that nobody has buried."""
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True)
    return [int(each) for each in listed.stdout.split()]


def until(holds: Callable[[int], bool], pids: Iterable[int]) -> None:
    """Return when ``holds`` is true of each of them; raises `AssertionError` after `PATIENCE` seconds."""
    limit, waiting = time.monotonic() + PATIENCE, list(pids)
    while waiting := [pid for pid in waiting if not holds(pid)]:
        assert time.monotonic() < limit, {pid: state(pid) for pid in waiting}
        time.sleep(0.002)
