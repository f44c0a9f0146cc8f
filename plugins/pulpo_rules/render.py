"""Values and lists in words a user can read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final

import pulpo
from pulpo_rules import texts
from pulpo_rules.fields import Field, Form

_WEEKDAYS: Final = {
    "es": "lunes martes miércoles jueves viernes sábado domingo".split(),
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split(),
}
_MONTHS: Final = {
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split(),
    "en": "January February March April May June July August September October November December".split(),
}
_PERIODS: Final = {
    "morning": {"es": "por la mañana", "en": "in the morning"},
    "afternoon": {"es": "por la tarde", "en": "in the afternoon"},
    "evening": {"es": "por la noche", "en": "in the evening"},
    "night": {"es": "por la noche", "en": "at night"},
}
_MOST_LINES: Final = 12
_MOST_LISTED: Final = 10


def value(shown: object, locale: str) -> str:
    """Return a JSON value in words: lists become lines, objects "name: value" pairs, ISO dates are spelt out."""
    if isinstance(shown, bool):
        return texts.say(texts.YES if shown else texts.NO, locale)
    if isinstance(shown, Mapping):
        return ", ".join(f"{_words(name)}: {value(each, locale)}" for name, each in shown.items() if each is not None)
    if isinstance(shown, str):
        return _date(shown, locale) or pulpo.localized(_PERIODS.get(shown, shown), locale)
    if isinstance(shown, Sequence):
        return _lines([value(each, locale) for each in shown])
    return str(shown)


def _lines(lines: Sequence[str]) -> str:
    if len(lines) > 1 and any(len(line) > 24 for line in lines):
        return "\n".join(f"- {line}" for line in lines[:_MOST_LINES])
    return ", ".join(lines[:_MOST_LINES])


def _date(text: str, locale: str) -> str:
    try:
        day = date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return ""
    if day is None:
        return ""
    language = "en" if locale.startswith("en") else "es"
    weekday, month = _WEEKDAYS[language][day.weekday()], _MONTHS[language][day.month - 1]
    return f"{weekday} {day.day} de {month}" if language == "es" else f"{weekday} {day.day} {month}"


def with_article(shown: object, locale: str) -> str:
    """Return a value as it stands in a question: a Spanish day has its article ("el lunes 30 de noviembre")."""
    said = value(shown, locale)
    return f"el {said}" if isinstance(shown, str) and _date(shown, locale) and not locale.startswith("en") else said


def _words(name: str) -> str:
    return name.replace("_", " ")


def labels(choices: Iterable[pulpo.Choice | pulpo.Offer], locale: str) -> str:
    """Return the labels as one line."""
    shown = [pulpo.localized(choice.label, locale) for choice in choices]
    return ", ".join(shown[:_MOST_LISTED])


def either(readings: Sequence[str], locale: str) -> str:
    """Return "a, b or c"."""
    if len(readings) < 2:
        return "".join(readings)
    return f"{', '.join(readings[:-1])} {texts.say(texts.OR, locale)} {readings[-1]}"


def titles(forms: Iterable[Form], locale: str) -> str:
    """Return what the tools can do, a line each."""
    return "\n".join(f"- {title(form, locale)}" for form in forms)


def title(form: Form, locale: str) -> str:
    """Return a tool's title, or what comes nearest to one."""
    named = pulpo.localized(form.tool.title, locale)
    first = form.tool.description.partition("\n")[0].rstrip(".")
    return named or first or _words(form.tool.name)


def wish(form: Form, locale: str) -> str:
    """Return a tool's title as it stands within a sentence."""
    named = title(form, locale)
    return named[:1].lower() + named[1:]


def question(field: Field, locale: str) -> str:
    """Return the question for an argument: its own, or one made of its description."""
    asked = pulpo.localized(field.slot.ask, locale)
    return asked or texts.say(texts.ASK, locale, name=description(field))


def description(field: Field) -> str:
    """Return what an argument is, in its author's words."""
    return field.description or _words(field.name)


def result(found: pulpo.ToolResult, locale: str) -> str:
    """Return what to tell of a finished call: its own sentence, else its value, else how it ended."""
    if found.result.text:
        return found.result.text
    if found.outcome != "ok":
        return texts.say(texts.OUTCOMES[found.outcome], locale)
    if found.result.value in (None, [], {}, ""):
        return texts.say(texts.DONE if found.effect else texts.NO_RESULT, locale)
    return value(found.result.value, locale)
