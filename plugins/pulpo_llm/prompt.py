"""What the model is told for one step: rules, the time, what the conversation knows, what was said, what tools found.

What is the same in each request comes first, so that a provider can have it in its cache.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

import pulpo
from pulpo_llm import texts
from pulpo_llm.protocol import Asked, Message, Named, encode

MOST_CHOICES: Final = 40
"""Of one list of values that the model is told; a longer one is what a tool is there for."""

MOST_DATA: Final = 65_536
"""Bytes of one result."""

DAYS: Final = 8


async def messages(
    context: pulpo.PlanContext, *, instructions: Mapping[str, str], max_history: int
) -> tuple[Message, ...]:
    """Return the conversation as the model is to see it."""
    said = await context.history(max_history + 1) if max_history else ()
    return (
        Message("system", await _system(context, instructions)),
        *(Message(line.role, line.text) for line in said if line.turn_id != context.turn.id and line.text),
        Message("user", context.turn.text),
        *_results(context.results),
    )


def as_data(value: Any) -> str:
    """Return ``value`` as JSON between marks that nothing inside can forge: it has no ``<``."""
    written = encode(value).replace(b"<", b"\\u003c")
    if len(written) > MOST_DATA:
        written = encode("(too long to be shown)")
    return f"<data>{written.decode()}</data>"


async def _system(context: pulpo.PlanContext, instructions: Mapping[str, str]) -> str:
    turn = context.turn
    workspace = turn.workspace
    parts = [pulpo.localized(texts.RULES, turn.locale).format(business=workspace.name or workspace.id)]
    if instructions:
        parts.append(pulpo.localized(instructions, turn.locale))
    parts.append(_now(turn.at.astimezone(ZoneInfo(workspace.tz)), workspace.tz, turn.locale))
    if known := await _known(context):
        parts.append(as_data(known))
    return "\n\n".join(part.strip() for part in parts)


def _now(at: datetime, zone: str, locale: str) -> str:
    language = "es" if locale.startswith("es") else "en"
    weekdays = texts.WEEKDAYS[language]
    days = (at.date() + timedelta(days=ahead) for ahead in range(DAYS))
    return texts.NOW[language].format(
        weekday=weekdays[at.weekday()],
        now=f"{at:%Y-%m-%d %H:%M}",
        tz=zone,
        days=", ".join(f"{weekdays[day.weekday()]} {day}" for day in days),
    )


async def _known(context: pulpo.PlanContext) -> dict[str, Any]:
    """What the conversation knows, whichever variant learnt it."""
    dialogue = context.dialogue
    known: dict[str, Any] = {}
    if dialogue.facts:
        known["facts"] = {name: fact.value for name, fact in dialogue.facts.items()}
    if dialogue.offers:
        known["offers"] = [{"label": offer.label, "arguments": offer.arguments} for offer in dialogue.offers]
    if dialogue.pending is not None:
        known["waits_for_a_yes"] = dialogue.pending.summary
    if context.consent == "no":
        known["customer_said"] = "no"
    if choices := await _choices(context):
        known["values"] = choices
    return known


async def _choices(context: pulpo.PlanContext) -> dict[str, list[dict[str, Any]]]:
    """Which values arguments can have now; a provider that several tools share is asked once."""
    listed: dict[str, list[dict[str, Any]]] = {}
    asked: set[tuple[str, int]] = set()
    for tool in context.tools.values():
        for name, slot in tool.slots.items():
            if slot.values is None or (name, id(slot.values)) in asked:
                continue
            asked.add((name, id(slot.values)))
            found = await slot.values(context.tool_context)
            if 0 < len(found) <= MOST_CHOICES:
                locale = context.turn.locale
                each = [{"value": it.value, "label": pulpo.localized(it.label, locale)} for it in found]
                listed[name if name not in listed else f"{tool.name}.{name}"] = each
    return listed


def _results(results: Sequence[pulpo.ToolResult]) -> Iterator[Message]:
    """Each call of this turn as the model's own, and what came of it."""
    for number, result in enumerate(results):
        name = f"call_{number}"
        arguments = encode(result.call.arguments).decode()
        yield Message("assistant", "", (Asked(name, Named(result.call.tool, arguments)),))
        yield Message("tool", _found(result), tool_call_id=name)


def _found(result: pulpo.ToolResult) -> str:
    shown: dict[str, Any] = {"outcome": result.outcome, "done": result.effect}
    if result.error:
        shown["error"] = result.error
    if result.result.text:
        shown["text"] = result.result.text
    if result.result.value is not None:
        shown["value"] = msgspec.to_builtins(result.result.value, str_keys=True)
    if result.result.offers:
        shown["offers"] = [offer.label for offer in result.result.offers]
    return as_data(shown)
