"""Delivery ids are used once, on SQLite as on PostgreSQL."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _remake(autoincrement=True)


def downgrade() -> None:
    _remake(autoincrement=False)


def _remake(*, autoincrement: bool) -> None:
    if op.get_bind().dialect.name == "sqlite":
        options = {"sqlite_autoincrement": autoincrement}
        with op.batch_alter_table("deliveries", recreate="always", table_kwargs=options):
            pass
