"""Dates, times, prices, durations and lists in words, in Spanish and English."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from importlib import resources
from zoneinfo import ZoneInfo

import pulpo
from pulpo_booking.business import Business, clock_of
from pulpo_booking.localtime import instants, local
from pulpo_booking.texts import say

_WEEKDAYS = {
    "es": ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS = {
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split(),
    "en": "January February March April May June July August September October November December".split(),
}
_SYMBOLS = {"EUR": "€", "USD": "US$", "GBP": "£", "ARS": "$", "MXN": "$", "COP": "$", "CLP": "$", "UYU": "$"}


def language(locale: str) -> str:
    """Return ``es`` or ``en``, the languages this plugin speaks."""
    return "es" if locale.partition("-")[0].lower() == "es" else "en"


def weekday(position: int, locale: str) -> str:
    """Return a weekday's name, Monday being 0."""
    return _WEEKDAYS[language(locale)][position]


def weekdays(position: int, locale: str) -> str:
    """Return a weekday's plural."""
    name = weekday(position, locale)
    return name if name.endswith("s") else f"{name}s"


def day_text(day: date, locale: str, *, today: date) -> str:
    """Return an absolute date, ``martes 24 de noviembre``; the year is said when it is not this one."""
    month = _MONTHS[language(locale)][day.month - 1]
    name = weekday(day.weekday(), locale)
    if language(locale) == "es":
        return f"{name} {day.day} de {month}" + ("" if day.year == today.year else f" de {day.year}")
    if locale == "en-US":
        return f"{name}, {month} {day.day}" + ("" if day.year == today.year else f", {day.year}")
    return f"{name} {day.day} {month}" + ("" if day.year == today.year else f" {day.year}")


def time_text(at: int, business: Business) -> str:
    """Return the wall clock; of an hour that a clock change repeats, with its offset from UTC."""
    clock = local(at, business.zone)
    shown = f"{clock:%H:%M}"
    if len(instants(clock.date(), clock.hour * 60 + clock.minute, business.zone)) > 1:
        return f"{shown} (UTC{clock:%z})"
    return shown


def when_text(at: int, business: Business, locale: str, *, now: int) -> str:
    """Return day and time by the business's clock."""
    clock = local(at, business.zone)
    day = day_text(clock.date(), locale, today=local(now, business.zone).date())
    return say("at_one" if clock.hour == 1 else "at", locale, day=day, time=time_text(at, business))


def when_text_with_zone(at: int, business: Business, locale: str, *, now: int, timezone: str | None = None) -> str:
    """Return day and time by the business's clock; by the user's as well if that shows another time. Without the
    user's ``timezone``, say whose clock it is when the locale suggests that they live by another one."""
    when = when_text(at, business, locale, now=now)
    if timezone is None:
        return when + zone_text(business, locale)
    theirs = their_clock(at, business, locale, timezone)
    if not theirs:
        return when
    offset = local(at, ZoneInfo(timezone)).isoformat()[-6:].replace("-", "\N{MINUS SIGN}")
    return when + say("zone_both", locale, city=_city(business), theirs=theirs, offset=f"UTC{offset}")


def zone_text(business: Business, locale: str) -> str:
    """Return `` (hora de Madrid)`` for a locale of a country in which the business's zone is not used."""
    country = next((part for part in locale.split("-")[1:] if len(part) == 2 and part.isupper()), "")
    used_in = _countries_of(business.tz)
    if not country or not used_in or country in used_in:
        return ""
    return say("zone", locale, city=_city(business))


def also_theirs(at: int, business: Business, locale: str, timezone: str | None) -> str:
    """Return `` (11:00 en tu zona)`` for a user whose clock shows another time than the business's."""
    theirs = their_clock(at, business, locale, timezone) if timezone else ""
    return say("also_theirs", locale, theirs=theirs) if theirs else ""


def their_clock(at: int, business: Business, locale: str, timezone: str) -> str:
    """Return the time in ``timezone``, with the day where that differs; nothing where both clocks agree."""
    here, there = local(at, business.zone), local(at, ZoneInfo(timezone))
    if here.utcoffset() == there.utcoffset():
        return ""
    if here.date() == there.date():
        return f"{there:%H:%M}"
    return f"{day_text(there.date(), locale, today=here.date())}, {there:%H:%M}"


def _city(business: Business) -> str:
    return business.tz.rpartition("/")[2].replace("_", " ")


def hours_text(spans: Sequence[tuple[int, int]], locale: str) -> str:
    """Return ``de 09:00 a 13:00 y de 14:00 a 20:00``, or that it is closed."""
    if not spans:
        return say("closed", locale)
    said = [say("hours_span", locale, start=clock_of(start), end=clock_of(end)) for start, end in spans]
    return join(said, locale)


def duration_text(minutes: int) -> str:
    """Return ``45 min``, ``2 h`` or ``1 h 30 min``."""
    hours, rest = divmod(minutes, 60)
    return " ".join(part for part in (f"{hours} h" if hours else "", f"{rest} min" if rest else "") if part)


def price_text(price: Decimal, currency: str, locale: str) -> str:
    """Return ``22,50 €`` in Spanish, ``€22.50`` in English; cents only when there are any."""
    symbol = _SYMBOLS.get(currency, currency)
    amount = f"{price:,.0f}" if price == price.to_integral_value() else f"{price:,.2f}"
    if language(locale) == "en":
        return f"{symbol}{amount}" if len(symbol) < 3 or symbol.endswith("$") else f"{amount} {symbol}"
    amount = amount.translate(str.maketrans(",.", ".,"))
    return f"{symbol} {amount}" if symbol.endswith("$") else f"{amount} {symbol}"


def join(items: Sequence[str], locale: str, *, word: str = "") -> str:
    """Return ``a, b y c``; ``word`` replaces "y"/"and"."""
    if len(items) < 2:
        return "".join(items)
    if not word:
        last = items[-1].lower()
        spanish_e = last.startswith(("i", "í", "hi", "hí")) and not last.startswith("hie")
        word = ("e" if spanish_e else "y") if language(locale) == "es" else "and"
    return f"{', '.join(items[:-1])} {word} {items[-1]}"


def either(items: Sequence[str], locale: str) -> str:
    """Return ``a, b o c``."""
    spanish = "u" if items and items[-1].lower().startswith(("o", "ó", "ho", "hó", "8")) else "o"
    return join(items, locale, word=spanish if language(locale) == "es" else "or")


def lines(items: Sequence[str]) -> str:
    """Return one item a line, as a list that plain text and Markdown both show well."""
    return "\n".join(f"- {item}" for item in items)


def name_of(name: str | dict[str, str], locale: str) -> str:
    return pulpo.localized(name, locale)


def within(name: str, locale: str) -> str:
    """Return a service's name as it stands within a sentence: Spanish does not capitalise it there."""
    return name[:1].lower() + name[1:] if not name[1:2].isupper() else name


def sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


@lru_cache(maxsize=1)
def _zone_table() -> dict[str, frozenset[str]]:
    """The countries of each zone, from the tz database's own table."""
    table = resources.files("tzdata.zoneinfo").joinpath("zone1970.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return {row[2]: frozenset(row[0].split(",")) for row in rows}


def _countries_of(tz: str) -> frozenset[str]:
    return _zone_table().get(tz, frozenset())
