"""Whose values a call that changes something is made of.

A planner may have them from anywhere: a service's name, a review it looked up, a note. Only what the user wrote is
the user's. A value of another origin is not forbidden (a date worked out from "tomorrow" is one): the user reads it
and says yes, or it is not used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pulpo
from pulpo_guardrails.names import fits

TURNS: Final = 50
"""Turns back to which a user's words count."""


class Provenance(pulpo.Policy):
    """Lets a change be made of the user's own words, and has everything else shown to the user first.

    A tool that is confirmed anyway gets the values that are nobody's words into its summary. A tool that its author
    declared ``confirm=False`` runs unasked only when it has arguments and the user wrote every one of them, or when
    ``unasked`` (patterns of names) lists it.
    """

    name = "provenance"
    changes_only = True

    def __init__(self, *, unasked: Sequence[str] = ()) -> None:
        self._unasked = unasked

    async def check_call(self, context: pulpo.PolicyContext, call: pulpo.ToolCall, tool: pulpo.Tool) -> pulpo.Verdict:
        """Compare the call's values with what the user wrote in this conversation."""
        if tool.hints.read_only or call == context.confirmed or fits(tool.name, self._unasked):
            return pulpo.ALLOW
        given = _given(call.arguments, tool)
        unsaid = await _unsaid(context, given)
        if unsaid:
            return pulpo.needs_approval(f"not in the user's words: {', '.join(unsaid)}", show=tuple(unsaid))
        if not given and not tool.confirm:
            return pulpo.needs_approval("no word of the user's asks for it")
        return pulpo.ALLOW


def _given(arguments: Mapping[str, object], tool: pulpo.Tool) -> dict[str, object]:
    """The arguments that somebody chose: neither left out nor as the tool has them by default."""
    properties = tool.schema.get("properties", {})
    return {
        name: value
        for name, value in arguments.items()
        if value is not None and ("default" not in properties.get(name, {}) or value != properties[name]["default"])
    }


async def _unsaid(context: pulpo.PolicyContext, given: Mapping[str, object]) -> list[str]:
    left = [name for name, value in given.items() if not pulpo.tells(context.turn.text, value)]
    if not left:
        return left
    said = "\n".join(each.text for each in await context.history(TURNS) if each.role == "user")
    return [name for name in left if not pulpo.tells(said, given[name])]
