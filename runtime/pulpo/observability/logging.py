"""The log: JSON lines on stdout, one an event.

Every line has ``timestamp``, ``level`` and ``event``; a line about a turn also has ``request_id``,
``conversation``, ``turn``, ``workspace`` and ``variant``. ``marker`` is what operators grep for: ``AGENT_LOOP`` (a
turn, its steps and calls), ``CANARY`` (who was sent where, and rescues) or ``ERROR``.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, BinaryIO, Literal, TypeAlias

import orjson

from pulpo.contracts.events import (
    ApprovalChanged,
    BreakerChanged,
    BreakerForced,
    CanaryConfigured,
    CanaryRolledBack,
    Event,
    Handler,
    LoopBlocked,
    ModelCalled,
    PlannerStepped,
    PluginHung,
    PluginsLoaded,
    PolicyChecked,
    RateLimited,
    RateLimitsShared,
    RolloutChanged,
    ShadowCompared,
    SinkFailed,
    ToolCalled,
    TurnAbandoned,
    TurnFinished,
    TurnRescued,
    VariantAssigned,
    VariantFailed,
)
from pulpo.observability.lines import EventDict, Logger, Processor
from pulpo.observability.redaction import known_secrets, redactor

Marker: TypeAlias = Literal["AGENT_LOOP", "CANARY", "ERROR"]

AGENT_LOOP: Marker = "AGENT_LOOP"
CANARY: Marker = "CANARY"
ERROR: Marker = "ERROR"

request_id: ContextVar[str] = ContextVar("pulpo_request_id", default="")
"""Set by the door a request came in by; a turn's task inherits it."""

_whose: ContextVar[tuple[str, str, str, str]] = ContextVar("pulpo_whose", default=("", "", "", ""))
"""Turn, conversation, workspace and variant of the turn whose events are being told: the first one names them all."""

SAFE = frozenset(
    {"timestamp", "level", "event", "marker", "request_id", "conversation", "turn", "workspace", "variant"}
    | {"served_by", "outcome", "planner", "policy", "stage", "verdict", "sink", "trace_id"}
)
"""Keys whose values come from us (ids, names, closed sets) and are not searched for secrets."""


_NOTHING = logging.CRITICAL + 1


class _Log:
    """Where lines go now. Until somebody opens the log they go nowhere: a library must not write to stdout.

    ``verbose`` spares us the putting together of debug lines that nobody will see.
    """

    __slots__ = ("logger", "verbose")

    def __init__(self) -> None:
        self.logger = Logger(BytesIO(), threshold=_NOTHING, processors=(), render=lambda _line: b"")
        self.verbose = False


_log = _Log()


def log() -> Logger:
    """Return the logger that is open now."""
    return _log.logger


@contextmanager
def open_log(
    level: str,
    *,
    stream: BinaryIO | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    environ: Mapping[str, str] = os.environ,
) -> Iterator[None]:
    """Write lines of ``level`` and above to ``stream`` (stdout), also those of libraries, until the block ends.

    What ``environ`` holds of secrets is taken out of every line, as is what looks like one.
    """
    threshold = logging.getLevelNamesMapping()[level.upper()]
    before = _log.logger, _log.verbose
    steps: list[Processor] = [_stamp(clock), redactor(safe=SAFE, secrets=known_secrets(environ))]
    _log.logger = Logger(stream or sys.stdout.buffer, threshold=threshold, processors=steps, render=_render)
    _log.verbose = threshold <= logging.DEBUG
    bridge = _Bridge(max(threshold, logging.WARNING))
    root = logging.getLogger()
    root.addHandler(bridge)
    try:
        yield
    finally:
        root.removeHandler(bridge)
        _log.logger.flush()
        _log.logger, _log.verbose = before


class LogSink:
    """Writes a line for each event worth one; a turn without trouble is one line at level info."""

    name = "log"

    def __init__(self) -> None:
        self._unpriced: set[str] = set()

    @property
    def handlers(self) -> Mapping[type[Event], Handler]:
        """What is logged, by kind of event."""
        return {
            VariantAssigned: _assigned,
            PlannerStepped: _stepped,
            ModelCalled: self._model_called,
            PolicyChecked: _checked,
            ToolCalled: _called,
            VariantFailed: _variant_failed,
            BreakerChanged: _breaker_changed,
            BreakerForced: _breaker_forced,
            ApprovalChanged: _approval_changed,
            RateLimited: _rate_limited,
            RateLimitsShared: _limits_shared,
            TurnRescued: _rescued,
            TurnFinished: _finished,
            TurnAbandoned: _abandoned,
            CanaryConfigured: _configured,
            RolloutChanged: _rollout_changed,
            CanaryRolledBack: _rolled_back,
            ShadowCompared: _compared,
            PluginsLoaded: _loaded,
            SinkFailed: _sink_failed,
            PluginHung: _plugin_hung,
            LoopBlocked: _loop_blocked,
        }

    def _model_called(self, event: ModelCalled) -> None:
        model = event.call.model
        # The names are a provider's: a set of them must not grow for ever.
        if event.cost is None and model not in self._unpriced and len(self._unpriced) < 100:
            self._unpriced.add(model)
            _log.logger.warning("model without price", marker=AGENT_LOOP, model=model, add=f'[prices."{model}"]')
        _model_called(event)


