"""Who may see what, and what the slots list."""

from __future__ import annotations

import pytest

import pulpo
from pulpo_booking.desk import customer_of, find_service, find_staff
from pulpo_booking.errors import NoBusinessError
from unit.pulpo_booking.counter import Counter

pytestmark = pytest.mark.anyio


async def test_services_are_listed_with_their_other_names(counter: Counter) -> None:
    listed = {choice.value: choice for choice in await counter.desk.services(counter.context())}
    assert listed["corte"].label == {"es": "Corte de pelo", "en": "Haircut"}
    assert "cortarme el pelo" in listed["corte"].synonyms


async def test_staff_are_listed_with_anyone(counter: Counter) -> None:
    assert [choice.value for choice in await counter.desk.staff(counter.context())] == ["ana", "luis", "marta", "any"]


async def test_own_appointments_are_listed_with_what_points_at_them(counter: Counter) -> None:
    mine = await counter.book("corte", "2026-11-26", "17:00")
    await counter.at(user="u2").book("barba", "2026-11-26", "10:00")
    (choice,) = await counter.desk.own_appointments(counter.context())
    assert choice.value == mine.value["appointment"]["id"]
    assert choice.label == "Corte de pelo, jueves 26 de noviembre a las 17:00 con Ana"
    assert choice.fields == {"service": "corte", "staff": "ana", "date": "2026-11-26", "time": "17:00"}
    assert "Haircut" in choice.synonyms


async def test_what_is_over_is_not_listed(counter: Counter) -> None:
    await counter.book("corte", "2026-11-26", "17:00")
    later = counter.now.replace(day=27)
    assert await counter.desk.own_appointments(counter.at(now=later).context()) == []


def test_a_customer_is_the_user_or_else_the_conversation(counter: Counter) -> None:
    assert customer_of(counter.context()) == "user:u1"
    assert customer_of(counter.at(user=None).context()) == "conversation:c1"
    assert customer_of(counter.at(user="c1").context()) != customer_of(counter.at(user=None).context())


def test_ids_are_the_same_for_the_same_effect_only(counter: Counter) -> None:
    make = counter.desk.appointment_id
    assert make(counter.context("k")) == make(counter.at(user="u2").context("k"))
    assert make(counter.context("k")) != make(counter.context("k2"))
    assert make(counter.context("k")) != make(counter.at(workspace="arce").context("k"))
    assert make(counter.context()) != make(counter.context())


@pytest.mark.parametrize(
    ("said", "found"),
    [("corte", "corte"), ("CORTE de pelo", "corte"), ("Haircut", "corte"), ("uñas", "manicura"), ("pizza", None)],
)
def test_find_service(counter: Counter, said: str, found: str | None) -> None:
    service = find_service(counter.desk.business("demo"), said)
    assert (service and service.id) == found


def test_a_name_of_two_services_finds_neither(counter: Counter) -> None:
    assert find_service(counter.desk.business("marea"), "corte") is None


@pytest.mark.parametrize(("said", "found"), [("vidal", "vidal"), ("dra. vidal", "vidal"), ("nadie", None)])
def test_find_staff(counter: Counter, said: str, found: str | None) -> None:
    person = find_staff(counter.desk.business("arce"), said)
    assert (person and person.id) == found


def test_a_workspace_without_a_business_is_told_what_to_do(counter: Counter) -> None:
    with pytest.raises(NoBusinessError, match=r"add its file to businesses in \[plugins.pulpo_booking\]"):
        counter.desk.business("nowhere")


async def test_nothing_is_found_in_another_workspace(counter: Counter) -> None:
    booked = await counter.book("corte", "2026-11-26", "17:00")
    assert booked.done
    assert await counter.at(workspace="arce").call("list_my_appointments") == pulpo.Result(
        {"appointments": []}, "No tienes ninguna cita próxima."
    )
