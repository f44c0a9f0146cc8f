from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from deployer.engine import Engine, run

WORK = 'echo begun > "$0"; sleep 0.5; echo finished > "$0"'


@contextmanager
def interrupted(begun: Callable[[], bool]) -> Iterator[None]:
    """Ctrl-C, as soon as the command inside has begun."""
    over = threading.Event()

    def press() -> None:
        while not begun():
            over.wait(0.01)
        os.kill(os.getpid(), signal.SIGINT)

    presses = threading.Thread(target=press)
    presses.start()
    with pytest.raises(KeyboardInterrupt):
        yield
    presses.join()


@pytest.mark.parametrize(("finishing", "left"), [(10.0, "finished\n"), (0.0, "begun\n")])
def test_an_interrupted_command_may_finish(tmp_path: Path, finishing: float, left: str) -> None:
    file = tmp_path / "work"
    with interrupted(lambda: file.exists() and file.read_text("utf-8") == "begun\n"):
        run(("sh", "-c", WORK, str(file)), finishing=finishing)
    assert file.read_text("utf-8") == left


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
