"""What a tool's arguments are to a chat: their kinds, read from declarations once when the planner is built."""

from __future__ import annotations

import enum
import types
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Annotated, Any, Final, Literal, TypeAlias, Union, get_args, get_origin

import pulpo
from pulpo_rules import lexicon
from pulpo_rules.acts import question_kinds
from pulpo_rules.text import spelt_out, stem, words

Kind: TypeAlias = Literal[
    "reader", "choice", "bool", "integer", "decimal", "email", "phone", "person", "date", "time", "datetime", "text"
]

_PHONE: Final = frozenset("phone telephone mobile whatsapp cell cellphone telefono celular movil tel".split())
_EMAIL: Final = frozenset("email mail correo".split())
_NAME: Final = frozenset("name nombre fullname firstname lastname surname apellido".split())
_PERSONAL: Final = frozenset(
    "customer client guest user full first last your contact person holder passenger patient caller my visitor "
    "attendee recipient sender cliente huesped usuario titular pasajero paciente de del".split()
)
_OWN: Final = frozenset("mi mis mio mia my mine tengo".split())
_MOSTLY: Final = 0.3
_BY_TYPE: Final[Mapping[Any, Kind]] = {
    bool: "bool", int: "integer", float: "decimal", date: "date", time: "time", datetime: "datetime",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One argument of one tool.

    ``place`` holds the words that call it a place, if it is free text and any do.

    ``many`` is set for lists. ``choices`` are those of a closed type; a slot's provider lists others when a turn
    runs, and fields of one list have the same number as ``source`` (-1: none). ``cues`` are stems of the words by
    which the declarations call the argument, ``person`` that they ask for somebody.
    """

    tool: str
    name: str
    kind: Kind
    slot: pulpo.Slot
    required: bool
    many: bool = False
    choices: tuple[pulpo.Choice, ...] = ()
    reader: pulpo.Reader | None = None
    part: str = ""
    description: str = ""
    cues: frozenset[str] = frozenset()
    source: int = -1
    person: bool = False
    place: frozenset[str] = frozenset()

    @property
    def listed(self) -> bool:
        """Whether the values come from a list rather than from free text."""
        return self.kind == "choice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A tool and its fields, in the order of its signature.

    ``personal`` says that people call what it is about their own ("my order"), by its examples. ``gives_up`` says that
    it needs nothing but a listed thing, and that thing is gone afterwards.
    """

    tool: pulpo.Tool
    fields: tuple[Field, ...]
    personal: bool = False
    gives_up: bool = False

    def field(self, name: str) -> Field | None:
        """Return the field of an argument, or None."""
        return next((field for field in self.fields if field.name == name), None)

    @property
    def read_only(self) -> bool:
        """Whether calling the tool changes nothing."""
        return self.tool.hints.read_only


def forms(tools: Iterable[pulpo.Tool]) -> dict[str, Form]:
    """Read the declarations of ``tools``; a reader declared by any of them serves every argument of its types."""
    tools = tuple(tools)
    readers, sources = _readers(tools), _sources(tools)
    return _with_shared_cues({tool.name: _form(tool, readers, sources) for tool in tools})


def _with_shared_cues(built: Mapping[str, Form]) -> dict[str, Form]:
    """Arguments of one name with one list are called by the same words, whichever tool's question has them."""
    cues: dict[tuple[str, int], frozenset[str]] = {}
    for form in built.values():
        for each in form.fields:
            cues[each.name, each.source] = cues.get((each.name, each.source), frozenset()) | each.cues
    return {
        name: replace(form, fields=tuple(_called(each, cues[each.name, each.source]) for each in form.fields))
        for name, form in built.items()
    }


def _called(each: Field, cues: frozenset[str]) -> Field:
    return replace(each, cues=cues) if each.source >= 0 else each


def _sources(tools: Iterable[pulpo.Tool]) -> list[pulpo.ValueProvider]:
    """The different value providers. A method that two slots name is two objects, which are equal."""
    found: list[pulpo.ValueProvider] = []
    for tool in tools:
        for slot in tool.slots.values():
            if slot.values is not None and slot.values not in found:
                found.append(slot.values)
    return found


def _readers(tools: Sequence[pulpo.Tool]) -> dict[type[Any], pulpo.Reader]:
    found: dict[type[Any], pulpo.Reader] = {}
    for tool in tools:
        for slot in tool.slots.values():
            for served in slot.reader.types if slot.reader else ():
                found.setdefault(served, slot.reader)  # type: ignore[arg-type]  # the loop runs only with a reader
    return found


def _form(tool: pulpo.Tool, readers: Mapping[type[Any], pulpo.Reader], sources: Sequence[pulpo.ValueProvider]) -> Form:
    fields = tuple(_field(tool, name, hint, readers, sources) for name, hint in tool.types.items())
    return Form(tool=tool, fields=fields, personal=_is_personal(tool), gives_up=_gives_up(tool, fields))


def _gives_up(tool: pulpo.Tool, fields: Sequence[Field]) -> bool:
    needed = [each for each in fields if each.required]
    destroys = tool.hints.destructive and not tool.hints.read_only
    return destroys and len(needed) == 1 and needed[0].source >= 0 and not any(each.reader for each in fields)


def _is_personal(tool: pulpo.Tool) -> bool:
    said = [words(text) for texts in tool.examples.values() for text in texts]
    return bool(said) and sum(bool(_OWN & set(each)) for each in said) >= _MOSTLY * len(said)


def _field(
    tool: pulpo.Tool,
    name: str,
    hint: Any,
    readers: Mapping[type[Any], pulpo.Reader],
    sources: Sequence[pulpo.ValueProvider],
) -> Field:
    slot = tool.slots.get(name, pulpo.Slot())
    plain, many = _unwrap(hint)
    choices = _closed_choices(plain)
    reader = slot.reader or (readers.get(plain) if isinstance(plain, type) and not slot.values else None)
    kind = _kind(name, plain, slot, choices, reader)
    return Field(
        tool=tool.name,
        name=name,
        kind=kind,
        slot=slot,
        required=name in tool.required,
        many=many,
        choices=choices,
        reader=reader,
        part=(slot.part or (reader.types.get(plain, "") if isinstance(plain, type) else "") or name) if reader else "",
        description=_description(tool, name),
        cues=_cues(tool, name, slot),
        source=sources.index(slot.values) if slot.values is not None else -1,
        person=any("person" in question_kinds(words(text)) for text in _called_by(tool, name, slot)),
        place=_place_words(tool, name) if kind == "text" else frozenset(),
    )


def _place_words(tool: pulpo.Tool, name: str) -> frozenset[str]:
    """The words that call an argument a place: those of its name, else the first of its description ("town to search
    in", but not "name of the place's owner")."""
    called = frozenset(words(spelt_out(name))) & lexicon.PLACES
    described = [word for word in words(_description(tool, name)) if word not in lexicon.STOPWORDS]
    return called or frozenset(described[:1]) & lexicon.PLACES


def _kind(
    name: str, plain: Any, slot: pulpo.Slot, choices: Sequence[pulpo.Choice], reader: pulpo.Reader | None
) -> Kind:
    if choices and not slot.values and all(str(choice.value).isdigit() for choice in choices):
        return "integer"
    if slot.values or choices:
        return "choice"
    if reader:
        return "reader"
    return _BY_TYPE.get(plain) or _text_kind(name)


def _text_kind(name: str) -> Kind:
    said = set(words(spelt_out(name)))
    if said & _EMAIL:
        return "email"
    if said & _PHONE:
        return "phone"
    return "person" if said & _NAME and said <= _NAME | _PERSONAL else "text"


def _unwrap(hint: Any) -> tuple[Any, bool]:
    """Take ``Annotated``, ``| None`` and one list away; tell whether there was a list."""
    many = False
    while True:
        origin = get_origin(hint)
        if origin is Annotated:
            hint = get_args(hint)[0]
        elif origin in (Union, types.UnionType):
            rest = [each for each in get_args(hint) if each is not type(None)]
            if len(rest) != 1:
                return str, many
            hint = rest[0]
        elif origin in (list, tuple, set, frozenset, Sequence) and get_args(hint):
            hint, many = get_args(hint)[0], True
        elif hasattr(hint, "__supertype__"):
            hint = hint.__supertype__
        else:
            return hint, many


def _closed_choices(plain: Any) -> tuple[pulpo.Choice, ...]:
    if get_origin(plain) is Literal:
        values = get_args(plain)
    elif isinstance(plain, type) and issubclass(plain, enum.Enum):
        values = tuple(member.value for member in plain)
    else:
        return ()
    return tuple(pulpo.Choice(value=value, label=str(value).replace("_", " ")) for value in values)


def _cues(tool: pulpo.Tool, name: str, slot: pulpo.Slot) -> frozenset[str]:
    return frozenset(
        stem(word)
        for text in _called_by(tool, name, slot)
        for word in words(text)
        if word not in lexicon.FILLERS and not word.isdigit()
    )


def _called_by(tool: pulpo.Tool, name: str, slot: pulpo.Slot) -> list[str]:
    """What the declarations call an argument."""
    asked = [slot.ask] if isinstance(slot.ask, str) else slot.ask.values()
    return [spelt_out(name), _description(tool, name), *asked]


def _description(tool: pulpo.Tool, name: str) -> str:
    return str(tool.schema.get("properties", {}).get(name, {}).get("description", ""))
