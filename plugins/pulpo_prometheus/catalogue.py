"""Every metric there is: its name is a promise to dashboards and alerts.

Only what is measured now stands here. Labels come from closed sets, or are capped (see `children`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A metric family. ``buckets`` (upper edges) make sense for a histogram only."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    help: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()


TURN_BUCKETS: Final = (0.05, 0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.5, 3.0, 5.0, 10.0, 30.0)
"""Seconds. The bounds of SLOs (1 s) and alerts (3 s) are edges, so that their ratios are exact."""

STEP_BUCKETS: Final = (0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Seconds, for one planner step or one tool call."""

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
    help="Turns that ran into a limit of steps or calls.",
)
PLANNER_DURATION: Final = Metric(
    name="pulpo_planner_duration_seconds",
    kind="histogram",
    labels=("planner",),
    buckets=STEP_BUCKETS,
    help="One step of a planner.",
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
DECISIONS: Final = Metric(
    name="pulpo_canary_decisions_total",
    kind="counter",
    labels=("variant", "reason"),
    help="Turns sent to a variant, and why.",
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
    PLANNER_DURATION,
    POLICY_DURATION,
    TOOL_CALLS,
    TOOL_DURATION,
    ARGUMENT_ERRORS,
    DECISIONS,
    PLUGINS,
    SINK_ERRORS,
    LOOP_LAG,
    OVERFLOW,
    BUILD_INFO,
)
