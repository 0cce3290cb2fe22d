"""Digests: when they go out, what became of each, and posts with a picture or in the thread of another post."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "schedules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("weekday", sa.String(length=3), nullable=False),
        sa.Column("at", sa.String(length=5), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("quiet", sa.String(length=10), nullable=False),
        sa.Column("owner", sa.String(length=40), nullable=False),
        sa.Column("active_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paused", sa.String(length=300), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedules")),
        sa.UniqueConstraint("kind", "channel", name=op.f("uq_schedules_kind_channel")),
    )
    op.create_table(
        "digests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("period", sa.String(length=60), nullable=False),
        sa.Column("start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("end", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(length=40), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("why", sa.String(length=300), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("link", sa.String(length=300), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digests")),
        sa.UniqueConstraint("kind", "channel", "period", name=op.f("uq_digests_kind_channel_period")),
    )
    with op.batch_alter_table("digests") as table:
        table.create_index(op.f("ix_digests_state"), ["state"])
    with op.batch_alter_table("posts") as table:
        table.add_column(sa.Column("thread_of", sa.String(length=300), nullable=True))
        table.add_column(sa.Column("picture", sa.LargeBinary(), nullable=True))
        table.add_column(sa.Column("picture_file", sa.String(length=40), nullable=True))
        table.add_column(sa.Column("holder", sa.String(length=100), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("posts") as table:
        for name in ("holder", "picture_file", "picture", "thread_of"):
            table.drop_column(name)
    op.drop_table("digests")
    op.drop_table("schedules")
