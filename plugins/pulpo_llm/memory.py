"""What the conversation keeps of a step, so that another variant can go on with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

import pulpo


def learnt(
    context: pulpo.PlanContext, calls: Iterable[pulpo.ToolCall], results: Sequence[pulpo.ToolResult]
) -> pulpo.Dialogue | None:
    """Return the dialogue after ``calls``, or None when nothing is new.

    The arguments of a call that fits its tool are what was understood so far; the tool that changes something is what
    is wanted. What was done is no longer wanted, and only what is worth remembering is kept of it.
    """
    dialogue = context.dialogue
    goal, facts = dialogue.goal, dict(dialogue.facts)
    if any(result.effect and result.call.tool in context.tools for result in results):
        goal, facts = None, _remembered(facts, context.tools.values())
    for call in calls:
        tool = context.tools[call.tool]
        if _fits(tool, call):
            facts |= {name: pulpo.Fact(value) for name, value in call.arguments.items() if _told(tool, name, value)}
            goal = tool.name if tool.confirm else goal
    if goal == dialogue.goal and facts == dialogue.facts:
        return None
    return replace(dialogue, goal=goal, facts=facts, asked=None)


def _told(tool: pulpo.Tool, name: str, value: object) -> bool:
    return name in tool.slots and value is not None


def _fits(tool: pulpo.Tool, call: pulpo.ToolCall) -> bool:
    try:
        tool.bind(call.arguments)
    except Exception:  # the runtime will say what is wrong with them, to the model
        return False
    return True


def _remembered(facts: Mapping[str, pulpo.Fact], tools: Iterable[pulpo.Tool]) -> dict[str, pulpo.Fact]:
    kept = {name for tool in tools for name, slot in tool.slots.items() if slot.remember}
    return {name: fact for name, fact in facts.items() if name in kept}
