"""What a decision may know of the moment, and the decisions there are. All values; nothing here waits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from msgspec.structs import replace

import pulpo
from pulpo_rules import texts
from pulpo_rules.fields import Field, Form
from pulpo_rules.mentions import Key

Facts: TypeAlias = Mapping[str, pulpo.Fact]


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """``forms`` are the tools there are now, ``called`` the calls of this turn, ``agreed`` whether a yes began it.

    ``choices`` is what is listed now, by tool and argument; providers that were not asked are not in it. ``before`` is
    what was said before, the newest first, where the message cannot be read without it.
    """

    forms: Mapping[str, Form]
    choices: Mapping[Key, Sequence[pulpo.Choice]]
    locale: str
    business: str = ""
    called: Sequence[pulpo.ToolCall] = ()
    agreed: bool = False
    before: Sequence[str] = ()

    def say(self, entry: pulpo.conversation.Text, **values: str) -> str:
        """Return one of our texts in the user's language."""
        return texts.say(entry, self.locale, **values)

    def listed(self, each: Field) -> Sequence[pulpo.Choice]:
        """Return the choices of a field now."""
        return self.choices.get((each.tool, each.name), each.choices)

    def suggested_by(self, tool: str) -> frozenset[str]:
        """Return the tools that suggest values to ``tool``."""
        form = self.forms.get(tool)
        named = {each.slot.suggest for each in form.fields} if form else set()
        return frozenset(named & self.forms.keys())

    def family(self, tool: str) -> list[Form]:
        """Return ``tool``, those that suggest to it and those it suggests to: they share facts."""
        names = [
            tool,
            *sorted(self.suggested_by(tool)),
            *(other for other in self.forms if tool in self.suggested_by(other)),
        ]
        return [self.forms[name] for name in dict.fromkeys(names) if name in self.forms]

    def remembered(self, facts: Facts) -> dict[str, pulpo.Fact]:
        """Return the facts that outlive a goal."""
        kept = {each.name for form in self.forms.values() for each in form.fields if each.slot.remember}
        return {name: fact for name, fact in facts.items() if name in kept}


@dataclass(frozen=True, slots=True)
class Say:
    """End the turn with ``text``; ``dialogue`` None leaves everything as it is."""

    text: str
    dialogue: pulpo.Dialogue | None
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Do:
    """Call tools, by name and arguments; ``opening`` is said ahead of the summary of a call that needs a yes."""

    calls: tuple[tuple[str, dict[str, Any]], ...]
    dialogue: pulpo.Dialogue
    opening: str = ""


Decision: TypeAlias = Say | Do


def arguments(form: Form, facts: Facts) -> dict[str, Any]:
    """Return the arguments of a call from what is known."""
    return {each.name: facts[each.name].value for each in form.fields if each.name in facts}


def missing(form: Form, facts: Facts) -> list[Field]:
    """Return the required fields without a value, in the order of the signature."""
    return [each for each in form.fields if each.required and each.name not in facts]


def noted(dialogue: pulpo.Dialogue, **notes: Any) -> pulpo.Dialogue:
    """Return the dialogue with some notes replaced; None takes a note away."""
    merged = {**dialogue.notes, **notes}
    return replace(dialogue, notes={name: note for name, note in merged.items() if note is not None})


def paragraphs(parts: Iterable[str]) -> str:
    """Join what is to be said, leaving out what is empty or said already."""
    return "\n\n".join(dict.fromkeys(part for part in parts if part))
