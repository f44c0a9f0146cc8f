"""Runs dialogues one after the other and notes what happened; what it means is for `judging`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from time import perf_counter

from msgspec import Struct
from msgspec.structs import replace

from pulpo.contracts.tools import Result
from pulpo.conversation import Dialogue
from pulpo.evaluation.cases import Case, CaseTurn
from pulpo.evaluation.places import Place, Places
from pulpo.store.effects import Effect
from pulpo.turns.request import TurnAnswer, TurnRequest

SCOPES = frozenset({"chat"})


class TurnRecord(Struct, frozen=True):
    """What came of a turn; ``dialogue`` and ``effects`` are empty where the place does not show them."""

    say: str
    answer: TurnAnswer
    dialogue: Dialogue
    effects: tuple[Effect, ...]


class EndRecord(Struct, frozen=True):
    """What a check after the chat returned, or the ``error`` it ended with."""

    result: Result
    error: str = ""


class Record(Struct, frozen=True):
    """What came of a dialogue. ``error`` is why it ended early, ``skipped`` why it was not held at all; ``inside``
    says that dialogue, effects and end could be looked at."""

    case: Case
    turns: tuple[TurnRecord, ...] = ()
    end: tuple[EndRecord, ...] = ()
    error: str = ""
    skipped: str = ""
    inside: bool = True
    seconds: float = 0.0


async def run_cases(
    cases: Iterable[Case], places: Places, *, workspace: str, skip: Callable[[Case], str] = lambda case: ""
) -> AsyncIterator[Record]:
    """Hold each dialogue in a place of its own and yield what came of it.

    ``workspace`` is for dialogues that name none; ``skip`` returns why not to hold one, or nothing. A dialogue
    that fails is recorded with its error and the next one is held. Raises what ``places`` raises.
    """
    for given in cases:
        case = given if given.workspace else replace(given, workspace=workspace)
        reason = skip(case)
        if reason:
            yield Record(case, skipped=reason)
            continue
        started = perf_counter()
        async with places(case) as place:
            record = await _hold(case, place)
        yield replace(record, seconds=perf_counter() - started)


async def _hold(case: Case, place: Place) -> Record:
    turns: list[TurnRecord] = []
    end: tuple[EndRecord, ...] = ()
    error = ""
    try:
        await _set_stage(case, place)
        conversation_id = None
        for turn in case.turns:
            turns.append(await _say(case, turn, place, conversation_id))
            conversation_id = turns[-1].answer.conversation_id
        end = await _look(case, place, conversation_id or "")
    except Exception as caught:  # one broken dialogue must not cost the others
        error = f"{type(caught).__name__}: {caught}"
    return Record(case, tuple(turns), end, error, inside=place.sees_inside)


async def _set_stage(case: Case, place: Place) -> None:
    for position, given in enumerate(case.given):
        result = await place.call(case, given, conversation_id="", key=f"{case.id}/{position}")
        if not result.done:
            raise StageError(f"given[{position}]: {given.tool} changed nothing: {result.text}")


async def _say(case: Case, turn: CaseTurn, place: Place, conversation_id: str | None) -> TurnRecord:
    if turn.at is not None:
        place.set_clock(turn.at)
    answer = await place.chat(
        TurnRequest(
            workspace_id=case.workspace,
            message=turn.say,
            conversation_id=conversation_id,
            user_id=case.user_id or None,
            locale=case.locale,
            attributes=case.attributes,
            scopes=SCOPES,
        )
    )
    if not place.sees_inside:
        return TurnRecord(turn.say, answer, Dialogue(), ())
    return TurnRecord(
        turn.say, answer, await place.dialogue(answer.conversation_id), await place.effects(answer.turn_id)
    )


async def _look(case: Case, place: Place, conversation_id: str) -> tuple[EndRecord, ...]:
    found = []
    for check in case.end if place.sees_inside else ():
        try:
            found.append(EndRecord(await place.call(case, check, conversation_id=conversation_id, key="")))
        except Exception as error:  # a tool may raise anything; that is this check's finding
            found.append(EndRecord(Result(), f"{type(error).__name__}: {error}"))
    return tuple(found)


class StageError(Exception):
    """A ``given`` call did not do what the dialogue needs to begin."""
