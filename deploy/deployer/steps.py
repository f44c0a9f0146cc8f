"""Runs named steps: each is logged and timed; what was begun is undone when one fails or somebody presses Ctrl-C."""

from __future__ import annotations

import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from deployer.engine import DeployError

Say = Callable[[str], None]

ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Ctrl-C, a cancelled job, a lost connection: all of them end a deployment in the same order."""


@dataclass(frozen=True, slots=True)
class Step:
    """A piece of a release. ``work`` returns a line about what it found; ``changes`` says that what runs is another
    afterwards, so that a failure from here on has something to undo."""

    name: str
    work: Callable[[], str]
    changes: bool = False


@dataclass(frozen=True, slots=True)
class Failure:
    """What ended a run: the step, and whether somebody interrupted it."""

    step: Step
    interrupted: bool


Undo = Callable[[Failure], str]


def perform(
    steps: Sequence[Step],
    *,
    undo: Undo,
    say: Say,
    dry: bool = False,
    clock: Callable[[], float] = time.monotonic,
) -> bool:
    """Run ``steps`` in order and return whether all succeeded.

    The first that fails ends the run; if something was changed by then, ``undo`` is called, which no further signal
    interrupts. With ``dry`` the steps are named and none is run.
    """
    if dry:
        for number, step in enumerate(steps, 1):
            say(f"[{number}/{len(steps)}] {step.name} (dry run)")
        return True
    with _Interruptions(say).heeded() as interruptions:
        return _perform(steps, undo=undo, say=say, clock=clock, interruptions=interruptions)


def announce(line: str) -> None:
    """Print a line with the time of day."""
    print(time.strftime("%H:%M:%S"), line, file=sys.stderr, flush=True)  # noqa: T201 - a command's own output


def _perform(
    steps: Sequence[Step], *, undo: Undo, say: Say, clock: Callable[[], float], interruptions: _Interruptions
) -> bool:
    began = started = clock()
    changed, step, title = False, steps[0], ""
    try:
        for number, step in enumerate(steps, 1):
            title, started = f"[{number}/{len(steps)}] {step.name}", clock()
            changed = changed or step.changes
            said = step.work()
            say(f"{title} {clock() - started:.1f} s{': ' + said if said else ''}")
    except (Exception, KeyboardInterrupt) as error:  # whatever it was, what was begun has to be undone
        interruptions.heed = False
        say(f"{title} failed after {clock() - started:.1f} s: {_why(error)}")
        failure = Failure(step, isinstance(error, KeyboardInterrupt))
        if changed:
            _undo(lambda: undo(failure), say=say, clock=clock)
        return False
    say(f"done in {clock() - began:.1f} s")
    return True


def _undo(undo: Callable[[], str], *, say: Say, clock: Callable[[], float]) -> None:
    started = clock()
    try:
        said = undo()
    except Exception as error:
        say(f"ROLLBACK FAILED: {_why(error)}\nSee `compose ps` and `compose logs`, then run scripts/deploy.sh rollback")
    else:
        say(f"rolled back in {clock() - started:.1f} s: {said}")


class _Interruptions:
    """The signals that end a run. While ``heed`` is set the first one raises `KeyboardInterrupt`; the others, and
    those that come while something is undone, are answered with a line."""

    def __init__(self, say: Say) -> None:
        self.heed = True
        self._say = say

    @contextmanager
    def heeded(self) -> Iterator[_Interruptions]:
        before = {each: signal.signal(each, self._arrived) for each in ENDINGS}
        try:
            yield self
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)

    def _arrived(self, _signal: int, _frame: FrameType | None) -> None:
        if not self.heed:
            self._say("rolling back; it ends by itself")
            return
        self.heed = False
        raise KeyboardInterrupt


def _why(error: BaseException) -> str:
    if isinstance(error, KeyboardInterrupt):
        return "interrupted"
    return str(error) if isinstance(error, DeployError) else traceback.format_exc()
