"""A chat on a real terminal: a pseudo-terminal with the command at its other end."""

import os
import pty
import re
import signal
import subprocess
import sys
import time

import pytest

from support.pids import state
from support.waiting import until

SECONDS = 180.0
"""For the chat to start, to answer or to end, each: it ends tests that would hang."""
CONTROL_D = b"\x04"


class Screen:
    """A person at a terminal: types, and reads until something appears."""

    def __init__(self, *arguments: str) -> None:
        self.ours, theirs = pty.openpty()
        environ = os.environ | {"TERM": "xterm", "COLUMNS": "100"}
        command = [sys.executable, "-m", "pulpo", "chat", *arguments]
        self.process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environ)
        os.close(theirs)
        os.set_blocking(self.ours, False)
        self.seen = ""

    def type(self, keys: bytes) -> None:
        os.write(self.ours, keys)

    def wait_for(self, text: str, *, after: str = "") -> None:
        limit = time.monotonic() + SECONDS
        while text not in (self.plain().rpartition(after)[2] if after else self.plain()):
            assert time.monotonic() < limit, f"{text!r} did not appear in {self.plain()!r}"
            try:
                self.seen += os.read(self.ours, 4096).decode(errors="replace")
            except BlockingIOError:
                time.sleep(0.02)
            except OSError:
                pytest.fail(f"the chat ended without {text!r}: {self.plain()!r}")

    def wait_for_prompt(self, text: str, *, after: str = "") -> None:
        """Wait until the chat reads what is typed: what comes before would not be a key, or a signal nobody saw."""
        self.wait_for(text, after=after)
        until(lambda: state(self.process.pid) == "S")

    def plain(self) -> str:
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self.seen)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.ours)


@pytest.fixture
def screen(echo: str, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"))
    screens: list[Screen] = []

    def start(*arguments: str) -> Screen:
        screens.append(Screen(*arguments))
        return screens[-1]

    # Whoever runs the tests in the background has Ctrl-C ignored, which a child would inherit; a handler it does not.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield start
    signal.signal(signal.SIGINT, before)
    for each in screens:
        each.close()


def test_a_person_chats_in_spanish_sees_the_tools_and_leaves_with_control_d(screen) -> None:
    chat = screen("--locale", "es")
    chat.wait_for("Ctrl-D para salir")
    chat.wait_for_prompt("tú › ")
    chat.type("weigh ñandú\r".encode())
    chat.wait_for("· weigh(text=weigh ñandú) ok")
    chat.wait_for("  you said [b]weigh ñandú[/b]")
    chat.wait_for_prompt("tú › ", after="you said [b]weigh ñandú[/b]")
    chat.type(CONTROL_D)
    chat.wait_for("¡Hasta pronto!")
    assert chat.process.wait(SECONDS) == 0


def test_control_c_leaves_politely_in_english(screen) -> None:
    chat = screen("--locale", "en")
    chat.wait_for_prompt("you › ")
    chat.process.send_signal(signal.SIGINT)
    chat.wait_for("See you soon!")
    assert chat.process.wait(SECONDS) == 0
