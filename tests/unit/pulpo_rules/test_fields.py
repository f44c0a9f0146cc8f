from __future__ import annotations

import enum
from datetime import date, time
from typing import Annotated, Any, Literal

import pytest

import pulpo
from pulpo_rules.fields import forms
from unit.pulpo_rules.hotel import HOTEL


class Colour(enum.Enum):
    red = "red"
    dark_blue = "dark_blue"


@pulpo.tool
def everything(
    number: int,
    price: float | None,
    flag: bool,
    colour: Colour,
    meal: Literal["full_board", "none"],
    day: date,
    at: time,
    phone_number: str,
    e_mail: str,
    customer_name: str,
    hotel_name: str,
    tags: list[Literal["a", "b"]],
    free: Annotated[str, "what to write on it"] = "",
) -> None:
    """Take everything."""


FORM = forms([everything])["everything"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("number", "integer"),
        ("price", "decimal"),
        ("flag", "bool"),
        ("colour", "choice"),
        ("meal", "choice"),
        ("day", "date"),
        ("at", "time"),
        ("phone_number", "phone"),
        ("e_mail", "email"),
        ("customer_name", "person"),
        ("hotel_name", "text"),
        ("tags", "choice"),
        ("free", "text"),
    ],
)
def test_kinds(name: str, kind: str) -> None:
    field = FORM.field(name)
    assert field is not None
    assert field.kind == kind


def field(name: str) -> Any:
    return FORM.field(name)


def test_what_a_declaration_says() -> None:
    assert not field("free").required
    assert field("number").required
    assert field("tags").many
    assert [choice.label for choice in field("colour").choices] == ["red", "dark blue"]
    assert [choice.value for choice in field("meal").choices] == ["full_board", "none"]
    assert field("free").description == "what to write on it"
    assert FORM.field("nothing") is None


def test_a_reader_serves_its_types_in_every_tool() -> None:
    known = forms([everything, *HOTEL])
    day = known["everything"].field("day")
    assert day is not None
    assert day.kind == "reader"
    assert day.part == "date"
    taken = known["take_room"].field("day")
    assert taken is not None
    assert taken.reader is day.reader
