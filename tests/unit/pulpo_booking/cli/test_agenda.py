"""``pulpo booking agenda`` as it is printed."""

from __future__ import annotations

import json
from typing import Any

import click
import pytest
from click.testing import CliRunner

import pulpo
from pulpo_booking.cli.agenda import agenda
from unit.pulpo_booking.counter import Counter, business_of
from unit.pulpo_booking.test_agenda import agenda as answer_of

pytestmark = pytest.mark.anyio


class Told:
    """An API that answers with what it was given, and remembers what it was asked."""

    workspace = None

    def __init__(self, answer: dict[str, Any], locale: str) -> None:
        self.answer, self.locale = answer, locale
        self.asked: list[Any] = []

    def call(self, _method: str, _path: str, *, query: dict[str, str], **_: Any) -> pulpo.ApiAnswer:
        self.asked.append(query)
        return pulpo.ApiAnswer(body=self.answer)


def printed(answer: dict[str, Any], *arguments: str, locale: str = "es") -> tuple[str, list[Any]]:
    api = Told(answer, locale)
    result = CliRunner().invoke(agenda, arguments, obj=api)
    assert result.exit_code == 0, result.exception
    return click.unstyle(result.stdout), api.asked


async def week(counter: Counter) -> dict[str, Any]:
    await counter.book("cut", "2026-11-26", "10:00")
    gone = await counter.book("cut", "2026-11-26", "12:00")
    await counter.call("cancel_appointment", appointment=gone.value["appointment"]["id"])
    return await answer_of(counter, span="week")


async def test_a_week_in_spanish_and_english(open_counter) -> None:
    answer = await week(open_counter(business_of(closed_dates={"2026-11-27": "Obras"})))
    text, asked = printed(answer, "2026-11-26", "--week")
    assert asked == [{"span": "week", "from": "2026-11-26"}]
    assert "Jueves 26 de noviembre · 09:00–20:00" in text
    assert "10:00" in text
    assert "12:00 cancelada" in text
    assert "libre: Ana 09:00–10:00, 10:30–20:00" in text
    assert "Viernes 27 de noviembre · cerrado · Obras" in text
    english, _ = printed(answer, "--week", locale="en")
    assert "Thursday 26 November" in english
    assert "free: Ana" in english


async def test_a_closed_day_is_said_when_it_was_asked_for_and_skipped_in_a_month(open_counter) -> None:
    counter = open_counter(business_of(hours={"thu": [["09:00", "10:00"]]}))
    assert "Martes 24 de noviembre · cerrado" in printed(await answer_of(counter), "2026-11-24")[0]
    assert "Martes" not in printed(await answer_of(counter, span="month"), "--month")[0]


async def test_json_is_the_answer(open_counter) -> None:
    answer = await week(open_counter(business_of()))
    assert json.loads(printed(answer, "--json")[0]) == answer
