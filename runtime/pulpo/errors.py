"""Every exception that PulpoAI raises on purpose.

::

    PulpoError
    ├── SettingsError            a setting is unknown, of the wrong type, or contradicts another
    ├── PluginError              a plugin cannot be used
    │   ├── PluginLoadError      importing or registering it failed
    │   ├── PluginConflictError  two plugins offer the same name
    │   └── RequiredPluginError  a plugin named in `required` is not active
    ├── ToolError                a tool call did not succeed
    │   ├── ToolNotFoundError    no such tool, or not available now
    │   ├── ToolArgumentsError   the arguments do not fit the tool's signature
    │   ├── ToolTimeoutError     the tool's deadline passed
    │   ├── ToolOpenError        its circuit breaker refuses calls
    │   ├── ToolBusyError        too many calls of it are running, or its threads hang
    │   │   └── ToolLimitedError too many calls of it were made lately
    │   └── ToolResultError      what it returned is not JSON, holds NaN, or is too large
    ├── PlannerError             a planner broke its contract
    │   ├── LoopLimitError       too many steps, too many calls, or the same call twice
    │   └── PlannerOpenError     its circuit breaker refuses: it kept turns waiting in vain
    ├── TurnError                a turn cannot be run
    │   ├── WorkspaceNotFoundError     no such workspace is configured
    │   ├── OverloadedError            as many turns are running as may
    │   ├── ConversationBusyError      another turn of this conversation is running
    │   ├── ConversationNotFoundError  no such conversation for this caller
    │   ├── ApprovalNotFoundError      no such approval in this workspace
    │   ├── ApprovalDecidedError       it does not wait any more
    │   ├── IdempotencyConflictError   the same key was used with another request
    │   └── LeaseLostError             another process has taken the turn over
    ├── CommandError             a command of the terminal cannot do what it was asked
    ├── CanaryError              the canary's configuration cannot be changed so
    │   ├── CanaryRevisionError  it was changed since the revision that was named
    │   ├── CanaryLockedError    the settings file forbids it
    │   └── RolloutError         there is no rollout that this could be done to
    ├── PrometheusError          Prometheus cannot be asked
    ├── AddressRefusedError      a tool may not reach this address
    └── StoreUnavailableError    the database cannot be reached
"""

from __future__ import annotations

from collections.abc import Sequence


class PulpoError(Exception):
    """Base of the tree; its message says what to do next."""


class SettingsError(PulpoError):
    """A setting is unknown, of the wrong type, or contradicts another.

    ``source`` names where the value came from (a file, ``environment``, ``command line``) and ``key`` is the
    dotted name of the setting.
    """

    def __init__(self, message: str, *, source: str, key: str) -> None:
        super().__init__(f"{source}: {key}: {message}")
        self.source = source
        self.key = key


class PluginError(PulpoError):
    """A plugin cannot be used; ``plugin`` is its entry-point name."""

    def __init__(self, message: str, *, plugin: str) -> None:
        super().__init__(message)
        self.plugin = plugin


class PluginLoadError(PluginError):
    """Importing the plugin or calling one of its registration hooks failed."""


class PluginConflictError(PluginError):
    """Two plugins offer the same ``name`` of a ``kind`` (tool, policy, planner, …); both ``owners`` are named."""

    def __init__(self, *, kind: str, name: str, owners: tuple[str, str]) -> None:
        first, second = owners
        super().__init__(
            f"{kind} {name!r} is offered by {first!r} and by {second!r}: "
            f"deny one of them in [plugins] deny, or uninstall it",
            plugin=second,
        )
        self.kind = kind
        self.name = name
        self.owners = owners


class RequiredPluginError(PluginError):
    """A plugin named in ``[plugins] required`` is not active; the server must not start without it."""


class ToolError(PulpoError):
    """A tool call did not succeed. ``tool`` is its name."""

    def __init__(self, message: str, *, tool: str) -> None:
        super().__init__(message)
        self.tool = tool


class ToolNotFoundError(ToolError):
    """No tool of that name is available now."""


class ToolArgumentsError(ToolError):
    """The arguments do not fit; ``problems`` has one line an argument, safe to show to a planner."""

    def __init__(self, *, tool: str, problems: Sequence[str]) -> None:
        super().__init__(f"{tool}: " + "; ".join(problems), tool=tool)
        self.problems = tuple(problems)


class ToolTimeoutError(ToolError):
    """The tool did not answer within its ``timeout`` (seconds)."""

    def __init__(self, *, tool: str, timeout: float) -> None:
        super().__init__(f"{tool} did not answer within {timeout:g} s", tool=tool)
        self.timeout = timeout


class ToolOpenError(ToolError):
    """The tool failed so often that it is not called for a while; ``retry_after`` is in seconds (infinity: until an
    operator closes its breaker)."""

    def __init__(self, *, tool: str, retry_after: float) -> None:
        super().__init__(f"{tool} keeps failing and is not called for now", tool=tool)
        self.retry_after = retry_after


class ToolBusyError(ToolError):
    """There is no room to run the tool: too many calls of it are running, or its plugin's threads all hang."""


