"""What people are called who keep their name to themselves, so that stories don't tell it, now or once they can."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("appearances") as table:
        table.add_column(sa.Column("called", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("wins") as table:
        table.add_column(sa.Column("draw_after", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("wins") as table:
        table.drop_column("draw_after")
    with op.batch_alter_table("appearances") as table:
        table.drop_column("called")
