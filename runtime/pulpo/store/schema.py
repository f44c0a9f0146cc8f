"""The core's tables. Times are UTC seconds since the epoch (REAL), JSON is bytes as msgspec writes it.

SQLAlchemy holds the schema for migrations and for reads; the rows of a turn are written by
`conversations` and `effects` directly, because an ORM costs ten times the rest of the turn.
The indexes are those of SQLite; what PostgreSQL's have besides stands in the migrations, for to name it here loads
its dialect, a twentieth of every start.
"""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()

conversations = sa.Table(
    "conversations",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("workspace_id", sa.Text, nullable=False),
    sa.Column("user_id", sa.Text),
    sa.Column("locale", sa.Text, nullable=False),
    sa.Column("variant", sa.Text, nullable=False),
    sa.Column("dialogue", sa.LargeBinary, nullable=False),
    sa.Column("epoch", sa.Integer, nullable=False),
    sa.Column("lease_turn", sa.Text),
    sa.Column("lease_until", sa.Double, nullable=False, server_default="0"),
    sa.Column("turns", sa.Integer, nullable=False, server_default="0"),
    sa.Column("started_at", sa.Double, nullable=False),
    sa.Column("last_at", sa.Double, nullable=False),
    sa.Column("rollout", sa.Text, nullable=False, server_default=""),
    sa.Column("step", sa.Integer, nullable=False, server_default="0"),
    sa.Column("pinned_at", sa.Double),
    sa.Index("conversations_by_workspace", "workspace_id", "last_at"),
    sa.Index(
        "conversations_leased",
        "lease_until",
        sqlite_where=sa.text("lease_turn IS NOT NULL"),
    ),
)

