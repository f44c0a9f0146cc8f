from __future__ import annotations

import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from deployer.engine import CommandError, Engine, run
from support.waiting import LIMIT, until

WORK = 'echo begun > "$0"; until [ -e "$0.go" ]; do sleep 0.05; done; echo finished > "$0"'


@contextmanager
def interrupted(begun: Callable[[], bool], then: Callable[[], None]) -> Iterator[None]:
    """Ctrl-C, as soon as the command inside has begun and is waited for."""
    here = threading.get_ident()

    def waited_for() -> bool:
        return any(
            frame.f_code.co_name == "communicate" for frame, _ in traceback.walk_stack(sys._current_frames()[here])
        )

    def press() -> None:
        until(lambda: begun() and waited_for())
        os.kill(os.getpid(), signal.SIGINT)
        then()

    # Whoever runs the tests in the background has Ctrl-C ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    presses = threading.Thread(target=press)
    presses.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            yield
    finally:
        presses.join()
        signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize(("finishing", "left"), [(LIMIT, "finished\n"), (0.0, "begun\n")])
def test_an_interrupted_command_may_finish(tmp_path: Path, finishing: float, left: str) -> None:
    file, go = tmp_path / "work", tmp_path / "work.go"
    begun = lambda: file.exists() and file.read_text("utf-8") == "begun\n"  # noqa: E731

    def let_it_finish() -> None:
        if finishing:
            time.sleep(0.5)  # longer than subprocess itself waits for what was interrupted
            go.touch()

    with interrupted(begun, then=let_it_finish):
        run(("sh", "-c", WORK, str(file)), finishing=finishing)
    assert file.read_text("utf-8") == left


def test_what_an_engine_complains_of_beside_its_answer_is_told_only_when_it_fails(tmp_path: Path) -> None:
    podman = tmp_path / "podman"
    podman.write_text('#!/bin/sh\necho "no systemd" >&2\necho "answer"\nexit "$1"\n', "utf-8")
    podman.chmod(0o755)
    engine = Engine(command=str(podman), compose=(str(podman),), environ={})
    assert engine.do("0") == "answer\n"
    with pytest.raises(CommandError, match="no systemd"):
        engine.do("1")
    said = run((str(podman), "0"))
    assert sorted(said.splitlines()) == ["answer", "no systemd"], "compose's both are wanted"


@pytest.mark.parametrize(
    ("command", "finishes"),
    [
        (("up", "--detach", "pulpo-app"), True),
        (("stop", "edge"), True),
        (("exec", "-T", "edge"), True),
        (("logs", "up"), False),
    ],
)
def test_compose_finishes_what_it_does_to_containers(command: Sequence[str], finishes: bool) -> None:
    given: list[float] = []

    def asked(_command: Sequence[str], *, finishing: float, **_others: object) -> str:
        given.append(finishing)
        return ""

    Engine(command="podman", compose=("compose",), environ={}, run=asked).service(*command)
    assert (given[0] > 0) == finishes
