"""Keep what operators order breakers to be, over restarts and for every replica."""

import sqlalchemy as sa
from alembic import op

revision = "core_0005"
down_revision = "core_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "breaker_orders",
        sa.Column("workspace_id", sa.Text, primary_key=True),
        sa.Column("tool", sa.Text, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("ordered_at", sa.Double, nullable=False),
        sa.Column("ordered_by", sa.Text, nullable=False),
        sa.CheckConstraint("state IN ('open', 'half_open', 'closed')", name="breaker_orders_state"),
    )


def downgrade() -> None:
    op.drop_table("breaker_orders")
