"""Day in one language, hours in the other: each is read in its own, none reads what the other knows to be no date."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from pulpo_booking.when import When, resolve
from pulpo_booking.when.switching import filled, without

NOW = datetime(2026, 11, 24, 10, tzinfo=ZoneInfo("Europe/Madrid"))


def _said(text: str, locale: str) -> tuple[str | None, str | None, str | None]:
    answer = resolve(text, now=NOW, locale=locale, tz="Europe/Madrid").as_dict()
    return tuple(answer[name] for name in ("date", "time", "period"))  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("text", "locale", "said"),
    [
        ("can I get a corte for mañana at 5pm", "en-US", ("2026-11-25", "17:00", None)),
        ("anything el jueves at noon?", "en-GB", ("2026-11-26", "12:00", None)),
        ("friday a las 5 de la tarde", "en-US", ("2026-11-27", "17:00", None)),
        ("do you have room on friday por la tarde", "en-GB", ("2026-11-27", None, "afternoon")),
        ("quiero hora tomorrow a las 6", "es-ES", ("2026-11-25", "18:00", None)),
        ("el viernes in the morning", "es-MX", ("2026-11-27", None, "morning")),
    ],
)
def test_each_part_is_read_in_its_language(text: str, locale: str, said: tuple[str | None, ...]) -> None:
    assert _said(text, locale) == said


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("I live at 12 May Street", "en-GB"),
        ("number 3 on the sides, 4 on top", "en-GB"),
        ("may I come by at all?", "en-US"),
    ],
)
def test_what_one_language_knows_to_be_no_date_the_other_does_not_read(text: str, locale: str) -> None:
    assert _said(text, locale) == (None, None, None)


def test_spans_tell_what_both_have_used() -> None:
    text = "a trim mañana at 5pm"
    found = resolve(text, now=NOW, locale="en-GB", tz="Europe/Madrid")
    assert sorted(text[a:b] for a, b in found.spans) == ["at 5pm", "mañana"]


def test_the_other_language_is_not_asked_without_a_word_of_its_own() -> None:
    def never() -> When:
        raise AssertionError("read for nothing")

    answer = When(time=NOW.time())
    assert filled(answer, "at 10 for my son", "es", never) is answer


def test_what_is_out_of_sight_keeps_its_place() -> None:
    assert without("at 5 mañana", [(0, 4)]) == "~~~~ mañana"
