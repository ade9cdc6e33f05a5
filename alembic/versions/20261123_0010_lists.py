"""Elders whole, service orders, and what makes long lists quick: token indexes and rollups."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0001"
branch_labels = None
depends_on = None

TOKEN_TABLES = ("elder_token", "order_token", "call_token")


def upgrade() -> None:
    op.create_table(
        "call_rollup",
        sa.Column("node", sa.Integer(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("direction", sa.String(length=10), nullable=False),
        sa.Column("status", sa.String(length=30), nullable=False),
        sa.Column("is_valid", sa.Boolean(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("node", "day", "direction", "status", "is_valid", name=op.f("pk_call_rollup")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "facet_count",
        sa.Column("token", sa.String(length=60), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_facet_count")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "order_rollup",
        sa.Column("node", sa.Integer(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("payment", sa.String(length=20), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("node", "month", "item_id", "status", "payment", name=op.f("pk_order_rollup")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "service_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("category", sa.String(length=20), nullable=False),
        sa.Column("unit_price", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_item")),
        sa.UniqueConstraint("name", name=op.f("uq_service_item_name")),
    )
    op.create_index(op.f("ix_service_item_category"), "service_item", ["category"], unique=False)
    op.create_table(
        "provider",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=False),
        sa.Column("org_id", sa.Integer(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organization.id"], name=op.f("fk_provider_org_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider")),
        sa.UniqueConstraint("name", name=op.f("uq_provider_name")),
    )
    op.create_table(
        "elder_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("elder_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("changes", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["elder_id"], ["elder.id"], name=op.f("fk_elder_change_elder_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_elder_change")),
    )
    op.create_index(op.f("ix_elder_change_elder_id_id"), "elder_change", ["elder_id", "id"], unique=False)
    op.create_table(
        "service_order",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("call_id", sa.String(), nullable=True),
        sa.Column("elder_id", sa.Integer(), nullable=False),
        sa.Column("elder_name", sa.String(length=64), nullable=False),
        sa.Column("name_key", sa.String(length=128), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("org_id", sa.Integer(), nullable=True),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("item_name", sa.String(length=100), nullable=False),
        sa.Column("category", sa.String(length=20), nullable=False),
        sa.Column("priority", sa.String(length=20), nullable=False),
        sa.Column("appointment_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("provider_id", sa.Integer(), nullable=True),
        sa.Column("worker", sa.String(length=64), nullable=False),
        sa.Column("unit_price", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("subsidy", sa.Integer(), nullable=False),
        sa.Column("self_paid", sa.Integer(), nullable=False),
        sa.Column("payment", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dispatched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stars", sa.Integer(), nullable=True),
        sa.Column("follow_up", sa.String(length=1000), nullable=False),
        sa.Column("remarks", sa.String(length=1000), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["elder_id"], ["elder.id"], name=op.f("fk_service_order_elder_id")),
        sa.ForeignKeyConstraint(["item_id"], ["service_item.id"], name=op.f("fk_service_order_item_id")),
        sa.ForeignKeyConstraint(["org_id"], ["organization.id"], name=op.f("fk_service_order_org_id")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_service_order_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_order")),
        sa.UniqueConstraint("number", name=op.f("uq_service_order_number")),
    )
    op.create_index(op.f("ix_service_order_amount_id"), "service_order", ["amount", "id"], unique=False)
    op.create_index(op.f("ix_service_order_appointment_at_id"), "service_order", ["appointment_at", "id"], unique=False)
    op.create_index(op.f("ix_service_order_call_id"), "service_order", ["call_id"], unique=False)
    op.create_index(op.f("ix_service_order_elder_id_id"), "service_order", ["elder_id", "id"], unique=False)
    op.create_index(
        "ix_service_order_list",
        "service_order",
        ["id", "org_id", "status", "item_id", "payment", "provider_id", "amount", "created_by", "name_key"],
        unique=False,
    )
    op.create_table(
        "order_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("before", sa.String(length=20), nullable=False),
        sa.Column("after", sa.String(length=20), nullable=False),
        sa.Column("remark", sa.String(length=1000), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["service_order.id"], name=op.f("fk_order_event_order_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_event")),
    )
    op.create_index(op.f("ix_order_event_order_id_id"), "order_event", ["order_id", "id"], unique=False)
    op.add_column("call", sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))
    op.add_column("call", sa.Column("org_id", sa.Integer(), nullable=True))
    op.add_column("call", sa.Column("status", sa.String(length=30), nullable=False, server_default="open"))
    op.add_column("call", sa.Column("is_valid", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("call", sa.Column("number", sa.String(), nullable=False, server_default=""))
    op.add_column("call", sa.Column("party_name", sa.String(length=64), nullable=False, server_default=""))
    op.add_column("call", sa.Column("name_key", sa.String(length=128), nullable=False, server_default=""))
    op.add_column("call", sa.Column("note", sa.String(length=2000), nullable=False, server_default=""))
    op.add_column("call", sa.Column("judged", sa.Boolean(), nullable=True))
    op.add_column("call", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.create_index(
        "ix_call_list",
        "call",
        ["seq", "org_id", "direction", "status", "is_valid", "talk_s", "agent", "cleared_by", "number", "name_key"],
        unique=False,
    )
    op.add_column("elder", sa.Column("id_card", sa.String(length=18), nullable=False, server_default=""))
    op.add_column("elder", sa.Column("ethnicity", sa.String(length=20), nullable=False, server_default=""))
    op.add_column("elder", sa.Column("marital_status", sa.String(length=20), nullable=False, server_default=""))
    op.add_column("elder", sa.Column("education", sa.String(length=20), nullable=False, server_default=""))
    op.add_column("elder", sa.Column("street", sa.String(length=100), nullable=False, server_default=""))
    op.add_column("elder", sa.Column("self_care", sa.String(length=20), nullable=False, server_default=""))
    op.add_column("elder", sa.Column("care_level", sa.String(length=20), nullable=False, server_default=""))
    op.add_column("elder", sa.Column("care_mode", sa.String(length=20), nullable=False, server_default=""))
    op.add_column("elder", sa.Column("payment_source", sa.String(length=20), nullable=False, server_default=""))
    op.add_column("elder", sa.Column("medical_history", sa.String(length=2000), nullable=False, server_default=""))
    op.add_column("elder", sa.Column("allergies", sa.String(length=500), nullable=False, server_default=""))
    op.add_column("elder", sa.Column("medication", sa.String(length=1000), nullable=False, server_default=""))
    op.add_column("elder", sa.Column("blood_type", sa.String(length=20), nullable=False, server_default=""))
    op.add_column("elder", sa.Column("carer", sa.String(length=64), nullable=False, server_default=""))
    op.add_column("elder", sa.Column("remarks", sa.String(length=2000), nullable=False, server_default=""))
    op.add_column("elder", sa.Column("created_by", sa.String(length=64), nullable=False, server_default=""))
    op.add_column("elder", sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("elder", sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("elder", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("elder", sa.Column("name_key", sa.String(length=128), nullable=False, server_default=""))
    op.add_column("elder", sa.Column("numbers", sa.String(length=400), nullable=False, server_default=""))
    op.add_column("elder", sa.Column("type_bits", sa.Integer(), nullable=False, server_default="0"))
    op.create_index(
        "ix_elder_archived",
        "elder",
        ["id"],
        unique=False,
        sqlite_where=sa.text("archived_at IS NOT NULL"),
        postgresql_where=sa.text("archived_at IS NOT NULL"),
    )
    op.create_index(op.f("ix_elder_birth_date_id"), "elder", ["birth_date", "id"], unique=False)
    op.create_index(op.f("ix_elder_id_card"), "elder", ["id_card"], unique=False)
    op.create_index(
        "ix_elder_list",
        "elder",
        ["id", "org_id", "gender", "care_level", "birth_date", "type_bits", "name_key", "numbers"],
        unique=False,
        sqlite_where=sa.text("archived_at IS NULL"),
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(op.f("ix_elder_name_key_id"), "elder", ["name_key", "id"], unique=False)
    op.add_column("elder_phone", sa.Column("relation", sa.String(length=20), nullable=False, server_default=""))
    op.add_column("elder_phone", sa.Column("sort", sa.Integer(), nullable=False, server_default="0"))
    for table in TOKEN_TABLES:
        _create_token_table(table)


def _create_token_table(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        # without contents or positions: it only tells which rows have a token
        op.execute(
            f"CREATE VIRTUAL TABLE {table} USING fts5("
            "tok, content='', detail=none, columnsize=0, tokenize=\"ascii tokenchars '_:'\")"
        )
        return
    op.create_table(
        table,
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("tok", sa.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    # every insert pays for itself: a pending list would be read by all
    op.create_index(
        op.f(f"ix_{table}_tok"), table, ["tok"], postgresql_using="gin", postgresql_with={"fastupdate": "off"}
    )


def downgrade() -> None:
    for table in TOKEN_TABLES:
        op.execute(f"DROP TABLE {table}")
    op.drop_column("elder_phone", "sort")
    op.drop_column("elder_phone", "relation")
    op.drop_index(op.f("ix_elder_name_key_id"), table_name="elder")
    op.drop_index(
        "ix_elder_list",
        table_name="elder",
        sqlite_where=sa.text("archived_at IS NULL"),
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.drop_index(op.f("ix_elder_id_card"), table_name="elder")
    op.drop_index(op.f("ix_elder_birth_date_id"), table_name="elder")
    op.drop_index("ix_elder_archived", table_name="elder")
    op.drop_column("elder", "type_bits")
    op.drop_column("elder", "numbers")
    op.drop_column("elder", "name_key")
    op.drop_column("elder", "version")
    op.drop_column("elder", "archived_at")
    op.drop_column("elder", "updated_at")
    op.drop_column("elder", "created_by")
    op.drop_column("elder", "remarks")
    op.drop_column("elder", "carer")
    op.drop_column("elder", "blood_type")
    op.drop_column("elder", "medication")
    op.drop_column("elder", "allergies")
    op.drop_column("elder", "medical_history")
    op.drop_column("elder", "payment_source")
    op.drop_column("elder", "care_mode")
    op.drop_column("elder", "care_level")
    op.drop_column("elder", "self_care")
    op.drop_column("elder", "street")
    op.drop_column("elder", "education")
    op.drop_column("elder", "marital_status")
    op.drop_column("elder", "ethnicity")
    op.drop_column("elder", "id_card")
    op.drop_index("ix_call_list", table_name="call")
    op.drop_column("call", "version")
    op.drop_column("call", "judged")
    op.drop_column("call", "note")
    op.drop_column("call", "name_key")
    op.drop_column("call", "party_name")
    op.drop_column("call", "number")
    op.drop_column("call", "is_valid")
    op.drop_column("call", "status")
    op.drop_column("call", "org_id")
    op.drop_column("call", "seq")
    op.drop_index(op.f("ix_order_event_order_id_id"), table_name="order_event")
    op.drop_table("order_event")
    op.drop_index("ix_service_order_list", table_name="service_order")
    op.drop_index(op.f("ix_service_order_elder_id_id"), table_name="service_order")
    op.drop_index(op.f("ix_service_order_call_id"), table_name="service_order")
    op.drop_index(op.f("ix_service_order_appointment_at_id"), table_name="service_order")
    op.drop_index(op.f("ix_service_order_amount_id"), table_name="service_order")
    op.drop_table("service_order")
    op.drop_index(op.f("ix_elder_change_elder_id_id"), table_name="elder_change")
    op.drop_table("elder_change")
    op.drop_table("provider")
    op.drop_index(op.f("ix_service_item_category"), table_name="service_item")
    op.drop_table("service_item")
    op.drop_table("order_rollup")
    op.drop_table("facet_count")
    op.drop_table("call_rollup")
