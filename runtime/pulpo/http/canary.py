"""The canary over HTTP: what is in force and why, changing it, stopping it, and who did."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import asdict, replace

from pulpo.canary.live import Live
from pulpo.canary.reporting import RolloutEvidence
from pulpo.canary.shadow import ShadowStatus
from pulpo.canary.sources import Killed
from pulpo.conversation import Json
from pulpo.errors import CanaryLockedError, CanaryRevisionError, RolloutError, SettingsError
from pulpo.http.chat import Name, UserId
from pulpo.http.operations import Call, Operation
from pulpo.http.problems import ProblemError
from pulpo.http.wire import Reply
from pulpo.settings import CanarySettings
from pulpo.settings.secrets import shown
from pulpo.store import canary as store
from pulpo.store.canary import Entry
from pulpo.system import System

_encode = msgspec.json.Encoder().encode
NOT_NOW: Final = {"en": "Not possible now", "es": "No es posible ahora"}
_TAG = re.compile(rb'(?:W/)?"(\d{1,18})"')

Users = Annotated[list[UserId], Meta(max_length=10_000)]
Workspaces = Annotated[list[Name], Meta(max_length=10_000)]
# Not checked while it is read, so that 10 is told how to write 10 %.
Fraction = Annotated[float, Meta(extra_json_schema={"minimum": 0, "maximum": 1}, description="0.1 is 10 %.")]


class CanaryChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change; what is left out stays."""

    enabled: bool | UnsetType = UNSET
    percentage: Fraction | UnsetType = UNSET
    shadow: Fraction | UnsetType = UNSET
    strategy: Name | UnsetType = UNSET
    variant: Name | UnsetType = UNSET
    seed: Annotated[str, Meta(max_length=128)] | UnsetType = UNSET
    settings: dict[str, Any] | UnsetType = UNSET
    deny_users: Users | UnsetType = UNSET
    deny_workspaces: Workspaces | UnsetType = UNSET
    allow_users: Users | UnsetType = UNSET
    allow_workspaces: Workspaces | UnsetType = UNSET


class CanaryNames(Struct, frozen=True, forbid_unknown_fields=True):
    """Which fields are given back; none means all of them."""

    names: Annotated[list[Name], Meta(max_length=64)] = []


class CanaryReason(Struct, frozen=True, forbid_unknown_fields=True):
    """Why, for the audit log."""

    reason: Annotated[str, Meta(max_length=500)] = ""


class RolloutDecision(Struct, frozen=True, forbid_unknown_fields=True):
    """What a person decides about the rollout under way; ``reason`` is for the audit log."""

    action: Literal["pause", "resume", "abort", "promote"]
    reason: Annotated[str, Meta(max_length=500)] = ""


class AuditQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Which part of the log; ``verify`` checks the whole chain."""

    limit: Annotated[int, Meta(ge=1, le=500, description="At most this many.")] = 50
    before: Annotated[Annotated[int, Meta(ge=1, le=2**31 - 1)] | None, Meta(description="Only older entries.")] = None
    verify: Annotated[bool, Meta(description="Also check the whole log for entries that were tampered with.")] = False


class CanaryField(Struct, frozen=True):
    """A value, the source that gave it (`default`, `file`, `environment`, `command line`, `program` or `api`), by whom
    or what exactly, and when (UTC seconds; null for what has its default)."""

    value: Json
    source: str
    by: str = ""
    at: float | None = None


class CanaryStatus(Struct, frozen=True, kw_only=True):
    """What is in force. ``share`` is the part of its users that the strategy sends to the variant now (0 to 1), and
    ``off`` says why it is nobody. ``problem`` is why the file or the strategy cannot be used; while keys of the file
    are ``missing``, the fields in ``held`` wait. ``shadow`` is what this process compared; ``rollout`` is there where
    one is configured."""

    enabled: bool
    percentage: float
    strategy: str
    variant: str
    share: float
    off: str | None
    killed: Killed | None
    locked: bool
    revision: int
    problem: str
    missing: tuple[str, ...]
    held: tuple[str, ...]
    fields: dict[str, CanaryField]
    shadow: ShadowStatus
    rollout: RolloutEvidence | None = None


class CanaryAudit(Struct, frozen=True):
    """Entries, newest first. ``intact`` is null unless it was asked for; ``broken`` says where the log was tampered
    with."""

    entries: tuple[Entry, ...]
    intact: bool | None = None
    broken: str = ""


def status_of(live: Live, shadow: ShadowStatus) -> CanaryStatus:
    """Return what is in force, secrets hidden."""
    now, settings, sources = live.now, live.now.settings, live.sources
    values = settings.model_dump(mode="json")
    fields = {name: CanaryField(shown(name, value), "default") for name, value in values.items()}
    for name, given in sources.fields.items():
        if name in fields:
            fields[name] = CanaryField(shown(name, given.value), given.source, given.by, given.at)
    return CanaryStatus(
        enabled=settings.enabled,
        percentage=settings.percentage,
        strategy=settings.strategy,
        variant=settings.variant,
        share=0.0 if now.off else now.share,
        off=now.off,
        killed=sources.killed,
        locked=settings.locked,
        revision=now.revision,
        problem=live.news.problem or live.strategy_error,
        missing=live.news.missing,
        held=live.news.held,
        fields=fields,
        shadow=shadow,
    )


async def read_status(call: Call) -> Reply:
    """Return what is in force and what is known of the rollout, with the revision as ETag."""
    return _told(call, rollout=await _evidence(call.door.system))


async def change(call: Call) -> Reply:
    """Set fields."""
    live = call.door.system.canary
    values = {name: value for name, value in asdict(call.body).items() if value is not UNSET}
    try:
        await live.set(values, by=_who(call), revision=_if_match(call))
    except (SettingsError, CanaryLockedError, CanaryRevisionError) as error:
        raise _problem(error) from error
    return _told(call)


async def unset(call: Call) -> Reply:
    """Give fields back to file, start and defaults."""
    live = call.door.system.canary
    try:
        await live.unset(call.body.names, by=_who(call), revision=_if_match(call))
    except (SettingsError, CanaryLockedError, CanaryRevisionError) as error:
        raise _problem(error) from error
    return _told(call)


async def kill(call: Call) -> Reply:
    """Send everybody to stable."""
    live = call.door.system.canary
    await live.kill(by=_who(call), reason=call.body.reason)
    return _told(call)


async def resume(call: Call) -> Reply:
    """Take a kill back."""
    live = call.door.system.canary
    try:
        await live.resume(by=_who(call))
    except CanaryLockedError as error:
        raise _problem(error) from error
    return _told(call)


async def decide(call: Call) -> Reply:
    """Pause, resume, abort or promote the rollout."""
    system = call.door.system
    rollouts, asked = system.rollouts, call.body
    act = {
        "pause": rollouts.pause,
        "resume": rollouts.resume,
        "abort": rollouts.abort,
        "promote": rollouts.promote,
    }[asked.action]
    try:
        await act(asked.reason, by=_who(call))
    except RolloutError as error:
        raise ProblemError(409, str(error), title=NOT_NOW) from error
    await system.canary.refresh()
    return _told(call, rollout=await _evidence(system))


async def read_audit(call: Call) -> CanaryAudit:
    """Return a part of the log."""
    query: AuditQuery = call.query
    database = call.door.system.database
    entries = await database.read(lambda connection: store.entries(connection, limit=query.limit, before=query.before))
    if not query.verify:
        return CanaryAudit(entries)
    broken = await database.read(store.broken)
    return CanaryAudit(entries, not broken, broken)


def _who(call: Call) -> str:
    return f"key {call.caller.key_id}" if call.caller.key_id else "keyless, on this machine"


def _told(call: Call, *, rollout: RolloutEvidence | None = None) -> Reply:
    system = call.door.system
    body = _encode(replace(status_of(system.canary, _shadow(system)), rollout=rollout))
    return Reply(body=body, headers=((b"etag", b'"%d"' % system.canary.now.revision),))


async def _evidence(system: System) -> RolloutEvidence | None:
    whole = system.canary.router.rules.by_workspace
    return await system.rollouts.evidence(workspaces=len(system.workspaces) if whole else None)


def _shadow(system: System) -> ShadowStatus:
    """What was compared, and which share of stable's turns is: nothing of a variant that is off or aborted."""
    settings, rollout = system.canary.now.settings, system.rollouts.current
    off = system.canary.now.off is not None or (rollout is not None and rollout.state == "aborted")
    return system.shadows[settings.variant].status(settings.variant, 0.0 if off else settings.shadow)


