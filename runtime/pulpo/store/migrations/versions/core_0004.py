"""Keep the canary's configuration and its audit log, and what a conversation's variant was drawn under."""

import sqlalchemy as sa
from alembic import op

revision = "core_0004"
down_revision = "core_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    config = op.create_table(
        "canary_config",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("state", sa.LargeBinary, nullable=False),
        sa.Column("entries", sa.Integer, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.CheckConstraint("id = 1", name="canary_config_one"),
    )
    op.bulk_insert(config, [{"id": 1, "revision": 0, "state": b"{}", "entries": 0, "hash": ""}])
    op.create_table(
        "canary_audit",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("before", sa.LargeBinary, nullable=False),
        sa.Column("after", sa.LargeBinary, nullable=False),
        sa.Column("previous", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
    )
    op.add_column("conversations", sa.Column("rollout", sa.Text, nullable=False, server_default=""))
    op.add_column("conversations", sa.Column("step", sa.Integer, nullable=False, server_default="0"))
    op.add_column("conversations", sa.Column("pinned_at", sa.Double))


def downgrade() -> None:
    for column in ("pinned_at", "step", "rollout"):
        op.drop_column("conversations", column)
    op.drop_table("canary_audit")
    op.drop_table("canary_config")
