"""The canary while the server runs: it takes in what file, API, other replicas and the rollout say.

What a source's word means is decided in `sources`, and put in force in `force`; here it is read and written.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import anyio.to_thread
import msgspec
from msgspec.structs import replace

from pulpo.canary import sources as words
from pulpo.canary.compiling import settings_for
from pulpo.canary.force import Force, Wanted
from pulpo.canary.router import Router
from pulpo.canary.sources import Edit, Initial, Killed, Reading, Sources, settings_of
from pulpo.canary.watching import canary_of, changes, stamp
from pulpo.contracts.canary import CanaryStrategy, Reason
from pulpo.contracts.events import CanaryConfigured, Event
from pulpo.contracts.storage import Database
from pulpo.errors import CanaryLockedError, CanaryRevisionError, SettingsError, StoreUnavailableError
from pulpo.plugins.choosing import validated
from pulpo.settings import CanarySettings
from pulpo.store import canary as store
from pulpo.store.canary import Stored

if TYPE_CHECKING:
    from sqlalchemy import Connection

POLL: Final = 2.0
"""Seconds after which a replica looks for changes that nobody told it of."""

RETRY: Final = 0.5
"""Seconds until what could not be written is tried again."""

Change = Callable[[Sources], Sources]

_decode = msgspec.json.Decoder(Sources).decode
_encode = msgspec.json.Encoder(order="deterministic").encode


class FileNews(NamedTuple):
    """What came of the file: ``problem`` is why it was refused, ``missing`` and ``held`` as in `sources.Edit`."""

    problem: str = ""
    missing: tuple[str, ...] = ()
    held: tuple[str, ...] = ()


class Live:
    """Holds the configuration. ``variants`` are the running ones, ``file`` is watched (None: there is none), and
    ``initial`` is what environment and command line gave. ``clock`` returns UTC seconds.

    ``on_wake`` is awaited when another replica may have changed something, ``on_resume`` (with who asked) when the
    canary is to go on; ``on_change`` is called after every change.
    """

    def __init__(
        self,
        *,
        database: Database,
        strategies: Mapping[str, CanaryStrategy],
        variants: Collection[str],
        file: Path | None,
        initial: Mapping[str, Initial],
        emit: Callable[[Event], None],
        clock: Callable[[], float],
    ) -> None:
        self.on_wake: list[Callable[[], Awaitable[None]]] = []
        self.on_resume: list[Callable[[str], Awaitable[None]]] = []
        self.on_change: list[Callable[[], None]] = []
        self.news = self._told = FileNews()
        self._force = Force(strategies, on_error=self._strategy_failed)
        self._database = database
        self._strategies = strategies
        self._variants = frozenset(variants)
        self._file = file
        self._initial = initial
        self._emit = emit
        self._clock = clock
        self._stamp = None if file is None else stamp(file)
        self._reading: Reading = {}
        self._unwritten = False
        self._killed: Killed | None = None
        self._revision = 0
        self._sources = Sources()
        self._failing = ""
        self._woken = asyncio.Event()

    @property
    def router(self) -> Router:
        """Decides each turn."""
        return self._force.router

    @property
    def now(self) -> Wanted:
        """What is in force."""
        return self._force.now

    @property
    def strategy_error(self) -> str:
        """Why the strategy cannot be used, or how it failed first, which means stable for whom it failed."""
        return self._force.error or self._failing

    @property
    def sources(self) -> Sources:
        """Who gave which value, and the kill switch; also one that is not written down yet."""
        return replace(self._sources, killed=self._sources.killed or self._killed)

    async def open(self, *, serving: bool = True) -> None:
        """Take in what file and start say, for all replicas if ``serving``, else only here.

        Raises `SettingsError` and `StoreUnavailableError`.
        """
        if self._file is not None and self._stamp is not None:
            self._reading = await anyio.to_thread.run_sync(self._read)
        if serving:
            await self._write("start", "start", lambda before: words.started(before, **self._said()))
            return
        row = await self._database.read(store.read)
        await self._adopt(replace(row, state=_encode(words.started(_decode(row.state), **self._said()))))

    async def follow(self) -> None:
        """Take in what other replicas and the rollout change, and write what could not be written, for ever."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(RETRY if self._unwritten or self._killed else POLL):
                    await self._woken.wait()
            self._woken.clear()
            await self._survive(self._catch_up)

    async def watch(self) -> None:
        """Take in changes of the file, for ever."""
        if self._file is not None:
            async for _ in changes(self._file, since=self._stamp):
                await self._survive(self.reread)

    def wake(self) -> None:
        """Have `follow` look now; call it on the event loop."""
        self._woken.set()

    async def set(self, values: Reading, *, by: str, revision: int | None = None) -> None:
        """Change fields (of `sources.OPEN`) and return once they are in force here.

        Raises `CanaryRevisionError` when ``revision`` is given and not the newest, `CanaryLockedError`,
        `SettingsError` for values that do not fit, and `StoreUnavailableError`.
        """

        def change(before: Sources) -> Sources:
            return self._checked(words.requested(before, values, by=by, now=self._clock()), "the request")

        self._check_unlocked()
        await self._write("set", by, change, revision=revision)

    async def unset(self, names: Collection[str], *, by: str, revision: int | None = None) -> None:
        """Give fields (all, if none is named) back to the file, to the start or to their defaults; raises as `set`."""

        def change(before: Sources) -> Sources:
            back = words.given_back(before, names or {**before.fields, **before.file}, **self._said())
            return self._checked(self._edited(back), "the request")

        self._check_unlocked()
        _check_names(names)
        await self._write("unset", by, change, revision=revision)
        self._tell()

    async def kill(self, *, by: str, reason: str = "") -> None:
        """Send everybody to stable, here at once, and elsewhere as soon as the database can be told.

        Raises `StoreUnavailableError` when that is not yet: it is tried again until it can.
        """
        self._killed = Killed(by, self._clock(), reason)
        self._force.narrow(self._wanted())
        await self._write_kill(self._killed)

    async def resume(self, *, by: str) -> None:
        """Take the kill back, and let an aborted rollout begin anew. Raises `CanaryLockedError` while the file says
        ``kill`` or ``locked``, and `StoreUnavailableError`."""
        self._check_unlocked()
        if self.now.settings.kill:
            raise CanaryLockedError("the settings say canary.kill = true: take that out of the file, or unset it")
        self._killed = None
        await self._write("resume", by, lambda before: replace(before, killed=None))
        for resume in self.on_resume:
            await resume(by)

    async def refresh(self) -> None:
        """Take in the stored configuration, and the rollout's share."""
        await self._adopt(await self._database.read(store.read))

    async def reread(self) -> None:
        """Take in the file as it is now; what it says is in force here when this returns, if the database is there."""
        try:
            self._reading = await anyio.to_thread.run_sync(self._read)
        except SettingsError as error:
            self.news = self.news._replace(problem=str(error))
            self._tell()
            return
        self._unwritten = True
        self._force.narrow(self._wanted())
        with suppress(StoreUnavailableError):
            await self._write_file()

    def _read(self) -> Reading:
        return {} if self._file is None else canary_of(self._file, variants=self._variants)

    def _said(self) -> dict[str, Any]:
        return {"file": self._reading, "initial": self._initial, "path": str(self._file or ""), "now": self._clock()}

    async def _survive(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do what must be done again and again, whatever goes wrong this time."""
        try:
            await work()
        except StoreUnavailableError:
            return  # for a while, perhaps: the last configuration goes on deciding
        except Exception as error:
            self._failing = f"{type(error).__name__}: {error}"
            self._tell()

    async def _catch_up(self) -> None:
        if self._killed is not None:
            await self._write_kill(self._killed)
        if self._unwritten:
            await self._write_file()
        await self.refresh()
        for refresh in self.on_wake:
            await refresh()

    async def _write_kill(self, killed: Killed) -> None:
        await self._write("kill", killed.by, lambda before: replace(before, killed=before.killed or killed))

    async def _write_file(self) -> None:
        try:
            await self._write(
                "file", str(self._file), lambda before: self._checked(self._edited(before), str(self._file))
            )
        except SettingsError as error:
            self.news = self.news._replace(problem=str(error))
        self._unwritten = False
        if self.news != self._told:
            self._tell()

    def _edited(self, before: Sources) -> Sources:
        name = self._reading.get("strategy") or settings_of(before).strategy
        strategy = self._strategies.get(name)
        known = None if strategy is None else frozenset(getattr(strategy.config, "model_fields", ()))
        said = self._said()
        edit: Edit = words.edited(before, file=said["file"], path=said["path"], now=said["now"], known=known)
        self.news = FileNews("", edit.missing, edit.held)
        return edit.sources

    async def _write(self, action: str, by: str, change: Change, *, revision: int | None = None) -> None:
        now = self._clock()

        def write(connection: Connection) -> Stored:
            return _written(connection, change, revision=revision, action=action, by=by, now=now)

        await self._adopt(await self._database.write(write))

    async def _adopt(self, row: Stored) -> None:
        if row.revision >= self._revision:
            self._revision, self._sources = row.revision, _decode(row.state)
            if self._sources.killed is not None:
                self._killed = None
        if await self._force.settle(self._wanted):
            self._failing = ""
            self._tell()
            for changed in self.on_change:
                changed()

    def _wanted(self) -> Wanted:
        settings = settings_of(self._sources)
        rollout = self.router.rollout()
        # A strategy that draws nobody says itself which share it comes to.
        fixed: float | None = getattr(self._strategies.get(settings.strategy), "share", None)
        drawn = settings.percentage if rollout is None else rollout.share
        share = drawn if fixed is None or (rollout is not None and not drawn) else fixed
        return Wanted(self._revision, settings, self._off(settings), share)

    def _off(self, settings: CanarySettings) -> Reason | None:
        # A kill counts before it is written down: the database may be what is broken.
        if settings.kill or self._reading.get("kill") is True or self.sources.killed is not None:
            return "killed"
        return None if settings.enabled else "disabled"

    def _checked(self, after: Sources, source: str) -> Sources:
        """Return ``after``; raises `SettingsError` for what cannot be put in force here."""
        validated(CanarySettings, words.values_of(after), key="canary", source=source)
        settings = settings_of(after)
        if settings.variant not in self._variants:
            known = ", ".join(sorted(self._variants))
            told = f"there is no variant {settings.variant!r}; running are: {known}"
            raise SettingsError(told, source=source, key="canary.variant")
        settings_for(self._strategies, settings)
        return after

    def _check_unlocked(self) -> None:
        if self.now.settings.locked:
            raise CanaryLockedError("the settings say canary.locked = true: change the file, or take that out of it")

    def _strategy_failed(self, error: str) -> None:
        # Told once: the decisions are counted, and a message may name a user.
        if not self._failing:
            self._failing = error
            self._tell()

    def _tell(self) -> None:
        now, news = self.now, self.news
        self._told = news
        problem = news.problem or self.strategy_error
        share = 0.0 if now.off else now.share
        settings = now.settings
        self._emit(CanaryConfigured(now.revision, share, settings.strategy, settings.variant, problem, news.missing))


def _written(
    connection: Connection, change: Change, *, revision: int | None, action: str, by: str, now: float
) -> Stored:
    """Change the stored configuration and note who did it, in one transaction."""
    row = store.lock(connection)
    if revision is not None and revision != row.revision:
        raise CanaryRevisionError(row.revision)
    before = _decode(row.state)
    after = change(before)
    if after == before:
        return row
    store.replace(connection, state=_encode(after))
    was, is_ = words.difference(before, after)
    if was or is_:
        store.audit(connection, now=now, actor=by, action=action, before=was, after=is_)
    return store.read(connection)


def _check_names(names: Collection[str]) -> None:
    for name in names:
        if name not in CanarySettings.model_fields:
            known = ", ".join(CanarySettings.model_fields)
            raise SettingsError(f"no such field; there are: {known}", source="the request", key=name)
