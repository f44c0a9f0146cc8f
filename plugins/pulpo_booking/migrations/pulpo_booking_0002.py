"""Businesses as changed over the API, and the tokens of calendar feeds.

Revision ID: pulpo_booking_0002
"""

import sqlalchemy as sa
from alembic import op

revision = "pulpo_booking_0002"
down_revision = "pulpo_booking_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "booking_businesses",
        sa.Column("workspace_id", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "booking_feeds",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("token_sha256", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("staff_id", sa.Text),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("revoked_at", sa.BigInteger),
    )


def downgrade() -> None:
    op.drop_table("booking_feeds")
    op.drop_table("booking_businesses")
