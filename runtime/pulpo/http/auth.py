"""Who calls: workspace and scopes come from the API key, never from the body.

Without any key ever made, the server is a demo: it answers only on loopback, to a localhost ``Host``, without a
proxy's headers, and lends every scope on the default workspace. A web page of somebody else cannot use that: browsers
name its origin, which is not ours; it cannot send our JSON content type without CORS (which is closed); and a rebound
DNS name is not ``localhost``.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from pulpo.conversation import Workspace
from pulpo.http.belief import Belief
from pulpo.http.problems import ProblemError
from pulpo.http.wire import Header
from pulpo.store import keys
from pulpo.store.keys import KeyRecord

if TYPE_CHECKING:
    from pulpo.contracts.storage import Database

PUBLIC: Final = "public"
"""The scope of what needs no key: health, metrics for Prometheus, pages."""

ALL_SCOPES: Final = frozenset(keys.SCOPES)

KEY_SECONDS: Final = 2.0
"""How long a key is believed before the database is asked again: how late a revocation may come."""
UNKNOWN_SECONDS: Final = 2.0
"""How long what is no key is refused without asking. No new key waits for that: nobody tries one before it is made."""
DEMO_SECONDS: Final = 1.0
"""The same for "there is no key at all"."""
REMEMBERED: Final = 4096
"""Keys remembered at most, and as many that are none; beyond it all are forgotten, which costs one read each."""

_PROXIES = frozenset({b"forwarded", b"via", b"x-real-ip", b"true-client-ip", b"x-client-ip", b"x-original-host"})
_PROXY_PREFIXES = (b"x-forwarded-", b"cf-", b"x-envoy-")
_OWN_SITES = frozenset({b"same-origin", b"none"})
_LOCALHOST = re.compile(rb"(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?")
_LOOPBACK = re.compile(r"localhost|127(\.\d{1,3}){3}|::1")
_CHALLENGE: Header = (b"www-authenticate", b'Bearer realm="pulpo"')


class Caller(Struct, frozen=True, kw_only=True):
    """Who calls, and what they may do. Nobody in particular (a public page) has no scopes. ``key_id`` names the API
    key, empty for who needs none."""

    workspace: Workspace
    scopes: frozenset[str]
    key_id: str = ""

    def may(self, scope: str) -> bool:
        """Say whether an operation of ``scope`` is open: `admin` may do everything, a channel may chat."""
        return (
            scope in self.scopes
            or scope == PUBLIC
            or "admin" in self.scopes
            or (scope == "chat" and self.speaks_for_users)
        )

    @property
    def speaks_for_users(self) -> bool:
        """Whether a ``user_id`` this caller names is believed."""
        return "channel" in self.scopes


class Gate:
    """Tells callers from their headers. ``clock`` is monotonic, in seconds."""

    def __init__(
        self,
        *,
        database: Database,
        workspaces: Mapping[str, Workspace],
        default_workspace: str,
        host: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._workspaces = workspaces
        self._clock = clock
        self._on_loopback = _LOOPBACK.fullmatch(host) is not None
        self._known: dict[bytes, Belief[KeyRecord | None]] = {}
        # Apart from the keys that there are: a spray of others must not push them out.
        self._unknown: dict[bytes, float] = {}
        self._keys_exist = Belief(self._any_keys, seconds=DEMO_SECONDS, clock=clock)
        self._guarded = False
        self._default = default_workspace

    @property
    def nobody(self) -> Caller:
        """Whoever calls what is public: a workspace may change while the server runs, so it is looked up each time."""
        return self._with(frozenset())

    async def caller(self, headers: Mapping[bytes, bytes], raw: Iterable[Header], *, scope: str) -> Caller:
        """Return who calls an operation of ``scope``.

        Raises `ProblemError` 401 or 403, saying what is missing, and `StoreUnavailableError`.
        """
        if scope == PUBLIC:
            return self.nobody
        given = headers.get(b"authorization")
        caller = await self._by_key(given) if given is not None else await self._without_key(raw)
        if not caller.may(scope):
            raise ProblemError(403, f"This key lacks the scope {scope!r}; use a key created with it.")
        return caller

    async def _by_key(self, authorization: bytes) -> Caller:
        kind, _, secret = authorization.partition(b" ")
        if kind.lower() != b"bearer" or not secret:
            raise _unknown("Send the key as `Authorization: Bearer <key>`.")
        record = await self._record(sha256(secret.strip()).digest())
        if record is None:
            raise _unknown("This key is unknown or was revoked; create one with `pulpo keys create`.")
        workspace = self._workspaces.get(record.workspace_id)
        if workspace is None:
            raise ProblemError(403, f"The key's workspace {record.workspace_id!r} is not configured on this server.")
        return Caller(workspace=workspace, scopes=record.scopes, key_id=record.id)

    async def _record(self, digest: bytes) -> KeyRecord | None:
        if self._unknown and self._unknown.get(digest, 0.0) > self._clock():
            return None
        belief = self._known.get(digest)
        if belief is None:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            belief = Belief(partial(self._find, digest), seconds=KEY_SECONDS, clock=self._clock)
            self._known[digest] = belief
        record = None
        try:
            record = await belief.get()
        finally:
            if record is None:
                self._known.pop(digest, None)
        if record is None:
            self._refuse(digest)
        return record

    def _refuse(self, digest: bytes) -> None:
        if len(self._unknown) >= REMEMBERED:
            self._unknown.clear()
        self._unknown[digest] = self._clock() + UNKNOWN_SECONDS

    async def _find(self, digest: bytes) -> KeyRecord | None:
        found = await self._database.read(lambda connection: keys.find_key(connection, digest))
        return None if found is None or found.revoked_at is not None else found

    async def _without_key(self, raw: Iterable[Header]) -> Caller:
        if self._guarded or await self._keys_exist.get():
            self._guarded = True  # once there was a key, there is no way back to the demo
            raise _unknown("Send an API key as `Authorization: Bearer <key>`.")
        if not self._on_loopback or not _is_local(raw):
            raise _unknown(
                "Without any API key this server answers only at http://localhost or http://127.0.0.1, not through a "
                "proxy and to no other site's pages. Create a key with `pulpo keys create` and send it as "
                "`Authorization: Bearer <key>`."
            )
        return self._with(ALL_SCOPES)

    def _with(self, scopes: frozenset[str]) -> Caller:
        return Caller(workspace=self._workspaces[self._default], scopes=scopes)

    async def _any_keys(self) -> bool:
        return await self._database.read(keys.any_keys)


def _is_local(raw: Iterable[Header]) -> bool:
    """Every ``Host`` is localhost (there is at least one), no page of another origin asks, and no header tells of a
    proxy.

    Browsers say whose page asks (``Sec-Fetch-Site``), and may hide the origin of one that, like ours, sends no
    referrer; older ones name it.

    A proxy that sends none of these headers cannot be told from a local client: whoever puts one in front makes a
    key first.
    """
    hosts: list[bytes] = []
    origins: list[bytes] = []
    sites: list[bytes] = []
    for name, value in raw:
        if name == b"host":
            hosts.append(value.lower())
        elif name == b"origin":
            origins.append(value.lower())
        elif name == b"sec-fetch-site":
            sites.append(value)
        elif name in _PROXIES or name.startswith(_PROXY_PREFIXES):
            return False
    if not hosts or not all(_LOCALHOST.fullmatch(host) for host in hosts):
        return False
    if sites:
        return all(site in _OWN_SITES for site in sites)
    return all(origin == b"http://" + hosts[0] for origin in origins)


def _unknown(detail: str) -> ProblemError:
    return ProblemError(401, detail, headers=(_CHALLENGE,))
