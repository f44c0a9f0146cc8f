"""Every name on our spans. Those of ``gen_ai.*`` and ``feature_flag.*`` are OpenTelemetry's, as of its semantic
conventions 1.45, where all of them are still in development: a test holds them against the installed package, so that a
renaming is noticed here and nowhere else.
"""

from __future__ import annotations

from typing import Final

OPERATION: Final = "gen_ai.operation.name"
PROVIDER: Final = "gen_ai.provider.name"
AGENT: Final = "gen_ai.agent.name"
VARIANT: Final = "gen_ai.agent.version"
CONVERSATION: Final = "gen_ai.conversation.id"
TOOL: Final = "gen_ai.tool.name"
TOOL_TYPE: Final = "gen_ai.tool.type"
CALL_ID: Final = "gen_ai.tool.call.id"
CALL_ARGUMENTS: Final = "gen_ai.tool.call.arguments"
CALL_RESULT: Final = "gen_ai.tool.call.result"
INPUT: Final = "gen_ai.input.messages"
OUTPUT: Final = "gen_ai.output.messages"
MODEL: Final = "gen_ai.request.model"
FINISH: Final = "gen_ai.response.finish_reasons"
INPUT_TOKENS: Final = "gen_ai.usage.input_tokens"
CACHED_TOKENS: Final = "gen_ai.usage.cache_read.input_tokens"
OUTPUT_TOKENS: Final = "gen_ai.usage.output_tokens"

INVOKE_AGENT: Final = "invoke_agent"
EXECUTE_TOOL: Final = "execute_tool"
CHAT: Final = "chat"
PLAN: Final = "plan"
"""The one operation that the conventions do not name: a step of a planner, with the model's calls below it."""

FLAG: Final = "feature_flag.evaluation"
FLAG_KEY: Final = "feature_flag.key"
FLAG_PROVIDER: Final = "feature_flag.provider.name"
FLAG_VARIANT: Final = "feature_flag.result.variant"
FLAG_REASON: Final = "feature_flag.result.reason"
FLAG_VERSION: Final = "feature_flag.version"
FLAG_CONTEXT: Final = "feature_flag.context.id"

ERROR_TYPE: Final = "error.type"
EXCEPTION: Final = "exception"
EXCEPTION_TYPE: Final = "exception.type"

WORKSPACE: Final = "pulpo.workspace"
TURN: Final = "pulpo.turn"
OUTCOME: Final = "pulpo.outcome"
SERVED_BY: Final = "pulpo.served_by"
PLANNER: Final = "pulpo.planner"
STEP: Final = "pulpo.planner.step"
CONFIDENCE: Final = "pulpo.planner.confidence"
COST: Final = "pulpo.llm.cost_usd"
TOOL_OUTCOME: Final = "pulpo.tool.outcome"
POLICY_CHECKED: Final = "pulpo.policy"
POLICY: Final = "pulpo.policy.name"
STAGE: Final = "pulpo.policy.stage"
VERDICT: Final = "pulpo.policy.verdict"
DECISION: Final = "pulpo.canary.reason"
"""Why the variant was chosen, in the strategy's own words."""
