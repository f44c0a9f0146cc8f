from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from pulpo.evaluation.cases import Case, CaseTurn, EndCheck, Given
from pulpo.evaluation.judging import judge
from pulpo.evaluation.local import in_process
from pulpo.evaluation.places import on_server
from pulpo.evaluation.runner import Record, run_cases
from pulpo.plugins import Catalogue
from pulpo.settings import Settings
from pulpo.turns.request import TurnAnswer, TurnRequest


def case(*says: str, **more: object) -> Case:
    return Case(id="one", turns=tuple(map(CaseTurn, says)), locale="en", **more)  # type: ignore[arg-type]


async def run(
    settings: Settings, catalogue: Catalogue, *cases: Case, skip: Callable[[Case], str] = lambda case: ""
) -> list[Record]:
    async with in_process(settings, catalogue=catalogue) as places:
        return [record async for record in run_cases(cases, places, workspace="desk", skip=skip)]


async def test_stage_turns_and_end_are_noted(settings, catalogue) -> None:
    (record,) = await run(
        settings,
        catalogue,
        case(
            "note milk",
            "yes",
            given=(Given("note", {"text": "bread"}),),
            end=(EndCheck("read"), EndCheck("draw")),
            user_id="ana",
        ),
    )
    assert record.error == ""
    assert [turn.say for turn in record.turns] == ["note milk", "yes"]
    assert record.turns[0].dialogue.pending is not None
    assert [[effect.tool for effect in turn.effects] for turn in record.turns] == [[], ["note"]]
    assert record.end[0].result.value["notes"] == ["bread", "milk"]
    assert "there is no tool 'draw'" in record.end[1].error
    assert record.seconds > 0


async def test_a_change_without_a_yes_is_found(settings, catalogue) -> None:
    """The control: a tool that does not ask is what the count of unasked effects must see."""
    asked, unasked = await run(settings, catalogue, case("note milk"), case("scribble milk"))
    assert [judge(record).count("unasked") for record in (asked, unasked)] == [0, 1]


async def test_all_turns_are_one_conversation_in_the_default_workspace(settings, catalogue) -> None:
    (record,) = await run(settings, catalogue, case("a", "b"))
    assert len({turn.answer.conversation_id for turn in record.turns}) == 1
    assert record.turns[0].answer.reply.endswith("in desk")
    assert record.case.workspace == "desk"


async def test_a_turn_may_come_later(settings, catalogue) -> None:
    turns = (CaseTurn("a"), CaseTurn("b", at=datetime(2026, 11, 24, 18, tzinfo=UTC)))
    (record,) = await run(settings, catalogue, Case(id="x", turns=turns, now=datetime(2026, 11, 24, 9, tzinfo=UTC)))
    assert [turn.answer.reply[:16] for turn in record.turns] == ["heard a at 09:00", "heard b at 18:00"]


async def test_a_broken_dialogue_does_not_cost_the_others(settings, catalogue) -> None:
    broken, stage, good = await run(
        settings,
        catalogue,
        case("a", workspace="nowhere"),
        case("a", given=(Given("note", {"text": "nothing"}),)),
        case("a"),
    )
    assert "WorkspaceNotFoundError" in broken.error
    assert "given[0]: note changed nothing: nothing to write" in stage.error
    assert stage.turns == ()
    assert good.error == ""


async def test_a_skipped_dialogue_is_not_held(settings, catalogue, notebook) -> None:
    (record,) = await run(settings, catalogue, case("scribble x"), skip=lambda case: f"not {case.workspace}")
    assert (record.skipped, record.turns, notebook.notes) == ("not desk", (), {})


async def test_of_a_server_only_answers_are_noted() -> None:
    def ask(request: TurnRequest) -> TurnAnswer:
        return TurnAnswer("c", "t", f"{request.user_id}: {request.message}", "stable", "stable", "ok", (), 1.0)

    cases = [case("a", "b", end=(EndCheck("read"),), user_id="")]
    (record,) = [record async for record in run_cases(cases, on_server(ask), workspace="desk")]
    assert [turn.answer.reply for turn in record.turns] == ["None: a", "None: b"]
    assert (record.inside, record.end, record.error) == (False, (), "")
