"""Find old idempotency keys without reading all of them."""

from alembic import op

revision = "core_0007"
down_revision = "core_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("idempotency_by_age", "idempotency", ["created_at"])


def downgrade() -> None:
    op.drop_index("idempotency_by_age", "idempotency")
