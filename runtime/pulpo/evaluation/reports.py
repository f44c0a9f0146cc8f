"""Reports of judged dialogues: JSON for programs, JUnit for CI, transcripts for people."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring  # nosec B405

import msgspec

from pulpo.evaluation.judging import Judgement
from pulpo.evaluation.scoring import scores

_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, not even escaped (section 2.2); a reply may."""


def as_json(files: Mapping[str, Sequence[Judgement]]) -> bytes:
    """Return ``{"scores": [Score…], "dialogues": [{file, id, tags, held_out, right, skipped, problems, turns…}]}``."""
    every = [judgement for judgements in files.values() for judgement in judgements]
    dialogues = [_dialogue(file, each) for file, judgements in files.items() for each in judgements]
    return msgspec.json.format(msgspec.json.encode({"scores": scores(every), "dialogues": dialogues}), indent=2)


def as_junit(files: Mapping[str, Sequence[Judgement]]) -> bytes:
    """Return a JUnit report: a suite a file, a test case a dialogue; wrong ones fail, broken ones are errors."""
    root = Element("testsuites", name="pulpo eval")
    for file, judgements in files.items():
        suite = SubElement(root, "testsuite", {"name": file, **_counts(judgements)})
        for judgement in judgements:
            _test_case(suite, file, judgement)
    indent(root)
    report: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return report


def transcript(judgement: Judgement) -> Iterator[str]:
    """Yield the dialogue's lines, each turn followed by what was wrong with it."""
    for number, turn in enumerate(judgement.record.turns, start=1):
        yield f"> {turn.say}"
        yield from (f"< {line}" for line in turn.answer.reply.splitlines())
        yield from (f"! {problem.message}" for problem in judgement.problems if problem.turn == number)
    late = [problem for problem in judgement.problems if not 1 <= problem.turn <= len(judgement.record.turns)]
    yield from (f"! {problem.kind}: {problem.message}" for problem in late)


def passed(judgement: Judgement) -> bool:
    """Whether nothing was wrong that a goal counts: end state, unasked effects, leaks."""
    return judgement.right and not judgement.count("leak")


def _dialogue(file: str, judgement: Judgement) -> dict[str, Any]:
    record, case = judgement.record, judgement.case
    turns = [{"say": turn.say, "reply": turn.answer.reply, "calls": turn.answer.tool_calls} for turn in record.turns]
    return {
        "file": file,
        "id": case.id,
        "tags": case.tags,
        "held_out": case.held_out,
        "right": judgement.right and not record.skipped,
        "skipped": record.skipped,
        "seconds": round(record.seconds, 4),
        "facts": judgement.facts,
        "facts_right": judgement.facts_right,
        "problems": judgement.problems,
        "turns": turns,
    }


def _counts(judgements: Sequence[Judgement]) -> dict[str, str]:
    errors = sum(bool(each.record.error) for each in judgements)
    failures = sum(not passed(each) and not each.record.error for each in judgements)
    return {
        "tests": str(len(judgements)),
        "failures": str(failures),
        "errors": str(errors),
        "skipped": str(sum(bool(each.record.skipped) for each in judgements)),
        "time": f"{sum(each.record.seconds for each in judgements):.3f}",
    }


def _test_case(suite: Element, file: str, judgement: Judgement) -> None:
    record = judgement.record
    case = SubElement(suite, "testcase", classname=file, name=_clean(judgement.case.id), time=f"{record.seconds:.3f}")
    if record.skipped:
        SubElement(case, "skipped", message=_clean(record.skipped))
    elif not passed(judgement):
        kind = "error" if record.error else "failure"
        first = _clean(judgement.problems[0].message)
        SubElement(case, kind, message=first).text = _clean("\n".join(transcript(judgement)))


def _clean(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
