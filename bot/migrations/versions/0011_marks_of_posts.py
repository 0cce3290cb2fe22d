"""What tells a post in Slack from one of the same key that an earlier database made."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("posts") as table:
        table.add_column(sa.Column("mark", sa.String(32), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("posts") as table:
        table.drop_column("mark")
