"""The door of plugin authors. What opening it costs is measured in ``tests/contract/test_door.py``."""

from __future__ import annotations

import types

import pulpo
from pulpo import contracts

DOOR = """
ALLOW Answer Api ApiAnswer ApprovalChanged Assignment BreakerChanged BreakerForced Calls CanaryConfigured
CanaryContext CanaryRolledBack CanaryStrategy Choice Command CommandError ConsoleSection Conversation
ConversationsEnded Database Dialogue Event Fact Finding Hints LoopBlocked Match Message MetricSink ModelCall
ModelCalled Offer Pending Piece PlanContext Planner PlannerFactory PlannerStepped PluginHung PluginsLoaded Policy
PolicyChecked PolicyContext QualityScored RateLimited RateLimitsShared RawResponse ReadContext Reader Reading Readings
Result RolloutChanged RolloutCounted RolloutReading Route RouteError RouteRequest Runtime ShadowCompared ShadowDropped
SinkFailed Slot Step Summary Tool ToolCall ToolCalled ToolContext ToolResult ToolSource TraceContext Tracer Turn
TurnAbandoned TurnFinished TurnRescued TurnTold ValueProvider VariantAssigned VariantFailed Verdict Workspace
__version__ background_task current_trace deny find_personal hookimpl http_client localized needs_approval read_consent
rewrite spoken_numbers tells tool trace_headers
"""


def test_the_names_of_the_door_are_pinned() -> None:
    # Taking one away breaks plugins; adding one is a promise. Change this list only together with the changelog.
    assert DOOR.split() == pulpo.__all__


def test_nothing_is_public_by_accident() -> None:
    public = {name for name, value in vars(pulpo).items() if not name.startswith("_") and not _is_module(value)}
    assert public == set(pulpo.__all__) - {"__version__"}


def test_what_stands_in_a_contract_is_the_same_object_at_the_door() -> None:
    assert pulpo.Tool is contracts.tools.Tool
    assert pulpo.Policy is contracts.policies.Policy


def _is_module(value: object) -> bool:
    return isinstance(value, types.ModuleType)
