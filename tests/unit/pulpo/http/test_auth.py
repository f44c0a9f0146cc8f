"""The gate: how long a key is believed, and who may do what."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from pulpo.conversation import Workspace
from pulpo.errors import StoreUnavailableError
from pulpo.http import auth
from pulpo.http.auth import PUBLIC, Caller, Gate
from pulpo.http.problems import ProblemError
from pulpo.store import keys
from pulpo.store.schema import metadata

DEMO = Workspace(id="demo")
LOCAL = [(b"host", b"localhost:8000")]


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


class CountingDatabase:
    """A real SQLite database that counts how often it is asked."""

    def __init__(self) -> None:
        engine = sa.create_engine("sqlite://")
        metadata.create_all(engine)
        self.connection = engine.connect()
        self.reads = 0

    async def read(self, closure: Callable[[sa.Connection], Any]) -> Any:
        self.reads += 1
        await asyncio.sleep(0)
        return closure(self.connection)

    async def write(self, closure: Callable[[sa.Connection], Any]) -> Any:
        return closure(self.connection)

    def key(self, *scopes: str) -> tuple[str, dict[bytes, bytes]]:
        key_id, secret = keys.create_key(
            self.connection,
            workspace_id="demo",
            name="",
            scopes=scopes,
            now=0,
            rng=lambda size: bytes([self.reads]) * size,
        )
        return key_id, {b"authorization": f"Bearer {secret}".encode()}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database() -> CountingDatabase:
    return CountingDatabase()


@pytest.fixture
def gate(database: CountingDatabase, clock: Clock) -> Gate:
    return Gate(database=database, workspaces={"demo": DEMO}, default_workspace="demo", host="127.0.0.1", clock=clock)


async def test_a_key_is_looked_up_once_and_believed_for_a_while(
    gate: Gate, database: CountingDatabase, clock: Clock
) -> None:
    key_id, headers = database.key("chat")
    for _ in range(3):
        assert (await gate.caller(headers, LOCAL, scope="chat")).scopes == {"chat"}
    assert database.reads == 1
    keys.revoke_key(database.connection, key_id, now=1)
    clock.now += auth.KEY_SECONDS - 0.1
    await gate.caller(headers, LOCAL, scope="chat")
    clock.now += 0.2
    with pytest.raises(ProblemError) as refused:
        await gate.caller(headers, LOCAL, scope="chat")
    assert refused.value.status == 401


async def test_who_comes_with_a_key_while_it_is_looked_up_shares_the_look(
    gate: Gate, database: CountingDatabase, clock: Clock
) -> None:
    _, headers = database.key("chat")
    for _ in range(2):
        await asyncio.gather(*(gate.caller(headers, LOCAL, scope="chat") for _ in range(32)))
        clock.now += auth.KEY_SECONDS
    assert database.reads == 2


async def refused(gate: Gate, secret: bytes) -> None:
    with pytest.raises(ProblemError) as problem:
        await gate.caller({b"authorization": b"Bearer " + secret}, LOCAL, scope="chat")
    assert problem.value.status == 401


async def test_what_is_no_key_is_looked_up_once_in_a_while(
    gate: Gate, database: CountingDatabase, clock: Clock
) -> None:
    for _ in range(100):
        await refused(gate, b"wrong")
    assert database.reads == 1
    clock.now += auth.UNKNOWN_SECONDS
    await refused(gate, b"wrong")
    assert database.reads == 2


async def test_a_key_that_was_just_made_opens_at_once(gate: Gate, database: CountingDatabase) -> None:
    await refused(gate, b"wrong")
    _, headers = database.key("chat")
    assert (await gate.caller(headers, LOCAL, scope="chat")).scopes == {"chat"}


async def test_a_spray_of_what_is_no_key_pushes_no_key_out_and_is_bounded(
    gate: Gate, database: CountingDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth, "REMEMBERED", 4)
    _, headers = database.key("chat")
    await gate.caller(headers, LOCAL, scope="chat")
    for number in range(10):
        await refused(gate, b"x%d" % number)
    reads = database.reads
    await gate.caller(headers, LOCAL, scope="chat")
    assert database.reads == reads
    assert len(gate._unknown) <= 4


async def test_a_database_that_was_away_makes_no_key_unknown(
    gate: Gate, database: CountingDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, headers = database.key("chat")

    async def away(_closure: object) -> None:
        raise StoreUnavailableError("away")

    with monkeypatch.context() as patch:
        patch.setattr(database, "read", away)
        with pytest.raises(StoreUnavailableError):
            await gate.caller(headers, LOCAL, scope="chat")
    assert (await gate.caller(headers, LOCAL, scope="chat")).scopes == {"chat"}


async def test_the_memory_of_keys_is_bounded(
    gate: Gate, database: CountingDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth, "REMEMBERED", 2)
    for _ in range(5):
        _, headers = database.key("chat")
        await gate.caller(headers, LOCAL, scope="chat")
    assert len(gate._known) <= 2


async def test_who_comes_while_somebody_looks_for_keys_shares_the_look(gate: Gate, database: CountingDatabase) -> None:
    callers = await asyncio.gather(*(gate.caller({}, LOCAL, scope="chat") for _ in range(32)))
    assert {caller.may("chat") for caller in callers} == {True}
    assert database.reads == 1


async def test_the_demo_ends_soon_after_the_first_key(gate: Gate, database: CountingDatabase, clock: Clock) -> None:
    assert (await gate.caller({}, LOCAL, scope="admin")).speaks_for_users
    key_id, _ = database.key("chat")
    clock.now += auth.DEMO_SECONDS + 0.1
    keys.revoke_key(database.connection, key_id, now=1)
    for _ in range(3):
        with pytest.raises(ProblemError):
            await gate.caller({}, LOCAL, scope="admin")
    assert database.reads == 2


async def test_a_public_operation_asks_nobody(gate: Gate, database: CountingDatabase) -> None:
    caller = await gate.caller({b"authorization": b"nonsense"}, [], scope=PUBLIC)
    assert caller.scopes == frozenset()
    assert database.reads == 0


@pytest.mark.parametrize("sent", [b"Bearer", b"Bearer ", b"Basic abc", b"", b"Bearer \xff\xfe"])
async def test_what_is_no_bearer_token_is_a_401(gate: Gate, sent: bytes) -> None:
    with pytest.raises(ProblemError) as refused:
        await gate.caller({b"authorization": sent}, LOCAL, scope="chat")
    assert refused.value.status == 401
    assert dict(refused.value.headers)[b"www-authenticate"].startswith(b"Bearer")


@pytest.mark.parametrize(
    ("scopes", "may", "may_not"),
    [
        ({"chat"}, {"chat", PUBLIC}, {"metrics", "admin", "booking:read"}),
        ({"channel"}, {"chat", "channel"}, {"metrics", "admin"}),
        ({"metrics"}, {"metrics"}, {"chat", "admin"}),
        ({"admin"}, {"chat", "metrics", "booking:read", "admin"}, set()),
        (set(), {PUBLIC}, {"chat"}),
    ],
)
def test_scopes(scopes: set[str], may: set[str], may_not: set[str]) -> None:
    caller = Caller(workspace=DEMO, scopes=frozenset(scopes))
    assert {scope for scope in may | may_not if caller.may(scope)} == may


def test_admin_does_not_speak_for_users() -> None:
    assert not Caller(workspace=DEMO, scopes=frozenset({"admin"})).speaks_for_users
