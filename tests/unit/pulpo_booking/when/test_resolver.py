"""The whole date language against hand-typed tables (`cases/*.toml`), and what holds for any text."""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulpo_booking.when import When, resolve

CASES = Path(__file__).parent / "cases"
NOW = datetime(2026, 11, 24, 10, tzinfo=ZoneInfo("Europe/Madrid"))
EMPTY: dict[str, Any] = {"date": None, "time": None, "period": None, "range": None, "ambiguous": False}


@dataclass(frozen=True, slots=True)
class Case:
    id: str
    rule: str
    text: str
    now: datetime
    tz: str
    locale: str
    accepted: tuple[dict[str, Any], ...]

    @property
    def held_out(self) -> bool:
        """A third of the cases, by the text alone: looked at only as a score."""
        return sha256(self.text.encode()).digest()[0] % 3 == 0


def _plain(answer: dict[str, Any]) -> dict[str, Any]:
    """All five fields; "" in a range is open; night and evening count as the same (P1)."""
    full = EMPTY | answer
    if full["range"]:
        full["range"] = [end or None for end in full["range"]]
    return full | {"period": "evening" if full["period"] == "night" else full["period"]}


def _cases(language: str) -> Iterator[Case]:
    for group in tomllib.loads((CASES / f"{language}.toml").read_text(encoding="utf-8"))["group"]:
        for case in group["cases"]:
            accepted = tuple(_plain(a) for a in (case["expect"], *case.get("accept", ())))
            now = datetime.fromisoformat(group["now"])
            yield Case(case["id"], case["rule"], case["text"], now, group["tz"], group["locale"], accepted)


def _answer(case: Case) -> dict[str, Any]:
    return _plain(resolve(case.text, now=case.now, locale=case.locale, tz=case.tz).as_dict())


def _wrong(case: Case, answer: dict[str, Any]) -> bool:
    """Not right, not flagged, and it says something: a wrong booking in the making."""
    return answer not in case.accepted and not answer["ambiguous"] and answer != EMPTY


@dataclass(frozen=True, slots=True)
class Answered:
    """A case, what it was answered, and how many seconds that took."""

    case: Case
    answer: dict[str, Any]
    seconds: float

    @property
    def right(self) -> bool:
        return self.answer in self.case.accepted


@cache
def _answered(language: str) -> tuple[Answered, ...]:
    found = []
    for case in _cases(language):
        start = perf_counter()
        answer = _answer(case)
        found.append(Answered(case, answer, perf_counter() - start))
    return tuple(found)


def _score(part: Sequence[Answered]) -> tuple[float, float]:
    wrong = sum(_wrong(each.case, each.answer) for each in part)
    return sum(each.right for each in part) / len(part), wrong / len(part)


@pytest.mark.parametrize("language", ["es", "en"])
def test_tables_are_answered_exactly(language: str) -> None:
    every = _answered(language)
    assert len(every) >= 150
    assert len({each.case.id for each in every}) == len(every)
    for name, part in (
        ("development", [each for each in every if not each.case.held_out]),
        ("held out", [each for each in every if each.case.held_out]),
    ):
        right, wrong = _score(part)
        print(f"{language} {name}: {len(part)} cases, right {right:.1%}, wrong {wrong:.1%}")
    right, wrong = _score(every)
    missed = [(it.case.id, it.case.rule, it.case.text, it.answer) for it in every if not it.right]
    assert right >= 0.97, missed
    assert wrong <= 0.01, missed


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200), st.sampled_from(["es-AR", "en-US", "en", "fr", "", "es_ES"]))
def test_any_text_is_answered(text: str, locale: str) -> None:
    answer = resolve(text, now=NOW, locale=locale, tz="Europe/Madrid")
    assert all(0 <= start < end <= len(text) for start, end in answer.spans)


_WORDS = (
    "el la a las de no mejor o y mañana pasado martes viernes 5 31 17:30 30/02 31/12/9999 9999-12-31 febrero que viene "
    "entre 7 11 en 99999 semanas 3 meses 999 días antes después del mes next week friday 4th may until from to not but "
    "instead in 2 hours between and 25 pm noche tomorrow or last day of 0 00:00 first monday december 29 feb"
).split()


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.sampled_from(_WORDS), max_size=14).map(" ".join),
    st.sampled_from(["es-MX", "en-GB"]),
    st.datetimes(min_value=datetime(1, 1, 3), max_value=datetime(9999, 12, 29)),
)
def test_any_sentence_of_date_words_is_answered_at_any_time(text: str, locale: str, now: datetime) -> None:
    answer = resolve(text, now=now.replace(tzinfo=UTC), locale=locale, tz="America/New_York")
    assert answer.date is None or answer.range is None or answer.range[0] is None or ":" in answer.range[0]
    assert answer.time is None or answer.period is None


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 400), st.integers(0, 6))
def test_a_bare_weekday_is_one_to_seven_days_ahead(days: int, weekday: int) -> None:
    now = NOW + timedelta(days=days)
    name = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")[weekday]
    found = resolve(f"el {name}", now=now, locale="es-ES", tz="Europe/Madrid")
    assert found.date is not None
    assert found.date.weekday() == weekday
    assert 1 <= (found.date - now.date()).days <= 7
    assert found.ambiguous == (weekday == now.weekday())


def test_today_is_the_date_in_the_zone_of_the_business() -> None:
    late_in_bogota = datetime.fromisoformat("2026-11-23T23:30:00-05:00")
    found = resolve("mañana a las 5", now=late_in_bogota, locale="es-CO", tz="Europe/Madrid")
    assert found.as_dict()["date"] == "2026-11-25"


def test_spans_tell_what_was_used() -> None:
    text = "Hola, soy Ana: ¿podés el juéves a las 5 para 2?"
    found = resolve(text, now=NOW, locale="es-AR", tz="Europe/Madrid")
    assert [text[a:b] for a, b in found.spans] == ["el juéves", "las 5"]


def test_the_other_language_is_understood_when_the_customers_finds_nothing() -> None:
    assert resolve("tomorrow at 5", now=NOW, locale="es-ES", tz="Europe/Madrid").time is not None
    assert resolve("mañana a las 5", now=NOW, locale="en-GB", tz="Europe/Madrid").time is not None


def test_alternatives_are_the_other_readings() -> None:
    found = resolve("el jueves o el viernes", now=NOW, locale="es-ES", tz="Europe/Madrid")
    assert [w.date.day for w in found.alternatives if w.date] == [27]
    eight = resolve("a las 8", now=NOW, locale="es-ES", tz="Europe/Madrid")
    assert [w.as_dict()["time"] for w in eight.alternatives] == ["20:00"]


def test_a_naive_clock_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        resolve("hoy", now=datetime(2026, 11, 24, 10), locale="es", tz="Europe/Madrid")


def test_nothing_said_is_an_empty_answer() -> None:
    assert resolve("hola, ¿cómo andan?", now=NOW, locale="es-AR", tz="Europe/Madrid") == When()


def test_speed_is_printed() -> None:
    spent = [each.seconds for each in (*_answered("es"), *_answered("en"))]
    print(f"median {median(spent) * 1e3:.2f} ms, slowest {max(spent) * 1e3:.2f} ms a text")
