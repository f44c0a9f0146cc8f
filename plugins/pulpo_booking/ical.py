"""Appointments as an iCalendar (RFC 5545), for calendar programs to subscribe to. Pure.

Times are in UTC, so that no time zone need be described and a clock change moves nothing. A uid stays with its
appointment; ``SEQUENCE`` grows when it is moved or cancelled (3.8.7.4): it is the seconds since it was made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import Struct

from pulpo_booking.appointment import Appointment
from pulpo_booking.business import Business
from pulpo_booking.desk import service_name, staff_name
from pulpo_booking.localtime import utc
from pulpo_booking.speech import language
from pulpo_booking.texts import say

FOLD: Final = 75
"""Octets of a line, without its end (3.1)."""

REFRESH: Final = "PT15M"
"""How often a program should ask again (RFC 7986)."""


class Entry(Struct, frozen=True):
    """An appointment with when it was made and last changed (UTC seconds)."""

    appointment: Appointment
    created_at: int
    updated_at: int


def calendar_of(business: Business, entries: Iterable[Entry], *, locale: str, staff: str | None = None) -> bytes:
    """Return the calendar of a business, or of one of its people; cancelled appointments are in it as such."""
    name = business.name if staff is None else f"{business.name} · {staff_name(business, staff)}"
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//PulpoAI//booking//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        _text("NAME", name),
        _text("X-WR-CALNAME", name),
        f"X-WR-TIMEZONE:{business.tz}",
        f"REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}",
        f"X-PUBLISHED-TTL:{REFRESH}",
        *(line for entry in entries for line in _event(business, entry, locale)),
        "END:VCALENDAR",
    ]
    return b"".join(folded(line) for line in lines)


def folded(line: str) -> bytes:
    """Return a content line in octets, with its end; a long one goes on after a space, no character is cut (3.1)."""
    raw, parts, limit = line.encode(), [], FOLD
    while len(raw) > limit:
        cut = limit
        while raw[cut] & 0xC0 == 0x80:  # a byte inside a UTF-8 character
            cut -= 1
        parts.append(raw[:cut])
        raw, limit = raw[cut:], FOLD - 1
    return b"\r\n ".join([*parts, raw]) + b"\r\n"


def escaped(text: str) -> str:
    """Return a text value (3.3.11); control characters, which none may hold, become spaces."""
    safe = "".join(" " if (ord(char) < 32 and char != "\n") or char == "\x7f" else char for char in _one_end(text))
    return safe.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _one_end(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _event(business: Business, entry: Entry, locale: str) -> Iterator[str]:
    each = entry.appointment
    who = {"service": service_name(business, each.service_id, locale), "staff": staff_name(business, each.staff_id)}
    yield "BEGIN:VEVENT"
    yield f"UID:{each.id}.{each.workspace_id}@pulpoai"
    yield f"DTSTAMP:{_stamp(entry.updated_at)}"
    yield f"CREATED:{_stamp(entry.created_at)}"
    yield f"LAST-MODIFIED:{_stamp(entry.updated_at)}"
    yield f"SEQUENCE:{max(0, entry.updated_at - entry.created_at)}"
    yield f"DTSTART:{_stamp(each.starts_at)}"
    yield f"DTEND:{_stamp(each.ends_at)}"
    yield f"STATUS:{'CONFIRMED' if each.state == 'active' else 'CANCELLED'}"
    yield f"TRANSP:{'OPAQUE' if each.state == 'active' else 'TRANSPARENT'}"
    yield _text(f"SUMMARY;LANGUAGE={language(locale)}", say("feed_summary", locale, name=each.name, **who))
    yield _text(f"DESCRIPTION;LANGUAGE={language(locale)}", say("feed_says", locale, phone=each.phone, **who))
    yield _text("LOCATION", business.name)
    yield "END:VEVENT"


def _text(name: str, value: str) -> str:
    return f"{name}:{escaped(value)}"


def _stamp(at: int) -> str:
    return f"{utc(at):%Y%m%dT%H%M%SZ}"
