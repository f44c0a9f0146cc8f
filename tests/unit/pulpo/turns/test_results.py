from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

import pulpo
from pulpo.errors import ToolResultError
from pulpo.turns.results import MOST, SHOWN, as_result


@dataclass
class Plain:
    x: int


class Model(BaseModel):
    y: int


async def endless() -> Any:
    while True:
        yield 1


def cyclic() -> list[Any]:
    ring: list[Any] = []
    ring.append(ring)
    return ring


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Hola", pulpo.Result("Hola", "Hola")),
        (Plain(1), pulpo.Result({"x": 1})),
        ([Model(y=2)], pulpo.Result([{"y": 2}])),
        (None, pulpo.Result(None)),
        ({"price": None, "of": 1.5}, pulpo.Result({"price": None, "of": 1.5})),
        (pulpo.Result(1, "uno"), pulpo.Result(1, "uno")),
        (pulpo.Result(Plain(3)), pulpo.Result({"x": 3})),
    ],
)
def test_whatever_a_tool_returns_becomes_a_result(value: Any, expected: pulpo.Result) -> None:
    assert as_result(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        object(),
        float("nan"),
        {"a": [1, {"b": float("inf")}]},
        pulpo.Result(float("-inf")),
        itertools.count(),
        (number for number in itertools.count()),
        endless(),
        cyclic(),
        "\ud800",
        pulpo.Result(object()),
        b"x" * MOST,
        ["x"] * MOST,
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_not_json_or_too_large_is_refused_by_the_tools_name(value: Any) -> None:
    with pytest.raises(ToolResultError, match=r"^look returned") as caught:
        as_result(value, tool="look")
    assert len(str(caught.value)) < 100, "nothing of the value"


@pytest.mark.parametrize("locale", ["es", "en"])
def test_what_planners_cannot_hold_is_cut_and_said_to_be(locale: str) -> None:
    offers = tuple(pulpo.Offer(f"{number:0100}", {}) for number in range(1000))
    result = as_result(pulpo.Result(["y" * 100] * 2000, "ñ" * 100_000, offers), locale=locale)
    assert len(msgspec.json.encode(result)) <= SHOWN * 1.1
    assert result.text.endswith(
        {"es": "(Hay más de lo que cabe aquí.)", "en": "(There is more than fits here.)"}[locale]
    )
    assert result.value.startswith('["yyy')
    assert 0 < len(result.offers) < 1000
    assert result.offers == offers[: len(result.offers)]


def test_a_large_value_leaves_the_text_whole() -> None:
    result = as_result(pulpo.Result("v" * SHOWN, "Todo bien."), locale="es")
    assert result.text == "Todo bien. (Hay más de lo que cabe aquí.)"


json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


@given(json)
def test_json_stays_what_it_is(value: Any) -> None:
    assert as_result(value).value == value


@given(json, st.sampled_from([float("nan"), float("inf")]))
def test_no_nan_is_taken_for_null(value: Any, bad: float) -> None:
    with pytest.raises(ToolResultError):
        as_result([value, {"deep": [bad]}])
