"""Keep rollouts and their evidence: units, enrolments and blocks."""

import sqlalchemy as sa
from alembic import op

revision = "core_0008"
down_revision = "core_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "canary_rollouts",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        sa.Column("variant", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("share", sa.Double, nullable=False),
        sa.Column("steps", sa.LargeBinary, nullable=False),
        sa.Column("started", sa.Double, nullable=False),
        sa.Column("step_started", sa.Double, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("guardrail", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("cooldown_until", sa.Double, nullable=False),
    )
    op.create_table(
        "canary_units",
        sa.Column("rollout", sa.Text, primary_key=True),
        sa.Column("unit", sa.LargeBinary, primary_key=True),
        sa.Column("arm", sa.Integer, nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("broken", sa.Integer, nullable=False),
        sa.Column("censored", sa.Integer, nullable=False),
    )
    op.create_table(
        "canary_enrolments",
        sa.Column("rollout", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("slot", sa.BigInteger, primary_key=True),
        sa.Column("step", sa.Integer, primary_key=True),
        sa.Column("stable", sa.Integer, nullable=False),
        sa.Column("canary", sa.Integer, nullable=False),
    )
    op.create_table(
        "canary_blocks",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("rollout", sa.Text, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("guardrail", sa.Text, nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("stable", sa.Integer, nullable=False),
        sa.Column("stable_bad", sa.Integer, nullable=False),
        sa.Column("canary", sa.Integer, nullable=False),
        sa.Column("canary_bad", sa.Integer, nullable=False),
    )
    op.create_index("canary_blocks_by_rollout", "canary_blocks", ["rollout", "number"])


def downgrade() -> None:
    for table in ("canary_blocks", "canary_enrolments", "canary_units", "canary_rollouts"):
        op.drop_table(table)
