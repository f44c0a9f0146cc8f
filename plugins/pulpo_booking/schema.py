"""The plugin's tables. Times are whole UTC seconds since the epoch; spans are half-open.

Two active allocations of one resource never overlap unless they hold different seats of one group: the migration's
triggers (SQLite) and exclusion constraints (PostgreSQL) refuse such an insert or update, so that no code path, not
even a wrong one, books a slot twice.
"""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()

appointments = sa.Table(
    "booking_appointments",
    metadata,
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
    sa.Index("booking_appointments_by_time", "workspace_id", "starts_at"),
    sa.Index("booking_appointments_by_customer", "workspace_id", "customer", "starts_at"),
)
"""``customer`` says whose it is (``user:…`` or ``conversation:…``); ``price`` is a decimal as agreed, in text."""

allocations = sa.Table(
    "booking_allocations",
    metadata,
    sa.Column(
        "appointment_id", sa.Text, sa.ForeignKey("booking_appointments.id", ondelete="CASCADE"), primary_key=True
    ),
    sa.Column("resource", sa.Text, primary_key=True),
    sa.Column("workspace_id", sa.Text, nullable=False),
    sa.Column("seat", sa.Integer, nullable=False),
    sa.Column("sharing", sa.Text, nullable=False),
    sa.Column("starts_at", sa.BigInteger, nullable=False),
    sa.Column("ends_at", sa.BigInteger, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.CheckConstraint("starts_at < ends_at", name="booking_allocations_span"),
    sa.CheckConstraint("seat > 0", name="booking_allocations_seat"),
    sa.Index("booking_allocations_by_resource", "workspace_id", "resource", "ends_at"),
)
"""``sharing`` names the group whose members may overlap on different seats (``calendar.Claim.group``)."""

businesses = sa.Table(
    "booking_businesses",
    metadata,
    sa.Column("workspace_id", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("document", sa.Text, nullable=False),
    sa.Column("updated_at", sa.BigInteger, nullable=False),
)
"""Businesses that were changed over the API, as JSON; ``version`` counts the changes."""

feeds = sa.Table(
    "booking_feeds",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("workspace_id", sa.Text, nullable=False),
    sa.Column("token_sha256", sa.LargeBinary, nullable=False, unique=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("staff_id", sa.Text),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("revoked_at", sa.BigInteger),
)
"""Who may subscribe to a calendar: the token itself is shown once, ``staff_id`` narrows it to one person."""
