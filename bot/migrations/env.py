"""Alembic's entry: runs the migrations on the connection that `bot.records.database.migrate` holds."""

from typing import Any, Literal

from alembic import context

from bot.records.tables import Instant, RecordsTable
from knowledge.tables import KnowledgeTable


def _plainly(kind: str, item: Any, _: Any) -> str | Literal[False]:
    """Write our own time type as the database's, so that a migration never imports today's code."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, Instant) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=[RecordsTable.metadata, KnowledgeTable.metadata],
    render_as_batch=True,
    compare_type=True,
    render_item=_plainly,
)
context.run_migrations()
