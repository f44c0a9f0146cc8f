"""Whose values a call that changes something is made of.

A planner may have them from anywhere: a service's name, a review it looked up, a note. Only what the user wrote is
the user's. A value of another origin is not forbidden (a date worked out from "tomorrow" is one): the user reads it
and says yes, or it is not used.

Words alone are no wish: "keep Ana's, cancel Luis's" holds every word that the opposite needs, and a planner that has
just read somebody else's text may be obeying that. So nothing that may destroy, and nothing that follows a look-up in
the same turn, is done without a question, whoever wrote its values.
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
    declared ``confirm=False`` runs unasked only when it is not destructive, nothing was looked up in the turn before
    it, it has arguments and the user wrote every one of them; or when ``unasked`` (patterns of names) lists it.
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
        doubt = "" if tool.confirm else _doubt(context, given, tool)
        return pulpo.needs_approval(doubt, show=tuple(given)) if doubt else pulpo.ALLOW


def _doubt(context: pulpo.PolicyContext, given: Mapping[str, object], tool: pulpo.Tool) -> str:
    """Why a call that is made of the user's words alone may still not be their wish."""
    if not given:
        return "no word of the user's asks for it"
    if tool.hints.destructive:
        return "what it does may destroy something"
    if any(not result.effect and result.outcome == "ok" for result in context.results):
        return "something was looked up in this turn, and may have asked for it"
    return ""


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