def _if_match(call: Call) -> int | None:
    given = call.headers.get(b"if-match")
    if given is None or given.strip() == b"*":
        return None
    found = _TAG.fullmatch(given.strip())
    if found is None:
        raise ProblemError(400, 'Send If-Match with the ETag of the status, such as "7", or leave it out.')
    return int(found[1])


def _problem(error: SettingsError | CanaryLockedError | CanaryRevisionError) -> ProblemError:
    status = {SettingsError: 400, CanaryLockedError: 403, CanaryRevisionError: 412}[type(error)]
    return ProblemError(status, str(error).removeprefix("the request: "))


_REVISION: Final = {
    "ETag": {"description": "The revision, for If-Match.", "schema": {"type": "string", "pattern": '^"[0-9]+"$'}}
}
_MATCH: Final = {
    "If-Match": {
        "description": "The ETag that the change is made for; it is refused with 412 if there is a newer one.",
        "schema": {"type": "string", "pattern": '^("[0-9]{1,9}"|[*])$'},
    }
}

CANARY_OPERATIONS: Final = (
    Operation(
        method="GET",
        path="/metrics/canary/status",
        scope="metrics",
        handler=read_status,
        id="getCanaryStatus",
        tag="canary",
        summary="What is in force, and who said so",
        response=CanaryStatus,
        response_headers=_REVISION,
    ),
    Operation(
        method="POST",
        path="/metrics/canary/config",
        scope="admin",
        handler=change,
        id="setCanary",
        tag="canary",
        summary="Change the canary while it serves",
        description=f"Fields: {', '.join(CanarySettings.model_fields)}; those that the API may set are in the body.",
        body=CanaryChange,
        response=CanaryStatus,
        errors=(412,),
        request_headers=_MATCH,
        response_headers=_REVISION,
    ),
    Operation(
        method="POST",
        path="/metrics/canary/unset",
        scope="admin",
        handler=unset,
        id="unsetCanary",
        tag="canary",
        summary="Give fields back to the settings file, the environment or their defaults",
        body=CanaryNames,
        response=CanaryStatus,
        errors=(412,),
        request_headers=_MATCH,
        response_headers=_REVISION,
    ),
    Operation(
        method="POST",
        path="/metrics/canary/kill",
        scope="admin",
        handler=kill,
        id="killCanary",
        tag="canary",
        summary="Send everybody to stable now, running conversations too",
        body=CanaryReason,
        response=CanaryStatus,
        response_headers=_REVISION,
    ),
    Operation(
        method="POST",
        path="/metrics/canary/resume",
        scope="admin",
        handler=resume,
        id="resumeCanary",
        tag="canary",
        summary="Take a kill back, and begin an aborted rollout anew",
        body=CanaryReason,
        response=CanaryStatus,
        response_headers=_REVISION,
    ),
    Operation(
        method="POST",
        path="/metrics/canary/rollout",
        scope="admin",
        handler=decide,
        id="decideRollout",
        tag="canary",
        summary="Pause, resume, abort or promote the rollout under way",
        body=RolloutDecision,
        response=CanaryStatus,
        errors=(409,),
        response_headers=_REVISION,
    ),
    Operation(
        method="GET",
        path="/metrics/canary/audit",
        scope="admin",
        handler=read_audit,
        id="listCanaryChanges",
        tag="canary",
        summary="Who changed what, and whether the log is intact",
        query=AuditQuery,
        response=CanaryAudit,
    ),
)
