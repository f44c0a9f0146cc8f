"""What a text mentions: the values said for the arguments of tools, and what reading it needs to know."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeAlias

import pulpo
from pulpo_rules.text import Span

Json: TypeAlias = object
Key: TypeAlias = tuple[str, str]
"""Tool and argument."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A value said for an argument. With ``rivals`` the words fit several choices and ``value`` is None; ``apart`` says
    that each of them was named by words of its own."""

    value: Json = None
    spans: tuple[Span, ...] = ()
    ambiguous: bool = False
    alternatives: tuple[Mapping[str, Json], ...] = ()
    said: pulpo.conversation.Text = ""
    rivals: tuple[pulpo.Choice, ...] = ()
    apart: bool = False

    @property
    def settled(self) -> bool:
        """Whether there is one value."""
        return not self.rivals

    def may_be(self, value: Json) -> bool:
        """Whether ``value`` is what was said; a reader puts several readings of one value as ``a|b``."""
        return value == self.value or (isinstance(self.value, str) and value in self.value.split("|"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What reading a text needs to know: the clock, what is listed now, and what was asked.

    ``choices`` are keyed by tool and argument; ``known`` are words with a meaning; ``asked`` is the argument the
    user was asked for, of the tool ``goal``; ``filled`` are the arguments that have a value already, and which,
    ``offered`` those that the choices shown differ in; ``window`` are the first and the last day talked about, if days
    were, and ``day`` is the one talked about last. ``begun`` are the digits of a number that was not told to its end,
    ``before`` what was said before in this talk, the newest first, where the text needs that.
    """

    now: datetime
    tz: str
    locale: str
    choices: Mapping[Key, Sequence[pulpo.Choice]] = field(default_factory=dict)
    known: Collection[str] = frozenset()
    goal: str | None = None
    asked: str | None = None
    filled: Mapping[str, Json] = field(default_factory=dict)
    offered: frozenset[str] = frozenset()
    window: tuple[date, date] | None = None
    day: date | None = None
    begun: str = ""
    before: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentions:
    """What a text mentions: by tool and argument; ``spans`` are all characters that were used, ``shift``
    the minutes by which what is there already should be later, ``usual`` the coming one of the weekdays that a
    question of habit names ("do you open on Saturdays?"), ``begun`` the digits so far of a number that goes on."""

    found: Mapping[Key, Mention]
    spans: tuple[Span, ...]
    shift: int = 0
    usual: str = ""
    begun: str = ""

    def of(self, tool: str) -> dict[str, Mention]:
        """Return what was said for the arguments of ``tool``."""
        return {argument: mention for (owner, argument), mention in self.found.items() if owner == tool}

    def value(self, argument: str) -> Json:
        """Return the value said for an argument of this name of any tool, or None."""
        for (_, name), mention in self.found.items():
            if name == argument and mention.settled:
                return mention.value
        return None
