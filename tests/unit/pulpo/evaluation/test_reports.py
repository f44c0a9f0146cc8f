from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree

import pytest

from pulpo.evaluation.cases import CallPattern, Expect
from pulpo.evaluation.judging import judge
from pulpo.evaluation.reports import as_json, as_junit, passed, transcript


@pytest.fixture
def files(record: Any) -> dict[str, list[Any]]:
    """Two files: one dialogue right, one wrong, one broken; one that leaks, one skipped."""
    wrong = record(expect=Expect(reply_has=("no",)), reply="o\x00k <b>", case={"effects": (CallPattern("read"),)})
    return {
        "a.toml": [judge(record()), judge(wrong), judge(record(error="it broke"))],
        "b.toml": [judge(record(reply="Pedro", case={"secrets": ("Pedro",)})), judge(record(skipped="no clock"))],
    }


def test_json_holds_scores_and_every_dialogue(files: dict[str, list[Any]]) -> None:
    told = json.loads(as_json(files))
    assert told["scores"][0]["group"] == "all"
    assert [(each["file"], each["right"], each["skipped"]) for each in told["dialogues"]] == [
        ("a.toml", True, ""),
        ("a.toml", False, ""),
        ("a.toml", False, ""),
        ("b.toml", True, ""),
        ("b.toml", False, "no clock"),
    ]
    assert told["dialogues"][1]["turns"] == [{"say": "hi", "reply": "o\x00k <b>", "calls": []}]
    assert {problem["kind"] for problem in told["dialogues"][1]["problems"]} == {"missing", "turn"}


def test_junit_tells_failures_errors_and_skips_apart(files: dict[str, list[Any]]) -> None:
    root = ElementTree.fromstring(as_junit(files))  # noqa: S314 - our own words
    first, second = root
    assert first.attrib | {"time": ""} == {
        "name": "a.toml", "tests": "3", "failures": "1", "errors": "1", "skipped": "0", "time": "",
    }  # fmt: skip
    assert [[child.tag for child in case] for case in first] == [[], ["failure"], ["error"]]
    assert [[child.tag for child in case] for case in second] == [["failure"], ["skipped"]]
    assert "o\ufffdk <b>" in (first[1][0].text or "")
    assert first[1][0].attrib["message"] == "read() was not done"


def test_a_transcript_has_each_problem_at_its_turn(files: dict[str, list[Any]]) -> None:
    assert list(transcript(files["a.toml"][1])) == [
        "> hi",
        "< o\x00k <b>",
        "! the reply lacks 'no'",
        "! missing: read() was not done",
    ]
    assert list(transcript(files["a.toml"][2]))[-1] == "! error: it broke"


def test_a_leak_does_not_pass(files: dict[str, list[Any]]) -> None:
    assert [passed(each) for each in files["b.toml"]] == [False, True]
