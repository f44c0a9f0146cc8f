"""Keep the calls that wait for an operator, and what was decided of them."""

import sqlalchemy as sa
from alembic import op

revision = "core_0006"
down_revision = "core_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "approvals",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("conversation_id", sa.Text, nullable=False),
        sa.Column("turn_id", sa.Text, nullable=False),
        sa.Column("proposed_in", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text),
        sa.Column("locale", sa.Text, nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("attributes", sa.LargeBinary, nullable=False),
        sa.Column("call_id", sa.Text, nullable=False),
        sa.Column("tool", sa.Text, nullable=False),
        sa.Column("arguments", sa.LargeBinary, nullable=False),
        sa.Column("policy", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("asked_at", sa.Double, nullable=False),
        sa.Column("expires_at", sa.Double, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("decided_at", sa.Double),
        sa.Column("decided_by", sa.Text, nullable=False),
        sa.Column("decision_reason", sa.Text, nullable=False),
        sa.Column("settled", sa.Text),
        sa.CheckConstraint("state IN ('waiting', 'approved', 'denied', 'expired')", name="approvals_state"),
    )
    op.create_index("approvals_by_workspace", "approvals", ["workspace_id", "asked_at"])
    op.create_index("approvals_by_conversation", "approvals", ["conversation_id"])
    op.create_index("approvals_unsettled", "approvals", ["state", "expires_at"], postgresql_where="settled IS NULL")


def downgrade() -> None:
    op.drop_table("approvals")
