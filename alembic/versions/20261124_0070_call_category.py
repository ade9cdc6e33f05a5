"""What a call was about, as its agent chose."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0070"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("call", sa.Column("category", sa.String(length=20), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("call", "category")
