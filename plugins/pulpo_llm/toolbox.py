"""The tools as a model is offered them, written once at start."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pulpo
from pulpo_llm.protocol import encode

ASKS: Final = (
    "The customer is shown a summary and asked for their yes before this runs: call it as soon as you know what it "
    "needs, and do not ask for a confirmation yourself."
)
_MOST_SETS: Final = 64


class Toolbox:
    """Schemas as JSON, by the tools that are available: a set is put together once."""

    def __init__(self, tools: Sequence[pulpo.Tool]) -> None:
        self._written = {tool.name: _written(tool) for tool in tools}
        self._sets: dict[tuple[str, ...], bytes] = {}

    def offered(self, tools: Mapping[str, pulpo.Tool]) -> bytes:
        """Return the JSON array of these tools."""
        names = tuple(tools)
        if names not in self._sets:
            if len(self._sets) >= _MOST_SETS:
                self._sets.clear()
            # A tool that appeared after the start is written now.
            each = (self._written.get(name) or _written(tools[name]) for name in names)
            self._sets[names] = b"[" + b",".join(each) + b"]"
        return self._sets[names]


def _written(tool: pulpo.Tool) -> bytes:
    description = f"{tool.description}\n\n{ASKS}" if tool.confirm else tool.description
    function = {"name": tool.name, "description": description, "parameters": tool.schema}
    return encode({"type": "function", "function": function})
