"""A planner that does what a test says, so that a test of a tool or a policy does not depend on understanding."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from pulpo.contracts.planners import Piece, PlanContext, Step
from pulpo.contracts.tools import Tool
from pulpo.errors import PlannerError

if TYPE_CHECKING:
    from pydantic import BaseModel

Line: TypeAlias = "Step | Exception | Callable[[PlanContext], Step]"
"""A step to yield, an exception to raise, or a function that makes a step from what the planner was given."""


class ScriptedPlanner:
    """A planner factory and its planner in one: each of ``turns`` is the script of one turn, in order.

    Within a turn, the first question is answered with the lines up to the first `Calls` or `Answer`, the next
    question with the lines after that. ``asked`` collects every context it was given.

    >>> import pulpo
    >>> planner = ScriptedPlanner(
    ...     [pulpo.Calls((pulpo.ToolCall("1", "say_hello", {"name": "Ana"}),)), pulpo.Answer("Done")],
    ...     [pulpo.Answer("You are welcome")],
    ... )
    """

    def __init__(self, *turns: Sequence[Line], name: str = "scripted") -> None:
        self.name = name
        self.asked: list[PlanContext] = []
        self._unused = list(turns)
        self._scripts: dict[str, list[Line]] = {}

    @property
    def config(self) -> type[BaseModel]:
        """An empty model: a script takes no settings."""
        from pydantic import create_model  # imported here: pytest loads this module at every start

        return create_model("NoSettings")

    def build(self, config: object, tools: Sequence[Tool]) -> ScriptedPlanner:
        """Return itself: what it says does not depend on the tools."""
        return self

    async def next_step(self, context: PlanContext) -> AsyncIterator[Step]:
        """Yield the next lines; raises `PlannerError` when the script is at its end."""
        self.asked.append(context)
        script = self._script(context)
        while script:
            step = _step(script.pop(0), context)
            yield step
            if not isinstance(step, Piece):
                return
        raise PlannerError(
            f"the script has no line for step {context.step} of message {context.turn.text!r}: add one",
            planner=self.name,
        )

    def _script(self, context: PlanContext) -> list[Line]:
        if context.turn.id not in self._scripts:
            self._scripts[context.turn.id] = list(self._unused.pop(0)) if self._unused else []
        return self._scripts[context.turn.id]


def _step(line: Line, context: PlanContext) -> Step:
    if isinstance(line, Exception):
        raise line
    return line(context) if callable(line) else line
