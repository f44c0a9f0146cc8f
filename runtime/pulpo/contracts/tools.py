"""Tools: typed functions that an agent may call.

`tool` turns a typed function into a `Tool`: its parameters become a JSON schema and are validated before each
call, its docstring is what planners read, its hints (MCP's names and defaults) decide how it may be run.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import (
    TYPE_CHECKING,
    Any,
    Literal,
    Protocol,
    TypeAlias,
    overload,
)

from msgspec import Struct

from pulpo.contracts.signature import Signature, check_alike
from pulpo.contracts.slots import Slot
from pulpo.conversation import Json, Offer, Text, ToolCall, Workspace

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from pulpo.contracts.storage import Database

Outcome: TypeAlias = Literal["ok", "error", "timeout", "denied", "open", "limited", "invalid"]
"""How a call ended: ``open`` is a refusing breaker, ``limited`` a rate limit, ``invalid`` bad arguments."""


class Result(Struct, frozen=True):
    """What a tool found or did.

    ``value`` is JSON for planners, ``text`` a sentence for the user in the conversation's language, ``offers``
    the choices the user now has. ``done`` is false when a tool that changes the world changed nothing (the slot
    was taken): such a call is answered, not recorded as an effect.
    """

    value: Json = None
    text: str = ""
    offers: tuple[Offer, ...] = ()
    done: bool = True


class Summary(Struct, frozen=True):
    """What a call is about to do, as a question for the user, with the exact ``arguments`` a yes will execute."""

    text: str
    arguments: dict[str, Json]


class ToolResult(Struct, frozen=True):
    """A finished call: how it ended, after how many milliseconds, and what planners may see of it.

    ``error`` is for planners and logs, never for users; ``effect`` says that the call changed the world.
    """

    call: ToolCall
    outcome: Outcome
    result: Result
    duration_ms: float
    error: str = ""
    effect: bool = False


class Commit(Protocol):
    """Runs an effect's closure in one transaction with its ledger entry; see `ToolContext.commit`."""

    async def __call__(self, closure: Callable[[Connection], Result], /) -> Result: ...


class ToolContext(Struct, frozen=True, kw_only=True):
    """What a tool may know about the call: declare a parameter of this type to receive it.

    ``now`` is aware and in UTC. ``timezone`` is the user's own IANA zone, if their client told one that is known;
    the business's is the workspace's. ``idempotency_key`` is the same whenever the same effect is tried again.
    ``database`` is for reads; a tool that changes our own database returns ``await context.commit(closure)``,
    which commits the closure's rows and the ledger's record of its `Result` together, and gives the recorded
    result back (without running the closure) when the effect was already done.
    """

    workspace: Workspace
    locale: str
    now: datetime
    user_id: str | None = None
    timezone: str | None = None
    conversation_id: str = ""
    turn_id: str = ""
    idempotency_key: str = ""
    scopes: frozenset[str] = frozenset()
    database: Database
    commit: Commit


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """MCP's tool annotations with MCP's defaults: without a word, a tool is assumed to be dangerous."""

    read_only: bool = False
    destructive: bool = True
    idempotent: bool = False
    open_world: bool = True


Preview: TypeAlias = Callable[..., Awaitable[Summary | Result]]
"""Same parameters as its tool; a `Summary` to confirm, or a `Result` saying why the call is pointless now."""


Reconcile: TypeAlias = Callable[..., Awaitable[Result | None]]
"""Same parameters as its tool; the `Result` of an earlier attempt, or None when that attempt changed nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A tool as the runtime runs it. Build it with the `tool` decorator.

    ``schema`` is the JSON schema of its arguments; ``timeout`` is in seconds; after one effect of an
    ``effect_group`` is done in a turn, further calls of that group are refused in it. ``confirm`` says whether
    the user must say yes first (default: whenever it is not read-only). ``answers`` are phrases, in any language,
    that are a plain yes or no to this tool's summary and need not be one elsewhere ("cancel it", "keep it").
    ``cache`` is for how many seconds the result of a read-only tool may be reused (0: never) for the same
    arguments, workspace, locale, user, time zone and scopes, or whoever asks when ``cache_shared``. At most
    ``concurrency`` calls of it run at once. ``goal`` names what a conversation wants that uses this tool ("booking"):
    how many of those that began it reach it is counted, and a canary whose conversations reach it less often is rolled
    back. ``atomic`` says that all it changes, it changes in one `ToolContext.commit`: our own database then knows
    whether it happened, and no user is ever told that nobody does.
    """

    name: str
    description: str
    schema: Mapping[str, Json]
    function: Callable[..., Any]
    validate: Callable[[Mapping[str, Json]], dict[str, Any]]
    hints: Hints = Hints()
    timeout: float = 10.0
    effect_group: str = ""
    confirm: bool = True
    title: Text = ""
    examples: Mapping[str, Sequence[str]] = field(default_factory=dict)
    answers: Mapping[Literal["yes", "no"], Sequence[str]] = field(default_factory=dict)
    slots: Mapping[str, Slot] = field(default_factory=dict)
    types: Mapping[str, Any] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    context_parameter: str = ""
    is_async: bool = True
    previewer: Preview | None = None
    reconciler: Reconcile | None = None
    cache: float = 0.0
    cache_shared: bool = False
    concurrency: int = 64
    goal: str = ""
    atomic: bool = False

    def bind(self, arguments: Mapping[str, Json]) -> dict[str, Any]:
        """Return keyword arguments for the function; raises `ToolArgumentsError` naming each bad argument."""
        return self.validate(arguments)

    def preview(self, function: Preview) -> Preview:
        """Register ``function`` as this tool's preview; use as a decorator (``@book.preview``).

        Raises `TypeError` unless it is async and takes the tool's parameters.
        """
        check_alike(function, self.function, role="preview")
        object.__setattr__(self, "previewer", function)
        return function

    def reconcile(self, function: Reconcile) -> Reconcile:
        """Register who finds out what became of an attempt whose outcome is unknown (``@pay.reconcile``).

        It is asked instead of running the tool again, with the same arguments and ``context.idempotency_key``.
        Raises `TypeError` unless it is async and takes the tool's parameters.
        """
        check_alike(function, self.function, role="reconcile")
        object.__setattr__(self, "reconciler", function)
        return function

    def renamed(self, name: str) -> Tool:
        """Return the same tool under another ``name``."""
        return replace(self, name=name)


