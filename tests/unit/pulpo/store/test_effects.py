from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulpo.contracts.tools import Result
from pulpo.conversation import Offer, ToolCall
from pulpo.errors import LeaseLostError
from pulpo.store import effects

CALL = ToolCall("c1", "book", {"service": "corte", "at": "10:00"})

json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), json), st.text())
def test_a_key_depends_on_what_is_done_and_not_on_how_it_is_written(arguments: dict[str, object], call_id: str) -> None:
    backwards = dict(reversed(arguments.items()))
    key = effects.effect_key("t1", ToolCall("c1", "book", arguments))
    assert key == effects.effect_key("t1", ToolCall(call_id, "book", backwards))
    assert key != effects.effect_key("t2", ToolCall("c1", "book", arguments))
    assert key != effects.effect_key("t1", ToolCall("c1", "cancel", arguments))


def intend(connection: sqlite3.Connection) -> effects.Effect | None:
    return effects.intend(connection, key="k", turn_id="t1", call=CALL, group="booking", now=1.0)


def test_a_second_intent_meets_the_first(connection: sqlite3.Connection) -> None:
    assert intend(connection) is None
    again = intend(connection)
    assert again is not None
    assert (again.state, again.group, again.arguments) == ("intended", "booking", CALL.arguments)


def test_a_settled_effect_keeps_its_whole_result(connection: sqlite3.Connection) -> None:
    result = Result({"id": 7}, "hecho", (Offer("las 10", {"at": "10:00"}),))
    intend(connection)
    effects.settle(connection, key="k", state="done", result=result, now=2.0)
    assert [(effect.state, effect.result) for effect in effects.of_turn(connection, "t1")] == [("done", result)]


def test_an_effect_is_committed_once_and_its_result_given_again(connection: sqlite3.Connection) -> None:
    made: list[int] = []

    def closure() -> Result:
        made.append(1)
        return Result(len(made))

    intend(connection)
    first = effects.commit(connection, key="k", closure=closure, now=2.0)
    assert effects.commit(connection, key="k", closure=closure, now=3.0) == first == Result(1)
    assert made == [1]


def test_what_was_not_done_may_be_tried_again(connection: sqlite3.Connection) -> None:
    intend(connection)
    effects.commit(connection, key="k", closure=lambda: Result(text="taken", done=False), now=2.0)
    assert effects.commit(connection, key="k", closure=lambda: Result(1), now=3.0) == Result(1)


def test_what_certainly_changed_nothing_is_intended_anew(connection: sqlite3.Connection) -> None:
    intend(connection)
    effects.settle(connection, key="k", state="none", result=None, now=2.0)
    assert intend(connection) is None
    assert [effect.state for effect in effects.of_turn(connection, "t1")] == ["intended"]


def test_what_is_done_stays_done_whoever_thinks_otherwise(connection: sqlite3.Connection) -> None:
    intend(connection)
    effects.commit(connection, key="k", closure=lambda: Result("made"), now=2.0)
    record = effects.settle(connection, key="k", state="unknown", result=None, now=3.0)
    assert record is not None
    assert (record.state, record.result) == ("done", Result("made"))


@pytest.mark.parametrize(("state", "key"), [("none", None), ("intended", "k"), ("unknown", "k"), ("done", "k")])
def test_another_effect_of_the_group_in_the_turn_stands_in_the_way(
    connection: sqlite3.Connection, state: effects.State, key: str | None
) -> None:
    intend(connection)
    effects.settle(connection, key="k", state=state, result=None, now=2.0)
    other = ToolCall("c2", "book", {"service": "tinte"})
    rival = effects.intend(connection, key="k2", turn_id="t1", call=other, group="booking", now=3.0)
    assert (rival and rival.key) == key
    elsewhere = [("k3", "t2", "booking"), ("k4", "t1", "mail"), ("k5", "t1", "")]
    for free, turn_id, group in elsewhere:
        assert effects.intend(connection, key=free, turn_id=turn_id, call=other, group=group, now=4.0) is None


def test_whoever_lost_the_conversation_can_neither_intend_nor_commit(
    connection: sqlite3.Connection, running_turn: str
) -> None:
    def intend_as(epoch: int, key: str) -> effects.Effect | None:
        return effects.intend(connection, key=key, turn_id=running_turn, call=CALL, group="", now=2.0, epoch=epoch)

    assert intend_as(1, "k1") is None
    connection.execute("UPDATE conversations SET epoch = 2")
    with pytest.raises(LeaseLostError):
        intend_as(1, "k2")
    with pytest.raises(LeaseLostError):
        effects.commit(connection, key="k1", closure=lambda: Result("late"), now=3.0, epoch=1)
    assert effects.commit(connection, key="k1", closure=lambda: Result("mine"), now=3.0, epoch=2) == Result("mine")


def test_an_effect_of_an_erased_conversation_cannot_be_committed(connection: sqlite3.Connection) -> None:
    with pytest.raises(LeaseLostError):
        effects.commit(connection, key="gone", closure=lambda: Result("late"), now=3.0, epoch=1)
