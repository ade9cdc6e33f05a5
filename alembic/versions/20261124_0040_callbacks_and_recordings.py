"""Callbacks; where each recording's file is and what it is worth; legal holds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0010"
branch_labels = None
depends_on = None

_OPEN = sa.text("closed_at IS NULL")
_PENDING = sa.text("state = 'pending' AND finished_at IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "callback",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("elder_id", sa.Integer(), nullable=True),
        sa.Column("party_name", sa.String(length=64), nullable=False),
        sa.Column("name_key", sa.String(length=128), nullable=False),
        sa.Column("org_id", sa.Integer(), nullable=True),
        sa.Column("sos", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=False),
        sa.Column("agent", sa.String(), nullable=True),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.Column("tried", sa.Integer(), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tried_outcome", sa.String(length=30), nullable=False),
        sa.Column("taken_by", sa.String(length=64), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(length=64), nullable=True),
        sa.Column("closing_call", sa.String(), nullable=True),
        sa.Column("result", sa.String(length=20), nullable=False),
        sa.Column("remark", sa.String(length=500), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_callback")),
    )
    op.create_index("uq_callback_open", "callback", ["number"], unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN)
    op.create_index("ix_callback_waiting", "callback", ["last_at"], sqlite_where=_OPEN, postgresql_where=_OPEN)
    op.create_index(op.f("ix_callback_closed_at"), "callback", ["closed_at"])
    op.create_index(op.f("ix_callback_last_at"), "callback", ["last_at"])
    op.create_table(
        "callback_call",
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("callback_id", sa.Integer(), nullable=False),
        sa.Column("deed", sa.String(length=10), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=30), nullable=False),
        sa.Column("agent", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["callback_id"], ["callback.id"], name=op.f("fk_callback_call_callback_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("call_id", "callback_id", "deed", name=op.f("pk_callback_call")),
    )
    op.create_index(op.f("ix_callback_call_callback_id_at"), "callback_call", ["callback_id", "at"])
    op.create_table(
        "legal_hold",
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("placed_by", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_legal_hold")),
    )
    for column in _archive_columns():
        op.add_column("recording", column)
    op.create_index(
        "ix_recording_pending", "recording", ["finished_at"], sqlite_where=_PENDING, postgresql_where=_PENDING
    )
    op.create_index(op.f("ix_recording_state_started_at"), "recording", ["state", "started_at"])


def _archive_columns() -> list[sa.Column]:
    # the telephone system writes rows without knowing of these, so each has a value of its own
    return [
        sa.Column("state", sa.String(length=10), nullable=False, server_default="pending"),
        sa.Column("path", sa.String(length=200), nullable=False, server_default=""),
        sa.Column("sha256", sa.String(length=64), nullable=False, server_default=""),
        sa.Column(
            "size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, server_default="0"
        ),
        sa.Column("length_s", sa.Float(), nullable=True),
        sa.Column("fault", sa.String(length=20), nullable=False, server_default=""),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False, server_default="0"),
    ]


def downgrade() -> None:
    op.drop_index(op.f("ix_recording_state_started_at"), table_name="recording")
    op.drop_index("ix_recording_pending", table_name="recording")
    for name in ("tries", "kept_at", "fault", "length_s", "size", "sha256", "path", "state"):
        op.drop_column("recording", name)
    op.drop_table("legal_hold")
    op.drop_table("callback_call")
    op.drop_table("callback")
