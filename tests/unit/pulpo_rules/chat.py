"""A tiny turn loop around the planner: it previews, confirms and runs calls the way the runtime does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from msgspec.structs import replace

import pulpo
from pulpo.consent import read_consent
from pulpo.errors import ToolArgumentsError
from pulpo.language import answer_locale
from pulpo_rules.planner import RulesFactory, RulesPlanner

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
_MAX_STEPS = 6


async def _no_history(limit: int) -> Sequence[pulpo.Message]:
    return ()


async def _no_commit(closure: Callable[[Any], pulpo.Result], /) -> pulpo.Result:
    return closure(None)


@dataclass
class Chat:
    """One conversation. ``effects`` are the calls that changed something, ``steps`` the last turn's decisions."""

    tools: dict[str, pulpo.Tool]
    planner: pulpo.Planner
    locale: str = "es"
    workspace: pulpo.Workspace = field(default_factory=lambda: pulpo.Workspace(id="demo", name="Demo"))
    context: dict[str, Any] = field(default_factory=dict)
    now: datetime = NOW
    dialogue: pulpo.Dialogue = field(default_factory=pulpo.Dialogue)
    effects: list[pulpo.ToolCall] = field(default_factory=list)
    results: list[pulpo.ToolResult] = field(default_factory=list)
    answer: pulpo.Answer | None = None
    turns: int = 0
    key: str = field(default_factory=lambda: uuid4().hex)

    async def say(self, text: str) -> str:
        """Run one turn the way the runtime does and return its answer."""
        self.results = []
        self.turns += 1
        before = self.dialogue.language or None
        languages = self.workspace.languages
        self.locale = answer_locale(text, given=self.locale, before=before, languages=languages)
        self.dialogue = replace(self.dialogue, language=self.locale.partition("-")[0])
        pending = self.dialogue.pending
        consent = read_consent(text, self.tools[pending.call.tool].answers) if pending else None
        if consent and pending:
            self.dialogue = replace(self.dialogue, pending=None)
            if consent == "yes":
                await self._run(pending.call)
                self._take_offers()
        seen: list[pulpo.ToolCall] = []
        for number in range(_MAX_STEPS):
            said, step = await self._step(text, number, consent)
            if step.dialogue is not None:
                self.dialogue = step.dialogue
            if isinstance(step, pulpo.Answer):
                self.answer = step
                return self._with_summary(step.text)
            assert not any(
                call.tool == other.tool and call.arguments == other.arguments for call in step.calls for other in seen
            )
            seen.extend(step.calls)
            held = await self._calls(step.calls)
            self._take_offers()
            if held:
                self.dialogue = replace(self.dialogue, pending=held)
                return f"{said}\n\n{held.summary}" if said else held.summary
        raise AssertionError("the planner never answers")

    async def first_step(self, text: str, *, results: list[pulpo.ToolResult]) -> pulpo.Calls | pulpo.Answer:
        """Ask the planner once, with results that were there before it."""
        self.results = results
        return (await self._step(text, 0, None))[1]

    async def _step(self, text: str, number: int, consent: Any) -> tuple[str, pulpo.Calls | pulpo.Answer]:
        turn = pulpo.Turn(
            id="t",
            conversation_id="c",
            workspace=self.workspace,
            text=text,
            at=self.now,
            locale=self.locale,
            user_id="u",
        )
        context = pulpo.PlanContext(
            turn=turn,
            dialogue=self.dialogue,
            tools=self.tools,
            results=self.results,
            step=number,
            consent=consent,
            history=_no_history,
            tool_context=self._tool_context(),
        )
        steps = [step async for step in self.planner.next_step(context)]
        assert isinstance(steps[-1], pulpo.Calls | pulpo.Answer)
        return "".join(step.text for step in steps if isinstance(step, pulpo.Piece)), steps[-1]

    def _tool_context(self) -> pulpo.ToolContext:
        values: dict[str, Any] = {
            "workspace": self.workspace,
            "locale": self.locale,
            "now": self.now,
            "user_id": "u",
            "idempotency_key": f"{self.key}-{self.turns}",
            "database": None,
            "commit": _no_commit,
            **self.context,
        }
        return pulpo.ToolContext(**values)

    async def _calls(self, calls: Iterable[pulpo.ToolCall]) -> pulpo.Pending | None:
        held: pulpo.Pending | None = None
        for call in calls:
            tool = self.tools[call.tool]
            try:
                values = tool.bind(call.arguments)
            except ToolArgumentsError as error:
                self.results.append(pulpo.ToolResult(call, "invalid", pulpo.Result(), 0.0, str(error)))
                continue
            if not tool.confirm:
                await self._run(call)
            elif tool.previewer is None:
                held = pulpo.Pending(call, f"{call.tool} {call.arguments}?")
            else:
                shown = await tool.previewer(**self._with_context(tool, values))
                if isinstance(shown, pulpo.Summary):
                    held = pulpo.Pending(replace(call, arguments=shown.arguments), shown.text)
                else:
                    self.results.append(pulpo.ToolResult(call, "ok", shown, 0.0))
        return held

    def _with_context(self, tool: pulpo.Tool, values: dict[str, Any]) -> dict[str, Any]:
        return {tool.context_parameter: self._tool_context(), **values} if tool.context_parameter else values

    async def _run(self, call: pulpo.ToolCall) -> None:
        tool = self.tools[call.tool]
        found = tool.function(**self._with_context(tool, tool.bind(call.arguments)))
        found = await found if tool.is_async else found
        result = (
            found if isinstance(found, pulpo.Result) else pulpo.Result(found, found if isinstance(found, str) else "")
        )
        effect = result.done and not tool.hints.read_only
        if effect:
            self.effects.append(call)
        self.results.append(pulpo.ToolResult(call, "ok", result, 0.0, "", effect))

    def _take_offers(self) -> None:
        newest = next((result.result.offers for result in reversed(self.results) if result.result.offers), ())
        if newest:
            self.dialogue = replace(self.dialogue, offers=newest)

    def _with_summary(self, text: str) -> str:
        pending = self.dialogue.pending
        return f"{text}\n\n{pending.summary}" if pending and pending.summary not in text else text


_trained: dict[tuple[int, ...], tuple[Sequence[pulpo.Tool], RulesPlanner]] = {}
"""Planners by the very tools they know. They hold nothing of a conversation, and training is most of a test's time."""


def chat_with(tools: Sequence[pulpo.Tool], **settings: Any) -> Chat:
    """Begin a conversation with ``tools``."""
    known = tuple(map(id, tools))
    if known not in _trained:
        factory = RulesFactory()
        _trained[known] = tools, factory.build(factory.config(), tools)
    return Chat({tool.name: tool for tool in tools}, _trained[known][1], **settings)
