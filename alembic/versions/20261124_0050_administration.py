"""Roles that are edited, the tree of resources, and an audit log that only grows and shows when it was touched."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0040"
branch_labels = None
depends_on = None

BUILT_IN = ("admin", "supervisor", "agent")


def upgrade() -> None:
    op.add_column("account", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("organization", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("role", sa.Column("description", sa.String(length=200), nullable=False, server_default=""))
    op.add_column("role", sa.Column("builtin", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("role", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    role = sa.table("role", sa.column("code", sa.String), sa.column("builtin", sa.Boolean))
    op.execute(sa.update(role).where(role.c.code.in_(BUILT_IN)).values(builtin=True))
    op.create_table(
        "resource",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("parent", sa.String(length=40), nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("route", sa.String(length=200), nullable=False),
        sa.Column("sort", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.Column("builtin", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_resource")),
    )
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column("audit_log", sa.Column("seq", big, nullable=True))
    op.add_column("audit_log", sa.Column("mac", sa.String(length=64), nullable=True))
    op.create_index("uq_audit_log_seq", "audit_log", ["seq"], unique=True)
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seq", big, nullable=False),
        sa.Column("mac", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    for statement in _GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    for statement in _GUARDS_GONE[op.get_bind().dialect.name]:
        op.execute(statement)
    op.drop_table("audit_head")
    op.drop_index("uq_audit_log_seq", table_name="audit_log")
    for table, columns in (
        ("audit_log", ("mac", "seq")),
        ("role", ("version", "builtin", "description")),
        ("organization", ("version",)),
        ("account", ("version",)),
    ):
        for column in columns:
            op.drop_column(table, column)
    op.drop_table("resource")


# What is in the chain is neither changed nor taken out, whoever tries it through the database.
_GUARDS = {
    "sqlite": tuple(
        f"CREATE TRIGGER audit_log_no_{deed} BEFORE {deed.upper()} ON audit_log WHEN OLD.seq IS NOT NULL "
        "BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END"
        for deed in ("update", "delete")
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION audit_log_only_grows() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit log only grows' USING ERRCODE = '23514'; END $$",
        "CREATE TRIGGER audit_log_no_change BEFORE UPDATE OR DELETE ON audit_log FOR EACH ROW "
        "WHEN (OLD.seq IS NOT NULL) EXECUTE FUNCTION audit_log_only_grows()",
    ),
}
_GUARDS_GONE = {
    "sqlite": ("DROP TRIGGER audit_log_no_update", "DROP TRIGGER audit_log_no_delete"),
    "postgresql": ("DROP TRIGGER audit_log_no_change ON audit_log", "DROP FUNCTION audit_log_only_grows()"),
}
