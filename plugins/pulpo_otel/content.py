"""What was said in a turn, as attributes: only where the operator asked for it, and never with secrets in it.

Messages have the shape that the conventions give them: a role, and parts of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct

import pulpo
from pulpo_otel import names

MOST: Final = 8192
"""Characters of one attribute."""


class Content(Struct, frozen=True):
    """What was said, by attribute; empty where nobody asked for it."""

    turn: Mapping[str, str] = {}
    calls: Mapping[str, Mapping[str, str]] = {}

    @staticmethod
    def of(events: Iterable[pulpo.Event], clean: Callable[[Any], Any]) -> Content:
        """Return what the events tell of it."""
        told = next((event for event in events if isinstance(event, pulpo.TurnTold)), None)
        if told is None:
            return Content()
        return Content(
            {
                names.INPUT: _message("user", clean(told.message)),
                names.OUTPUT: _message("assistant", clean(told.reply)),
            },
            {result.call.id: _call(result, clean) for result in told.calls},
        )

    def of_turn(self) -> Mapping[str, str]:
        """Return the attributes of the turn's own span."""
        return self.turn

    def of_call(self, call_id: str) -> Mapping[str, str]:
        """Return the attributes of a tool call's span."""
        return self.calls.get(call_id, {})


def _call(result: pulpo.ToolResult, clean: Callable[[Any], Any]) -> Mapping[str, str]:
    came = {"value": result.result.value, "text": result.result.text}
    return {
        names.CALL_ARGUMENTS: _json(clean(result.call.arguments)),
        names.CALL_RESULT: _json(clean(came)),
    }


def _message(role: str, text: str) -> str:
    return _json([{"role": role, "parts": [{"type": "text", "content": text}]}])


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()[:MOST]
