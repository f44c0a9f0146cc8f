"""Count turns and goals, and remember by which rollout a turn's variant was chosen."""

import sqlalchemy as sa
from alembic import op

revision = "core_0003"
down_revision = "core_0002"
branch_labels = None
depends_on = None

COUNTS = ("width", sa.Integer), ("slot", sa.BigInteger)


def upgrade() -> None:
    op.add_column("turns", sa.Column("rollout", sa.Text, nullable=False, server_default=""))
    op.add_column("turns", sa.Column("step", sa.Integer, nullable=False, server_default="0"))
    op.add_column("turns", sa.Column("unit", sa.Text, nullable=False, server_default=""))
    leased = sa.text("lease_turn IS NOT NULL")
    op.create_index(
        "conversations_leased", "conversations", ["lease_until"], sqlite_where=leased, postgresql_where=leased
    )
    op.create_table(
        "turn_outcomes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("at", sa.Double, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("workspace_id", "conversation_id")),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("variant", "served_by", "outcome")),
        sa.Column("seconds", sa.Double, nullable=False),
        sa.Column("rollout", sa.Text, nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        *(sa.Column(name, sa.Integer, nullable=False, server_default="0") for name in ("tool_errors", "limited")),
        sa.Column("tokens", sa.Integer, nullable=False, server_default="0"),
        *(sa.Column(name, sa.Text, nullable=False, server_default="") for name in ("goal", "goal_state")),
    )
    op.create_table(
        "turn_counts",
        *(sa.Column(name, kind, primary_key=True) for name, kind in COUNTS),
        *(sa.Column(name, sa.Text, primary_key=True) for name in ("variant", "served_by", "outcome")),
        sa.Column("bucket", sa.Integer, primary_key=True),
        sa.Column("turns", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "goal_counts",
        *(sa.Column(name, kind, primary_key=True) for name, kind in COUNTS),
        *(sa.Column(name, sa.Text, primary_key=True) for name in ("variant", "goal", "result")),
        sa.Column("conversations", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "goals",
        sa.Column("conversation", sa.LargeBinary, primary_key=True),
        sa.Column("goal", sa.Text, primary_key=True),
        sa.Column("variant", sa.Text, nullable=False),
        sa.Column("rollout", sa.Text, nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("last_at", sa.Double, nullable=False),
    )
    op.create_index("goals_by_time", "goals", ["last_at"])


def downgrade() -> None:
    for table in ("goals", "goal_counts", "turn_counts", "turn_outcomes"):
        op.drop_table(table)
    op.drop_index("conversations_leased", "conversations")
    for column in ("unit", "step", "rollout"):
        op.drop_column("turns", column)
