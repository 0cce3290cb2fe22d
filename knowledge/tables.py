"""What the guides say, as rows: the truth that Chroma and the lexical index are filled from.

Offsets everywhere are characters in ``Guide.text`` (the guide as Markdown), so a section, a chunk
and a quoted sentence are all spans of one text and can be held against each other.
"""

from datetime import date, datetime

from sqlalchemy import JSON, Date, DateTime, ForeignKey, Index, Integer, LargeBinary, MetaData, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class KnowledgeTable(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)


class Guide(KnowledgeTable):
    """One document of the company, whole, as Markdown without its front matter."""

    __tablename__ = "guides"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(500), unique=True)  # path below the guides folder, with forward slashes
    title: Mapped[str] = mapped_column(String(300))
    owner: Mapped[str | None] = mapped_column(String(200))  # as written: e-mail, user id or user group id
    audience: Mapped[str] = mapped_column(String(100))
    journey_stage: Mapped[str | None] = mapped_column(String(40))
    reviewed: Mapped[date | None] = mapped_column(Date)
    url: Mapped[str | None] = mapped_column(String(2000))
    products: Mapped[list[str]] = mapped_column(JSON, default=list)  # as written; what it can be filtered by, as next
    language: Mapped[str | None] = mapped_column(String(35))  # such as en-GB
    text: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(String(64))  # sha256 of the file's bytes: unchanged files are not parsed again
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    chunks: Mapped[list["Chunk"]] = relationship(
        back_populates="guide", cascade="all, delete-orphan", order_by="Chunk.ordinal", passive_deletes=True
    )


class Chunk(KnowledgeTable):
    """A span of a guide as indexed."""

    __tablename__ = "chunks"
    __table_args__ = (Index(None, "guide_id"), Index(None, "hash"))

    id: Mapped[int] = mapped_column(primary_key=True)
    guide_id: Mapped[int] = mapped_column(ForeignKey("guides.id", ondelete="CASCADE"))
    ordinal: Mapped[int] = mapped_column(Integer)
    start: Mapped[int] = mapped_column(Integer)
    end: Mapped[int] = mapped_column(Integer)
    headings: Mapped[list[str]] = mapped_column(JSON)  # heading path at `start`, outermost first
    hash: Mapped[str] = mapped_column(String(64))  # sha256 of what is embedded (title and text)
    guide: Mapped[Guide] = relationship(back_populates="chunks")


class Vector(KnowledgeTable):
    """What a chunk embeds to under one model and precision: embedding is the expensive step, so it is kept."""

    __tablename__ = "vectors"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    model: Mapped[str] = mapped_column(String(200), primary_key=True)
    precision: Mapped[str] = mapped_column(String(20), primary_key=True)
    values: Mapped[bytes] = mapped_column(LargeBinary)  # float16, little-endian: a vector of length 1 for each unit
    tokens: Mapped[bytes] = mapped_column(LargeBinary)  # one bit a dimension: a vector for each token, title and text


class Refusal(KnowledgeTable):
    """A file that the last ingest would not take, and why, in words for the admin."""

    __tablename__ = "refusals"

    key: Mapped[str] = mapped_column(String(500), primary_key=True)
    reason: Mapped[str] = mapped_column(Text)
    refused_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Revision(KnowledgeTable):
    """One row that every ingest with a change counts up; the owner of the caches watches it."""

    __tablename__ = "revision"

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    number: Mapped[int] = mapped_column(Integer, default=0)
