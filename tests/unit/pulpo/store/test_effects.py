from __future__ import annotations

import sqlite3

from hypothesis import given
from hypothesis import strategies as st

from pulpo.contracts.tools import Result
from pulpo.conversation import Offer, ToolCall
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
