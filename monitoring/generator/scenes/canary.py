"""The canary: who is sent where, what it does to them, and what the evidence says."""

from __future__ import annotations

from generator.dashboards import Dashboard
from generator.panels import Panel, Query, increase, quantile, rate, series

BAD_OUTCOMES = 'outcome=~"error|rescued"'
DECISIONS = "pulpo_canary_decisions_total"
REQUESTS = "pulpo_orchestrator_requests_total"
ALL = f"sum({rate(DECISIONS)})"
BAD = f"sum by (variant) ({rate(REQUESTS, BAD_OUTCOMES)}) / sum by (variant) ({rate(REQUESTS)})"

DASHBOARD = Dashboard(
    uid="pulpo-canary",
    title="PulpoAI - Canary",
    description="Traffic, outcomes by variant, evidence and rollouts.",
    revisions=True,
    panels=(
        Panel(
            title="Share and Plan",
            description="Share of turns that went to each variant, and the share that new conversations should have.",
            unit="percentunit",
            queries=(
                Query(f"sum by (variant) ({rate(DECISIONS)}) / on () group_left {ALL}", "{{variant}}"),
                Query(f"max({series('pulpo_canary_traffic_percentage')}) / 100", "plan"),
            ),
        ),
        Panel(
            title="Decisions",
            description="Turns by variant and why they went there.",
            unit="reqps",
            queries=(Query(f"sum by (variant, reason) ({rate(DECISIONS)})", "{{variant}} {{reason}}"),),
        ),
        Panel(
            title="Bad Turns by Variant",
            description="Share of the turns assigned to a variant that ended in error or rescue.",
            unit="percentunit",
            queries=(Query(BAD, "{{variant}}"),),
        ),
        Panel(
            title="P95 Latency by Variant",
            description="95th percentile of a turn.",
            unit="s",
            queries=(Query(quantile(0.95, "pulpo_orchestrator_duration_seconds", "variant"), "{{variant}}"),),
        ),
        Panel(
            title="Evidence",
            description="Logarithm of the evidence, by guardrail; a rollout ends at ln(1/α), 3.5 for α = 0.03.",
            unit="short",
            queries=(
                Query(f"max by (guardrail, kind) ({series('pulpo_canary_log_evidence')})", "{{guardrail}} {{kind}}"),
            ),
            line=3.5,
        ),
        Panel(
            title="Units with a Bad Event",
            description="Users and conversations that met their first bad event, and all that were enrolled.",
            unit="short",
            queries=(
                Query(
                    f"sum by (guardrail, variant) ({increase('pulpo_canary_bad_units_total')})",
                    "{{guardrail}} {{variant}}",
                ),
                Query(f"sum by (variant) ({increase('pulpo_canary_units_total')})", "enrolled {{variant}}"),
            ),
        ),
        Panel(
            title="Rollout",
            description="The state that the rollout is in.",
            unit="short",
            queries=(Query(f"max by (state) ({series('pulpo_canary_state')})", "{{state}}"),),
        ),
        Panel(
            title="Rollbacks",
            description="Rollouts that a guardrail ended.",
            unit="short",
            queries=(Query(f"sum by (guardrail) ({increase('pulpo_canary_rollbacks_total')})", "{{guardrail}}"),),
        ),
    ),
)
