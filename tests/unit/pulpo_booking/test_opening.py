"""Which rule gives a day its hours."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pulpo_booking.business import Business
from pulpo_booking.files import load_businesses
from pulpo_booking.opening import holiday_name, hours_on, shift_on
from unit.pulpo_booking.counter import business_of

IMMACULATE = date(2026, 12, 8)


def _business(**changes: Any) -> Business:
    return Business.model_validate(business_of(region="ES-MD", **changes))


@pytest.mark.parametrize(
    ("changes", "day", "why", "open_"),
    [
        ({}, date(2026, 12, 9), "weekly", True),
        ({}, IMMACULATE, "holiday", False),
        ({"holidays": {"remove": ["2026-12-08"]}}, IMMACULATE, "weekly", True),
        ({"holidays": {"use": False}}, IMMACULATE, "weekly", True),
        ({"holidays": {"add": {"2026-12-09": "Fair"}}}, date(2026, 12, 9), "holiday", False),
        ({"holidays": {"use": False, "add": {"2026-12-09": "Fair"}}}, date(2026, 12, 9), "holiday", False),
        ({"special_hours": {"2026-12-08": [["10:00", "12:00"]]}}, IMMACULATE, "special", True),
        ({"special_hours": {"2026-12-09": []}}, date(2026, 12, 9), "special", False),
        ({"closed_dates": ["2026-12-09"]}, date(2026, 12, 9), "closure", False),
    ],
)
def test_precedence(changes: dict[str, Any], day: date, why: str, open_: bool) -> None:
    hours = hours_on(_business(**changes), day)
    assert (hours.why, bool(hours.spans)) == (why, open_)


@pytest.mark.parametrize(
    ("region", "day", "name"),
    [
        ("ES", date(2026, 5, 2), ""),
        ("ES-MD", date(2026, 5, 2), "Fiesta de la Comunidad de Madrid"),
        ("ES-CT", date(2026, 9, 11), "Fiesta Nacional de Cataluña"),
        ("CO", date(2026, 1, 12), "Día de los Reyes Magos"),  # moved to the Monday after the 6th
        ("US", date(2027, 7, 5), "Independence Day"),
        ("", IMMACULATE, ""),
    ],
)
def test_holidays_are_those_of_the_region(region: str, day: date, name: str) -> None:
    found = holiday_name(Business.model_validate(business_of(region=region)), day)
    assert name in ("".join(found.values()) if isinstance(found, dict) else found)
    assert bool(found) == bool(name)


def test_a_holiday_is_named_in_both_languages() -> None:
    assert holiday_name(_business(), IMMACULATE) == {"es": "Inmaculada Concepción", "en": "Immaculate Conception"}


def test_a_region_the_library_does_not_know_keeps_the_national_days(caplog: pytest.LogCaptureFixture) -> None:
    business = Business.model_validate(business_of(region="ES-ZZ"))
    assert holiday_name(business, IMMACULATE)
    assert "region 'ES-ZZ' is not known to the holidays library; write its days in holidays.add" in caplog.text
    assert holiday_name(Business.model_validate(business_of(region="ZZ")), IMMACULATE) == ""


def test_shifts_may_differ_on_a_date() -> None:
    raw = business_of(
        staff=[
            {
                "id": "ana",
                "name": "Ana",
                "shifts": {"tue": [["09:00", "12:00"]]},
                "special_shifts": {"2026-11-24": [["15:00", "18:00"]]},
                "days_off": ["2026-12-01"],
            }
        ]
    )
    business = Business.model_validate(raw)
    (ana,) = business.staff
    shifts = [
        shift_on(ana, day, hours_on(business, day))
        for day in (date(2026, 11, 24), date(2026, 12, 1), date(2026, 12, 15))
    ]
    assert shifts == [((900, 1080),), (), ((540, 720),)]


def test_without_shifts_a_person_works_while_it_is_open() -> None:
    demo = load_businesses(["demo"])["demo"]
    hours = hours_on(demo, date(2026, 11, 24))
    anybody = demo.staff[0].model_copy(update={"shifts": None})
    assert shift_on(anybody, date(2026, 11, 24), hours) == hours.spans