def _of_turn(turn: str, *, workspace: str = "", variant: str = "") -> dict[str, str]:
    """Return the ids that every line about a turn has; what the event itself says comes first."""
    known, conversation, its_workspace, its_variant = _whose.get()
    if known != turn:
        conversation = its_workspace = its_variant = ""
    return {
        "request_id": request_id.get(),
        "conversation": conversation,
        "turn": turn,
        "workspace": workspace or its_workspace,
        "variant": variant or its_variant,
    }


def _assigned(event: VariantAssigned) -> None:
    _whose.set((event.turn_id, event.conversation_id, event.workspace_id, event.variant))
    # Everybody on stable is the normal state of things, not news.
    normal = event.variant == "stable"
    if normal and not _log.verbose:
        return
    (_log.logger.debug if normal else _log.logger.info)(
        "variant assigned",
        marker=CANARY,
        **_of_turn(event.turn_id),
        reason=event.reason,
        revision=event.revision,
    )


def _stepped(event: PlannerStepped) -> None:
    if not _log.verbose:
        return
    _log.logger.debug(
        "planner stepped",
        marker=AGENT_LOOP,
        **_of_turn(event.turn_id, variant=event.variant),
        planner=event.planner,
        step=event.step,
        duration_ms=_milliseconds(event.duration),
    )


def _model_called(event: ModelCalled) -> None:
    call = event.call
    failed = call.finish == "error"
    if not failed and not _log.verbose:
        return
    (_log.logger.warning if failed else _log.logger.debug)(
        "model called",
        marker=ERROR if failed else AGENT_LOOP,
        **_of_turn(event.turn_id, workspace=event.workspace_id, variant=event.variant),
        planner=event.planner,
        step=event.step,
        model=call.model,
        duration_ms=_milliseconds(call.duration),
        input_tokens=call.input_tokens,
        cached_tokens=call.cached_tokens,
        output_tokens=call.output_tokens,
        cost_usd=event.cost,
        finish=call.finish,
        error=call.error,
    )


def _checked(event: PolicyChecked) -> None:
    allowed = event.verdict == "allow"
    if allowed and not _log.verbose:
        return
    (_log.logger.debug if allowed else _log.logger.info)(
        "policy checked",
        marker=ERROR if event.verdict == "error" else AGENT_LOOP,
        **_of_turn(event.turn_id, variant=event.variant),
        policy=event.policy,
        stage=event.stage,
        verdict=event.verdict,
        reason=event.reason,
    )


def _called(event: ToolCalled) -> None:
    failed = event.outcome in ("error", "timeout")
    if not failed and not _log.verbose:
        return
    (_log.logger.warning if failed else _log.logger.debug)(
        "tool called",
        marker=ERROR if failed else AGENT_LOOP,
        **_of_turn(event.turn_id, workspace=event.workspace_id),
        tool=event.tool,
        outcome=event.outcome,
        duration_ms=_milliseconds(event.duration),
        error=event.error,
    )


def _variant_failed(event: VariantFailed) -> None:
    _log.logger.error(
        "variant failed",
        marker=ERROR,
        **_of_turn(event.turn_id, workspace=event.workspace_id, variant=event.variant),
        error=event.error,
        trace=event.trace,
    )


def _breaker_changed(event: BreakerChanged) -> None:
    opened = event.state == "open"
    (_log.logger.warning if opened else _log.logger.info)(
        "breaker changed",
        marker=ERROR if opened else AGENT_LOOP,
        workspace=event.workspace_id,
        tool=event.tool,
        state=event.state,
        reason=event.reason,
        by=event.by,
        calls=event.calls,
        failure_rate=round(event.failure_rate, 4),
        slow_rate=round(event.slow_rate, 4),
    )


def _breaker_forced(event: BreakerForced) -> None:
    _log.logger.warning(
        "breaker forced",
        marker=AGENT_LOOP,
        request_id=request_id.get(),
        workspace=event.workspace_id,
        tool=event.tool,
        state=event.state,
        by=event.by,
    )


def _approval_changed(event: ApprovalChanged) -> None:
    failed = event.state == "failed"
    (_log.logger.warning if failed else _log.logger.info)(
        "approval changed",
        marker=ERROR if failed else AGENT_LOOP,
        request_id=request_id.get(),
        conversation=event.conversation_id,
        workspace=event.workspace_id,
        approval=event.approval_id,
        tool=event.tool,
        state=event.state,
        reason=event.reason,
        by=event.by,
    )


