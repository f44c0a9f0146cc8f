"""The spans of one turn, made from its events when it is over: a turn under way pays nothing for them.

::

    invoke_agent pulpo          the turn; gen_ai.agent.version is the assigned variant
      plan llm                  a step of its planner
        chat gpt-5-mini         a call of a model
      execute_tool get_price    a tool call
      invoke_agent pulpo        the rescue, if the assigned variant failed: stable's plans and calls are below it
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from msgspec import Struct, structs

import pulpo
from pulpo_otel import names
from pulpo_otel.content import Content

Attributes: TypeAlias = dict[str, str | int | float | bool | tuple[str, ...]]

NAME: Final = "pulpo"
"""Of the agent, its provider and the flag's provider: it is us, whatever model a planner asks."""

FLAG_KEY: Final = "pulpo.canary"

REASONS: Final[Mapping[str, str]] = {
    "pinned": "cached",
    "killed": "disabled",
    "disabled": "disabled",
    "strategy_error": "error",
    "not_matched": "split",
}
"""OpenTelemetry's words for why a flag evaluates as it does; a strategy's own reasons are a ``targeting_match``."""

BROKEN: Final = ("error", "timeout")

_SPAN_ID: Final = re.compile(r"(?!0{16})[0-9a-f]{16}")
"""What a planner may have told a model's server; one of another shape would cost the whole trace."""


class Note(Struct, frozen=True):
    """Something that happened in a span, ``at`` seconds after the turn began."""

    name: str
    at: float
    attributes: Attributes


class Span(Struct, frozen=True, kw_only=True):
    """A span; ``start`` and ``end`` are seconds after the turn began. ``error`` says what kind of failure it was,
    ``remote`` that somebody else did the work."""

    name: str
    span_id: str
    parent_id: str
    start: float
    end: float
    attributes: Attributes
    error: str = ""
    notes: tuple[Note, ...] = ()
    remote: bool = False


def spans_of(
    events: Sequence[pulpo.Event],
    trace: pulpo.TraceContext,
    *,
    began: float,
    new_id: Callable[[], str],
    clean: Callable[[Any], Any],
    content: bool = False,
) -> tuple[Span, ...]:
    """Return the spans of a turn that has ended, its own first. ``began`` is when it did, in seconds of the epoch;
    ``clean`` takes secrets out of what we did not make; ``content`` adds what was said."""
    story = _Story(trace, began, new_id, clean, Content.of(events, clean) if content else Content())
    for event in events:
        tell = _TOLD.get(type(event))
        if tell is not None:
            tell(story, event)
    return tuple(story.spans)


