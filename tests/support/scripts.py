"""Scripted planners, and what came of their calls."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pulpo
from pulpo.turns.request import TurnAnswer


def all_at_once(*calls: tuple[str, dict[str, Any]]) -> Callable[[pulpo.PlanContext], pulpo.Step]:
    """A planner that makes the calls in one step and answers with their outcomes."""

    def script(context: pulpo.PlanContext) -> pulpo.Step:
        if context.results:
            return pulpo.Answer(" ".join(result.result.text or result.outcome for result in context.results))
        return pulpo.Calls(tuple(pulpo.ToolCall(f"c{n}", tool, given) for n, (tool, given) in enumerate(calls)))

    return script


def one_call(tool: str, **arguments: Any) -> Callable[[pulpo.PlanContext], pulpo.Step]:
    return all_at_once((tool, arguments))


def outcomes(answer: TurnAnswer) -> list[str]:
    return [report.outcome for report in answer.tool_calls]


def ledger(path: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.execute("SELECT tool, state FROM effects ORDER BY rowid"))
