"""Events: what happened, as typed values. Sinks turn them into metrics, logs and traces.

The events of a turn are told one after the other when it is over, from `VariantAssigned` to `TurnFinished` or
`TurnAbandoned`. Durations are in seconds; ``after`` is how many passed from the message's arrival until what is told
of began, on the clock of the turn's own duration. Labels come from closed sets; ids are for logs and traces, never for
labels.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, Protocol, TypeAlias

from msgspec import Struct

from pulpo.contracts.planners import ModelCall
from pulpo.contracts.tools import Outcome, ToolResult
from pulpo.tracing import TraceContext

TurnOutcome: TypeAlias = Literal["ok", "rescued", "error", "refused", "limit"]
"""``refused``: a policy said no; ``limit``: the planner ran into a loop limit; ``error``: stable failed too."""

ShadowResult: TypeAlias = Literal["same", "wording", "answer", "arguments", "tools", "error"]
"""How a shadow compares with what was answered: alike but for its words, with another ending or waiting call, with
other arguments or tools; ``error``: it failed."""


class Event(Struct, frozen=True):
    """Base of all events."""


class VariantAssigned(Event, frozen=True):
    """The router chose a variant for a turn."""

    turn_id: str
    conversation_id: str
    workspace_id: str
    variant: str
    reason: str
    revision: int


class PlannerStepped(Event, frozen=True):
    """A planner finished one step; ``confidence`` (0 to 1) is how sure it was of what the user wanted, if it told."""

    turn_id: str
    planner: str
    variant: str
    step: int
    duration: float
    after: float = 0.0
    confidence: float | None = None


class ModelCalled(Event, frozen=True):
    """A planner called a model in a step. ``cost`` is in US dollars, None for a model that has no configured price."""

    turn_id: str
    workspace_id: str
    planner: str
    variant: str
    step: int
    call: ModelCall
    cost: float | None = None


class PolicyChecked(Event, frozen=True):
    """A policy gave a verdict; ``stage`` says on what, ``variant`` whose turn it was."""

    turn_id: str
    policy: str
    stage: Literal["message", "call", "answer"]
    verdict: Literal["allow", "deny", "needs_approval", "rewrite", "error"]
    reason: str
    duration: float
    variant: str = ""


class ToolCalled(Event, frozen=True):
    """A tool call ended. ``call_id`` is the planner's name for it; ``after`` is None for a call that was refused before
    it began; ``span_id`` is its place in the turn's trace, which the tool may have told to others."""

    turn_id: str
    workspace_id: str
    tool: str
    outcome: Outcome
    duration: float
    error: str = ""
    call_id: str = ""
    after: float | None = None
    span_id: str = ""


class BreakerChanged(Event, frozen=True):
    """The circuit breaker of a workspace's tool, or (``variant:NAME``) of a variant's planner, entered a state:
    ``open`` refuses calls, ``half_open`` lets one probe find out.

    ``reason`` says why: ``failures``, ``slow_calls``, ``time_passed``, ``probe_failed``, ``probe_slow``,
    ``probe_succeeded``, ``forced`` (``by`` whose key, if there was one) or ``forgotten`` (there are too many). Rates
    are fractions of the ``calls`` that its window held just before."""

    workspace_id: str
    tool: str
    state: Literal["closed", "open", "half_open"]
    reason: str = ""
    by: str = ""
    calls: int = 0
    failure_rate: float = 0.0
    slow_rate: float = 0.0


class BreakerForced(Event, frozen=True):
    """An operator put the breaker of a workspace's tool into a state; ``by`` is the operator's key, if there was one.
    What it came to on each replica is told by `BreakerChanged`."""

    workspace_id: str
    tool: str
    state: Literal["closed", "open", "half_open"]
    by: str = ""


class ApprovalChanged(Event, frozen=True):
    """A call that a policy wants an operator to approve began to wait, was decided (``by`` whose key, for which
    ``reason``), ran out, or was carried out after its approval (``done``, ``failed``)."""

    approval_id: str
    workspace_id: str
    conversation_id: str
    tool: str
    state: Literal["waiting", "approved", "denied", "expired", "done", "failed"]
    reason: str = ""
    by: str = ""


class RateLimited(Event, frozen=True):
    """Somebody ran into a rate limit; ``name`` is the tool's where it is a tool's limit."""

    workspace_id: str
    scope: Literal["key", "workspace", "user", "tool"]
    name: str = ""


class RateLimitsShared(Event, frozen=True):
    """Whether rate limits are counted by all replicas together now, or (``shared`` is false) by each alone."""

    shared: bool
    reason: str = ""


class VariantFailed(Event, frozen=True):
    """A variant could not answer; ``trace`` is the traceback, for logs alone."""

    turn_id: str
    workspace_id: str
    variant: str
    error: str
    trace: str


class TurnRescued(Event, frozen=True):
    """The assigned variant failed and stable took the turn over."""

    turn_id: str
    variant: str
    served_by: str
    error: str
    after: float = 0.0


class TurnFinished(Event, frozen=True):
    """A turn was answered and committed; ``trace_id`` is that of the trace it is recorded in, by us or by whoever
    called (W3C)."""

    turn_id: str
    conversation_id: str
    workspace_id: str
    variant: str
    served_by: str
    outcome: TurnOutcome
    steps: int
    tool_calls: int
    duration: float
    trace_id: str = ""