turns = sa.Table(
    "turns",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("conversation_id", sa.Text, sa.ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    sa.Column("epoch", sa.Integer, nullable=False),
    sa.Column("request", sa.LargeBinary, nullable=False),
    sa.Column("variant", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("accepted_at", sa.Double, nullable=False),
    sa.Column("finished_at", sa.Double),
    sa.Column("outcome", sa.Text),
    sa.Column("answer", sa.LargeBinary),
    sa.Column("rollout", sa.Text, nullable=False, server_default=""),
    sa.Column("step", sa.Integer, nullable=False, server_default="0"),
    sa.Column("unit", sa.Text, nullable=False, server_default=""),
    sa.Index("turns_by_conversation", "conversation_id", "epoch"),
)

effects = sa.Table(
    "effects",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("turn_id", sa.Text, nullable=False),
    sa.Column("tool", sa.Text, nullable=False),
    sa.Column("effect_group", sa.Text, nullable=False),
    sa.Column("arguments", sa.LargeBinary, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("result", sa.LargeBinary),
    sa.Column("intended_at", sa.Double, nullable=False),
    sa.Column("settled_at", sa.Double),
    sa.CheckConstraint("state IN ('intended', 'done', 'none', 'unknown')", name="effects_state"),
    sa.Index("effects_by_turn", "turn_id"),
)

idempotency = sa.Table(
    "idempotency",
    metadata,
    sa.Column("workspace_id", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("fingerprint", sa.LargeBinary, nullable=False),
    sa.Column("turn_id", sa.Text, nullable=False),
    sa.Column("created_at", sa.Double, nullable=False),
    sa.Index("idempotency_by_turn", "turn_id"),
    sa.Index("idempotency_by_age", "created_at"),
)

turn_outcomes = sa.Table(
    "turn_outcomes",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("at", sa.Double, nullable=False),
    sa.Column("workspace_id", sa.Text, nullable=False),
    sa.Column("conversation_id", sa.Text, nullable=False),
    sa.Column("variant", sa.Text, nullable=False),
    sa.Column("served_by", sa.Text, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("seconds", sa.Double, nullable=False),
    sa.Column("rollout", sa.Text, nullable=False),
    sa.Column("step", sa.Integer, nullable=False),
    sa.Column("unit", sa.Text, nullable=False),
    sa.Column("tool_errors", sa.Integer, nullable=False, server_default="0"),
    sa.Column("limited", sa.Integer, nullable=False, server_default="0"),
    sa.Column("tokens", sa.Integer, nullable=False, server_default="0"),
    sa.Column("goal", sa.Text, nullable=False, server_default=""),
    sa.Column("goal_state", sa.Text, nullable=False, server_default=""),
)

turn_counts = sa.Table(
    "turn_counts",
    metadata,
    sa.Column("width", sa.Integer, primary_key=True),
    sa.Column("slot", sa.BigInteger, primary_key=True),
    sa.Column("variant", sa.Text, primary_key=True),
    sa.Column("served_by", sa.Text, primary_key=True),
    sa.Column("outcome", sa.Text, primary_key=True),
    sa.Column("bucket", sa.Integer, primary_key=True),
    sa.Column("turns", sa.BigInteger, nullable=False),
)

goal_counts = sa.Table(
    "goal_counts",
    metadata,
    sa.Column("width", sa.Integer, primary_key=True),
    sa.Column("slot", sa.BigInteger, primary_key=True),
    sa.Column("variant", sa.Text, primary_key=True),
    sa.Column("goal", sa.Text, primary_key=True),
    sa.Column("result", sa.Text, primary_key=True),
    sa.Column("conversations", sa.BigInteger, nullable=False),
)

goals = sa.Table(
    "goals",
    metadata,
    sa.Column("conversation", sa.LargeBinary, primary_key=True),
    sa.Column("goal", sa.Text, primary_key=True),
    sa.Column("variant", sa.Text, nullable=False),
    sa.Column("rollout", sa.Text, nullable=False),
    sa.Column("step", sa.Integer, nullable=False),
    sa.Column("last_at", sa.Double, nullable=False),
    sa.Index("goals_by_time", "last_at"),
)

canary_rollouts = sa.Table(
    "canary_rollouts",
    metadata,
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

canary_units = sa.Table(
    "canary_units",
    metadata,
    sa.Column("rollout", sa.Text, primary_key=True),
    sa.Column("unit", sa.LargeBinary, primary_key=True),
    sa.Column("arm", sa.Integer, nullable=False),
    sa.Column("step", sa.Integer, nullable=False),
    sa.Column("broken", sa.Integer, nullable=False),
    sa.Column("censored", sa.Integer, nullable=False),
)

canary_enrolments = sa.Table(
    "canary_enrolments",
    metadata,
    sa.Column("rollout", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("slot", sa.BigInteger, primary_key=True),
    sa.Column("step", sa.Integer, primary_key=True),
    sa.Column("stable", sa.Integer, nullable=False),
    sa.Column("canary", sa.Integer, nullable=False),
)

canary_blocks = sa.Table(
    "canary_blocks",
    metadata,
    sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("rollout", sa.Text, nullable=False),
    sa.Column("at", sa.Double, nullable=False),
    sa.Column("guardrail", sa.Text, nullable=False),
    sa.Column("step", sa.Integer, nullable=False),
    sa.Column("stable", sa.Integer, nullable=False),
    sa.Column("stable_bad", sa.Integer, nullable=False),
    sa.Column("canary", sa.Integer, nullable=False),
    sa.Column("canary_bad", sa.Integer, nullable=False),
    sa.Index("canary_blocks_by_rollout", "rollout", "number"),
)

api_keys = sa.Table(
    "api_keys",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("workspace_id", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("scopes", sa.Text, nullable=False),
    sa.Column("digest", sa.LargeBinary, nullable=False, unique=True),
    sa.Column("created_at", sa.Double, nullable=False),
    sa.Column("revoked_at", sa.Double),
)

approvals = sa.Table(
    "approvals",
    metadata,
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
    sa.Index("approvals_by_workspace", "workspace_id", "asked_at"),
    sa.Index("approvals_by_conversation", "conversation_id"),
    sa.Index("approvals_unsettled", "state", "expires_at"),
)

breaker_orders = sa.Table(
    "breaker_orders",
    metadata,
    sa.Column("workspace_id", sa.Text, primary_key=True),
    sa.Column("tool", sa.Text, primary_key=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("ordered_at", sa.Double, nullable=False),
    sa.Column("ordered_by", sa.Text, nullable=False),
    sa.CheckConstraint("state IN ('open', 'half_open', 'closed')", name="breaker_orders_state"),
)

secrets = sa.Table(
    "secrets",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.LargeBinary, nullable=False),
)

canary_config = sa.Table(
    "canary_config",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("state", sa.LargeBinary, nullable=False),
    sa.Column("entries", sa.Integer, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
    sa.CheckConstraint("id = 1", name="canary_config_one"),
)

canary_audit = sa.Table(
    "canary_audit",
    metadata,
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
