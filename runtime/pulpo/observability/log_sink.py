"""What the log says of each event: a turn without trouble is one line at level info."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar

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
from pulpo.observability.logging import AGENT_LOOP, CANARY, ERROR, current, request_id

_whose: ContextVar[tuple[str, str, str, str]] = ContextVar("pulpo_whose", default=("", "", "", ""))
"""Turn, conversation, workspace and variant of the turn whose events are being told: the first one names them all."""


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
            current.logger.warning("model without price", marker=AGENT_LOOP, model=model, add=f'[prices."{model}"]')
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
    if normal and not current.verbose:
        return
    (current.logger.debug if normal else current.logger.info)(
        "variant assigned",
        marker=CANARY,
        **_of_turn(event.turn_id),
        reason=event.reason,
        revision=event.revision,
    )


def _stepped(event: PlannerStepped) -> None:
    if not current.verbose:
        return
    current.logger.debug(
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
    if not failed and not current.verbose:
        return
    (current.logger.warning if failed else current.logger.debug)(
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
    if allowed and not current.verbose:
        return
    (current.logger.debug if allowed else current.logger.info)(
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
    if not failed and not current.verbose:
        return
    (current.logger.warning if failed else current.logger.debug)(
        "tool called",
        marker=ERROR if failed else AGENT_LOOP,
        **_of_turn(event.turn_id, workspace=event.workspace_id),
        tool=event.tool,
        outcome=event.outcome,
        duration_ms=_milliseconds(event.duration),
        error=event.error,
    )


def _variant_failed(event: VariantFailed) -> None:
    current.logger.error(
        "variant failed",
        marker=ERROR,
        **_of_turn(event.turn_id, workspace=event.workspace_id, variant=event.variant),
        error=event.error,
        trace=event.trace,
    )


def _breaker_changed(event: BreakerChanged) -> None:
    opened = event.state == "open"
    (current.logger.warning if opened else current.logger.info)(
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
    current.logger.warning(
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
    (current.logger.warning if failed else current.logger.info)(
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
    current.logger.info(
        "rate limited",
        marker=AGENT_LOOP,
        request_id=request_id.get(),
        workspace=event.workspace_id,
        scope=event.scope,
        name=event.name,
    )


def _limits_shared(event: RateLimitsShared) -> None:
    (current.logger.info if event.shared else current.logger.error)(
        "rate limits shared" if event.shared else "rate limits not shared",
        marker=AGENT_LOOP if event.shared else ERROR,
        reason=event.reason,
    )


def _rescued(event: TurnRescued) -> None:
    current.logger.warning(
        "turn rescued",
        marker=CANARY,
        **_of_turn(event.turn_id, variant=event.variant),
        served_by=event.served_by,
        error=event.error,
    )


def _finished(event: TurnFinished) -> None:
    failed = event.outcome == "error"
    (current.logger.error if failed else current.logger.info)(
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
    current.logger.warning(
        "turn abandoned",
        marker=ERROR,
        **_of_turn(event.turn_id, workspace=event.workspace_id, variant=event.variant),
        error=event.error,
        duration_ms=_milliseconds(event.duration),
    )


def _configured(event: CanaryConfigured) -> None:
    troubled = event.problem or event.missing
    (current.logger.warning if troubled else current.logger.info)(
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
    current.logger.info(
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
    current.logger.error(
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
    (current.logger.debug if alike else current.logger.info)(
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
    current.logger.info("plugins loaded", **event.states)


def _sink_failed(event: SinkFailed) -> None:
    current.logger.error("sink failed", marker=ERROR, sink=event.sink, error=event.error)


def _plugin_hung(event: PluginHung) -> None:
    if event.hung:
        current.logger.error("plugin hangs", marker=ERROR, plugin=event.plugin)
    else:
        current.logger.info("plugin runs again", plugin=event.plugin)


def _loop_blocked(event: LoopBlocked) -> None:
    current.logger.error(
        "event loop blocked",
        marker=ERROR,
        plugin=event.plugin,
        where=event.where,
        duration_ms=_milliseconds(event.seconds),
    )


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 3)
