"""Planners and models: how long they think, how often they loop, what they cost."""

from __future__ import annotations

from generator.dashboards import Dashboard
from generator.panels import Panel, Query, increase, quantile, rate

STEPS = "pulpo_agent_steps"
QUALITY = "pulpo_quality_score"

DASHBOARD = Dashboard(
    uid="pulpo-agent",
    title="PulpoAI - LLM & Agent",
    description="Steps, refusals, tokens and cost.",
    panels=(
        Panel(
            title="Planner Duration",
            description="95th percentile of a planner's step.",
            unit="s",
            queries=(Query(quantile(0.95, "pulpo_planner_duration_seconds", "planner"), "{{planner}}"),),
        ),
        Panel(
            title="Planner Confidence",
            description="Median and 10th percentile of how sure planners were, by variant, where they told.",
            unit="percentunit",
            queries=(
                Query(quantile(0.5, "pulpo_planner_confidence", "variant"), "{{variant}} median"),
                Query(quantile(0.1, "pulpo_planner_confidence", "variant"), "{{variant}} P10"),
            ),
        ),
        Panel(
            title="Quality",
            description="Mean score by variant and scorer, where a plugin scores turns.",
            unit="percentunit",
            queries=(
                Query(
                    f"sum by (variant, scorer) ({rate(QUALITY + '_sum')})"
                    f" / sum by (variant, scorer) ({rate(QUALITY + '_count')})",
                    "{{variant}} {{scorer}}",
                ),
            ),
        ),
        Panel(
            title="Steps of a Turn",
            description="Mean and 95th percentile of planner steps.",
            unit="short",
            queries=(
                Query(f"sum({rate(STEPS + '_sum')}) / sum({rate(STEPS + '_count')})", "mean"),
                Query(quantile(0.95, STEPS), "P95"),
            ),
        ),
        Panel(
            title="Loop Limits and Argument Errors",
            description="Turns that ran into a limit, and calls whose arguments did not fit.",
            unit="short",
            queries=(
                Query(f"sum({increase('pulpo_agent_loop_limit_total')})", "loop limit"),
                Query(f"sum by (tool) ({increase('pulpo_tool_argument_errors_total')})", "{{tool}}"),
            ),
        ),
        Panel(
            title="Refusals",
            description="Messages, calls and answers that a policy refused, by variant.",
            unit="short",
            queries=(Query(f"sum by (variant, kind) ({increase('pulpo_refusals_total')})", "{{variant}} {{kind}}"),),
        ),
        Panel(
            title="Policy Duration",
            description="95th percentile of a policy's check.",
            unit="s",
            queries=(Query(quantile(0.95, "pulpo_policy_duration_seconds", "policy"), "{{policy}}"),),
        ),
        Panel(
            title="Calls of Models",
            description="Calls of models each second, by why they ended; error is one without a response to use.",
            unit="reqps",
            queries=(Query(f"sum by (model, finish) ({rate('pulpo_llm_calls_total')})", "{{model}} {{finish}}"),),
        ),
        Panel(
            title="Tokens",
            description="Tokens each second, by model and type.",
            unit="short",
            queries=(Query(f"sum by (model, type) ({rate('pulpo_llm_tokens_total')})", "{{model}} {{type}}"),),
        ),
        Panel(
            title="Cost",
            description="US dollars an hour, by model, by the configured prices.",
            unit="currencyUSD",
            queries=(Query(f"sum by (model) ({rate('pulpo_llm_cost_usd_total')}) * 3600", "{{model}}"),),
        ),
        Panel(
            title="Conversations",
            description="Conversations that ended, by whether their goal was reached.",
            unit="short",
            queries=(
                Query(f"sum by (variant, result) ({increase('pulpo_conversations_total')})", "{{variant}} {{result}}"),
            ),
        ),
        Panel(
            title="Shadow Agreement",
            description="Shadow turns by how they compare with what was answered.",
            unit="short",
            queries=(Query(f"sum by (result) ({increase('pulpo_shadow_comparisons_total')})", "{{result}}"),),
        ),
    ),
)
