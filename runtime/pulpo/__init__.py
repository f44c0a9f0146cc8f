"""PulpoAI: an agent runtime for chats that book. This module is the plugin author's door.

Everything a plugin needs is exported here; nothing here loads litestar, settings or sqlalchemy. The runtime's own
rooms, from the outside in: `cli` and `http` (who asks), `turns` (one turn's way), `canary`, `resilience`,
`observability` (what guards and watches it), `store` (what lasts), `plugins` (who is there), `hookspecs` and
`contracts` (what plugins implement), `conversation`, `settings`, `errors`.
"""

from pulpo.background import background_task
from pulpo.consent import read_consent
from pulpo.contracts.canary import Assignment, CanaryContext, CanaryStrategy, Match
from pulpo.contracts.commands import Api, ApiAnswer, Command
from pulpo.contracts.console import ConsoleSection
from pulpo.contracts.events import (
    ApprovalChanged,
    BreakerChanged,
    BreakerForced,
    CanaryConfigured,
    CanaryRolledBack,
    ConversationsEnded,
    Event,
    LoopBlocked,
    MetricSink,
    ModelCalled,
    PlannerStepped,
    PluginHung,
    PluginsLoaded,
    PolicyChecked,
    QualityScored,
    RateLimited,
    RateLimitsShared,
    RolloutChanged,
    RolloutCounted,
    ShadowCompared,
    ShadowDropped,
    SinkFailed,
    ToolCalled,
    Tracer,
    TurnAbandoned,
    TurnFinished,
    TurnRescued,
    TurnTold,
    VariantAssigned,
    VariantFailed,
)
from pulpo.contracts.planners import Answer, Calls, ModelCall, Piece, PlanContext, Planner, PlannerFactory, Step
from pulpo.contracts.policies import ALLOW, Policy, PolicyContext, Verdict, deny, needs_approval, rewrite
from pulpo.contracts.routes import RawResponse, Route, RouteError, RouteRequest
from pulpo.contracts.runtime import Readings, RolloutReading, Runtime
from pulpo.contracts.slots import Choice, ReadContext, Reader, Reading, Slot, ValueProvider
from pulpo.contracts.storage import Database
from pulpo.contracts.tools import Hints, Result, Summary, Tool, ToolContext, ToolResult, ToolSource, tool
from pulpo.conversation import (
    Conversation,
    Dialogue,
    Fact,
    Message,
    Offer,
    Pending,
    ToolCall,
    Turn,
    Workspace,
    localized,
)
from pulpo.errors import CommandError
from pulpo.hookspecs import hookimpl
from pulpo.outbound import http_client
from pulpo.privacy import Finding, find_personal
from pulpo.spoken import spoken_numbers
from pulpo.telling import tells
from pulpo.tracing import TraceContext, current_trace, trace_headers

__version__ = "0.1.0"

__all__ = [
    "ALLOW",
    "Answer",
    "Api",
    "ApiAnswer",
    "ApprovalChanged",
    "Assignment",
    "BreakerChanged",
    "BreakerForced",
    "Calls",
    "CanaryConfigured",
    "CanaryContext",
    "CanaryRolledBack",
    "CanaryStrategy",
    "Choice",
    "Command",
    "CommandError",
    "ConsoleSection",
    "Conversation",
    "ConversationsEnded",
    "Database",
    "Dialogue",
    "Event",
    "Fact",
    "Finding",
    "Hints",
    "LoopBlocked",
    "Match",
    "Message",
    "MetricSink",
    "ModelCall",
    "ModelCalled",
    "Offer",
    "Pending",
    "Piece",
    "PlanContext",
    "Planner",
    "PlannerFactory",
    "PlannerStepped",
    "PluginHung",
    "PluginsLoaded",
    "Policy",
    "PolicyChecked",
    "PolicyContext",
    "QualityScored",
    "RateLimited",
    "RateLimitsShared",
    "RawResponse",
    "ReadContext",
    "Reader",
    "Reading",
    "Readings",
    "Result",
    "RolloutChanged",
    "RolloutCounted",
    "RolloutReading",
    "Route",
    "RouteError",
    "RouteRequest",
    "Runtime",
    "ShadowCompared",
    "ShadowDropped",
    "SinkFailed",
    "Slot",
    "Step",
    "Summary",
    "Tool",
    "ToolCall",
    "ToolCalled",
    "ToolContext",
    "ToolResult",
    "ToolSource",
    "TraceContext",
    "Tracer",
    "Turn",
    "TurnAbandoned",
    "TurnFinished",
    "TurnRescued",
    "TurnTold",
    "ValueProvider",
    "VariantAssigned",
    "VariantFailed",
    "Verdict",
    "Workspace",
    "__version__",
    "background_task",
    "current_trace",
    "deny",
    "find_personal",
    "hookimpl",
    "http_client",
    "localized",
    "needs_approval",
    "read_consent",
    "rewrite",
    "spoken_numbers",
    "tells",
    "tool",
    "trace_headers",
]
