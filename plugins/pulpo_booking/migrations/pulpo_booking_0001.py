"""Appointments and their allocations, with the database's own guard against double bookings.

Revision ID: pulpo_booking_0001
"""

import sqlalchemy as sa
from alembic import op

revision = "pulpo_booking_0001"
down_revision = None
branch_labels = ("pulpo_booking",)
depends_on = None

_CLASH = """
    SELECT 1 FROM booking_allocations AS held
    WHERE held.workspace_id = NEW.workspace_id AND held.resource = NEW.resource AND held.active
      AND held.ends_at > NEW.starts_at AND held.starts_at < NEW.ends_at
      AND (held.seat = NEW.seat OR held.sharing <> NEW.sharing)
"""

# A dialect's guard is part of the schema: a database without one must not be used for bookings at all.
_GUARDS = {
    "sqlite": (
        f"""
        CREATE TRIGGER booking_allocations_insert BEFORE INSERT ON booking_allocations
        WHEN NEW.active AND EXISTS ({_CLASH})
        BEGIN SELECT RAISE(ABORT, 'booking: the resource is taken'); END
        """,
        f"""
        CREATE TRIGGER booking_allocations_update BEFORE UPDATE ON booking_allocations
        WHEN NEW.active AND EXISTS ({_CLASH} AND held.rowid <> OLD.rowid)
        BEGIN SELECT RAISE(ABORT, 'booking: the resource is taken'); END
        """,
    ),
    "postgresql": (
        # Trusted since PostgreSQL 13: the database's owner may create it. It lets text stand in a GiST index.
        "CREATE EXTENSION IF NOT EXISTS btree_gist",
        """
        ALTER TABLE booking_allocations ADD CONSTRAINT booking_allocations_one_a_seat EXCLUDE USING gist
        (workspace_id WITH =, resource WITH =, seat WITH =, int8range(starts_at, ends_at) WITH &&) WHERE (active)
        """,
        """
        ALTER TABLE booking_allocations ADD CONSTRAINT booking_allocations_one_group EXCLUDE USING gist
        (workspace_id WITH =, resource WITH =, sharing WITH <>, int8range(starts_at, ends_at) WITH &&) WHERE (active)
        """,
    ),
}


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    guards = _GUARDS.get(dialect)
    if guards is None:
        raise NotImplementedError(
            f"pulpo_booking has no guard against double bookings for {dialect}; use {' or '.join(_GUARDS)}"
        )
    _create_appointments()
    _create_allocations()
    for guard in guards:
        op.execute(guard)


def downgrade() -> None:
    op.drop_table("booking_allocations")
    op.drop_table("booking_appointments")


def _create_appointments() -> None:
    op.create_table(
        "booking_appointments",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("customer", sa.Text, nullable=False),
        sa.Column("service_id", sa.Text, nullable=False),
        sa.Column("staff_id", sa.Text, nullable=False),
        sa.Column("starts_at", sa.BigInteger, nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("phone", sa.Text, nullable=False),
        sa.Column("price", sa.Text),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name="booking_appointments_span"),
        sa.CheckConstraint("state IN ('active', 'cancelled')", name="booking_appointments_state"),
    )
    op.create_index("booking_appointments_by_time", "booking_appointments", ["workspace_id", "starts_at"])
    op.create_index(
        "booking_appointments_by_customer", "booking_appointments", ["workspace_id", "customer", "starts_at"]
    )


def _create_allocations() -> None:
    owner = sa.ForeignKey("booking_appointments.id", ondelete="CASCADE")
    op.create_table(
        "booking_allocations",
        sa.Column("appointment_id", sa.Text, owner, primary_key=True),
        sa.Column("resource", sa.Text, primary_key=True),
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("seat", sa.Integer, nullable=False),
        sa.Column("sharing", sa.Text, nullable=False),
        sa.Column("starts_at", sa.BigInteger, nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name="booking_allocations_span"),
        sa.CheckConstraint("seat > 0", name="booking_allocations_seat"),
    )
    op.create_index("booking_allocations_by_resource", "booking_allocations", ["workspace_id", "resource", "ends_at"])
