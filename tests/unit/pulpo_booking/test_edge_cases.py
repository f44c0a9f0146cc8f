"""The design's numbered edge cases, through the tools. The clock is 2026-11-24 10:00 in Madrid unless said.

Case 18 is in `test_appointments_in_parallel`; the same cases over HTTP are `functional/booking/edges`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

import pulpo
from pulpo.errors import ToolArgumentsError
from unit.pulpo_booking.counter import Counter, business_of

Open = Callable[..., Counter]

pytestmark = pytest.mark.anyio

SPRING, AUTUMN = "2027-03-28", "2027-10-31"
EARLY = {day: [["01:00", "05:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}


def _hour_long(**changes: Any) -> dict[str, Any]:
    return business_of(
        **{"slot_step_minutes": 60, "services": [{"id": "cut", "name": "Cut", "minutes": 60}], **changes}
    )


def _utc(result: pulpo.Result) -> list[str]:
    return [start["utc"][11:16] for start in result.value["times"]]


def _local(result: pulpo.Result) -> list[str]:
    return [start["local"][11:] for start in result.value["times"]]


async def test_1_a_skipped_hour_has_no_starts(open_counter: Open) -> None:
    counter = open_counter(_hour_long(hours=EARLY))
    found = await counter.call("get_availability", service="cut", date=SPRING)
    assert _local(found) == ["01:00:00+01:00", "03:00:00+02:00", "04:00:00+02:00"]
    at_half = await counter.at(locale="en").call("get_availability", service="cut", date=SPRING, time="02:30")
    assert "02:30 does not exist on Sunday 28 March 2027" in at_half.text
    assert (await counter.book("cut", SPRING, "02:30")).done is False


async def test_2_a_repeated_hour_is_two_slots(open_counter: Open) -> None:
    counter = open_counter(_hour_long(hours=EARLY))
    found = await counter.call("get_availability", service="cut", date=AUTUMN)
    assert _local(found)[:3] == ["01:00:00+02:00", "02:00:00+02:00", "02:00:00+01:00"]
    twice = [offer.arguments["time"] for offer in found.offers if offer.arguments["time"].startswith("02:00")]
    assert twice == ["02:00+02:00", "02:00+01:00"]
    asked = await counter.book("cut", AUTUMN, "02:00")
    assert (asked.done, [offer.arguments["time"] for offer in asked.offers]) == (False, twice), "which of the two?"
    booked = [await counter.book("cut", AUTUMN, time) for time in twice]
    assert [each.value["appointment"]["utc"][11:16] for each in booked] == ["00:00", "01:00"]


@pytest.mark.parametrize(("day", "utc"), [("2027-03-24", "15:00"), ("2027-03-31", "14:00")])
async def test_3_a_weekly_time_keeps_its_wall_clock(open_counter: Open, day: str, utc: str) -> None:
    counter = open_counter(_hour_long())
    assert _utc(await counter.call("get_availability", service="cut", date=day, time="16:00")) == [utc]


async def test_4_another_country_is_told_whose_clock_it_is(open_counter: Open) -> None:
    counter = open_counter(_hour_long()).at(locale="es-CO")
    order = {"service": "cut", "date": "2026-12-14", "time": "17:00", "name": "Eva", "phone": "3001234567"}
    summary = await counter.preview("book_appointment", **order)
    assert isinstance(summary, pulpo.Summary)
    assert "lunes 14 de diciembre a las 17:00 (hora de Madrid)" in summary.text


@pytest.mark.parametrize(
    ("timezone", "day", "time", "shown"),
    [
        pytest.param("America/Bogota", "2026-12-14", "17:00", "11:00 en tu zona, UTC−05:00", id="4"),
        pytest.param("America/New_York", "2027-03-15", "15:00", "10:00 en tu zona, UTC−04:00", id="6"),
        pytest.param("Asia/Kolkata", "2026-12-14", "17:00", "21:30 en tu zona, UTC+05:30", id="7"),
        pytest.param(
            "Pacific/Auckland", "2026-12-14", "17:00", "martes 15 de diciembre, 05:00 en tu zona", id="next-day"
        ),
    ],
)
async def test_4_6_7_a_user_elsewhere_is_told_both_clocks(
    open_counter: Open, timezone: str, day: str, time: str, shown: str
) -> None:
    counter = open_counter(_hour_long()).at(timezone=timezone)
    order = {"service": "cut", "date": day, "time": time, "name": "Eva", "phone": "3001234567"}
    summary = await counter.preview("book_appointment", **order)
    assert isinstance(summary, pulpo.Summary)
    assert f"a las {time} (hora de Madrid; {shown}" in summary.text
    booked = await counter.call("book_appointment", **summary.arguments)
    assert f"{time} (hora de Madrid; {shown}" in booked.text
    brief = f"{time} ({shown.partition(', UTC')[0]}"
    assert brief in (await counter.call("list_my_appointments")).text
    refused = await counter.call("get_availability", service="cut", date=day, time=time)
    theirs = counter.at(timezone="Europe/Madrid")
    assert "en tu zona" in refused.text
    assert "en tu zona" not in (await theirs.call("get_availability", service="cut", date=day)).text


async def test_7_the_grid_is_the_business_s(open_counter: Open) -> None:
    counter = open_counter(_hour_long()).at(timezone="Asia/Kolkata")
    found = await counter.call("get_availability", service="cut", date="2026-12-14")
    assert "09:00 (13:30 en tu zona)" in found.text
    assert "19:00 (23:30 en tu zona)" in found.text
    assert [offer.arguments["time"][3:] for offer in found.offers] == ["00"] * len(found.offers)


async def test_5_the_day_is_the_business_s_day(open_counter: Open) -> None:
    late_in_bogota = datetime(2026, 11, 25, 4, 30, tzinfo=UTC)  # 23:30 on the 24th there, 05:30 on the 25th in Madrid
    counter = open_counter(_hour_long()).at(now=late_in_bogota)
    found = await counter.call("get_availability", service="cut")
    assert found.value["times"][0]["date"] == "2026-11-25"


async def test_6_offsets_of_the_weeks_between_two_clock_changes(open_counter: Open) -> None:
    counter = open_counter(_hour_long())
    found = await counter.call("get_availability", service="cut", date="2027-03-15", time="15:00")
    assert _utc(found) == ["14:00"], "10:00 in New York, which has changed its clocks already"


@pytest.mark.parametrize(
    ("tz", "utc"),
    [("America/Mexico_City", "16:00"), ("America/Asuncion", "13:00"), ("Asia/Kolkata", "04:30")],
)
async def test_8_the_zone_data_is_recent(open_counter: Open, tz: str, utc: str) -> None:
    counter = open_counter(_hour_long(tz=tz))
    found = await counter.call("get_availability", service="cut", date="2027-07-01", time="10:00")
    assert _utc(found) == [utc], "Mexico and Paraguay no longer change their clocks in summer"


async def test_9_a_holiday_is_named_and_the_next_day_offered(open_counter: Open) -> None:
    counter = open_counter(_hour_long(region="ES"))
    found = await counter.call("get_availability", service="cut", date="2026-12-08")
    assert "martes 8 de diciembre" in found.text
    assert "Inmaculada Concepción" in found.text
    assert found.offers[0].arguments["date"] == "2026-12-09"


@pytest.mark.parametrize(("region", "open_"), [("ES-MD", False), ("ES-CT", True)])
async def test_10_holidays_are_regional(open_counter: Open, region: str, open_: bool) -> None:
    counter = open_counter(_hour_long(region=region))
    assert bool(await counter.free("cut", "2027-05-03")) is open_, "Madrid moves the 2nd of May, a Sunday, to the 3rd"


async def test_11_moved_holidays_are_closed_on_the_day_they_move_to(open_counter: Open) -> None:
    counter = open_counter(_hour_long(region="CO", tz="America/Bogota"))
    assert await counter.free("cut", "2027-01-06"), "Epiphany itself"
    assert not await counter.free("cut", "2027-01-11"), "the Monday it is kept on"


async def test_12_a_date_exception_beats_a_holiday_and_a_closure_beats_the_week(open_counter: Open) -> None:
    special = {"2026-12-08": [["10:00", "12:00"]]}
    counter = open_counter(_hour_long(region="ES", special_hours=special, closed_dates=["2026-12-09"]))
    assert await counter.free("cut", "2026-12-08") == ["10:00", "11:00"]
    assert await counter.free("cut", "2026-12-09") == []


async def test_13_the_last_start_before_a_break(open_counter: Open) -> None:
    breaks = {"tue": [["14:00", "16:00"]]}
    counter = open_counter(_hour_long(staff=[{"id": "ana", "name": "Ana", "breaks": breaks}], slot_step_minutes=30))
    free = await counter.free("cut", "2026-12-01")
    assert [each for each in free if "12:30" <= each <= "16:00"] == ["12:30", "13:00", "16:00"]


async def test_14_intervals_are_half_open(open_counter: Open) -> None:
    counter = open_counter(business_of())
    assert (await counter.book("cut", "2026-12-01", "10:00")).done
    assert not (await counter.book("cut", "2026-12-01", "10:15")).done
    assert (await counter.book("cut", "2026-12-01", "10:30")).done


async def test_15_buffers_add_up(open_counter: Open) -> None:
    services = [
        {"id": "a", "name": "A", "minutes": 30, "buffer_after_minutes": 10},
        {"id": "b", "name": "B", "minutes": 30, "buffer_before_minutes": 5},
    ]
    counter = open_counter(business_of(slot_step_minutes=5, services=services))
    assert (await counter.book("a", "2026-12-01", "10:00")).done
    free = await counter.free("b", "2026-12-01")
    assert min(each for each in free if each > "10:00") == "10:45"


async def test_16_a_gap_that_is_too_short_is_none(open_counter: Open) -> None:
    services = [{"id": "short", "name": "S", "minutes": 15}, {"id": "long", "name": "L", "minutes": 90}]
    counter = open_counter(business_of(services=services, hours={"tue": [["10:00", "11:30"]]}))
    assert await counter.free("long", "2026-12-01") == ["10:00"]
    assert (await counter.book("short", "2026-12-01", "10:00")).done, "75 minutes are left"
    assert await counter.free("long", "2026-12-01") == []


async def test_17_places_fill_up_and_a_cancel_frees_exactly_one(open_counter: Open) -> None:
    counter = open_counter(business_of(services=[{"id": "yoga", "name": "Yoga", "minutes": 60, "capacity": 3}]))
    booked = [await counter.at(user=user).book("yoga", "2026-12-01", "10:00") for user in "abcd"]
    assert [each.done for each in booked] == [True, True, True, False]
    await counter.at(user="b").call("cancel_appointment", appointment=booked[1].value["appointment"]["id"])
    again = [await counter.at(user=user).book("yoga", "2026-12-01", "10:00") for user in "de"]
    assert [each.done for each in again] == [True, False]


async def test_19_without_a_preference_the_second_goes_to_who_is_free(open_counter: Open) -> None:
    counter = open_counter(business_of(staff=[{"id": "ana", "name": "Ana"}, {"id": "luis", "name": "Luis"}]))
    booked = [await counter.book("cut", "2026-12-01", "10:00", staff="any") for _ in range(3)]
    assert [each.value["appointment"]["staff"] for each in booked[:2]] == ["ana", "luis"]
    assert booked[2].done is False


async def test_20_a_retry_makes_one_row_with_one_id(open_counter: Open) -> None:
    counter = open_counter(business_of())
    first = await counter.book("cut", "2026-12-01", "10:00", key="turn-1")
    counter.database.ledger.clear()  # the reply was lost, and the ledger with it: the id alone must do
    again = await counter.book("cut", "2026-12-01", "10:00", key="turn-1")
    assert again == first
    assert len(counter.rows()) == 1


async def test_20_the_same_key_for_something_else_is_a_conflict(open_counter: Open) -> None:
    counter = open_counter(business_of())
    await counter.book("cut", "2026-12-01", "10:00", key="turn-1")
    counter.database.ledger.clear()
    other = await counter.book("cut", "2026-12-01", "12:00", key="turn-1")
    assert (other.done, other.value["problem"]) == (False, "conflict")
    assert len(counter.rows()) == 1


@pytest.mark.parametrize(("day", "time"), [("2026-11-24", "09:30"), ("2026-11-23", "10:00"), ("2020-02-29", "10:00")])
async def test_21_the_past_is_refused(open_counter: Open, day: str, time: str) -> None:
    counter = open_counter(business_of()).at(locale="en")
    refused = await counter.book("cut", day, time)
    assert refused.done is False
    assert "past" in refused.text
    assert counter.rows() == []


async def test_22_notice_moves_the_first_slot(open_counter: Open) -> None:
    counter = open_counter(business_of(minimum_notice_minutes=120))
    assert (await counter.free("cut", "2026-11-24"))[0] == "12:00"
    assert "2 h de antelación" in (await counter.book("cut", "2026-11-24", "11:45")).text


async def test_23_beyond_the_horizon_the_last_date_is_named(open_counter: Open) -> None:
    counter = open_counter(business_of(maximum_advance_days=30))
    refused = await counter.book("cut", "2027-02-01", "10:00")
    assert "hasta el jueves 24 de diciembre" in refused.text
    assert refused.done is False
    assert max(offer.arguments["date"] for offer in refused.offers) == "2026-12-24"


async def test_24_a_cancel_frees_at_once_and_twice_is_harmless(open_counter: Open) -> None:
    counter = open_counter(business_of(), business_of(workspace="other"))
    id_ = (await counter.book("cut", "2026-12-01", "10:00")).value["appointment"]["id"]
    for stranger in (counter.at(user="u2"), counter.at(user=None, conversation="u1"), counter.at(workspace="other")):
        refused = await stranger.call("cancel_appointment", appointment=id_)
        assert (refused.done, refused.value) == (False, {"problem": "not_found"})
    assert (await counter.call("cancel_appointment", appointment=id_)).done
    assert "10:00" in await counter.free("cut", "2026-12-01")
    assert (await counter.at(user="u2").book("cut", "2026-12-01", "10:00")).done
    again = await counter.call("cancel_appointment", appointment=id_)
    assert (again.done, again.value["problem"]) == (False, "already_cancelled")
    assert "10:00" not in await counter.free("cut", "2026-12-01")


async def test_25_a_move_is_all_or_nothing(open_counter: Open) -> None:
    counter = open_counter(business_of())
    id_ = (await counter.book("cut", "2026-12-01", "10:00")).value["appointment"]["id"]
    await counter.at(user="u2").book("cut", "2026-12-01", "12:00")
    kept = await counter.call("reschedule_appointment", appointment=id_, date="2026-12-01", time="12:15")
    assert kept.done is False
    assert (await counter.call("list_my_appointments")).value["appointments"][0]["time"] == "10:00"
    moved = await counter.call("reschedule_appointment", appointment=id_, date="2026-12-01", time="10:15")
    assert (moved.done, moved.value["appointment"]["id"]) == (True, id_), "its own slot is no conflict"
    assert "10:30" not in await counter.free("cut", "2026-12-01")
    assert "09:45" in await counter.free("cut", "2026-12-01")


async def test_26_two_workspaces_share_nothing(open_counter: Open) -> None:
    counter = open_counter(business_of(), business_of(workspace="other"))
    assert (await counter.book("cut", "2026-12-01", "10:00")).done
    assert (await counter.at(workspace="other").book("cut", "2026-12-01", "10:00")).done


async def test_27_what_was_taken_meanwhile_is_said_to_be(open_counter: Open) -> None:
    counter = open_counter(business_of())
    order = {"service": "cut", "date": "2026-12-01", "time": "10:00", "name": "Eva", "phone": "600100200"}
    summary = await counter.preview("book_appointment", **order)
    assert isinstance(summary, pulpo.Summary)
    await counter.at(user="u2").book("cut", "2026-12-01", "10:00")
    late = await counter.call("book_appointment", **summary.arguments)
    assert (late.done, len(counter.rows())) == (False, 1)
    assert "ya tiene una cita" in late.text
    assert "10:30" in [offer.arguments["time"] for offer in late.offers]
    assert isinstance(await counter.preview("book_appointment", **order), pulpo.Result)


@pytest.mark.parametrize(
    ("hours", "said", "meant"),
    [
        ("09:00-20:00", "05:00|17:00", "17:00"),
        ("18:00-23:00", "08:00|20:00", "20:00"),
        ("07:00-12:00", "08:00|20:00", "08:00"),
    ],
)
async def test_28_opening_hours_choose_the_half_of_the_day(
    open_counter: Open, hours: str, said: str, meant: str
) -> None:
    counter = open_counter(business_of(hours={"tue": [hours.split("-")]}))
    order = {"service": "cut", "date": "2026-12-01", "time": said, "name": "Eva", "phone": "600100200"}
    summary = await counter.preview("book_appointment", **order)
    assert isinstance(summary, pulpo.Summary)
    assert f"martes 1 de diciembre a las {meant}" in summary.text
    assert summary.arguments["time"] == meant


async def test_28_when_both_halves_are_open_it_is_asked(open_counter: Open) -> None:
    counter = open_counter(business_of(hours={"tue": [["07:00", "22:00"]]}))
    order = {"service": "cut", "date": "2026-12-01", "time": "08:00|20:00", "name": "Eva", "phone": "600100200"}
    asked = await counter.preview("book_appointment", **order)
    assert isinstance(asked, pulpo.Result)
    assert asked.text == "¿El martes 1 de diciembre a las 08:00 o a las 20:00?"
    assert [offer.arguments["time"] for offer in asked.offers] == ["08:00", "20:00"]
    assert not (await counter.call("book_appointment", **order)).done
    assert counter.rows() == []


async def test_29_only_days_that_exist(open_counter: Open) -> None:
    counter = open_counter(business_of(maximum_advance_days=3000))
    with pytest.raises(ToolArgumentsError, match="date"):
        await counter.free("cut", "2027-02-30")
    assert await counter.free("cut", "2028-02-29")


async def test_30_after_midnight_belongs_to_the_evening_before(open_counter: Open) -> None:
    counter = open_counter(_hour_long(slot_step_minutes=30, hours={"fri": [["22:00", "02:00"]]}))
    friday = await counter.call("get_availability", service="cut", date="2026-11-27")
    assert [(each["date"], each["time"]) for each in friday.value["times"]][-1] == ("2026-11-28", "01:00")
    booked = await counter.book("cut", "2026-11-28", "00:30")
    assert booked.value["appointment"]["date"] == "2026-11-28"
    assert not (await counter.book("cut", "2026-11-27", "00:30")).done, "Thursday evening is closed"