class _Story:
    """What has been told so far: ``agent`` is the span that plans and calls are below, ``at`` how far time has come."""

    def __init__(
        self,
        trace: pulpo.TraceContext,
        began: float,
        new_id: Callable[[], str],
        clean: Callable[[Any], Any],
        content: Content,
    ) -> None:
        self.spans: list[Span] = []
        self._began = began
        self._chats: list[Span] = []
        self._trace = trace
        self._new_id = new_id
        self._clean = clean
        self._content = content
        self._agent = trace.span_id
        self._rescue: tuple[str, str, float] | None = None
        self._at = 0.0
        self._notes: list[Note] = []

    def assigned(self, event: pulpo.VariantAssigned) -> None:
        self._note(
            names.FLAG,
            {
                names.FLAG_KEY: FLAG_KEY,
                names.FLAG_PROVIDER: NAME,
                names.FLAG_VARIANT: event.variant,
                names.FLAG_REASON: REASONS.get(event.reason, "targeting_match"),
                names.FLAG_VERSION: str(event.revision),
                names.FLAG_CONTEXT: event.conversation_id,
                names.DECISION: self._clean(event.reason),
            },
        )

    def checked(self, event: pulpo.PolicyChecked) -> None:
        if event.verdict != "allow":
            told: Attributes = {names.POLICY: event.policy, names.STAGE: event.stage, names.VERDICT: event.verdict}
            self._note(names.POLICY_CHECKED, told)

    def stepped(self, event: pulpo.PlannerStepped) -> None:
        told: Attributes = {names.PLANNER: event.planner, names.VARIANT: event.variant, names.STEP: event.step}
        if event.confidence is not None:
            told[names.CONFIDENCE] = event.confidence
        plan = self._add(names.PLAN, event.planner, event.after, event.duration, told)
        self._asked(plan)

    def chatted(self, event: pulpo.ModelCalled) -> None:
        call = event.call
        told: Attributes = {
            names.OPERATION: names.CHAT,
            names.MODEL: call.model,
            names.VARIANT: event.variant,
            names.FINISH: (call.finish,),
            names.INPUT_TOKENS: call.input_tokens,
            names.CACHED_TOKENS: call.cached_tokens,
            names.OUTPUT_TOKENS: call.output_tokens,
        }
        if event.cost is not None:
            told[names.COST] = event.cost
        if call.error:
            told[names.ERROR_TYPE] = self._clean(call.error)
        start = max(0.0, call.started - self._began)
        self._chats.append(
            Span(
                name=f"{names.CHAT} {call.model}",
                span_id=call.span_id if _SPAN_ID.fullmatch(call.span_id) else self._new_id(),
                parent_id=self._agent,
                start=start,
                end=start + call.duration,
                attributes=told,
                error="error" if call.error else "",
                remote=True,
            )
        )

    def _asked(self, plan: Span | None) -> None:
        """Put the calls of models below the step they were made for: it is told after them, or not at all when its
        planner failed."""
        chats, self._chats = self._chats, []
        self.spans += chats if plan is None else [structs.replace(chat, parent_id=plan.span_id) for chat in chats]

    def called(self, event: pulpo.ToolCalled) -> None:
        # A planner may make a name up, of anything it was told.
        tool = self._clean(event.tool) if event.outcome == "invalid" else event.tool
        told: Attributes = {
            names.TOOL: tool,
            names.TOOL_TYPE: "function",
            names.CALL_ID: self._clean(event.call_id),
            names.TOOL_OUTCOME: event.outcome,
            **self._content.of_call(event.call_id),
        }
        if event.outcome != "ok":
            told[names.ERROR_TYPE] = event.outcome
        start = self._at if event.after is None else event.after
        error = event.outcome if event.outcome in BROKEN else ""
        named = "" if event.outcome == "invalid" else tool
        self._add(names.EXECUTE_TOOL, named, start, event.duration, told, error, event.span_id)

    def failed(self, event: pulpo.VariantFailed) -> None:
        self._asked(None)
        self._note(names.EXCEPTION, {names.EXCEPTION_TYPE: event.error, names.VARIANT: event.variant})

    def rescued(self, event: pulpo.TurnRescued) -> None:
        self._rescue = (self._new_id(), event.served_by, event.after)
        self._agent, self._at = self._rescue[0], event.after

    def finished(self, event: pulpo.TurnFinished) -> None:
        told: Attributes = {
            names.OUTCOME: event.outcome,
            names.SERVED_BY: event.served_by,
            **self._content.of_turn(),
        }
        self._end(event, told, "error" if event.outcome == "error" else "")

    def abandoned(self, event: pulpo.TurnAbandoned) -> None:
        self._end(event, {names.ERROR_TYPE: event.error}, event.error)

    def _end(self, event: pulpo.TurnFinished | pulpo.TurnAbandoned, told: Attributes, error: str) -> None:
        if self._rescue is not None:
            span_id, variant, start = self._rescue
            self.spans.insert(0, self._invoked(span_id, self._trace.span_id, variant, start, event.duration, {}))
        root = self._invoked(
            self._trace.span_id,
            self._trace.parent_id,
            event.variant,
            0.0,
            event.duration,
            {
                names.CONVERSATION: event.conversation_id,
                names.WORKSPACE: event.workspace_id,
                names.TURN: event.turn_id,
                **told,
            },
            error,
            tuple(self._notes),
        )
        self.spans.insert(0, root)

    @staticmethod
    def _invoked(
        span_id: str,
        parent_id: str,
        variant: str,
        start: float,
        end: float,
        told: Attributes,
        error: str = "",
        notes: tuple[Note, ...] = (),
    ) -> Span:
        attributes: Attributes = {
            names.OPERATION: names.INVOKE_AGENT,
            names.PROVIDER: NAME,
            names.AGENT: NAME,
            names.VARIANT: variant,
            **told,
        }
        return Span(
            name=f"{names.INVOKE_AGENT} {NAME}",
            span_id=span_id,
            parent_id=parent_id,
            start=start,
            end=end,
            attributes=attributes,
            error=error,
            notes=notes,
        )

    def _add(
        self,
        operation: str,
        what: str,
        start: float,
        seconds: float,
        told: Attributes,
        error: str = "",
        span_id: str = "",
    ) -> Span:
        self._at = max(self._at, start + seconds)
        added = Span(
            name=f"{operation} {what}".rstrip(),
            span_id=span_id or self._new_id(),
            parent_id=self._agent,
            start=start,
            end=start + seconds,
            attributes={names.OPERATION: operation, **told},
            error=error,
        )
        self.spans.append(added)
        return added

    def _note(self, name: str, attributes: Attributes) -> None:
        self._notes.append(Note(name, self._at, attributes))


_TOLD: Final[Mapping[type[pulpo.Event], Callable[[_Story, Any], None]]] = {
    pulpo.VariantAssigned: _Story.assigned,
    pulpo.PolicyChecked: _Story.checked,
    pulpo.PlannerStepped: _Story.stepped,
    pulpo.ModelCalled: _Story.chatted,
    pulpo.ToolCalled: _Story.called,
    pulpo.VariantFailed: _Story.failed,
    pulpo.TurnRescued: _Story.rescued,
    pulpo.TurnFinished: _Story.finished,
    pulpo.TurnAbandoned: _Story.abandoned,
}

HEARD: Final = tuple(_TOLD)
"""The events that spans are made from."""
