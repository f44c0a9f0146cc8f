"""The weekday that a question of habit names: "¿abrís los sábados?", "do you work on Mondays?"."""

from __future__ import annotations

import re
from typing import Final

_ES: Final = "lunes|martes|mi[eé]rcoles|jueves|viernes|s[aá]bados?|domingos?"
_EN: Final = "(?:mon|tues|wednes|thurs|fri|satur|sun)days"
_PLURAL: Final = re.compile(rf"\b(?:(?:los|todos los) (?P<es>{_ES})|(?P<en>{_EN}))\b", re.IGNORECASE)


def usual_weekday(text: str) -> str:
    """Return the one weekday that ``text`` names in the plural, as one says a coming one ("sábado", "saturday"); empty
    when it names none, or several."""
    named = {(match["es"] or match["en"]).lower() for match in _PLURAL.finditer(text)}
    if len(named) != 1:
        return ""
    (name,) = named
    # "Lunes" and its like are the same in the plural.
    return name.removesuffix("s") if name.endswith(("dos", "gos", "days")) else name
