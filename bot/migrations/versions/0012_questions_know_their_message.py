"""A question knows the message that asked it, so that it is forgotten with it, however late."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("questions") as table:
        table.add_column(sa.Column("asked_ts", sa.String(40), nullable=True))
    with op.batch_alter_table("questions") as table:
        table.create_index(op.f("ix_questions_channel_asked_ts"), ["channel", "asked_ts"])
    # Of the last month, the deliveries still say it.
    connection = op.get_bind()
    asked = connection.execute(sa.text("SELECT id, subject FROM deliveries WHERE subject IS NOT NULL"))
    known = [{"key": f"delivery:{number}", "ts": subject.partition(":")[2]} for number, subject in asked]
    if known:
        connection.execute(sa.text("UPDATE questions SET asked_ts = :ts WHERE key = :key"), known)


def downgrade() -> None:
    with op.batch_alter_table("questions") as table:
        table.drop_index(op.f("ix_questions_channel_asked_ts"))
        table.drop_column("asked_ts")
