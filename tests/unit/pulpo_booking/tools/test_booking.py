"""The summary first, then exactly what it said."""

from __future__ import annotations

import pytest

import pulpo
from pulpo_booking.appointments import Appointments
from unit.pulpo_booking.counter import ORDER, Counter

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("es", "Corte de pelo el jueves 26 de noviembre a las 17:00 con Ana, 22 €, a nombre de Eva Gil. ¿Lo confirmo?"),
        ("en", "Haircut on Thursday 26 November at 17:00 with Ana, €22, in the name of Eva Gil. Shall I confirm it?"),
    ],
)
async def test_the_summary_says_everything_and_changes_nothing(counter: Counter, locale: str, said: str) -> None:
    summary = await counter.at(locale=locale).preview("book_appointment", **ORDER)
    assert isinstance(summary, pulpo.Summary)
    assert summary.text == said
    assert summary.arguments == {**ORDER, "phone": "+34600100200", "staff": "ana"}
    assert counter.rows() == []


async def test_what_was_summed_up_is_what_is_booked(counter: Counter) -> None:
    summary = await counter.preview("book_appointment", **ORDER)
    assert isinstance(summary, pulpo.Summary)
    booked = await counter.call("book_appointment", **summary.arguments)
    assert (
        booked.text
        == "Reservado: Corte de pelo el jueves 26 de noviembre a las 17:00 con Ana, 22 €. ¡Te esperamos, Eva Gil!"
    )
    made = booked.value["appointment"]
    assert (made["local"], made["utc"], made["tz"]) == (
        "2026-11-26T17:00:00+01:00",
        "2026-11-26T16:00:00+00:00",
        "Europe/Madrid",
    )
    assert counter.rows() == [("active", "ana", made["id"])]


async def test_a_customer_without_preference_gets_who_is_free(counter: Counter) -> None:
    await counter.book("corte", "2026-11-26", "12:30")
    summary = await counter.preview("book_appointment", **{**ORDER, "time": "12:30", "staff": "any"})
    assert isinstance(summary, pulpo.Summary)
    assert summary.arguments["staff"] == "luis"


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"name": "   "}, "name"),
        ({"name": "123"}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"phone": "12345"}, "phone"),
        ({"phone": "call me"}, "phone"),
        ({"phone": "1" * 16}, "phone"),
        ({"service": "pizza"}, "service"),
        ({"staff": "marta"}, "staff"),
        ({"staff": "nobody"}, "staff"),
    ],
)
async def test_what_does_not_fit_is_asked_again(counter: Counter, changes: dict[str, str], problem: str) -> None:
    for answer in (
        await counter.preview("book_appointment", **{**ORDER, **changes}),
        await counter.call("book_appointment", **{**ORDER, **changes}),
    ):
        assert isinstance(answer, pulpo.Result)
        assert (answer.value["problem"], answer.done) == (problem, False)
        assert answer.text
    assert counter.rows() == []


@pytest.mark.parametrize("phone", ["600 100 200", "(600) 100-200", "+34.600.100.200", "+54 9 11 5555-1234"])
async def test_phones_as_people_write_them(counter: Counter, phone: str) -> None:
    assert isinstance(await counter.preview("book_appointment", **{**ORDER, "phone": phone}), pulpo.Summary)


async def test_a_rival_who_comes_in_between_is_never_answered_with_a_free_slot(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Appointments, "book", lambda *_, **__: "taken")
    lost = await counter.call("book_appointment", **ORDER)
    assert lost.done is False
    assert lost.text.startswith("El jueves 26 de noviembre a las 17:00 ya está ocupado. Te puedo ofrecer:")
    assert lost.offers
