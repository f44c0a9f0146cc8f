from __future__ import annotations

from typing import Annotated, Any

import pytest

import pulpo
from pulpo.turns.summaries import completed, described


async def nothing(_context: pulpo.ToolContext) -> list[pulpo.Choice]:
    return []


@pulpo.tool(title={"es": "Reservar", "en": "Book"})
async def book(
    service: Annotated[str, pulpo.Slot(values=nothing)],
    phone: Annotated[str, pulpo.Slot(label={"es": "teléfono", "en": "phone"})],
    date: str = "",
    time: str = "",
    guests: int = 1,
) -> str:
    """Book."""
    return ""


TEXT = "¿Reservo el martes 24 de noviembre a las 5 p. m. para 3?"


@pytest.mark.parametrize(
    ("arguments", "added"),
    [
        ({"date": "2026-11-24"}, ""),
        ({"date": "2026-11-25"}, "(date: 2026-11-25)"),
        ({"time": "17:00"}, ""),
        ({"time": "17:30"}, "(time: 17:30)"),
        ({"guests": 3}, ""),
        ({"guests": 30}, "(guests: 30)"),
        ({"phone": "600123456", "guests": 9}, "(teléfono: 600123456, guests: 9)"),
        ({"service": "cut"}, ""),
    ],
)
def test_what_a_summary_leaves_out_is_added(arguments: dict[str, Any], added: str) -> None:
    assert completed(TEXT, book, arguments, arguments, "es") == (f"{TEXT}\n{added}" if added else TEXT)


def test_only_what_is_to_be_shown_is_added() -> None:
    assert completed(TEXT, book, {"phone": "600123456"}, (), "es") == TEXT
    assert completed(TEXT, book, {}, ("phone",), "es") == TEXT


def test_without_a_preview_all_is_told() -> None:
    assert described(book, {"phone": "1", "guests": 2}, "en") == (
        "I'm about to do this: Book (phone: 1, guests: 2). Shall I go ahead?"
    )
