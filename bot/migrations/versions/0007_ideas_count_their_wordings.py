"""Ideas can be reworded, and are compared by vectors that are known to be current."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("ideas") as table:
        table.add_column(sa.Column("wording", sa.Integer(), nullable=False, server_default="1"))
    with op.batch_alter_table("ideas") as table:
        table.create_index(op.f("ix_ideas_deleted_at_vector_model_wording"), ["deleted_at", "vector_model", "wording"])


def downgrade() -> None:
    with op.batch_alter_table("ideas") as table:
        table.drop_index(op.f("ix_ideas_deleted_at_vector_model_wording"))
        table.drop_column("wording")
