"""What a response says; what nobody can use is tried through the whole runtime in `functional/test_llm_faults`."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulpo_llm.protocol import Choice, Completion, Function, Said, WantedCall
from pulpo_llm.reading import MOST_ARGUMENTS, Heard, heard
from unit.pulpo_llm.shop import TOOLS, result


def response(*calls: tuple[str | None, Any], text: str | None = None, finish: str = "stop", **more: Any) -> Completion:
    wanted = tuple(WantedCall(Function(name, arguments)) for name, arguments in calls)
    return Completion((Choice(message=Said(text, tool_calls=wanted or None, **more), finish_reason=finish),))


def kinds(answer: Heard) -> list[str]:
    return [fault.kind for fault in answer.faults]


@pytest.mark.parametrize("arguments", ['{"item": "tea"}', {"item": "tea"}])
def test_a_call_is_a_tool_and_an_object(arguments: Any) -> None:
    answer = heard(response(("price", arguments), text=" One moment. "), TOOLS, ())
    assert answer == Heard(text="One moment.", wanted=(("price", {"item": "tea"}),))


@pytest.mark.parametrize("arguments", ["", None])
def test_no_arguments_are_none(arguments: Any) -> None:
    assert heard(response(("price", arguments)), TOOLS, ()).wanted == (("price", {}),)


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        (("nothing", "{}"), "unknown"),
        ((None, "{}"), "unknown"),
        (("price", '{"item": '), "malformed"),
        (("price", "null"), "malformed"),
        (("price", 3), "malformed"),
        (("price", json.dumps({"item": "x" * MOST_ARGUMENTS})), "huge"),
        (("price", {"item": "x" * MOST_ARGUMENTS}), "huge"),
        (("price", '{"item": "coffee"}'), "repeated"),
    ],
)
def test_one_bad_call_spoils_the_response_and_is_named(call: tuple[Any, Any], kind: str) -> None:
    answer = heard(response(("price", '{"item": "tea"}'), call), TOOLS, (result(item="coffee"),))
    assert kinds(answer) == [kind]
    assert answer.faults[0].text


def test_a_refusal_is_an_answer_and_a_silent_filter_is_none() -> None:
    assert heard(response(refusal="I cannot."), TOOLS, ()) == Heard(text="I cannot.", refused=True)
    silent = heard(response(finish="content_filter"), TOOLS, ())
    assert (silent.refused, kinds(silent)) == (True, ["empty"])


def test_thoughts_are_not_said() -> None:
    assert heard(response(text="<think>he wants tea</think>\nTea is 5."), TOOLS, ()).text == "Tea is 5."


@given(arguments=st.text() | st.recursive(st.none() | st.booleans() | st.text(), st.lists).map(json.dumps))
def test_whatever_comes_as_arguments_is_an_object_or_a_fault(arguments: str) -> None:
    answer = heard(response(("price", arguments)), TOOLS, ())
    assert bool(answer.wanted) != bool(answer.faults)
    assert all(isinstance(each, dict) for _, each in answer.wanted)
