from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from pulpo.evaluation.cases import Case, CaseTurn

GOOD = """
[[dialogue]]
id = "repeats"
tags = ["echo"]
turns = [{ say = "hello", expect = { reply_has = ["you said [b]hello[/b]"] } }]
"""
WRONG = """
[[dialogue]]
id = "expects-a-change"
tags = ["change"]
turns = [{ say = "hello", expect = { reply_has = ["goodbye"] } }]
effects = [{ tool = "weigh" }]
"""

Write = Callable[..., str]


@pytest.fixture
def write(folder: Path) -> Write:
    """Write a dialogue file and return its name."""

    def write(*texts: str, name: str = "some.toml") -> str:
        (folder / name).write_text("".join(texts), encoding="utf-8")
        return name

    return write


def test_right_dialogues_are_counted(run, echo: str, write: Write) -> None:
    result = run("eval", write(GOOD))
    assert result.exit_code == 0
    assert "1/1" in result.stdout
    assert "100.0%" in result.stdout
    assert "tag echo" in result.stdout


def test_a_wrong_one_is_shown_and_fails_the_goal(run, echo: str, write: Write) -> None:
    result = run("eval", write(GOOD, WRONG))
    assert result.exit_code == 1
    assert "WRONG expects-a-change" in result.stdout
    assert "! the reply lacks 'goodbye'" in result.stdout
    assert run("eval", "some.toml", "--goal", "0.5").exit_code == 0


@pytest.mark.parametrize("option", ["--json", "--junit"])
def test_a_report_that_cannot_be_written_is_told_before_a_dialogue_is_held(run, write: Write, option: str) -> None:
    result = run("eval", write(GOOD), option, "nowhere/report")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("pulpo: cannot write nowhere/report (No such file or directory); name a file")


def test_tags_ids_and_workspaces_choose(run, echo: str, write: Write) -> None:
    name = write(GOOD, WRONG)
    assert run("eval", name, "--tag", "echo").exit_code == 0
    assert run("eval", name, "--only", "repeats").exit_code == 0
    assert run("eval", name, "--only", "expects-a-change").exit_code == 1
    nothing = run("eval", name, "--workspace", "other")
    assert nothing.exit_code == 1
    assert "0/0" in nothing.stdout


def test_transcripts_of_the_held_out_third_can_be_hidden(run, echo: str, write: Write) -> None:
    ids = [f"wrong-{number}" for number in range(12)]
    write(*(WRONG.replace("expects-a-change", each) for each in ids))
    everything = run("eval", "some.toml").stdout
    shown = run("eval", "some.toml", "--hide-held-out").stdout
    held_out = {each for each in ids if Case(id=each, turns=(CaseTurn("x"),)).held_out}
    assert {each for each in ids if f"WRONG {each}\n" in everything} == set(ids)
    assert {each for each in ids if f"WRONG {each}\n" in shown} == set(ids) - held_out
    assert f"0/{len(held_out)}" in shown


def test_reports_are_written(run, echo: str, write: Write, folder: Path) -> None:
    run("eval", write(GOOD, WRONG), "--json", "report.json", "--junit", "report.xml")
    told = json.loads((folder / "report.json").read_text("utf-8"))
    assert [each["id"] for each in told["dialogues"]] == ["repeats", "expects-a-change"]
    assert 'tests="2" failures="1"' in (folder / "report.xml").read_text("utf-8")


def test_a_file_brings_its_settings_and_the_command_line_wins(run, echo: str, write: Write) -> None:
    name = write('[settings.variants.stable]\nplanner = "nobody"\n', GOOD)
    assert "nobody" in run("eval", name).stderr
    assert run("eval", name, "--set", "variants.stable.planner=echo").exit_code == 0


def test_a_variant_answers_alone(run, echo: str, write: Write, folder: Path) -> None:
    (folder / "pulpo.toml").write_text(
        '[plugins]\nallow = ["echoing"]\n[variants.stable]\nplanner = "nobody"\n[variants.new]\nplanner = "echo"\n'
    )
    assert run("eval", write(GOOD), "--variant", "new").exit_code == 0
    unknown = run("eval", "some.toml", "--variant", "old")
    assert unknown.exit_code == 2
    assert "known are: canary, new, stable" in unknown.stderr


def test_plugins_are_those_named(run, echo: str, write: Write, folder: Path) -> None:
    (folder / "pulpo.toml").write_text('[variants.stable]\nplanner = "echo"\n')
    assert run("eval", write(GOOD), "--plugins", "echoing").exit_code == 0
    assert run("eval", "some.toml", "--plugins", "pulpo_rules").exit_code == 2


def test_a_bad_file_is_one_line(run, echo: str, write: Write) -> None:
    result = run("eval", write('[[dialogue]]\nid = "a"\nturns = [{ sya = "x" }]'))
    assert result.exit_code == 2
    assert result.stderr.startswith("pulpo: some.toml: dialogue 'a': turns[0]: ")
    assert run("eval", "nowhere.toml").exit_code == 2


class _Server(BaseHTTPRequestHandler):
    """Answers as a server would, without remembering anything."""

    def do_POST(self) -> None:
        said = json.loads(self.rfile.read(int(self.headers["content-length"])))["message"]
        answer = {
            "conversation_id": "c", "turn_id": "t", "reply": f"you said [b]{said}[/b]", "variant": "stable",
            "served_by": "stable", "outcome": "ok", "tool_calls": [], "duration_ms": 1.0,
        }  # fmt: skip
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing."""


@pytest.fixture
def url() -> Iterator[str]:
    """The address of a server that repeats what it is told."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Server) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


HELD = """
[[dialogue]]
id = "at-noon"
now = "2026-11-24T12:00:00Z"
turns = [{ say = "hi" }]
[[dialogue]]
id = "staged"
given = [{ tool = "weigh" }]
turns = [{ say = "hi" }]
[[dialogue]]
id = "elsewhere"
workspace = "other"
turns = [{ say = "hi" }]
"""


def test_a_server_is_asked_what_it_can_be_asked(run, echo: str, write: Write, url: str, folder: Path) -> None:
    result = run("eval", write(GOOD, HELD), "--url", url, "--json", "report.json")
    assert result.exit_code == 0
    skipped = {each["id"]: each["skipped"] for each in json.loads((folder / "report.json").read_text())["dialogues"]}
    assert skipped["repeats"] == ""
    assert "clock" in skipped["at-noon"]
    assert "given" in skipped["staged"]
    assert "other" in skipped["elsewhere"]
    assert "2/2" in run("eval", "some.toml", "--url", url, "--any-time").stdout
