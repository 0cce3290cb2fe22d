"""What people told us, as rows: the whole data model on one screen.

Times are aware and UTC. Text that people typed is kept as typed; it is escaped where it is shown.
A UNIQUE constraint stands behind every "once".
"""

from datetime import UTC, date, datetime
from typing import Any, ClassVar
from uuid import uuid4

from sqlalchemy import (
    JSON,
    Boolean,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Instant(TypeDecorator[datetime]):
    """An aware UTC time on both databases; SQLite would drop the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class RecordsTable(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar = {datetime: Instant, date: Date, dict[str, Any]: JSON, list[str]: JSON}


class Delivery(RecordsTable):
    """The inbox: one row for each thing that Slack handed us, written before it is acknowledged."""

    __tablename__ = "deliveries"
    # SQLite would give a deleted row's id to the next one, and questions and posts are keyed by it.
    __table_args__ = (Index(None, "state"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(300), unique=True)  # see bot.delivery.inbox.once_key
    subject: Mapped[str | None] = mapped_column(String(300), unique=True)  # (channel, ts): one post, several events
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    headers: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(20))  # received, done, failed
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    holder: Mapped[str | None] = mapped_column(String(100))  # the process that handles it
    held_until: Mapped[datetime | None]  # renewed while that process lives
    received_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class Post(RecordsTable):
    """The outbox: one row for each message that must be seen exactly once."""

    __tablename__ = "posts"
    __table_args__ = (Index(None, "state", "rank"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(300), unique=True)
    # Random: a database that is begun anew counts from 1 again, in channels where posts of old have the same keys.
    mark: Mapped[str | None] = mapped_column(String(32), default=lambda: uuid4().hex)
    channel: Mapped[str] = mapped_column(String(40))  # a channel id, or a user id for a direct message
    thread_ts: Mapped[str | None] = mapped_column(String(40))
    thread_of: Mapped[str | None] = mapped_column(String(300))  # instead: the key of the post whose thread it goes to
    text: Mapped[str] = mapped_column(Text)
    blocks: Mapped[list[Any]] = mapped_column(JSON)
    picture: Mapped[bytes | None] = mapped_column(LargeBinary)  # PNG, shown where the blocks have an image without file
    picture_file: Mapped[str | None] = mapped_column(String(40))  # Slack's id of it, once it is uploaded
    rank: Mapped[int] = mapped_column(Integer)  # 0 answers, 1 cards, 2 digests
    state: Mapped[str] = mapped_column(String(20))  # pending, sending, sent, failed
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    fence: Mapped[int] = mapped_column(Integer, default=0)  # counts claims; only the latest claimer may write
    holder: Mapped[str | None] = mapped_column(String(100))  # the process that claimed it last
    lease_until: Mapped[datetime | None]
    due_at: Mapped[datetime]
    posted_in: Mapped[str | None] = mapped_column(String(40))  # the channel that Slack posted it in
    ts: Mapped[str | None] = mapped_column(String(40))
    error: Mapped[str | None] = mapped_column(String(300))
    fallback_user: Mapped[str | None] = mapped_column(String(40))  # told by direct message when the channel refuses
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class Question(RecordsTable):
    """A question somebody asked and the answer that they got."""

    __tablename__ = "questions"
    __table_args__ = (Index(None, "asker", "asked_at"), Index(None, "channel", "asked_ts"))

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(300), unique=True)  # the delivery that brought it
    asker: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(Text)
    way: Mapped[str] = mapped_column(String(20))  # mention, dm, command, shortcut
    channel: Mapped[str | None] = mapped_column(String(40))
    asked_ts: Mapped[str | None] = mapped_column(String(40))  # the message that asked, if it was one
    thread_ts: Mapped[str | None] = mapped_column(String(40))  # the thread that the answer goes to
    outcome: Mapped[str | None] = mapped_column(String(20))  # None until answered
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))  # knowledge.answers.Answer
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]


class Rating(RecordsTable):
    """One person's 👍 or 👎 on one answer; the latest counts."""

    __tablename__ = "ratings"
    __table_args__ = (UniqueConstraint("question_id", "user"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id", ondelete="CASCADE"))
    user: Mapped[str] = mapped_column(String(40))
    helpful: Mapped[bool] = mapped_column(Boolean)
    rated_at: Mapped[datetime]


class Referral(RecordsTable):
    """A question that the guides could not answer, passed on to the owner of the nearest guide."""

    __tablename__ = "referrals"
    __table_args__ = (UniqueConstraint("question_id", "asker"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id", ondelete="CASCADE"))
    asker: Mapped[str] = mapped_column(String(40))  # who asked for it to be passed on
    owners: Mapped[list[str]] = mapped_column(JSON)  # user ids that it was sent to
    note: Mapped[str] = mapped_column(Text, default="")
    reply: Mapped[str | None] = mapped_column(Text)
    replied_by: Mapped[str | None] = mapped_column(String(40))
    created_at: Mapped[datetime]
    replied_at: Mapped[datetime | None]


class Role(RecordsTable):
    """One role of one person, or of everybody in a user group."""

    __tablename__ = "roles"
    __table_args__ = (UniqueConstraint("holder", "role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    holder: Mapped[str] = mapped_column(String(40))  # user id or user group id
    role: Mapped[str] = mapped_column(String(20))  # expert, manager, admin; everyone is a member
    granted_by: Mapped[str] = mapped_column(String(40))
    granted_at: Mapped[datetime]


class Audit(RecordsTable):
    """Who changed what, and who tried to without the role for it."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    actor: Mapped[str] = mapped_column(String(40))
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(300))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
    allowed: Mapped[bool] = mapped_column(Boolean, default=True)
    at: Mapped[datetime]


class Choice(RecordsTable):
    """A setting that an admin makes in Slack: ideas_channel, wins_channel, digest_channel, time_zone."""

    __tablename__ = "choices"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[str] = mapped_column(String(300))
    chosen_by: Mapped[str] = mapped_column(String(40))
    chosen_at: Mapped[datetime]


class Schedule(RecordsTable):
    """When a digest goes out, and where."""

    __tablename__ = "schedules"
    __table_args__ = (UniqueConstraint("kind", "channel"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))  # recognition, managers
    channel: Mapped[str] = mapped_column(String(40))  # empty for the managers' digest, which goes to each of them
    weekday: Mapped[str] = mapped_column(String(3))  # mon to sun
    at: Mapped[str] = mapped_column(String(5))  # local time, 09:00
    zone: Mapped[str] = mapped_column(String(60))
    quiet: Mapped[str] = mapped_column(String(10))  # after a week without thanks: note, nothing
    owner: Mapped[str] = mapped_column(String(40))  # who set it up, and is told when it can't be posted
    active_from: Mapped[datetime]  # what was due before is not made up for
    paused: Mapped[str | None] = mapped_column(String(300))  # why; None while it runs


class Digest(RecordsTable):
    """One digest of one period, claimed before it is posted."""

    __tablename__ = "digests"
    __table_args__ = (UniqueConstraint("kind", "channel", "period"), Index(None, "state"))

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    channel: Mapped[str] = mapped_column(String(40))
    period: Mapped[str] = mapped_column(String(60))  # the local week (2026-W48), or the click that asked for it
    start: Mapped[datetime]
    end: Mapped[datetime]
    due_at: Mapped[datetime]
    asked_by: Mapped[str | None] = mapped_column(String(40))  # who pressed Post now
    state: Mapped[str] = mapped_column(String(20))  # queued, posted, quiet, skipped, failed
    why: Mapped[str | None] = mapped_column(String(300))
    made_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    link: Mapped[str | None] = mapped_column(String(300))  # to the message


class Owner(RecordsTable):
    """Whom a guide's `owner` line stands for; no users means that Slack knows nobody by it."""

    __tablename__ = "owners"

    name: Mapped[str] = mapped_column(String(200), primary_key=True)  # as written in the guide
    users: Mapped[list[str]] = mapped_column(JSON)
    problem: Mapped[str | None] = mapped_column(String(300))
    resolved_at: Mapped[datetime]


class Idea(RecordsTable):
    """An improvement idea. Its tally, comments and followers are its own and those of the ideas merged into it."""

    __tablename__ = "ideas"
    __table_args__ = (
        Index(None, "status", "created_at"),
        Index(None, "author", "created_at"),
        Index(None, "card_channel", "card_ts"),
        Index(None, "deleted_at", "vector_model", "wording"),  # all that is asked before each comparison
        {"sqlite_autoincrement": True},  # people say "idea 12", and posts are keyed by it
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(300), unique=True)  # the form that brought it
    author: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(150))
    text: Mapped[str] = mapped_column(Text)
    stage: Mapped[str | None] = mapped_column(String(20))  # bot.records.stages.Stage
    tags: Mapped[list[str]] = mapped_column(JSON)
    source: Mapped[dict[str, Any] | None] = mapped_column(
        JSON(none_as_null=True)
    )  # the message: url, user, channel, ts
    status: Mapped[str] = mapped_column(String(20))  # bot.records.ideas.Status
    reason: Mapped[str] = mapped_column(Text, default="")  # of the latest decision, for everybody to read
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("ideas.id"), index=True)
    owner: Mapped[str | None] = mapped_column(String(40))
    due: Mapped[date | None]
    respond_by: Mapped[date]  # a local working day
    created_at: Mapped[datetime]
    responded_at: Mapped[datetime | None]  # the first decision, or the first comment by a manager or the owner
    decided_at: Mapped[datetime | None]  # the latest change of status
    deleted_at: Mapped[datetime | None]  # withdrawn; its words are gone, the row keeps the number
    wording: Mapped[int] = mapped_column(Integer, default=1)  # counts how often the words have changed
    vector: Mapped[bytes | None] = mapped_column(LargeBinary)  # of title and text, float32
    vector_model: Mapped[str | None] = mapped_column(String(200))  # None while these words have no vector
    card_channel: Mapped[str | None] = mapped_column(String(40))
    card_ts: Mapped[str | None] = mapped_column(String(40))
    card_url: Mapped[str | None] = mapped_column(String(500))
    version: Mapped[int] = mapped_column(Integer, default=1)  # counts what the card has to show
    drawn_version: Mapped[int] = mapped_column(Integer, default=0)
    drawn_at: Mapped[datetime | None]


class Vote(RecordsTable):
    """One person's vote for one idea."""

    __tablename__ = "votes"
    __table_args__ = (UniqueConstraint("idea_id", "user"), Index(None, "user"))

    id: Mapped[int] = mapped_column(primary_key=True)
    idea_id: Mapped[int] = mapped_column(ForeignKey("ideas.id", ondelete="CASCADE"))
    user: Mapped[str] = mapped_column(String(40))
    voted_at: Mapped[datetime]


class Evidence(RecordsTable):
    """A vote on behalf of customers: who they are, how many, what they said."""

    __tablename__ = "evidence"
    __table_args__ = (Index(None, "idea_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(300), unique=True)  # the form that brought it
    idea_id: Mapped[int] = mapped_column(ForeignKey("ideas.id", ondelete="CASCADE"))
    user: Mapped[str] = mapped_column(String(40))  # who spoke for them
    customer: Mapped[str] = mapped_column(String(200))
    customers: Mapped[int] = mapped_column(Integer)
    note: Mapped[str] = mapped_column(Text)
    noted_at: Mapped[datetime]


class Comment(RecordsTable):
    """A message in the thread of an idea's card; the latest edit counts, a deleted one keeps no words."""

    __tablename__ = "comments"
    __table_args__ = (UniqueConstraint("channel", "ts"), Index(None, "idea_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    idea_id: Mapped[int] = mapped_column(ForeignKey("ideas.id", ondelete="CASCADE"))
    channel: Mapped[str] = mapped_column(String(40))
    ts: Mapped[str] = mapped_column(String(40))
    user: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(Text)
    edited_ts: Mapped[str] = mapped_column(String(40), default="")  # Slack's, so that events may come in any order
    commented_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]


class IdeaChange(RecordsTable):
    """One step in an idea's life: decided, merged, unmerged, reworded, withdrawn."""

    __tablename__ = "idea_changes"
    __table_args__ = (Index(None, "idea_id", "id"), Index(None, "changed_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(300), unique=True)  # the form or click that brought it
    idea_id: Mapped[int] = mapped_column(ForeignKey("ideas.id", ondelete="CASCADE"))
    user: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(20))  # bot.records.ideas.Kind
    before: Mapped[str] = mapped_column(String(20))  # status
    after: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text)
    other_id: Mapped[int | None] = mapped_column(ForeignKey("ideas.id"))  # what it was merged into, or taken out of
    changed_at: Mapped[datetime]


class IdeaNotice(RecordsTable):
    """News of an idea for one follower, sent together with others within ten minutes."""

    __tablename__ = "idea_notices"
    __table_args__ = (UniqueConstraint("change_id", "user"), Index(None, "sent_at", "user"))

    id: Mapped[int] = mapped_column(primary_key=True)
    change_id: Mapped[int] = mapped_column(ForeignKey("idea_changes.id", ondelete="CASCADE"))
    user: Mapped[str] = mapped_column(String(40))
    sent_at: Mapped[datetime | None]  # when it went to the outbox


class Nudge(RecordsTable):
    """A reminder that somebody got about an idea, so that they get it once."""

    __tablename__ = "nudges"
    __table_args__ = (UniqueConstraint("idea_id", "user", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    idea_id: Mapped[int] = mapped_column(ForeignKey("ideas.id", ondelete="CASCADE"))
    user: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(60))  # what about: respond_soon:<day>, respond_late:<day>, due:<day>
    nudged_at: Mapped[datetime]


class Mute(RecordsTable):
    """What somebody doesn't want direct messages about: `ideas`, or one of them as `idea:12`."""

    __tablename__ = "mutes"
    __table_args__ = (UniqueConstraint("user", "topic"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user: Mapped[str] = mapped_column(String(40))
    topic: Mapped[str] = mapped_column(String(60))
    muted_at: Mapped[datetime]


class IdeaDraft(RecordsTable):
    """What somebody typed in a form that shows something else meanwhile."""

    __tablename__ = "idea_drafts"

    view_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    user: Mapped[str] = mapped_column(String(40))
    form: Mapped[dict[str, Any]] = mapped_column(JSON)
    typed_at: Mapped[datetime]


class Win(RecordsTable):
    """A story of good work for a customer: what somebody did, what it meant, and who told it."""

    __tablename__ = "wins"
    __table_args__ = (UniqueConstraint("giver", "day", "nth"), Index(None, "told_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(300), unique=True)  # the form that was sent
    giver: Mapped[str] = mapped_column(String(40))  # who told it; their kudos is the first
    day: Mapped[date]  # the giver's day, by the workspace's clock
    nth: Mapped[int] = mapped_column(Integer)  # of that day, from 1: the UNIQUE constraint keeps the daily number
    deed: Mapped[str] = mapped_column(Text)
    effect: Mapped[str] = mapped_column(Text, default="")  # what it meant for the customer
    words: Mapped[str] = mapped_column(Text, default="")  # the customer's own
    value: Mapped[str | None] = mapped_column(String(60))  # as in COMPANY_VALUES on that day
    stage: Mapped[str | None] = mapped_column(String(40))  # bot.records.stages.Stage
    is_public: Mapped[bool] = mapped_column(Boolean)  # what the giver chose; each person's own choice comes on top
    quote: Mapped[str] = mapped_column(Text, default="")  # the message that it is about
    quote_of: Mapped[str | None] = mapped_column(String(40))  # who wrote that message
    link: Mapped[str | None] = mapped_column(String(500))  # to that message
    told_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(Integer, default=1)  # counts what changes its messages
    drawn: Mapped[int] = mapped_column(Integer, default=1)  # the revision that Slack shows
    draw_after: Mapped[datetime | None]  # Slack refused the last change; it is tried again then


class Thanked(RecordsTable):
    """One person whom a win thanks."""

    __tablename__ = "thanked"
    __table_args__ = (UniqueConstraint("win_id", "user"), Index(None, "user"))

    id: Mapped[int] = mapped_column(primary_key=True)
    win_id: Mapped[int] = mapped_column(ForeignKey("wins.id", ondelete="CASCADE"))
    user: Mapped[str] = mapped_column(String(40))
    hidden_at: Mapped[datetime | None]  # they took their name off this win


class Kudos(RecordsTable):
    """One person's thanks, attached to a win; the giver's is the first."""

    __tablename__ = "kudos"
    __table_args__ = (UniqueConstraint("win_id", "user"), Index(None, "given_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    win_id: Mapped[int] = mapped_column(ForeignKey("wins.id", ondelete="CASCADE"))
    user: Mapped[str] = mapped_column(String(40))
    note: Mapped[str] = mapped_column(Text, default="")
    given_at: Mapped[datetime]


class Appearance(RecordsTable):
    """How somebody wants to appear in thanks; whoever has no row appears in public."""

    __tablename__ = "appearances"

    user: Mapped[str] = mapped_column(String(40), primary_key=True)
    appears: Mapped[str] = mapped_column(String(20))  # public, private, not_at_all
    tell_me: Mapped[bool] = mapped_column(Boolean)  # by direct message, when thanked
    manager: Mapped[str | None] = mapped_column(String(40))  # is told of private thanks, too
    called: Mapped[list[str]] = mapped_column(JSON, default=list)  # their names, which stories leave out if they want
    chosen_at: Mapped[datetime]
