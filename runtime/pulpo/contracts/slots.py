"""How a chat obtains the arguments of a tool: declarations that a tool's author writes and planners read.

A `Slot` stands in the annotation of a tool's parameter::

    day: Annotated[date, "day of the appointment", Slot(ask={"es": "¿Qué día?", "en": "Which day?"})]

It says how to ask for the argument, which values exist (`ValueProvider`), how to read it from free text
(`Reader`), and which read-only tool can suggest values for it. The embedded planner needs nothing else.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from pulpo.conversation import Json, Text

if TYPE_CHECKING:
    from pulpo.contracts.tools import ToolContext


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One value an argument can have.

    ``label`` is shown to the user; ``synonyms`` are further ways to say it, in any language; ``fields`` are
    values of other arguments by which a user may point at it ("the one on Tuesday": ``{"date": …}``).
    """

    value: Json
    label: Text
    synonyms: tuple[str, ...] = ()
    fields: Mapping[str, Json] = field(default_factory=dict)


ValueProvider: TypeAlias = "Callable[[ToolContext], Awaitable[Sequence[Choice]]]"
"""Lists the values that exist now for this workspace and user (services, staff, the user's appointments)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadContext:
    """What a reader may know: ``now`` (aware), the workspace's ``tz``, the user's ``locale`` (BCP 47), and the
    argument that was ``asked`` for last, if any."""

    now: datetime
    tz: str
    locale: str
    asked: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a reader found in a text.

    ``values`` map the reader's parts to JSON values; ``spans`` are the character ranges it used, so that other
    readers leave them alone; ``ambiguous`` asks the planner to confirm before acting, with the other readings
    in ``alternatives``; ``said`` puts the values in words a user understands, by language. The part ``shift`` belongs
    to no argument: it is by how many minutes what is there already should be later ("an hour earlier" is -60).
    Nor does ``usual``, the ISO date of the coming one of the weekdays that a question of habit names ("on Saturdays?"):
    it is the day of an hour that is said next without one.
    """

    values: Mapping[str, Json] = field(default_factory=dict)
    spans: tuple[tuple[int, int], ...] = ()
    ambiguous: bool = False
    alternatives: tuple[Mapping[str, Json], ...] = ()
    said: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A pure function that finds values of some ``parts`` in free text; it never raises.

    One reader may fill several arguments at once (a date and a time from "el martes a las 5"): each argument's
    slot names the part it takes. ``types`` are the Python types it serves when a slot names no reader.
    """

    name: str
    parts: tuple[str, ...]
    read: Callable[[str, ReadContext], Reading]
    types: Mapping[type[Any], str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """How to obtain one argument in a chat.

    ``ask`` is the question, ``label`` what people call the argument ("phone"). ``values`` lists what exists.
    ``reader`` and ``part`` read free text. ``suggest`` names a read-only tool whose offers fill this argument; it is
    called with the facts known so far when the argument is missing. ``only`` takes the value without asking when just
    one exists, ``none`` is said when there is nothing. ``remember`` keeps the fact for later goals of the same
    conversation (a name, a phone number).
    """

    ask: Text = ""
    values: ValueProvider | None = None
    reader: Reader | None = None
    part: str = ""
    suggest: str = ""
    label: Text = ""
    none: Text = ""
    only: bool = False
    remember: bool = False