class TurnTold(Event, frozen=True, kw_only=True):
    """What was said in a turn that ended so, and its tool calls with arguments and results, just before its
    `TurnFinished`. It is made only when a sink handles this very event, for it holds what people wrote."""

    turn_id: str
    conversation_id: str
    workspace_id: str
    variant: str
    served_by: str
    outcome: TurnOutcome
    locale: str
    message: str
    reply: str
    calls: tuple[ToolResult, ...] = ()


class TurnAbandoned(Event, frozen=True):
    """A turn came to an end that could not be committed (the database is away, another process took it over): nobody
    was answered."""

    turn_id: str
    conversation_id: str
    workspace_id: str
    variant: str
    error: str
    duration: float


class CanaryConfigured(Event, frozen=True):
    """Another configuration of the canary is in force, or one was refused: ``problem`` says why.

    ``share`` (0 to 1) is the part of its units that the strategy sends to ``variant``, 0 when everybody is on stable.
    ``missing`` names keys that the file had and has no more: as long as they are, it can only narrow the canary.
    """

    revision: int
    share: float
    strategy: str
    variant: str
    problem: str = ""
    missing: tuple[str, ...] = ()


class RolloutChanged(Event, frozen=True):
    """The rollout of a variant is in another state or at another step; ``share`` is what new conversations get."""

    rollout: str
    variant: str
    state: str
    step: int
    share: float
    reason: str


class CanaryRolledBack(Event, frozen=True):
    """A guardrail found the canary worse; evidence and threshold are factors, not logarithms."""

    rollout: str
    variant: str
    guardrail: str
    evidence: float
    threshold: float


class RolloutCounted(Event, frozen=True):
    """What a look at the newest turns added to a rollout: units enrolled, as (stable, canary), and by guardrail those
    that met their first bad event. Of several processes the one tells it that counted."""

    rollout: str
    variant: str
    enrolled: tuple[int, int]
    bad: Mapping[str, tuple[int, int]]


class ShadowCompared(Event, frozen=True):
    """Another variant planned a turn that stable had answered, and nobody saw it. Pairs are of (stable, shadow):
    ``seconds`` of planning, and ``tokens``. ``error`` is the kind of error with which the shadow failed."""

    turn_id: str
    conversation_id: str
    workspace_id: str
    variant: str
    result: ShadowResult
    seconds: tuple[float, float]
    tokens: tuple[int, int]
    error: str = ""


class ShadowDropped(Event, frozen=True):
    """A turn was not compared: too many shadows were under way, or the event loop was late."""

    variant: str


class ConversationsEnded(Event, frozen=True):
    """``count`` conversations that a variant began with ``goal`` (what a tool declares) ended so: ``reached``,
    ``failed`` (the tool broke down) or ``missed`` (given up: half an hour of silence). Of several processes the one
    tells it that counted."""

    variant: str
    goal: str
    result: str
    count: int


class QualityScored(Event, frozen=True):
    """Somebody judged a turn: 0 is as bad as can be, 1 as good. Plugins emit it (`Runtime.emit`), some time after the
    turn: the runtime itself has no opinion. ``scorer`` is what the judgement is called, one of a few."""

    turn_id: str
    workspace_id: str
    variant: str
    scorer: str
    score: float
    trace_id: str = ""


class PluginsLoaded(Event, frozen=True):
    """The system is up; ``states`` counts plugins by state, ``names`` tells what there is by kind (``tools``,
    ``planners``, ``policies``, ``sinks``, ``variants``, ``models`` that have a price, ``workspaces``, ``guardrails``),
    so that sinks can make room ahead."""

    states: Mapping[str, int]
    names: Mapping[str, tuple[str, ...]] = {}


class PluginHung(Event, frozen=True):
    """All threads of a plugin hang in calls that were given up: its tools are kept from planners until one ends
    (``hung`` is then False)."""

    plugin: str
    hung: bool


class LoopBlocked(Event, frozen=True):
    """A plugin blocks the event loop at ``where`` (file and line), for ``seconds`` so far.

    The one event that comes from a thread of its own, for the loop cannot tell it: its handlers must be quick, and
    share nothing with others.
    """

    plugin: str
    where: str
    seconds: float


class SinkFailed(Event, frozen=True):
    """A sink raised; its error was swallowed."""

    sink: str
    error: str


Handler: TypeAlias = Callable[[Any], None]


class MetricSink(Protocol):
    """What a plugin registers to receive events.

    ``handlers`` map event types to plain functions; they are collected once at start, run on the event loop right
    after a turn, and must not block. A handler that raises is ignored and counted.
    """

    @property
    def name(self) -> str: ...

    @property
    def handlers(self) -> Mapping[type[Event], Handler]: ...


class Tracer(MetricSink, Protocol):
    """A sink that follows turns in traces: it is also asked, before anything of a turn is done, what the turn's own
    place in a trace is. That is what tools tell others and clients are told; without one, a caller's trace is passed
    on as it came. ``begin_trace`` is called on the event loop and must not block; when it raises, there is no trace."""

    def begin_trace(self, caller: TraceContext | None) -> TraceContext:
        """Return the turn's span, below the caller's if there is one."""
        ...
