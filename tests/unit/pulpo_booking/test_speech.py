"""Dates, times, prices and lists in words."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from pulpo_booking import speech
from pulpo_booking.business import Business
from unit.pulpo_booking.counter import business_of

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("day", "locale", "said"),
    [
        (date(2026, 11, 24), "es", "martes 24 de noviembre"),
        (date(2027, 1, 1), "es-AR", "viernes 1 de enero de 2027"),
        (date(2026, 12, 5), "en", "Saturday 5 December"),
        (date(2027, 1, 1), "en-GB", "Friday 1 January 2027"),
        (date(2026, 12, 5), "en-US", "Saturday, December 5"),
        (date(2027, 1, 1), "en-US", "Friday, January 1, 2027"),
    ],
)
def test_day_text(day: date, locale: str, said: str) -> None:
    assert speech.day_text(day, locale, today=TODAY) == said


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("es", "martes 24 de noviembre a las 17:00"),
        ("es-ES", "martes 24 de noviembre a las 17:00"),
        ("es-AR", "martes 24 de noviembre a las 17:00 (hora de Madrid)"),
        ("en-GB", "Tuesday 24 November at 17:00 (Madrid time)"),
        ("en-US", "Tuesday, November 24 at 17:00 (Madrid time)"),
    ],
)
def test_the_zone_is_said_where_another_clock_is_used(locale: str, said: str) -> None:
    business = Business.model_validate(business_of())
    at = int(datetime(2026, 11, 24, 16, tzinfo=UTC).timestamp())
    assert speech.when_text_with_zone(at, business, locale, now=at) == said


@pytest.mark.parametrize(
    ("timezone", "locale", "said"),
    [
        ("America/Bogota", "es-CO", "a las 17:00 (hora de Madrid; 11:00 en tu zona, UTC−05:00)"),
        ("America/Bogota", "en-US", "at 17:00 (Madrid time; 11:00 in your time zone, UTC−05:00)"),
        ("Asia/Kolkata", "en", "at 17:00 (Madrid time; 21:30 in your time zone, UTC+05:30)"),
        ("Asia/Tokyo", "es", "a las 17:00 (hora de Madrid; miércoles 25 de noviembre, 01:00 en tu zona, UTC+09:00)"),
        ("Europe/Paris", "es-AR", "a las 17:00"),
        ("Europe/Madrid", "es-AR", "a las 17:00"),
    ],
)
def test_the_user_s_own_clock_is_said_where_it_differs(timezone: str, locale: str, said: str) -> None:
    business = Business.model_validate(business_of())
    at = int(datetime(2026, 11, 24, 16, tzinfo=UTC).timestamp())
    assert speech.when_text_with_zone(at, business, locale, now=at, timezone=timezone).endswith(f" {said}")


def test_one_o_clock_is_singular() -> None:
    business = Business.model_validate(business_of())
    at = int(datetime(2026, 11, 24, 0, 30, tzinfo=UTC).timestamp())
    assert speech.when_text(at, business, "es", now=at) == "martes 24 de noviembre a la 01:30"


@pytest.mark.parametrize(
    ("price", "currency", "es", "en"),
    [
        ("22", "EUR", "22 €", "€22"),
        ("22.50", "EUR", "22,50 €", "€22.50"),
        ("18000", "ARS", "$ 18.000", "$18,000"),
        ("1250.5", "USD", "US$ 1.250,50", "US$1,250.50"),
        ("300", "CHF", "300 CHF", "300 CHF"),
        ("0", "EUR", "0 €", "€0"),
    ],
)
def test_price_text(price: str, currency: str, es: str, en: str) -> None:
    assert speech.price_text(Decimal(price), currency, "es") == es
    assert speech.price_text(Decimal(price), currency, "en") == en


@pytest.mark.parametrize(("minutes", "said"), [(45, "45 min"), (60, "1 h"), (90, "1 h 30 min"), (120, "2 h")])
def test_duration_text(minutes: int, said: str) -> None:
    assert speech.duration_text(minutes) == said


@pytest.mark.parametrize(
    ("items", "es", "en"),
    [
        ([], "", ""),
        (["Ana"], "Ana", "Ana"),
        (["Ana", "Luis"], "Ana y Luis", "Ana and Luis"),
        (["Ana", "Inés"], "Ana e Inés", "Ana and Inés"),
        (["sal", "hielo"], "sal y hielo", "sal and hielo"),
        (["a", "b", "c"], "a, b y c", "a, b and c"),
    ],
)
def test_join(items: list[str], es: str, en: str) -> None:
    assert speech.join(items, "es") == es
    assert speech.join(items, "en") == en


@pytest.mark.parametrize(
    ("last", "es"), [("Luis", "Ana o Luis"), ("Óscar", "Ana u Óscar"), ("Hortensia", "Ana u Hortensia")]
)
def test_either(last: str, es: str) -> None:
    assert speech.either(["Ana", last], "es") == es
    assert speech.either(["Ana", last], "en") == f"Ana or {last}"


def test_hours_text() -> None:
    assert speech.hours_text([(540, 840), (960, 1440)], "es") == "de 09:00 a 14:00 y de 16:00 a 00:00"
    assert speech.hours_text([], "en") == "closed"


@pytest.mark.parametrize(("position", "es"), [(0, "lunes"), (5, "sábados"), (6, "domingos")])
def test_weekdays(position: int, es: str) -> None:
    assert speech.weekdays(position, "es") == es
