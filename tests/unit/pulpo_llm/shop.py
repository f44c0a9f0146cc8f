"""Two tools, one of which changes something, and what calls of them end in."""

from __future__ import annotations

from typing import Annotated, Any

import pulpo


async def people(context: pulpo.ToolContext) -> list[pulpo.Choice]:
    return [pulpo.Choice(value="lucia", label={"es": "Lucía", "en": "Lucy"})]


@pulpo.tool(read_only=True)
async def price(item: Annotated[str, "what", pulpo.Slot()]) -> str:
    """Tell a price."""
    return f"{item}: 5"


@pulpo.tool
async def book(
    item: Annotated[str, "what", pulpo.Slot()],
    name: Annotated[str, "whose", pulpo.Slot(remember=True)],
    staff: Annotated[str | None, "who", pulpo.Slot(values=people)] = None,
) -> str:
    """Book something."""
    return "booked"


TOOLS = {tool.name: tool for tool in (price, book)}


def result(tool: str = "price", outcome: Any = "ok", *, effect: bool = False, **arguments: Any) -> pulpo.ToolResult:
    """A finished call."""
    return pulpo.ToolResult(
        pulpo.ToolCall("c", tool, arguments), outcome, pulpo.Result("5", "five"), 1.0, effect=effect
    )
