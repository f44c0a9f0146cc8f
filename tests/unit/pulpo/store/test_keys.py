import hashlib
import secrets
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from pulpo.errors import SettingsError
from pulpo.store.keys import (
    SCOPES,
    any_keys,
    authenticate,
    create_key,
    digest_of,
    find_key,
    list_keys,
    revoke_key,
)
from pulpo.store.schema import api_keys, metadata

RNG = secrets.token_bytes


def open_database() -> sa.Connection:
    engine = sa.create_engine("sqlite://")
    metadata.create_all(engine)
    return engine.connect()


@pytest.fixture
def connection() -> Iterator[sa.Connection]:
    with open_database() as connection:
        yield connection
    connection.engine.dispose()


def make(connection: sa.Connection, *, workspace_id: str = "demo", name: str = "", now: float = 1.0) -> tuple[str, str]:
    return create_key(connection, workspace_id=workspace_id, name=name, scopes=["chat"], now=now, rng=RNG)


def test_a_key_opens_its_own_workspace_with_its_own_scopes(connection: sa.Connection) -> None:
    key_id, secret = create_key(
        connection, workspace_id="salon", name="web", scopes=["metrics", "chat", "chat"], now=5.0, rng=RNG
    )
    make(connection)
    record = authenticate(connection, secret)
    assert record is not None
    assert (record.id, record.workspace_id, record.name) == (key_id, "salon", "web")
    assert (record.scopes, record.created_at, record.revoked_at) == (frozenset({"chat", "metrics"}), 5.0, None)


def test_a_key_has_32_random_bytes_and_only_its_digest_is_stored(connection: sa.Connection) -> None:
    asked: list[int] = []

    def rng(count: int) -> bytes:
        asked.append(count)
        return bytes(range(count))

    _, secret = create_key(connection, workspace_id="demo", name="", scopes=["chat"], now=1.0, rng=rng)
    assert asked[0] == 32
    assert secret == "pulpo_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
    row = connection.execute(sa.select(api_keys)).one()
    assert row.digest == hashlib.sha256(secret.encode()).digest()
    assert secret not in repr(row)


@pytest.mark.parametrize("secret", ["", "pulpo_", "pulpo_x", "\udcff", "x" * 10_000, "ключ", "\x00"])
def test_what_is_not_a_key_opens_nothing(connection: sa.Connection, secret: str) -> None:
    make(connection)
    assert authenticate(connection, secret) is None


@given(data=st.data())
def test_a_key_with_one_character_changed_opens_nothing(data: st.DataObject) -> None:
    with open_database() as connection:
        _, secret = make(connection)
        at = data.draw(st.integers(0, len(secret) - 1))
        other = data.draw(st.characters(codec="ascii").filter(lambda character: character != secret[at]))
        assert authenticate(connection, secret[:at] + other + secret[at + 1 :]) is None
        assert authenticate(connection, secret) is not None
    connection.engine.dispose()


def test_a_revoked_key_opens_nothing_but_is_still_listed(connection: sa.Connection) -> None:
    key_id, secret = make(connection)
    assert revoke_key(connection, key_id, now=9.0)
    assert authenticate(connection, secret) is None
    assert [record.revoked_at for record in list_keys(connection)] == [9.0]
    found = find_key(connection, digest_of(secret))
    assert found is not None
    assert found.revoked_at == 9.0


def test_revoking_twice_or_another_workspace_s_key_does_nothing(connection: sa.Connection) -> None:
    key_id, secret = make(connection, workspace_id="salon")
    assert not revoke_key(connection, key_id, now=9.0, workspace_id="demo")
    assert not revoke_key(connection, "key_nothing", now=9.0)
    assert authenticate(connection, secret) is not None
    assert revoke_key(connection, key_id, now=9.0, workspace_id="salon")
    assert not revoke_key(connection, key_id, now=10.0)
    assert list_keys(connection)[0].revoked_at == 9.0


def test_keys_are_listed_oldest_first_and_by_workspace(connection: sa.Connection) -> None:
    make(connection, workspace_id="b", name="late", now=2.0)
    make(connection, workspace_id="a", name="early", now=1.0)
    assert [record.name for record in list_keys(connection)] == ["early", "late"]
    assert [record.name for record in list_keys(connection, "b")] == ["late"]


def test_revoking_the_last_key_does_not_reopen_the_demo_mode(connection: sa.Connection) -> None:
    assert not any_keys(connection)
    key_id, _ = make(connection)
    assert any_keys(connection)
    revoke_key(connection, key_id, now=2.0)
    assert any_keys(connection)


@pytest.mark.parametrize(("scopes", "said"), [(["chat", "root"], "no such scope 'root'"), ([], "at least one scope")])
def test_an_unknown_scope_is_refused_and_nothing_is_stored(
    connection: sa.Connection, scopes: list[str], said: str
) -> None:
    with pytest.raises(SettingsError, match=f"{said}; choose from {', '.join(SCOPES)}"):
        create_key(connection, workspace_id="demo", name="", scopes=scopes, now=1.0, rng=RNG)
    assert list_keys(connection) == ()


def test_every_scope_can_be_granted(connection: sa.Connection) -> None:
    _, secret = create_key(connection, workspace_id="demo", name="", scopes=SCOPES, now=1.0, rng=RNG)
    record = authenticate(connection, secret)
    assert record is not None
    assert record.scopes == frozenset(SCOPES)
