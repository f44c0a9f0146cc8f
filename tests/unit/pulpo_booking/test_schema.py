"""The tables as the migration makes them, and the guard that no insert or update gets past."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import mysql
from sqlalchemy.exc import IntegrityError

from pulpo_booking.calendar import Claim
from pulpo_booking.schema import allocations, appointments, metadata
from unit.pulpo_booking.counter import REVISIONS, create_tables, migration


def _appointment(id_: str, workspace: str = "w", **changes: Any) -> dict[str, Any]:
    return {
        "id": id_, "workspace_id": workspace, "customer": "user:u", "service_id": "cut", "staff_id": "ana",
        "starts_at": 100, "ends_at": 200, "state": "active", "name": "Eva", "phone": "600", "price": None,
        "created_at": 0, "updated_at": 0, **changes,
    }  # fmt: skip


def _allocation(id_: str, **changes: Any) -> dict[str, Any]:
    return {
        "appointment_id": id_, "workspace_id": "w", "resource": "staff:ana", "seat": 1, "sharing": "",
        "starts_at": 100, "ends_at": 200, "active": True, **changes,
    }  # fmt: skip


def _put(connection: sa.Connection, *rows: dict[str, Any]) -> None:
    for row in rows:
        connection.execute(sa.insert(appointments).values(**_appointment(row["appointment_id"])))
        connection.execute(sa.insert(allocations).values(**row))


def test_the_migration_makes_the_tables_that_the_code_uses(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_the_migration_is_a_branch_of_its_own() -> None:
    module = migration()
    assert module.branch_labels == ("pulpo_booking",)
    assert module.down_revision is None


def test_the_migration_can_be_undone(engine: sa.Engine) -> None:
    with engine.begin() as connection, Operations.context(MigrationContext.configure(connection)):
        for name in reversed(REVISIONS):
            migration(name).downgrade()
    assert sa.inspect(engine).get_table_names() == []


def test_a_database_without_a_guard_is_refused() -> None:
    context = MigrationContext.configure(dialect=mysql.dialect(), opts={"as_sql": True})
    with Operations.context(context) as operations:
        operations.get_bind = lambda: context  # type: ignore[method-assign, assignment, return-value]
        with pytest.raises(NotImplementedError, match="no guard against double bookings for mysql"):
            migration().upgrade()


@pytest.mark.parametrize(
    ("second", "refused"),
    [
        ({}, True),
        ({"starts_at": 150, "ends_at": 160}, True),
        ({"starts_at": 50, "ends_at": 101}, True),
        ({"starts_at": 50, "ends_at": 300}, True),
        ({"starts_at": 200, "ends_at": 300}, False),
        ({"starts_at": 0, "ends_at": 100}, False),
        ({"resource": "staff:luis"}, False),
        ({"workspace_id": "other"}, False),
        ({"seat": 2}, False),
        ({"seat": 2, "sharing": "yoga@100"}, True),
        ({"active": False}, False),
    ],
)
def test_the_guard_refuses_an_insert(engine: sa.Engine, second: dict[str, Any], refused: bool) -> None:
    with engine.connect() as connection:
        _put(connection, _allocation("a"))
        if refused:
            with pytest.raises(IntegrityError, match="the resource is taken"):
                _put(connection, _allocation("b", **second))
        else:
            _put(connection, _allocation("b", **second))


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"starts_at": 150}, True),
        ({"starts_at": 200}, False),
        ({"resource": "staff:ana", "starts_at": 199}, True),
        ({"ends_at": 500}, False),
    ],
)
def test_the_guard_refuses_an_update(engine: sa.Engine, change: dict[str, Any], refused: bool) -> None:
    with engine.connect() as connection:
        _put(connection, _allocation("a"), _allocation("b", starts_at=300, ends_at=400))
        update = sa.update(allocations).where(allocations.c.appointment_id == "b").values(**change)
        if refused:
            with pytest.raises(IntegrityError, match="the resource is taken"):
                connection.execute(update)
        else:
            connection.execute(update)


def test_the_guard_refuses_to_bring_back_what_was_given_away(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        _put(connection, _allocation("a", active=False), _allocation("b"))
        with pytest.raises(IntegrityError, match="the resource is taken"):
            connection.execute(sa.update(allocations).where(allocations.c.appointment_id == "a").values(active=True))


@pytest.mark.parametrize("wrong", [{"starts_at": 200}, {"seat": 0}])
def test_impossible_allocations_are_refused(engine: sa.Engine, wrong: dict[str, Any]) -> None:
    with engine.connect() as connection, pytest.raises(IntegrityError, match="CHECK"):
        _put(connection, _allocation("a", **wrong))


@given(
    pairs=st.lists(
        st.builds(
            lambda resource, seat, group, start, length: Claim(resource, seat, group, start, start + length),
            st.sampled_from(["staff:a", "staff:b"]),
            st.integers(1, 2),
            st.sampled_from(["", "g"]),
            st.integers(0, 12),
            st.integers(1, 6),
        ),
        max_size=8,
    )
)
def test_calendar_and_database_agree_on_what_excludes_what(pairs: list[Claim]) -> None:
    engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
    create_tables(engine)
    standing: list[Claim] = []
    with engine.connect() as connection:
        for number, claim in enumerate(pairs):
            row = _allocation(
                str(number),
                resource=claim.resource,
                seat=claim.seat,
                sharing=claim.group,
                starts_at=claim.start,
                ends_at=claim.end,
            )
            if any(claim.excludes(other) for other in standing):
                with pytest.raises(IntegrityError), connection.begin_nested():
                    _put(connection, row)
            else:
                _put(connection, row)
                standing.append(claim)
    engine.dispose()