class ToolSource(Protocol):
    """Tools that a plugin learns of elsewhere (an MCP server), read when the server starts: one immutable snapshot."""

    name: str
    tools: tuple[Tool, ...]


@overload
def tool(function: Callable[..., Any], /) -> Tool: ...
@overload
def tool(
    *,
    name: str = ...,
    read_only: bool = ...,
    destructive: bool = ...,
    idempotent: bool = ...,
    open_world: bool = ...,
    timeout: float = ...,
    effect_group: str = ...,
    confirm: bool | None = ...,
    title: Text = ...,
    examples: Mapping[str, Sequence[str]] | None = ...,
    cache: float = ...,
    cache_shared: bool = ...,
    concurrency: int = ...,
    goal: str = ...,
    atomic: bool = ...,
    answers: Mapping[Literal["yes", "no"], Sequence[str]] | None = ...,
) -> Callable[[Callable[..., Any]], Tool]: ...
def tool(
    function: Callable[..., Any] | None = None,
    /,
    *,
    name: str = "",
    read_only: bool = False,
    destructive: bool = True,
    idempotent: bool = False,
    open_world: bool = True,
    timeout: float = 10.0,
    effect_group: str = "",
    confirm: bool | None = None,
    title: Text = "",
    examples: Mapping[str, Sequence[str]] | None = None,
    answers: Mapping[Literal["yes", "no"], Sequence[str]] | None = None,
    cache: float = 0.0,
    cache_shared: bool = False,
    concurrency: int = 64,
    goal: str = "",
    atomic: bool = False,
) -> Tool | Callable[[Callable[..., Any]], Tool]:
    """Turn a typed function, sync or async, into a `Tool`.

    Every parameter needs an annotation; ``Annotated[str, "…"]`` describes it for planners and a `Slot` in the
    same annotation says how a chat asks for it. One parameter may be a `ToolContext`.

    Raises `TypeError`, naming the function and the parameter, when the signature cannot become a schema, and
    `ValueError` when a tool of this kind cannot have what was asked for.
    """
    if cache and not read_only:
        raise ValueError("only the results of a read-only tool can be cached: add read_only=True, or drop cache")
    if not timeout > 0 or concurrency < 1 or cache < 0:
        raise ValueError("timeout is seconds above 0, concurrency calls from 1, and cache seconds from 0")
    hints = Hints(
        read_only=read_only,
        destructive=destructive and not read_only,
        idempotent=idempotent or read_only,
        open_world=open_world,
    )

    def build(function: Callable[..., Any]) -> Tool:
        signature = Signature.of(function, context=ToolContext)
        is_async = inspect.iscoroutinefunction(function)
        if atomic and (read_only or not is_async or not signature.context_parameter):
            raise ValueError(
                f"{function.__name__} cannot be atomic: that takes an async tool with a ToolContext, which changes"
                " something by awaiting context.commit"
            )
        schema, validate = signature.compile(name or function.__name__)
        return Tool(
            name=name or function.__name__,
            description=inspect.getdoc(function) or "",
            function=function,
            hints=hints,
            timeout=timeout,
            effect_group=effect_group,
            confirm=(not read_only) if confirm is None else confirm,
            title=title,
            examples=examples or {},
            answers=answers or {},
            slots=signature.slots,
            types=signature.types,
            required=signature.required,
            context_parameter=signature.context_parameter,
            is_async=is_async,
            cache=cache,
            cache_shared=cache_shared,
            concurrency=concurrency,
            goal=goal,
            atomic=atomic,
            schema=schema,
            validate=validate,
        )

    return build if function is None else build(function)
