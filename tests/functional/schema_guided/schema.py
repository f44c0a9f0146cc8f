"""A service's schema as the declarations of a tool plugin, and the recorded world its tools look their answers up in.

Nothing is said here that the schema does not say: names, descriptions, required and optional slots with their
defaults, possible values, whether an intent changes something, which slots its results have.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any, Literal

import pulpo
from functional.schema_guided.corpus import NOW
from pulpo_booking.reader import WHEN, read_when

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Service:
    """What the schema says of one service."""

    name: str
    slots: Mapping[str, Json]
    intents: Sequence[Json]

    @property
    def arguments(self) -> frozenset[str]:
        """The slots that some intent takes; only these can be in a state."""
        return frozenset(name for each in self.intents for name in taken_by(each))

    def is_read_only(self, intent: str) -> bool:
        """Whether an intent changes nothing."""
        return not any(each["is_transactional"] for each in self.intents if each["name"] == intent)

    def owner(self, slot: str, goal: str | None) -> str | None:
        """The intent that a question for ``slot`` belongs to: the one under way, else the first that takes it."""
        takers = [each["name"] for each in self.intents if slot in taken_by(each)]
        return goal if goal in takers else next(iter(takers), None)


@dataclass
class World:
    """What the backend of one dialogue returned, call by call, and the calls that were made to it."""

    recorded: Sequence[tuple[Json, Sequence[dict[str, Any]], bool]]
    made: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def answer(self, tool: str, arguments: dict[str, Any]) -> tuple[Sequence[dict[str, Any]], bool]:
        """Return the rows recorded for such a call, and whether it succeeded; nothing is known of any other."""
        self.made.append((tool, arguments))
        for call, rows, done in self.recorded:
            if call["method"] == tool and same(
                arguments, {name: [value] for name, value in call["parameters"].items()}
            ):
                return rows, done
        return (), True


def service(schema: Json) -> Service:
    """Read one entry of the schema."""
    return Service(schema["service_name"], {slot["name"]: slot for slot in schema["slots"]}, schema["intents"])


def taken_by(intent: Json) -> list[str]:
    """The arguments of an intent, in the order of its signature."""
    return [*intent["required_slots"], *intent["optional_slots"]]


def tools_of(services: Iterable[Service], world: World) -> list[pulpo.Tool]:
    """Declare a tool for each intent."""
    return [_tool(each, intent, world) for each in services for intent in each.intents]


def _tool(owner: Service, intent: Json, world: World) -> pulpo.Tool:
    read_only = not intent["is_transactional"]

    async def call(**arguments: Any) -> pulpo.Result:
        rows, done = world.answer(intent["name"], arguments)
        if not read_only:
            instead = tuple(offer_of(row) for row in rows) if not done else ()
            return pulpo.Result(dict(rows[0]) if rows else None, "OK" if done else "Sorry.", instead, done)
        leads_on = owner.arguments & set(intent["result_slots"]) - set(taken_by(intent))
        return pulpo.Result(list(rows), offers=tuple(offer_of(row) for row in rows) if leads_on else ())

    parameters = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            annotation=typed(owner.slots[name]),
            default=intent["optional_slots"].get(name, inspect.Parameter.empty),
        )
        for name in taken_by(intent)
    ]
    call.__signature__ = inspect.Signature(parameters, return_annotation=pulpo.Result)  # type: ignore[attr-defined]
    call.__annotations__ = {**{each.name: each.annotation for each in parameters}, "return": pulpo.Result}
    call.__name__, call.__doc__ = intent["name"], intent["description"]
    return pulpo.tool(read_only=read_only)(call)


def offer_of(row: Json) -> pulpo.Offer:
    """A row of results as a choice: called by its first value, and standing for all of them."""
    return pulpo.Offer(str(next(iter(row.values()))), dict(row))


def typed(slot: Json) -> Any:
    """An argument's type by what the schema says of it."""
    ask = pulpo.Slot(ask={"en": f"{slot['description']}?"})
    values = slot["possible_values"] if slot["is_categorical"] else []
    kind = slot["name"].rpartition("_")[2]
    if kind in ("date", "time"):
        return Annotated[str, slot["description"], pulpo.Slot(ask=ask.ask, reader=WHEN, part=kind)]
    if set(values) == {"True", "False"}:
        return Annotated[bool, slot["description"], ask]
    return Annotated[Literal[tuple(values)] if values else str, slot["description"], ask]


@cache
def moment(text: str, part: str) -> str:
    """The date or time that a text of the corpus means, read on its day."""
    reading = read_when(text, pulpo.ReadContext(now=NOW, tz="America/Los_Angeles", locale="en-US"))
    return str(reading.values.get(part, text))


def alike(name: str, said: Any, variants: Iterable[str]) -> bool:
    """Whether a value is one of the variants, but for case; dates and times are compared by what they mean."""
    part = name.rpartition("_")[2]
    plain = str(said).casefold()
    return any(plain in (each.casefold(), moment(each, part) if part in ("date", "time") else "") for each in variants)


def same(values: Json, variants: Mapping[str, Iterable[str]]) -> bool:
    """Whether the same names have values, and each is one of its variants."""
    return values.keys() == variants.keys() and all(alike(name, values[name], variants[name]) for name in variants)
