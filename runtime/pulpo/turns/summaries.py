"""The question a yes answers: what a call will do, and whatever of it the tool's own words leave out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from pulpo.contracts.tools import Tool
from pulpo.conversation import Json, localized
from pulpo.telling import tells
from pulpo.turns import texts

_DATE: Final = re.compile(r"\d{4}-\d{2}-(\d{2})")
_CLOCK: Final = re.compile(r"(\d{1,2}):(\d{2})")
_NUMBERS: Final = re.compile(r"\d+")


def described(tool: Tool, arguments: Mapping[str, Json], locale: str) -> str:
    """The summary of a tool without a preview: its title and the very values that will be sent."""
    title = localized(tool.title or tool.name, locale)
    return localized(texts.CONFIRM, locale).format(title=title, arguments=_listed(tool, arguments, arguments, locale))


def completed(text: str, tool: Tool, arguments: Mapping[str, Json], show: Iterable[str], locale: str) -> str:
    """Return a preview's ``text``, followed by those of the arguments to ``show`` that it does not tell.

    What comes from a list of the tool's own (a service, an appointment) is the preview's to put into words.
    """
    untold = [
        name
        for name in show
        if name in arguments and not _listed_by_the_tool(tool, name) and not _shown(arguments[name], text)
    ]
    return f"{text}\n({_listed(tool, arguments, untold, locale)})" if untold else text


def _shown(value: Json, text: str) -> bool:
    """Whether ``text`` tells ``value``, be it by the day of a date, or a time of day in its own way."""
    if not isinstance(value, str):
        return tells(text, value)
    numbers = set(_NUMBERS.findall(text))
    if date := _DATE.fullmatch(value):
        return bool({date[1], date[1].lstrip("0")} & numbers)
    if clock := _CLOCK.fullmatch(value):
        hours = int(clock[1])
        minutes = int(clock[2]) == 0 or clock[2] in numbers
        return minutes and bool({clock[1], str(hours), str(hours % 12 or 12)} & numbers)
    return tells(text, value)


def _listed_by_the_tool(tool: Tool, name: str) -> bool:
    slot = tool.slots.get(name)
    return slot is not None and slot.values is not None


def _listed(tool: Tool, arguments: Mapping[str, Json], names: Iterable[str], locale: str) -> str:
    return ", ".join(f"{_label(tool, name, locale)}: {arguments[name]}" for name in names)


def _label(tool: Tool, name: str, locale: str) -> str:
    slot = tool.slots.get(name)
    return (localized(slot.label, locale) if slot else "") or name
