"""What results have told about the matter at hand, so that a question about it needs no tool: "what's the address?"."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

import pulpo
from pulpo_rules import lexicon, render
from pulpo_rules.choices import same
from pulpo_rules.text import spelt_out, words
from pulpo_rules.understanding import Clause, Understanding

_MOST: Final = 16
"""Values that are kept of one result."""
_LONGEST: Final = 160
"""Characters of a value that is worth keeping between two messages."""

_DEEPEST: Final = 3
"""Objects within objects that a day is looked for in."""

Told = dict[str, Any]


def told_by(value: object) -> Told | None:
    """Return what a result tells about one thing, by name: its plain values; None when it tells of none or several."""
    if isinstance(value, Sequence) and not isinstance(value, str) and len(value) == 1:
        value = value[0]
    if not isinstance(value, Mapping):
        return None
    plain = {str(name): each for name, each in value.items() if _is_plain(each)}
    return dict(list(plain.items())[:_MOST]) or None


def day_told_by(value: object, names: Collection[str]) -> str:
    """Return the one day that a result tells of under any of ``names``, however deep; empty for none or several."""
    days = set(_days(value, names, _DEEPEST))
    return days.pop() if len(days) == 1 else ""


def _days(value: object, names: Collection[str], deeper: int) -> Iterable[str]:
    if isinstance(value, Mapping):
        for name, each in value.items():
            if name in names and isinstance(each, str):
                yield each
            elif deeper:
                yield from _days(each, names, deeper - 1)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for each in value[:_MOST]:
            yield from _days(each, names, deeper)


def _is_plain(value: object) -> bool:
    return isinstance(value, str | int | float) and len(str(value)) <= _LONGEST


def told_so_far(dialogue: pulpo.Dialogue) -> Told:
    """Return what is known about the matter at hand beyond what the user said: the latest result's values, those of
    the thing chosen, and those of the only thing on offer."""
    before = dialogue.notes.get("told")
    told: Told = dict(before) if isinstance(before, dict) else {}
    if len(dialogue.offers) == 1:
        told |= {name: value for name, value in dialogue.offers[0].arguments.items() if _is_plain(value)}
    return told | {name: fact.value for name, fact in dialogue.facts.items() if fact.source == "offer"}


def asked_for(understood: Understanding, dialogue: pulpo.Dialogue) -> Told:
    """Return the values told before that a message asks for again; empty when it asks for anything else as well."""
    told = told_so_far(dialogue)
    found: Told = {}
    for clause in understood.clauses if told and not understood.mentions.found else ():
        named = [name for name in told if _names(clause, name)]
        if not named and clause.question:
            return {}
        found |= {name: told[name] for name in named if clause.question or _ASKING & set(words(clause.text))}
    return found


_ASKING: Final = frozenset("give tell need know send dame dime decime pasame necesito have also let".split())


def _names(clause: Clause, name: str) -> bool:
    """Whether a clause calls a value by a telling word of its name."""
    telling = [word for word in words(spelt_out(name)) if word not in lexicon.FILLERS]
    return any(same(word, said) or _alike(word, said) for word in telling for said in clause.content)


def _alike(word: str, said: str) -> bool:
    """ "windy" asks for the wind."""
    return len(word) >= 4 and (said.startswith(word) or (len(word) > 6 and said.startswith(word[: len(word) - 3])))


def sentence(found: Mapping[str, Any], locale: str) -> str:
    """Return the values in words."""
    return render.value(found, locale)
