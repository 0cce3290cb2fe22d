"""Vectors of tokens beside those of units. What was embedded before lacks them, so it is embedded anew."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table("vectors")
    op.create_table(
        "vectors",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("model", sa.String(length=200), nullable=False),
        sa.Column("precision", sa.String(length=20), nullable=False),
        sa.Column("values", sa.LargeBinary(), nullable=False),
        sa.Column("tokens", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("hash", "model", "precision", name=op.f("pk_vectors")),
    )


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM vectors"))
    with op.batch_alter_table("vectors") as table:
        table.drop_column("tokens")