class ToolLimitedError(ToolBusyError):
    """The tool's rate limit is reached; ``retry_after`` is in seconds."""

    def __init__(self, *, tool: str, retry_after: float) -> None:
        super().__init__(f"{tool} was called too often lately", tool=tool)
        self.retry_after = retry_after


class ToolResultError(ToolError):
    """What the tool returned cannot be used; nothing of the value is in the message."""


class PlannerError(PulpoError):
    """A planner broke its contract. ``planner`` is its name."""

    def __init__(self, message: str, *, planner: str) -> None:
        super().__init__(message)
        self.planner = planner


class LoopLimitError(PlannerError):
    """A turn asked for too many steps, calls, tokens or dollars, or for the same call twice; ``limit`` names which."""

    def __init__(self, message: str, *, planner: str, limit: str) -> None:
        super().__init__(message, planner=planner)
        self.limit = limit


class PlannerOpenError(PlannerError):
    """The variant's circuit breaker refuses: its planner kept turns waiting too often. ``retry_after`` is in seconds,
    infinite when somebody forced it."""

    def __init__(self, *, variant: str, retry_after: float) -> None:
        super().__init__(f"the planner of {variant!r} is not asked for the moment", planner=variant)
        self.retry_after = retry_after


class TurnError(PulpoError):
    """A turn cannot be run."""


class WorkspaceNotFoundError(TurnError):
    """No workspace of that id is configured; ``known`` lists those that are."""

    def __init__(self, workspace_id: str, *, known: Sequence[str]) -> None:
        super().__init__(
            f"there is no workspace {workspace_id!r}; configured are: {', '.join(sorted(known)) or 'none'}"
        )
        self.workspace_id = workspace_id
        self.known = tuple(known)


class OverloadedError(TurnError):
    """As many turns are running as this process may run; try again after ``retry_after`` seconds."""

    def __init__(self, running: int, *, retry_after: int = 1) -> None:
        super().__init__(f"{running} turns are running already; retry in {retry_after} s")
        self.running = running
        self.retry_after = retry_after


class ConversationBusyError(TurnError):
    """Another turn of this conversation is running; try again after ``retry_after`` seconds."""

    def __init__(self, conversation_id: str, *, retry_after: int) -> None:
        super().__init__(f"conversation {conversation_id!r} is answering another message; retry in {retry_after} s")
        self.conversation_id = conversation_id
        self.retry_after = retry_after


class ConversationNotFoundError(TurnError):
    """No conversation of that id belongs to this caller."""

    def __init__(self, conversation_id: str) -> None:
        super().__init__(f"no conversation {conversation_id!r} here; leave conversation_id out to start a new one")
        self.conversation_id = conversation_id


class ApprovalNotFoundError(TurnError):
    """No approval of that id is in this workspace."""

    def __init__(self, approval_id: str) -> None:
        super().__init__(f"there is no approval {approval_id!r} here; GET /admin/approvals lists them")
        self.approval_id = approval_id


class ApprovalDecidedError(TurnError):
    """Somebody else decided otherwise, or nobody did in time; ``state`` is what it is now."""

    def __init__(self, approval_id: str, *, state: str) -> None:
        super().__init__(f"approval {approval_id!r} does not wait any more: it is {state}")
        self.approval_id = approval_id
        self.state = state


class IdempotencyConflictError(TurnError):
    """The idempotency ``key`` was used before with another request."""

    def __init__(self, key: str) -> None:
        super().__init__(f"Idempotency-Key {key!r} was used with another request; send a new key")
        self.key = key


class LeaseLostError(TurnError):
    """The lease of this turn lapsed and another process took it over; this one must not write."""


class CommandError(PulpoError):
    """A command cannot do what it was asked: its message is all that is printed, and the exit code is 2.

    ``status`` is that of the HTTP problem it stems from, if any.
    """

    def __init__(self, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class CanaryError(PulpoError):
    """The canary's configuration cannot be changed so."""


class CanaryRevisionError(CanaryError):
    """The configuration is at ``revision``, which is not the one that the change was made for."""

    def __init__(self, revision: int) -> None:
        super().__init__(f"the configuration is at revision {revision} by now: read it again, then decide")
        self.revision = revision


class CanaryLockedError(CanaryError):
    """The settings file forbids the change (``canary.locked``, or ``canary.kill`` when it is to be resumed)."""


class RolloutError(CanaryError):
    """There is no rollout, or it is not in a state in which this could be done to it."""


class PrometheusError(PulpoError):
    """The Prometheus that the settings name does not answer, or does not understand."""


class AddressRefusedError(PulpoError):
    """A tool asked the runtime's HTTP client for an address that is not public; ``host`` is whose it is."""

    def __init__(self, message: str, *, host: str) -> None:
        super().__init__(message)
        self.host = host


class StoreUnavailableError(PulpoError):
    """The database cannot be reached or refuses to write; ``retry_after`` is in seconds."""

    def __init__(self, message: str, *, retry_after: int = 1) -> None:
        super().__init__(message)
        self.retry_after = retry_after
