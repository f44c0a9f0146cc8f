"""The events of a turn as spans: what is below what, when, and what stands on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import pulpo
from pulpo_otel import names
from pulpo_otel.spans import Span, spans_of

TRACE = pulpo.TraceContext(trace_id="a" * 32, span_id="b" * 16, flags=1, parent_id="c" * 16)
ASSIGNED = pulpo.VariantAssigned("t", "conv", "demo", "canary", "hash below 10 %", 7)
FINISHED = pulpo.TurnFinished("t", "conv", "demo", "canary", "canary", "ok", 2, 1, 0.5)


def clean(value: object) -> object:
    return "[clean]" if value == "eva@example.com" else value


def spans(*events: pulpo.Event, content: bool = False) -> tuple[Span, ...]:
    ids: Iterator[str] = (f"{number:016x}" for number in range(1, 100))
    return spans_of(events, TRACE, began=1000.0, new_id=ids.__next__, clean=clean, content=content)


def called(outcome: str = "ok", **fields: object) -> pulpo.ToolCalled:
    told: dict[str, object] = {"duration": 0.1, "call_id": "c1", "after": 0.2, "span_id": "d" * 16} | fields
    return pulpo.ToolCalled("t", "demo", str(told.pop("tool", "get_price")), outcome, **told)  # type: ignore[arg-type]


def test_plans_and_calls_are_below_the_turn_at_their_times() -> None:
    plan = pulpo.PlannerStepped("t", "rules", "canary", 0, 0.1, 0.05, 0.9)
    turn, planned, tool = spans(ASSIGNED, plan, called(), FINISHED)
    assert [(it.name, it.start, round(it.end, 3)) for it in (turn, planned, tool)] == [
        ("invoke_agent pulpo", 0.0, 0.5),
        ("plan rules", 0.05, 0.15),
        ("execute_tool get_price", 0.2, 0.3),
    ]
    assert (turn.span_id, turn.parent_id) == (TRACE.span_id, TRACE.parent_id)
    assert {planned.parent_id, tool.parent_id} == {TRACE.span_id}
    assert tool.span_id == "d" * 16, "the id that the tool told others"
    assert turn.attributes[names.VARIANT] == "canary"
    assert turn.attributes[names.CONVERSATION] == "conv"
    assert planned.attributes[names.CONFIDENCE] == 0.9


def test_a_model_s_call_is_below_the_step_it_was_made_for() -> None:
    call = pulpo.ModelCall(
        model="gpt", started=1000.1, duration=0.2, input_tokens=90, cached_tokens=40, output_tokens=7
    )
    asked = pulpo.ModelCalled("t", "demo", "llm", "canary", 0, call, 0.002)
    turn, plan, chat = spans(ASSIGNED, asked, pulpo.PlannerStepped("t", "llm", "canary", 0, 0.3, 0.05), FINISHED)
    assert (chat.name, chat.parent_id, chat.remote) == ("chat gpt", plan.span_id, True)
    assert (round(chat.start, 3), round(chat.end, 3), plan.parent_id) == (0.1, 0.3, turn.span_id)
    assert chat.attributes["gen_ai.usage.input_tokens"] == 90
    assert chat.attributes["gen_ai.response.finish_reasons"] == ("stop",)


@pytest.mark.parametrize("told", ["d" * 16, "", "0" * 16, "D" * 16, "no id"])
def test_a_model_s_call_is_the_span_that_its_server_was_told_if_that_can_be_one(told: str) -> None:
    call = pulpo.ModelCall(model="gpt", started=1000.1, duration=0.2, span_id=told)
    asked = pulpo.ModelCalled("t", "demo", "llm", "canary", 0, call)
    chat = spans(ASSIGNED, asked, pulpo.PlannerStepped("t", "llm", "canary", 0, 0.3, 0.05), FINISHED)[-1]
    assert (chat.name, chat.span_id == "d" * 16) == ("chat gpt", told == "d" * 16)
    assert int(chat.span_id, 16)


def test_a_model_s_call_of_a_planner_that_failed_is_not_lost() -> None:
    call = pulpo.ModelCall(model="gpt", started=1000.1, duration=0.2, finish="error", error="Timeout")
    failed = pulpo.VariantFailed("t", "demo", "canary", "PlannerError", "")
    turn, chat = spans(ASSIGNED, pulpo.ModelCalled("t", "demo", "llm", "canary", 0, call), failed, FINISHED)
    assert (chat.parent_id, chat.error, chat.attributes[names.ERROR_TYPE]) == (turn.span_id, "error", "Timeout")


def test_the_canary_s_decision_is_a_flag_s_evaluation() -> None:
    (turn,) = spans(ASSIGNED, FINISHED)
    (note,) = turn.notes
    assert note.name == "feature_flag.evaluation"
    assert note.attributes == {
        "feature_flag.key": "pulpo.canary",
        "feature_flag.provider.name": "pulpo",
        "feature_flag.result.variant": "canary",
        "feature_flag.result.reason": "targeting_match",
        "feature_flag.version": "7",
        "feature_flag.context.id": "conv",
        "pulpo.canary.reason": "hash below 10 %",
    }


def test_a_rescue_is_an_agent_of_its_own_below_the_turn() -> None:
    told = (
        ASSIGNED,
        called("error", call_id="c0", span_id="e" * 16, after=0.01, duration=0.02),
        pulpo.VariantFailed("t", "demo", "canary", "PlannerError", "trace"),
        pulpo.TurnRescued("t", "canary", "stable", "PlannerError", 0.1),
        pulpo.PlannerStepped("t", "rules", "stable", 0, 0.1, 0.15),
        pulpo.TurnFinished("t", "conv", "demo", "canary", "stable", "rescued", 1, 1, 0.5),
    )
    turn, rescue, tool, plan = spans(*told)
    assert (turn.error, turn.attributes[names.OUTCOME], turn.attributes[names.SERVED_BY]) == ("", "rescued", "stable")
    assert (rescue.parent_id, rescue.start, rescue.end, rescue.attributes[names.VARIANT]) == (
        TRACE.span_id,
        0.1,
        0.5,
        "stable",
    )
    assert tool.parent_id == TRACE.span_id
    assert plan.parent_id == rescue.span_id
    assert {names.EXCEPTION_TYPE: "PlannerError", names.VARIANT: "canary"} in [note.attributes for note in turn.notes]


def test_failures_are_errors_and_refusals_only_say_what_they_are() -> None:
    _, broken, refused = spans(
        ASSIGNED, called("timeout"), called("denied", after=None, duration=0.0, span_id=""), FINISHED
    )
    assert (broken.error, broken.attributes[names.ERROR_TYPE]) == ("timeout", "timeout")
    assert (refused.error, refused.attributes[names.ERROR_TYPE]) == ("", "denied")
    assert refused.start == broken.end, "what never began stands where the turn had come to"


def test_a_name_that_a_planner_made_up_names_no_span() -> None:
    _, tool = spans(ASSIGNED, called("invalid", tool="eva@example.com"), FINISHED)
    assert (tool.name, tool.attributes[names.TOOL]) == ("execute_tool", "[clean]")


def test_a_policy_that_said_no_is_noted_and_one_that_said_yes_is_not() -> None:
    yes = pulpo.PolicyChecked("t", "limits", "message", "allow", "", 0.0)
    no = pulpo.PolicyChecked("t", "limits", "answer", "deny", "eva@example.com", 0.0)
    (turn,) = spans(ASSIGNED, yes, no, FINISHED)
    assert [note.attributes for note in turn.notes[1:]] == [
        {"pulpo.policy.name": "limits", "pulpo.policy.stage": "answer", "pulpo.policy.verdict": "deny"}
    ]


def test_a_turn_that_could_not_be_committed_is_an_error() -> None:
    (turn,) = spans(ASSIGNED, pulpo.TurnAbandoned("t", "conv", "demo", "canary", "LeaseLostError", 0.3))
    assert (turn.error, turn.end) == ("LeaseLostError", 0.3)


def test_what_was_said_is_told_only_when_asked_for_and_clean() -> None:
    call = pulpo.ToolCall("c1", "get_price", {"mail": "eva@example.com"})
    result = pulpo.ToolResult(call, "ok", pulpo.Result({"price": 18}, "18 €"), 1.0)
    told = pulpo.TurnTold(
        turn_id="t",
        conversation_id="conv",
        workspace_id="demo",
        variant="canary",
        served_by="canary",
        outcome="ok",
        locale="es",
        message="eva@example.com",
        reply="18 €",
        calls=(result,),
    )

    def cleaned(value: object) -> object:
        return {key: cleaned(item) for key, item in value.items()} if isinstance(value, dict) else clean(value)

    ids: Iterator[str] = (f"{number:016x}" for number in range(1, 100))
    turn, tool = spans_of(
        (ASSIGNED, called(), told, FINISHED), TRACE, began=1000.0, new_id=ids.__next__, clean=cleaned, content=True
    )
    assert turn.attributes[names.INPUT] == '[{"role":"user","parts":[{"type":"text","content":"[clean]"}]}]'
    assert turn.attributes[names.OUTPUT] == '[{"role":"assistant","parts":[{"type":"text","content":"18 €"}]}]'
    assert tool.attributes[names.CALL_ARGUMENTS] == '{"mail":"[clean]"}'
    assert tool.attributes[names.CALL_RESULT] == '{"value":{"price":18},"text":"18 €"}'
    silent = spans(ASSIGNED, called(), told, FINISHED)
    assert "18" not in str([span.attributes for span in silent])
