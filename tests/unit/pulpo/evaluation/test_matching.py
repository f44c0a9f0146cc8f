from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulpo.evaluation.matching import holds, includes

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@pytest.mark.parametrize(
    ("text", "wanted", "found"),
    [
        ("El VIERNES a las 17:00", "el viernes", True),
        ("22,50\u00a0€ hoy", "22,50 €", True),
        ("uno\n dos", "uno dos", True),
        ("jose\u0301", "José", True),
        ("jose", "José", False),
        ("a las 5 pm", ("17:00", "5 pm"), True),
        ("a las 6 pm", ("17:00", "5 pm"), False),
    ],
)
def test_texts_are_compared_without_case_and_kind_of_space(text: str, wanted: Any, found: bool) -> None:
    assert holds(text, wanted) is found


@pytest.mark.parametrize(
    ("actual", "wanted", "found"),
    [
        ({"a": 1, "b": 2}, {"a": 1}, True),
        ({"a": 1}, {"a": 1, "b": 2}, False),
        ({"a": {"b": [{"c": 1, "d": 2}]}}, {"a": {"b": [{"c": 1}]}}, True),
        ([1, 2], [1], False),
        ([1, 2], [2, 1], False),
        ([], [], True),
        ([{"a": 1}], [], False),
        (1, True, False),
        (1, 1.0, False),
        ("1", 1, False),
        (None, {}, False),
    ],
)
def test_a_table_may_hold_more_a_list_may_not(actual: Any, wanted: Any, found: bool) -> None:
    assert includes(actual, wanted) is found


@given(JSON)
def test_every_value_includes_itself(value: Any) -> None:
    assert includes(value, value)