def _rate_limited(event: RateLimited) -> None:
    _log.logger.info(
        "rate limited",
        marker=AGENT_LOOP,
        request_id=request_id.get(),
        workspace=event.workspace_id,
        scope=event.scope,
        name=event.name,
    )


def _limits_shared(event: RateLimitsShared) -> None:
    (_log.logger.info if event.shared else _log.logger.error)(
        "rate limits shared" if event.shared else "rate limits not shared",
        marker=AGENT_LOOP if event.shared else ERROR,
        reason=event.reason,
    )


def _rescued(event: TurnRescued) -> None:
    _log.logger.warning(
        "turn rescued",
        marker=CANARY,
        **_of_turn(event.turn_id, variant=event.variant),
        served_by=event.served_by,
        error=event.error,
    )


def _finished(event: TurnFinished) -> None:
    failed = event.outcome == "error"
    (_log.logger.error if failed else _log.logger.info)(
        "turn finished",
        marker=ERROR if failed else AGENT_LOOP,
        request_id=request_id.get(),
        conversation=event.conversation_id,
        turn=event.turn_id,
        workspace=event.workspace_id,
        variant=event.variant,
        served_by=event.served_by,
        outcome=event.outcome,
        steps=event.steps,
        tool_calls=event.tool_calls,
        duration_ms=_milliseconds(event.duration),
        **({"trace_id": event.trace_id} if event.trace_id else {}),
    )


def _abandoned(event: TurnAbandoned) -> None:
    _log.logger.warning(
        "turn abandoned",
        marker=ERROR,
        **_of_turn(event.turn_id, workspace=event.workspace_id, variant=event.variant),
        error=event.error,
        duration_ms=_milliseconds(event.duration),
    )


def _configured(event: CanaryConfigured) -> None:
    troubled = event.problem or event.missing
    (_log.logger.warning if troubled else _log.logger.info)(
        "canary configured",
        marker=CANARY,
        revision=event.revision,
        variant=event.variant,
        strategy=event.strategy,
        share=event.share,
        problem=event.problem,
        missing=event.missing,
    )


def _rollout_changed(event: RolloutChanged) -> None:
    _log.logger.info(
        "rollout changed",
        marker=CANARY,
        rollout=event.rollout,
        variant=event.variant,
        state=event.state,
        step=event.step,
        share=event.share,
        reason=event.reason,
    )


def _rolled_back(event: CanaryRolledBack) -> None:
    _log.logger.error(
        "canary rolled back",
        marker=CANARY,
        rollout=event.rollout,
        variant=event.variant,
        guardrail=event.guardrail,
        evidence=round(event.evidence, 3),
        threshold=round(event.threshold, 3),
    )


def _compared(event: ShadowCompared) -> None:
    alike = event.result in ("same", "wording")
    (_log.logger.debug if alike else _log.logger.info)(
        "shadow compared",
        marker=CANARY,
        conversation=event.conversation_id,
        turn=event.turn_id,
        workspace=event.workspace_id,
        variant=event.variant,
        result=event.result,
        error=event.error,
        planning_ms=[_milliseconds(seconds) for seconds in event.seconds],
        tokens=list(event.tokens),
    )


def _loaded(event: PluginsLoaded) -> None:
    _log.logger.info("plugins loaded", **event.states)


def _sink_failed(event: SinkFailed) -> None:
    _log.logger.error("sink failed", marker=ERROR, sink=event.sink, error=event.error)


def _plugin_hung(event: PluginHung) -> None:
    if event.hung:
        _log.logger.error("plugin hangs", marker=ERROR, plugin=event.plugin)
    else:
        _log.logger.info("plugin runs again", plugin=event.plugin)


def _loop_blocked(event: LoopBlocked) -> None:
    _log.logger.error(
        "event loop blocked",
        marker=ERROR,
        plugin=event.plugin,
        where=event.where,
        duration_ms=_milliseconds(event.seconds),
    )


class _Bridge(logging.Handler):
    """Brings the libraries' own lines (uvicorn's, asyncio's) into the same stream, in the same form."""

    def emit(self, record: logging.LogRecord) -> None:
        marker = {"marker": ERROR} if record.levelno >= logging.ERROR else {}
        _log.logger.log(
            record.levelno,
            "library",
            logger=record.name,
            message=_message(record),
            exc_info=record.exc_info,
            **marker,
        )


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception:  # its arguments do not fit, or cannot be shown: whoever logs must not fail by it
        return str(record.msg)


def _stamp(clock: Callable[[], datetime]) -> Processor:
    def stamp(_logger: Any, method: str, line: EventDict) -> EventDict:
        line["level"] = method
        line["timestamp"] = clock().isoformat(timespec="milliseconds")
        return line

    return stamp


def _render(line: EventDict) -> bytes:
    try:
        return orjson.dumps(line)
    except TypeError:  # a lone surrogate or a huge number: a line that cannot be read easily is better than none
        return json.dumps(line, default=str).encode()


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 3)
