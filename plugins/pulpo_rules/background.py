"""Prompts that chat clients send on their own (titles, tags, follow-ups, search queries) with the history inside.

They look like a message of the user but are none: whatever stands in the history must not be done again.
"""

from __future__ import annotations

import re
from typing import Final

_MARKS: Final = re.compile(
    r"^\s*###\s*task\s*:|<chat_history>|</?conversation>|^\s*###\s*(?:guidelines|output)\s*:?"
    r"|\bjson format:\s*\{|^\s*(?:generate|create|write|suggest|provide|summari[sz]e|come up with)\b[^\n]{0,120}?"
    r"\b(?:title|tags?|follow[- ]?ups?|headline|summary|queries|search query|emoji|caption)\b"
    r"|^\s*(?:genera|crea|escribe|sugiere|resume)r?\b[^\n]{0,120}?"
    r"\b(?:titulo|título|etiquetas?|preguntas de seguimiento)\b"
    r"|^\s*(?:you are|eres)\b[^\n]{0,160}\b(?:title|título|tags|follow-up)\b"
    r"|^\s*(?:what (?:would be|is) a (?:short|concise|good)|a short) title\b",
    re.IGNORECASE | re.MULTILINE,
)
_TRANSCRIPT: Final = re.compile(r"^\s*(?:user|assistant|usuario|asistente)\s*:", re.IGNORECASE | re.MULTILINE)
_KEYS: Final = (
    ("follow_ups", "[]", r"follow[_ -]?ups?|seguimiento"),
    ("tags", "[]", r"\btags?\b|etiquetas?"),
    ("queries", "[]", r"queries|search query"),
    ("title", '"{title}"', r"title|t[ií]tulo|headline"),
)


def is_background(text: str) -> bool:
    """Whether a client and not its user wrote ``text``."""
    return bool(_MARKS.search(text)) or len(_TRANSCRIPT.findall(text)) >= 2


def answer(text: str, *, title: str) -> str:
    """Return the least that such a prompt accepts: JSON if it asks for that, else the plain ``title``."""
    wants_json = "json" in text.lower()
    for key, empty, mark in _KEYS:
        if re.search(mark, text, re.IGNORECASE):
            shown = empty.format(title=title.replace('"', "'")) if "{" in empty else empty
            return f'{{"{key}": {shown}}}' if wants_json else title
    return title
