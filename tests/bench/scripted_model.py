"""A plugin with a model that takes no time: one tool call, then the answer. Installed for `test_http`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pulpo


@pulpo.tool(read_only=True)
async def get_price(service: str) -> pulpo.Result:
    """Tell a price."""
    return pulpo.Result({"service": service, "price": 18}, "18 €")


class Scripted:
    name = "scripted"
    config = None

    def build(self, config: None, tools: Any) -> Scripted:
        return self

    async def next_step(self, context: pulpo.PlanContext) -> AsyncIterator[pulpo.Step]:
        if context.results:
            yield pulpo.Answer(context.results[-1].result.text)
        else:
            yield pulpo.Calls((pulpo.ToolCall("c0", "get_price", {"service": "corte"}),))


@pulpo.hookimpl
def pulpo_register_tools(settings: Any) -> list[pulpo.Tool]:
    return [get_price]


@pulpo.hookimpl
def pulpo_register_planners(settings: Any) -> list[Any]:
    return [Scripted()]
