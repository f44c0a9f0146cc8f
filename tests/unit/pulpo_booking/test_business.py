"""What a business file may say, and how a mistake in it is told."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from pulpo_booking.business import Business, clock_of, minutes_of
from unit.pulpo_booking.counter import business_of


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"hours": {"mon": [["9", "13:00"]]}}, "is not a time of day; write HH:MM"),
        ({"hours": {"mon": [["25:00", "26:00"]]}}, "is not a time of day; write HH:MM"),
        ({"hours": {"mon": ["09:00", "13:00"]}}, 'is not a span of time; write ["09:00", "13:00"]'),
        ({"hours": {"mon": "closed"}}, "is not a list of spans"),
        ({"hours": {"mon": [["09:00", "13:00"], ["12:00", "15:00"]]}}, "the spans overlap at 12:00"),
        ({"hours": {"monday": []}}, "Input should be 'mon'"),
        ({"tz": "Madrid"}, "is not an IANA zone"),
        ({"region": "Spain"}, "should match pattern"),
        ({"slot_step_minutes": 0}, "greater than or equal to 1"),
        ({"rooms": 0}, "greater than or equal to 1"),
        ({"services": []}, "at least 1 item"),
        ({"services": [{"id": "cut", "name": "Cut"}]}, "Field required"),
        ({"services": [{"id": "cut", "name": "Cut", "minutes": 30, "prize": 3}]}, "Extra inputs are not permitted"),
        ({"services": [{"id": "cut", "name": "Cut", "minutes": 30}] * 2}, "the id 'cut' is used twice"),
        ({"staff": [{"id": "ana", "name": "Ana", "services": ["dye"]}]}, "staff ana: services: no service 'dye'"),
        ({"day_services": {"sun": ["dye"]}}, "day_services.sun: no service 'dye'; there are cut"),
        ({"daily_limits": {"dye": 1}}, "daily_limits: no service 'dye'"),
        (
            {"closed_dates": ["2026-12-24"], "special_hours": {"2026-12-24": []}},
            "2026-12-24 stands in closed_dates and in special_hours",
        ),
    ],
)
def test_a_mistake_is_named(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Business.model_validate(business_of(**changes))
    assert told in str(caught.value)


def test_an_end_that_is_not_after_its_start_is_in_the_next_day() -> None:
    business = Business.model_validate(business_of(hours={"fri": [["22:00", "02:00"], ["09:00", "12:00"]]}))
    assert business.hours["fri"] == ((540, 720), (1320, 1560))


def test_closed_dates_may_tell_a_reason() -> None:
    plain = Business.model_validate(business_of(closed_dates=["2026-12-24"]))
    told = Business.model_validate(business_of(closed_dates={"2026-12-24": "Inventory"}))
    assert plain.closed_dates.keys() == told.closed_dates.keys()
    assert list(told.closed_dates.values()) == ["Inventory"]


def test_staff_without_a_list_of_services_gives_all() -> None:
    business = Business.model_validate(business_of())
    assert [person.id for person in business.staff_for("cut")] == ["ana"]


def test_a_business_survives_being_written_and_read_again() -> None:
    business = Business.model_validate(business_of(hours={"fri": [["22:00", "02:00"]], "sat": [["00:00", "24:00"]]}))
    assert Business.model_validate(business.model_dump(mode="json")) == business


@pytest.mark.parametrize(("clock", "minutes"), [("00:00", 0), ("9:05", 545), ("23:59", 1439), ("24:00", 1440)])
def test_clock_and_minutes(clock: str, minutes: int) -> None:
    assert minutes_of(clock) == minutes
    assert clock_of(minutes) == ("00:00" if minutes == 1440 else clock.zfill(5))
