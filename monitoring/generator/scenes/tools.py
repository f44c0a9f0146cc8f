"""Tools: how often they are called, how they end, how long they take."""

from __future__ import annotations

from generator.dashboards import Dashboard
from generator.panels import Panel, Query, increase, quantile, rate, series

FAILING = 'outcome=~"error|timeout"'
OPENED = 'to="open"'
CALLS, DURATION = "pulpo_tool_calls_total", "pulpo_tool_execution_duration_seconds"
FAILED = f"sum by (tool) ({rate(CALLS, FAILING)})"

DASHBOARD = Dashboard(
    uid="pulpo-tools",
    title="PulpoAI - Tools",
    description="Calls, failures, durations, breakers and the cache.",
    panels=(
        Panel(
            title="Calls",
            description="Calls each second, by tool.",
            unit="ops",
            queries=(Query(f"sum by (tool) ({rate(CALLS)})", "{{tool}}"),),
        ),
        Panel(
            title="Failing Calls",
            description="Share of a tool's calls that failed or timed out.",
            unit="percentunit",
            queries=(Query(f"{FAILED} / sum by (tool) ({rate(CALLS)})", "{{tool}}"),),
        ),
        Panel(
            title="Outcomes",
            description="Calls each second, by how they ended.",
            unit="ops",
            queries=(Query(f"sum by (outcome) ({rate(CALLS)})", "{{outcome}}"),),
        ),
        *(
            Panel(
                title=f"{name} Duration",
                description=f"{name} of a tool call.",
                unit="s",
                queries=(Query(quantile(share, DURATION, "tool"), "{{tool}}"),),
            )
            for name, share in (("P50", 0.5), ("P95", 0.95), ("P99", 0.99))
        ),
        Panel(
            title="Breakers",
            description="Circuit breakers by state.",
            unit="short",
            queries=(Query(f"sum by (state) ({series('pulpo_active_circuit_breakers')})", "{{state}}"),),
        ),
        Panel(
            title="Breakers that Opened",
            description="By tool.",
            unit="short",
            queries=(
                Query(f"sum by (tool) ({increase('pulpo_circuit_breaker_state_changes_total', OPENED)})", "{{tool}}"),
            ),
        ),
        Panel(
            title="Cache",
            description="Results of read-only tools that are remembered.",
            unit="short",
            queries=(Query(f"sum by (cache) ({series('pulpo_cache_size')})", "{{cache}}"),),
        ),
    ),
)
