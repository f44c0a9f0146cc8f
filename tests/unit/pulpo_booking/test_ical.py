"""The feed as calendar programs read it: checked with icalendar, and line by line against RFC 5545."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from pulpo_booking.appointment import Appointment
from pulpo_booking.business import Business
from pulpo_booking.ical import Entry, calendar_of, escaped, folded
from unit.pulpo_booking.counter import business_of

MADRID = ZoneInfo("Europe/Madrid")
NAILS = {"id": "cut", "name": {"es": "Uñas", "en": "Nails"}, "minutes": 30}
SHOP = Business.model_validate(business_of(name="Peluquería «Ñandú»; S.L., centro", services=[NAILS]))


def entry(start: datetime, *, changed: int = 0, **more: Any) -> Entry:
    at = int(start.timestamp())
    fields = {"id": "apt_1", "workspace_id": "shop", "customer": "user:u", "service_id": "cut", "staff_id": "ana"}
    fields |= {
        "starts_at": at,
        "ends_at": at + 1800,
        "state": "active",
        "name": "Eva",
        "phone": "+34600",
        "price": None,
    }
    return Entry(Appointment(**{**fields, **more}), at - 9000, at - 9000 + changed)


def parsed(*entries: Entry, locale: str = "es", staff: str | None = None) -> tuple[Calendar, list[Any]]:
    calendar = Calendar.from_ical(calendar_of(SHOP, entries, locale=locale, staff=staff))
    assert [part.errors for part in calendar.walk() if part.errors] == []
    return calendar, list(calendar.walk("VEVENT"))


def test_an_appointment_in_spanish_and_english() -> None:
    one = entry(datetime(2026, 11, 26, 17, tzinfo=MADRID), name="José Ángel; Núñez, hijo\\\nde Ana")
    _, (event,) = parsed(one)
    assert event["LOCATION"] == "Peluquería «Ñandú»; S.L., centro"
    assert event["SUMMARY"] == "Uñas · José Ángel; Núñez, hijo\\\nde Ana (con Ana)"
    assert event["DESCRIPTION"] == "Teléfono: +34600\nCon: Ana"
    assert event.decoded("DTSTART") == datetime(2026, 11, 26, 16, tzinfo=UTC)
    assert (event["STATUS"], event["SEQUENCE"], event["UID"]) == ("CONFIRMED", 0, "apt_1.shop@pulpoai")
    _, (english,) = parsed(one, locale="en")
    assert english["SUMMARY"].startswith("Nails · ")
    assert parsed(one, staff="ana")[0]["NAME"].endswith("· Ana")


def test_a_clock_change_is_nothing_to_it() -> None:
    # 2027-03-28: Madrid goes from 02:00 to 03:00; 2027-10-31: from 03:00 back to 02:00, so 02:30 comes twice.
    times = [datetime(2027, 3, 27, 16, tzinfo=MADRID), datetime(2027, 3, 28, 16, tzinfo=MADRID)]
    times += [datetime(2027, 10, 31, 2, 30, fold=fold, tzinfo=MADRID) for fold in (0, 1)]
    _, events = parsed(*(entry(at, id=f"apt_{number}") for number, at in enumerate(times)))
    starts = [event.decoded("DTSTART") for event in events]
    assert [f"{start:%dT%H%M}" for start in starts] == ["27T1500", "28T1400", "31T0030", "31T0130"]
    lengths = {event.decoded("DTEND") - event.decoded("DTSTART") for event in events}
    assert [length.total_seconds() for length in lengths] == [1800]


def test_a_moved_one_keeps_its_uid_and_a_cancelled_one_is_told() -> None:
    start = datetime(2026, 11, 26, 17, tzinfo=MADRID)
    _, (first, moved, gone) = parsed(
        entry(start), entry(start, changed=60), entry(start, changed=120, state="cancelled")
    )
    assert {each["UID"] for each in (first, moved, gone)} == {"apt_1.shop@pulpoai"}
    assert [each["SEQUENCE"] for each in (first, moved, gone)] == [0, 60, 120]
    assert (gone["STATUS"], gone["TRANSP"]) == ("CANCELLED", "TRANSPARENT")
    assert first.decoded("DTSTAMP") < moved.decoded("DTSTAMP") < gone.decoded("DTSTAMP")


def test_an_empty_calendar_is_one() -> None:
    assert parsed()[1] == []


@given(st.text(max_size=200))
def test_any_text_survives_and_no_line_is_too_long(text: str) -> None:
    raw = calendar_of(SHOP, [entry(datetime(2026, 11, 26, 17, tzinfo=MADRID), name=f"x{text}x")], locale="es")
    assert raw.endswith(b"END:VCALENDAR\r\n")
    lines = raw.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    assert all(line.decode() or True for line in lines)  # no character is cut in two
    (event,) = Calendar.from_ical(raw).walk("VEVENT")
    assert event["UID"] == "apt_1.shop@pulpoai"


WRITTEN = [
    ("a;b,c\\d", "a\\;b\\,c\\\\d"),
    ("a\r\nb\rc\nd", "a\\nb\\nc\\nd"),
    ("a\x00\x07\x7fb", "a   b"),
    ("ñ: «»", "ñ: «»"),
]


@pytest.mark.parametrize(("text", "written"), WRITTEN)
def test_escaping(text: str, written: str) -> None:
    assert escaped(text) == written


def test_folding_unfolds_to_the_same() -> None:
    line = "SUMMARY:" + "ñ" * 100
    assert folded(line).replace(b"\r\n ", b"") == line.encode() + b"\r\n"
    assert folded("A" * 75).count(b"\r\n") == 1
    assert folded("A" * 76).count(b"\r\n") == 2
