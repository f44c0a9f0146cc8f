from __future__ import annotations

from typing import Any

import pytest

from pulpo.contracts.tools import Result
from pulpo.evaluation.cases import CallPattern, EndCheck, Expect
from pulpo.evaluation.judging import judge
from pulpo.evaluation.runner import EndRecord
from pulpo.turns.request import CallReport

MILK = ("note", {"text": "milk", "size": 2})
BREAD = ("note", {"text": "bread"})
WANT_MILK = CallPattern("note", {"text": "milk"})
WANT_BREAD = CallPattern("note", {"text": "bread"})


@pytest.mark.parametrize(
    ("done", "wanted", "unasked", "missing"),
    [
        ([], [], 0, 0),
        ([MILK], [WANT_MILK], 0, 0),
        ([MILK, BREAD], [WANT_MILK, WANT_BREAD], 0, 0),
        ([MILK], [], 1, 0),
        ([], [WANT_MILK], 0, 1),
        ([BREAD], [WANT_MILK], 1, 1),
        ([MILK, MILK], [WANT_MILK], 1, 0),
        ([MILK], [WANT_MILK, WANT_MILK], 0, 1),
        ([BREAD, MILK], [WANT_MILK, WANT_BREAD], 1, 1),
        ([BREAD], [WANT_MILK, WANT_BREAD], 0, 1),
    ],
)
def test_effects_are_exactly_those_expected_in_their_order(
    record: Any, done: Any, wanted: Any, unasked: int, missing: int
) -> None:
    judged = judge(record(effects=done, case={"effects": tuple(wanted)}))
    assert (judged.count("unasked"), judged.count("missing")) == (unasked, missing)
    assert judged.right is (unasked == missing == 0)


def test_a_secret_in_a_reply_is_a_leak_and_no_wrong_end_state(record: Any) -> None:
    judged = judge(record(reply="pedro comes at 17:00", case={"secrets": ("Pedro", "611")}))
    assert [problem.message for problem in judged.problems] == ["the reply tells 'Pedro'"]
    assert (judged.count("leak"), judged.right) == (1, True)


CALLS = (CallReport("1", "read", {"page": 1}, "ok", 1.0), CallReport("2", "note", {}, "denied", 1.0))

RIGHT = [
    Expect(reply_has=("ok",)),
    Expect(reply_has=(("no", "ok"),)),
    Expect(reply_lacks=("no",)),
    Expect(tools=("read",)),
    Expect(calls=(CallPattern("note"), CallPattern("read", {"page": 1}))),
    Expect(pending=True),
    Expect(pending=WANT_MILK),
    Expect(facts={"text": "milk"}),
    Expect(no_facts=("size",)),
]
WRONG = [
    (Expect(reply_has=("no",)), "the reply lacks 'no'"),
    (Expect(reply_has=(("no", "never"),)), "the reply lacks 'no' or 'never'"),
    (Expect(reply_lacks=("OK",)), "the reply has 'OK'"),
    (Expect(tools=("note",)), "note was not called"),
    (Expect(calls=(CallPattern("read", {"page": 2}),)), "read(page=2) was not called"),
    (Expect(pending=False), "a call waits for a yes"),
    (Expect(pending=WANT_BREAD), "note(text='milk', size=2) waits for a yes, not note(text='bread')"),
    (Expect(facts={"text": "bread"}), "text is 'milk', not 'bread'"),
    (Expect(facts={"size": 2}), "size is not known; expected 2"),
    (Expect(no_facts=("text",)), "text is known, but nobody said it"),
    (Expect(outcome="refused"), "the outcome is 'ok', not 'refused'"),
]


@pytest.mark.parametrize("expect", RIGHT)
def test_what_is_as_expected_is_a_right_fact(record: Any, waiting: Any, expect: Expect) -> None:
    judged = judge(record(expect=expect, dialogue=waiting, answer={"tool_calls": CALLS}))
    assert judged.problems == ()
    assert judged.facts == judged.facts_right >= 2


@pytest.mark.parametrize(("expect", "says"), WRONG)
def test_what_is_not_as_expected_is_said(record: Any, waiting: Any, expect: Expect, says: str) -> None:
    judged = judge(record(expect=expect, dialogue=waiting, answer={"tool_calls": CALLS}))
    assert [(problem.kind, problem.turn, problem.message) for problem in judged.problems] == [("turn", 1, says)]
    assert judged.facts - judged.facts_right == 1
    assert judged.right


def test_that_nothing_waits_is_said(record: Any) -> None:
    judged = judge(record(expect=Expect(pending=True)))
    assert [problem.message for problem in judged.problems] == ["no call waits for a yes"]


@pytest.mark.parametrize(
    ("check", "right"),
    [
        (EndCheck("read", value_has={"notes": ["milk"]}), True),
        (EndCheck("read", value_has={"notes": []}), False),
        (EndCheck("read", text_has=("MILK",), text_lacks=("bread",)), True),
        (EndCheck("read", text_has=("bread",)), False),
        (EndCheck("read", text_lacks=("milk",)), False),
    ],
)
def test_the_end_is_what_the_checks_return(record: Any, check: EndCheck, right: bool) -> None:
    found = (EndRecord(Result({"notes": ["milk"], "more": 1}, "milk")),)
    assert judge(record(case={"end": (check,)}, end=found)).right is right


def test_a_check_that_fails_is_a_wrong_end(record: Any) -> None:
    judged = judge(record(case={"end": (EndCheck("draw"),)}, end=(EndRecord(Result(), "no such tool"),)))
    assert [problem.message for problem in judged.problems] == ["draw: no such tool"]
    assert not judged.right


def test_an_error_is_wrong_and_a_skipped_dialogue_is_not_judged(record: Any) -> None:
    assert not judge(record(error="it broke")).right
    assert judge(record(skipped="no clock", case={"effects": (WANT_MILK,)})).problems == ()


def test_where_nothing_inside_is_seen_what_was_said_must_be_right(record: Any) -> None:
    unseen = {"inside": False, "case": {"effects": (WANT_MILK,)}}
    assert judge(record(expect=Expect(pending=True, facts={"a": 1}), **unseen)).right
    assert not judge(record(expect=Expect(reply_has=("no",)), **unseen)).right
