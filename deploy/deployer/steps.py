"""Runs named steps: each is logged and timed; what was begun is undone when one fails or somebody presses Ctrl-C."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from deployer.engine import DeployError

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Step:
    """A piece of a release. ``work`` returns a line about what it found; ``changes`` says that what runs is another
    afterwards, so that a failure from here on has something to undo."""

    name: str
    work: Callable[[], str]
    changes: bool = False


def perform(
    steps: Sequence[Step],
    *,
    undo: Callable[[], str] | None,
    say: Say,
    dry: bool = False,
    clock: Callable[[], float] = time.monotonic,
) -> bool:
    """Run ``steps`` in order and return whether all succeeded.

    The first that fails ends the run; if something was changed by then, ``undo`` is called, which no further signal
    interrupts. With ``dry`` the steps are named and none is run.
    """
    changed = False
    began = clock()
    for number, step in enumerate(steps, 1):
        title = f"[{number}/{len(steps)}] {step.name}"
        if dry:
            say(f"{title} (dry run)")
            continue
        started = clock()
        changed = changed or step.changes
        try:
            said = step.work()
        except (DeployError, KeyboardInterrupt) as error:
            say(f"{title} failed after {clock() - started:.1f} s: {_why(error)}")
            if changed and undo is not None:
                _undo(undo, say=say, clock=clock)
            return False
        say(f"{title} {clock() - started:.1f} s{': ' + said if said else ''}")
    say(f"done in {clock() - began:.1f} s")
    return True


def announce(line: str) -> None:
    """Print a line with the time of day."""
    print(time.strftime("%H:%M:%S"), line, file=sys.stderr, flush=True)  # noqa: T201 - a command's own output


def _undo(undo: Callable[[], str], *, say: Say, clock: Callable[[], float]) -> None:
    started = clock()
    with _uninterrupted(say):
        try:
            said = undo()
            say(f"rolled back in {clock() - started:.1f} s: {said}")
        except DeployError as error:
            say(f"ROLLBACK FAILED: {error}\nSee `compose ps` and `compose logs`, then run scripts/deploy.sh rollback")


@contextmanager
def _uninterrupted(say: Say) -> Iterator[None]:
    def later(_signal: int, _frame: FrameType | None) -> None:
        say("rolling back; it ends by itself")

    before = signal.signal(signal.SIGINT, later)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _why(error: BaseException) -> str:
    return str(error) if isinstance(error, DeployError) else "interrupted"
