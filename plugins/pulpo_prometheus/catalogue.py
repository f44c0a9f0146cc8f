"""Every metric there is: its name is a promise to dashboards and alerts.

Labels come from closed sets, or are capped (see `families`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A metric family. ``buckets`` (upper edges) make sense for a histogram only; ``across`` says how a gauge of
    several processes becomes one."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    help: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()
    across: Literal["livesum", "livemax", "livemin"] = "livemax"


TURN_BUCKETS: Final = (0.05, 0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.5, 3.0, 5.0, 10.0, 30.0)
"""Seconds. The bounds of SLOs (1 s) and alerts (3 s) are edges, so that their ratios are exact."""

STEP_BUCKETS: Final = (0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Seconds, for one planner step or one tool call."""

SHARE_BUCKETS: Final = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
"""For what lies between 0 and 1."""

CHECK_BUCKETS: Final = (0.0001, 0.0005, 0.001, 0.005, 0.025, 0.1, 0.5, 2.5)
"""Seconds, for one policy check."""

LAG_BUCKETS: Final = (0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)
"""Seconds, for the event loop."""

REQUESTS: Final = Metric(
    name="pulpo_orchestrator_requests_total",
    kind="counter",
    labels=("variant", "served_by", "outcome"),
    help="Turns answered, by assigned variant, answering variant and outcome.",
)
DURATION: Final = Metric(
    name="pulpo_orchestrator_duration_seconds",
    kind="histogram",
    labels=("variant",),
    buckets=TURN_BUCKETS,
    help="From the arrival of a message to its committed answer.",
)
WORKSPACE_TURNS: Final = Metric(
    name="pulpo_workspace_turns_total",
    kind="counter",
    labels=("workspace", "outcome"),
    help="Turns answered, by workspace; beyond the cap, by workspace _other.",
)
STEPS: Final = Metric(
    name="pulpo_agent_steps",
    kind="histogram",
    buckets=(1, 2, 3, 4, 6, 8, 16),
    help="Planner steps of a turn.",
)
LOOP_LIMIT: Final = Metric(
    name="pulpo_agent_loop_limit_total",
    kind="counter",
    help="Attempts at a turn that ran into a limit of steps, calls, tokens or cost.",
)
REFUSALS: Final = Metric(
    name="pulpo_refusals_total",
    kind="counter",
    labels=("variant", "kind"),
    help="Messages, calls and answers that a policy refused, and turns that a model did.",
)
PLANNER_DURATION: Final = Metric(
    name="pulpo_planner_duration_seconds",
    kind="histogram",
    labels=("planner",),
    buckets=STEP_BUCKETS,
    help="One step of a planner.",
)
PLANNER_CONFIDENCE: Final = Metric(
    name="pulpo_planner_confidence",
    kind="histogram",
    labels=("variant",),
    buckets=SHARE_BUCKETS,
    help="How sure planners were of what the user wanted, 0 to 1, where they told.",
)
QUALITY: Final = Metric(
    name="pulpo_quality_score",
    kind="histogram",
    labels=("variant", "scorer"),
    buckets=SHARE_BUCKETS,
    help="How good turns were, 0 to 1, as scorers of plugins judged them.",
)
POLICY_DURATION: Final = Metric(
    name="pulpo_policy_duration_seconds",
    kind="histogram",
    labels=("policy",),
    buckets=CHECK_BUCKETS,
    help="One check by a policy.",
)
TOOL_CALLS: Final = Metric(
    name="pulpo_tool_calls_total",
    kind="counter",
    labels=("tool", "outcome"),
    help="Tool calls, by how they ended.",
)
TOOL_DURATION: Final = Metric(
    name="pulpo_tool_execution_duration_seconds",
    kind="histogram",
    labels=("tool",),
    buckets=STEP_BUCKETS,
    help="One tool call.",
)
ARGUMENT_ERRORS: Final = Metric(
    name="pulpo_tool_argument_errors_total",
    kind="counter",
    labels=("tool",),
    help="Tool calls whose arguments did not fit.",
)
BREAKER_CHANGES: Final = Metric(
    name="pulpo_circuit_breaker_state_changes_total",
    kind="counter",
    labels=("tool", "to"),
    help="Circuit breakers that entered a state.",
)
ACTIVE_BREAKERS: Final = Metric(
    name="pulpo_active_circuit_breakers",
    kind="gauge",
    labels=("state",),
    across="livesum",
    help="Circuit breakers (one a workspace and tool) in each state.",
)
RATE_LIMIT_HITS: Final = Metric(
    name="pulpo_rate_limit_hits_total",
    kind="counter",
    labels=("scope",),
    help="Messages and tool calls refused by a rate limit.",
)
RATE_LIMITS_ALONE: Final = Metric(
    name="pulpo_rate_limit_degraded",
    kind="gauge",
    across="livemax",
    help="1 while this process counts rate limits alone although replicas should count together.",
)
CACHE_SIZE: Final = Metric(
    name="pulpo_cache_size",
    kind="gauge",
    labels=("cache",),
    across="livesum",
    help="Entries in a cache.",
)
DECISIONS: Final = Metric(
    name="pulpo_canary_decisions_total",
    kind="counter",
    labels=("variant", "reason"),
    help="Turns sent to a variant, and why.",
)
TRAFFIC: Final = Metric(
    name="pulpo_canary_traffic_percentage",
    kind="gauge",
    help="Share of its users that the canary gets now, in percent.",
)
EVIDENCE: Final = Metric(
    name="pulpo_canary_log_evidence",
    kind="gauge",
    labels=("guardrail", "kind"),
    help="Natural logarithm of the evidence for rolling back or promoting.",
)
CANARY_STATE: Final = Metric(
    name="pulpo_canary_state",
    kind="gauge",
    labels=("state",),
    help="1 for the state that the rollout is in, 0 for the others.",
)
ROLLBACKS: Final = Metric(
    name="pulpo_canary_rollbacks_total",
    kind="counter",
    labels=("guardrail",),
    help="Rollouts aborted, by the guardrail that did it.",
)
REVISION: Final = Metric(
    name="pulpo_canary_config_revision",
    kind="gauge",
    help="Revision of the canary configuration in force.",
)
CONFIG_VALID: Final = Metric(
    name="pulpo_canary_config_valid",
    kind="gauge",
    across="livemin",
    help="1, or 0 while the settings file is refused or has lost keys, or the strategy fails.",
)
UNITS: Final = Metric(
    name="pulpo_canary_units_total",
    kind="counter",
    labels=("variant",),
    help="Users and conversations enrolled in a rollout.",
)
BAD_UNITS: Final = Metric(
    name="pulpo_canary_bad_units_total",
    kind="counter",
    labels=("guardrail", "variant"),
    help="Units that met their first bad event.",
)
SHADOW: Final = Metric(
    name="pulpo_shadow_comparisons_total",
    kind="counter",
    labels=("result",),
    help="Shadow turns compared with what was answered.",
)
SHADOW_DROPPED: Final = Metric(
    name="pulpo_shadow_dropped_total",
    kind="counter",
    help="Turns that were not compared, because too many shadows were under way or the process was busy.",
)
SHADOW_PLANNING: Final = Metric(
    name="pulpo_shadow_planning_seconds",
    kind="histogram",
    labels=("by",),
    buckets=STEP_BUCKETS,
    help="Planning of a compared turn, by stable and by the shadow.",
)
SHADOW_TOKENS: Final = Metric(
    name="pulpo_shadow_tokens_total",
    kind="counter",
    labels=("by",),
    help="Tokens used for compared turns, by stable and by the shadow.",
)
MODEL_CALLS: Final = Metric(
    name="pulpo_llm_calls_total",
    kind="counter",
    labels=("model", "finish"),
    help="Calls of a model, by why it stopped.",
)
TOKENS: Final = Metric(
    name="pulpo_llm_tokens_total",
    kind="counter",
    labels=("model", "type"),
    help="Tokens that a model read anew, read from its provider's cache, and wrote.",
)
COST: Final = Metric(
    name="pulpo_llm_cost_usd_total",
    kind="counter",
    labels=("model",),
    help="What the tokens cost by the configured price table, in US dollars.",
)
CONVERSATIONS: Final = Metric(
    name="pulpo_conversations_total",
    kind="counter",
    labels=("variant", "result"),
    help="Conversations that ended what a tool declares as its goal: reached, failed or missed.",
)
PLUGINS: Final = Metric(
    name="pulpo_plugins",
    kind="gauge",
    labels=("state",),
    help="Plugins found at start, by state.",
)
SINK_ERRORS: Final = Metric(
    name="pulpo_sink_errors_total",
    kind="counter",
    labels=("sink",),
    help="Events that a sink failed to take.",
)
LOOP_LAG: Final = Metric(
    name="pulpo_event_loop_lag_seconds",
    kind="histogram",
    buckets=LAG_BUCKETS,
    help="How late the event loop wakes up a task.",
)
LOOP_BLOCKED: Final = Metric(
    name="pulpo_event_loop_blocked_total",
    kind="counter",
    labels=("plugin",),
    help="Times a plugin blocked the event loop for more than 0.2 s.",
)
IN_FLIGHT: Final = Metric(
    name="pulpo_turns_in_flight",
    kind="gauge",
    across="livesum",
    help="Turns running now.",
)
OVERFLOW: Final = Metric(
    name="pulpo_metric_overflow_total",
    kind="counter",
    labels=("metric",),
    help="Times a name beyond the cap was counted as _other.",
)
BUILD_INFO: Final = Metric(
    name="pulpo_build_info",
    kind="gauge",
    labels=("version", "python"),
    help="Always 1; the labels say what is running.",
)

CATALOGUE: Final = (
    REQUESTS,
    DURATION,
    WORKSPACE_TURNS,
    STEPS,
    LOOP_LIMIT,
    REFUSALS,
    PLANNER_DURATION,
    PLANNER_CONFIDENCE,
    QUALITY,
    POLICY_DURATION,
    TOOL_CALLS,
    TOOL_DURATION,
    ARGUMENT_ERRORS,
    BREAKER_CHANGES,
    ACTIVE_BREAKERS,
    RATE_LIMIT_HITS,
    RATE_LIMITS_ALONE,
    CACHE_SIZE,
    DECISIONS,
    TRAFFIC,
    EVIDENCE,
    CANARY_STATE,
    ROLLBACKS,
    REVISION,
    CONFIG_VALID,
    UNITS,
    BAD_UNITS,
    SHADOW,
    SHADOW_DROPPED,
    SHADOW_PLANNING,
    SHADOW_TOKENS,
    MODEL_CALLS,
    TOKENS,
    COST,
    CONVERSATIONS,
    PLUGINS,
    SINK_ERRORS,
    LOOP_LAG,
    LOOP_BLOCKED,
    IN_FLIGHT,
    OVERFLOW,
    BUILD_INFO,
)
