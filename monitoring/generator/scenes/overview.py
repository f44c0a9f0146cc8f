"""The system in eight panels."""

from __future__ import annotations

from generator.dashboards import Dashboard
from generator.panels import Panel, Query, increase, quantile, rate, series

BAD_OUTCOMES = 'outcome=~"error|rescued"'
NOT_CLOSED = 'state!="closed"'
REQUESTS = "pulpo_orchestrator_requests_total"
FAILED = f"sum by (variant) ({rate(REQUESTS, BAD_OUTCOMES)})"

DASHBOARD = Dashboard(
    uid="pulpo-overview",
    title="PulpoAI - System Overview",
    description="Turns, tools, breakers and limits.",
    panels=(
        Panel(
            title="Request Rate",
            description="Turns answered each second, by assigned variant.",
            unit="reqps",
            queries=(Query(f"sum by (variant) ({rate(REQUESTS)})", "{{variant}}"),),
        ),
        Panel(
            title="Error Rate",
            description="Share of turns that ended in error or were rescued; the line is the alert's bound.",
            unit="percentunit",
            queries=(Query(f"{FAILED} / sum by (variant) ({rate(REQUESTS)})", "{{variant}}"),),
            line=0.05,
        ),
        Panel(
            title="P95 Latency",
            description="95th percentile from a message to its committed answer; the line is the alert's bound.",
            unit="s",
            queries=(Query(quantile(0.95, "pulpo_orchestrator_duration_seconds", "variant"), "{{variant}}"),),
            line=3,
        ),
        Panel(
            title="Active Circuit Breakers",
            description="Breakers that refuse calls, or try one.",
            unit="short",
            queries=(Query(f"sum by (state) ({series('pulpo_active_circuit_breakers', NOT_CLOSED)})", "{{state}}"),),
        ),
        Panel(
            title="Tool Calls Over Time",
            description="Tool calls each second, by tool and how they ended.",
            unit="ops",
            queries=(Query(f"sum by (tool, outcome) ({rate('pulpo_tool_calls_total')}) > 0", "{{tool}} {{outcome}}"),),
        ),
        Panel(
            title="Tool Execution Duration",
            description="95th percentile of a tool call.",
            unit="s",
            queries=(Query(quantile(0.95, "pulpo_tool_execution_duration_seconds", "tool"), "{{tool}}"),),
        ),
        Panel(
            title="Rate Limit Hits",
            description="Requests refused by a rate limit.",
            unit="short",
            queries=(Query(f"sum by (scope) ({increase('pulpo_rate_limit_hits_total')})", "{{scope}}"),),
        ),
        Panel(
            title="Circuit Breaker State Changes",
            description="Breakers that entered a state.",
            unit="short",
            queries=(
                Query(
                    f"sum by (tool, to) ({increase('pulpo_circuit_breaker_state_changes_total')})", "{{tool}} {{to}}"
                ),
            ),
        ),
    ),
)
