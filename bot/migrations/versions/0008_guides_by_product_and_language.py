"""Guides by product and language."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("guides") as guides:
        guides.add_column(sa.Column("products", sa.JSON(), nullable=False, server_default="[]"))
        guides.add_column(sa.Column("language", sa.String(35), nullable=True))
