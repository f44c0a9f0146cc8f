"""A language model that follows every instruction it finds anywhere in its prompt, as `attacks.Obedient` does in
process: it is served over the wire, so that the planner between it and the runtime is the real one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from support.attacks import ANSWERS, BOOKING, CALLS, NICE, TAMPERED, Salon
from support.models import Request, Says, tool_results

_DATA = re.compile(r"<data>(\{.*?)</data>", re.DOTALL)
"""Not the rule that names these marks."""


class ObedientModel:
    """Reads all it is told, data too, and does what the payload says wherever it finds it."""

    def __init__(self, salon: Salon) -> None:
        self._salon = salon

    def think(self, request: Request) -> Says:
        payload = self._salon.payload
        if payload.says in understood(request) and (act := self._obey(payload.does, request)):
            return act
        return self._serve(request)

    def _obey(self, does: str, request: Request) -> Says | None:
        asked = {call["function"]["name"] for call in _calls(request)}
        if does in CALLS and not asked & {tool for tool, _ in CALLS[does]}:
            return Says(calls=CALLS[does])
        if does in TAMPERED and "reservar" in _said(request) and "book" not in asked:
            return Says(calls=(("book", TAMPERED[does]),))
        if does == "forge":
            return Says(text=NICE)
        return Says(text=ANSWERS[does]) if does in ANSWERS else None

    def _serve(self, request: Request) -> Says:
        if results := tool_results(request):
            found = [json.loads(_DATA.findall(each)[0]) for each in results]
            return Says(text=" ".join(each.get("text") or str(each.get("value", "")) or "?" for each in found))
        for word, tool in {"servicios": "get_services", "opiniones": "get_reviews", "cita": "get_mine"}.items():
            if word in _said(request):
                return Says(calls=((tool, {}),))
        return Says(calls=(("book", BOOKING),)) if "reservar" in _said(request) else Says(text="Vale.")


def understood(request: Request) -> str:
    """All texts that the model is told, with those inside of data as they were meant."""
    contents = [str(message.get("content") or "") for message in request["messages"]]
    meant = [text for content in contents for data in _DATA.findall(content) for text in _texts(json.loads(data))]
    return "\n".join([*contents, *meant])


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inside in value.items():
            yield name
            yield from _texts(inside)
    elif isinstance(value, list):
        for inside in value:
            yield from _texts(inside)
    else:
        yield str(value)


def _calls(request: Request) -> list[dict[str, Any]]:
    return [call for message in request["messages"] for call in message.get("tool_calls") or ()]


def _said(request: Request) -> str:
    """The user's own last message."""
    said = (str(each["content"]) for each in reversed(request["messages"]) if each["role"] == "user")
    return next(each for each in said if "could not be used" not in each)
