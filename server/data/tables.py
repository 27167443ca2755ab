"""The tables. Whatever names or reaches a person is sealed (`crypto`); secrets are kept as SHA-256 only."""

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
)

ID = 24
HASH = 64
SEALED = "sealed"


class Moment(TypeDecorator[datetime]):
    """An aware time in UTC. SQLite forgets the zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC; a naive time is a mistake."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a time without a zone")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From whatever the database gives, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


def _id() -> Column[str]:
    return Column("id", String(ID), primary_key=True)


def _to(name: str, table: str, *, nullable: bool = False, key: bool = False) -> Column[str]:
    return Column(
        name, String(ID), ForeignKey(f"{table}.id"), nullable=nullable, primary_key=key, index=not key
    )


def _sealed(name: str, *, nullable: bool = False) -> Column[bytes]:
    """A text that only the key ring reads; its place is this table, this column and the row's key."""
    return Column(name, LargeBinary, nullable=nullable, info={SEALED: True})


area = Table("area", metadata, _id(), Column("title", String(120), nullable=False))

account = Table(
    "account",
    metadata,
    _id(),
    _to("area", "area"),
    Column("role", String(16), nullable=False),
    Column("kind", String(20), nullable=True),  # of a facilitator: worker or lived_experience
    _sealed("email"),
    Column("lookup", String(HASH), nullable=False, unique=True),  # keyed hash of the e-mail address
    _sealed("name"),
    Column("password", String(200), nullable=False),  # argon2id, or nothing: passkeys only
    Column("created_at", Moment, nullable=False),
    _sealed("totp", nullable=True),  # the authenticator app's secret
    Column("totp_step", Integer, nullable=True),  # of the last code that was taken: none is taken twice
    Column("ended_at", Moment, nullable=True),
    CheckConstraint("role IN ('admin', 'facilitator')", name="role"),
)

staff_session = Table(
    "staff_session",
    metadata,
    _id(),  # also the seat's id in a meeting
    _to("account", "account"),
    Column("secret", String(HASH), nullable=False, unique=True),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("ended_at", Moment, nullable=True),
    Column("proved_at", Moment, nullable=True),  # when the second factor was shown last
    _sealed("device", nullable=True),
)

passkey = Table(
    "passkey",
    metadata,
    _id(),
    _to("account", "account"),
    Column("credential", LargeBinary, nullable=False, unique=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    _sealed("name"),
    Column("created_at", Moment, nullable=False),
    Column("used_at", Moment, nullable=True),
)

recovery_code = Table(
    "recovery_code",
    metadata,
    Column("secret", String(HASH), primary_key=True),
    _to("account", "account"),
)

challenge = Table(
    "challenge",  # what a passkey was asked to sign; gone once it was answered
    metadata,
    Column("secret", String(HASH), primary_key=True),
    Column("purpose", String(16), nullable=False),
    Column("whose", String(ID), nullable=False),  # an account or a staff invite, or nothing: to sign in
    Column("expires_at", Moment, nullable=False),
)

staff_invite = Table(
    "staff_invite",
    metadata,
    _id(),
    _to("area", "area"),
    _to("account", "account", nullable=True),  # whose ways of signing in are to be made anew
    Column("role", String(16), nullable=False),
    Column("kind", String(20), nullable=True),
    _sealed("email"),
    Column("secret", String(HASH), nullable=False, unique=True),
    Column("issued_by", String(ID), ForeignKey("account.id"), nullable=True),  # none: the command line
    Column("issued_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment, nullable=True),
    Column("revoked_at", Moment, nullable=True),
)

group = Table(
    "group",
    metadata,
    _id(),
    _to("area", "area"),
    Column("title", String(80), nullable=False),
    Column("created_at", Moment, nullable=False),
)

group_facilitator = Table(
    "group_facilitator", metadata, _to("group", "group", key=True), _to("account", "account", key=True)
)

agreement = Table(
    "agreement",
    metadata,
    Column("group", String(ID), ForeignKey("group.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("clauses", Text, nullable=False),  # JSON: [[heading, text], …]
    Column("created_at", Moment, nullable=False),
)

member = Table(
    "member",
    metadata,
    _id(),
    _to("group", "group"),
    _sealed("label"),  # what the admin calls this person
    _sealed("name", nullable=True),  # what the group calls this person
    Column("welcomed_at", Moment, nullable=True),
    Column("created_at", Moment, nullable=False),
    Column("plan", String(16), nullable=True),  # what to do if they are suddenly gone
    _sealed("contact", nullable=True),  # JSON: number, word
    Column("plan_at", Moment, nullable=True),  # when they were asked, whatever they said
    Column("left_at", Moment, nullable=True),  # when they left the group
)

invite = Table(
    "invite",
    metadata,
    _id(),
    _to("member", "member"),
    Column("secret", String(HASH), nullable=False, unique=True),
    Column("issued_by", String(ID), ForeignKey("account.id"), nullable=False),
    Column("issued_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("opened_at", Moment, nullable=True),
    Column("used_at", Moment, nullable=True),
    Column("revoked_at", Moment, nullable=True),
    Column("pin", String(200), nullable=True),  # argon2id
    Column("pin_tries", Integer, nullable=False, server_default="0"),  # wrong ones in a row
)

reach = Table(
    "reach",  # where and when a member said that an e-mail is safe
    metadata,
    _to("member", "member", key=True),
    _sealed("email"),
    Column("from_minute", Integer, nullable=False),  # of the day, on the clock on the wall
    Column("until_minute", Integer, nullable=False),
    Column("agreed_at", Moment, nullable=False),
    Column("by", String(ID), ForeignKey("account.id"), nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    _id(),
    _to("invite", "invite"),
    _sealed("link", nullable=True),  # gone once it was sent, or cannot be
    Column("made_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),  # not to be tried before
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("sent_at", Moment, nullable=True),
    Column("failed_at", Moment, nullable=True),
)

seat = Table(
    "seat",
    metadata,
    _id(),
    _to("invite", "invite"),
    Column("secret", String(HASH), nullable=False, unique=True),
    Column("created_at", Moment, nullable=False),
    Column("ended_at", Moment, nullable=True),
)

acceptance = Table(
    "acceptance",
    metadata,
    _to("member", "member", key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("accepted_at", Moment, nullable=False),
)

meeting = Table(
    "meeting",
    metadata,
    _id(),
    _to("group", "group"),
    Column("starts_at", Moment, nullable=False, index=True),
    Column("minutes", Integer, nullable=False),
    Column("theme", String(120), nullable=False),
    Column("agreement", Integer, nullable=True),  # fixed when the session opens
    Column("created_at", Moment, nullable=False),
    Column("late_minutes", Integer, nullable=False, server_default="15"),
    Column("capacity", Integer, nullable=False, server_default="16"),  # people in the room, hosts too
    Column("both_kinds", Boolean, nullable=False, server_default=false()),
    Column("note", String(300), nullable=True),  # what may be hard to hear
    Column("practice", Boolean, nullable=False, server_default=false()),  # of two: `practice` says who
)

practice = Table(
    "practice",  # a host and one parent try out a call. Without its line nobody may come
    metadata,
    _to("meeting", "meeting", key=True),
    _to("member", "member"),
    Column("by", String(ID), ForeignKey("account.id"), nullable=False),
)

readiness = Table(
    "readiness",
    metadata,
    Column("seat", String(ID), ForeignKey("seat.id"), primary_key=True),
    Column("meeting", String(ID), ForeignKey("meeting.id"), primary_key=True),
    Column("verdict", String(16), nullable=False),
    Column("shared", Boolean, nullable=False),
    Column("ring_me", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
)

journal = Table(
    "journal",
    metadata,
    Column("stream", String(ID), primary_key=True),  # a meeting, or a group: what is done on pages
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("role", String(16), nullable=False),
    Column("person", String(ID), nullable=False),
    Column("seat", String(ID), nullable=False),
    Column("event", String(32), nullable=False),
    Column("whom", String(ID), nullable=False),  # the seat or person it is about, or nothing
    Column("record", Text, nullable=False),  # JSON: ids and codes, never a word of anybody's
    Column("hash", String(HASH), nullable=False, server_default=""),  # chains it to the line before (`chain`)
    Index("ix_journal_event_whom", "event", "whom"),
    Index("ix_journal_stream_event_seat", "stream", "event", "seat"),
)

checkpoint = Table(
    "checkpoint",  # stands for lines that were purged from the journal, so that the chain still verifies
    metadata,
    Column("stream", String(ID), primary_key=True),
    Column("first", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, primary_key=True, autoincrement=False),
    Column("hash", String(HASH), nullable=False),  # of the last of these lines
    Column("at", Moment, nullable=False),
    Column("signature", String(HASH), nullable=False),  # only the platform can make it
)

presence = Table(
    "presence",
    metadata,
    Column("meeting", String(ID), primary_key=True),
    Column("seat", String(ID), primary_key=True),
    Column("kind", String(8), primary_key=True),  # events or media
    Column("process", String(ID), primary_key=True),
    Column("seen_at", Moment, nullable=False),
)

visit = Table(
    "visit",  # what a parent told us about one session
    metadata,
    _to("meeting", "meeting", key=True),
    _to("member", "member", key=True),
    _sealed("place", nullable=True),  # gone when the session is over
    Column("place_at", Moment, nullable=True),  # when they were asked, whatever they said
    Column("goodbye_at", Moment, nullable=True),
)

farewell = Table(
    "farewell",  # three taps at the end, and nothing that says whose
    metadata,
    _id(),
    _to("meeting", "meeting"),
    Column("heard", String(8), nullable=True),
    Column("safe", String(8), nullable=True),
    Column("helped", String(8), nullable=True),
)

exclusion = Table(
    "exclusion",  # removed for a session, or suspended
    metadata,
    _id(),
    _to("meeting", "meeting"),
    _to("member", "member"),
    Column("by", String(ID), ForeignKey("account.id"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("reason", String(16), nullable=False),
    Column("suspended", Boolean, nullable=False),
    Column("until", Date, nullable=True),  # the first day they may come again; none: after a talk
    _sealed("note", nullable=True),
    Column("lifted_at", Moment, nullable=True),
)

task = Table(
    "task",  # something to follow up
    metadata,
    _id(),
    _to("meeting", "meeting"),
    _to("member", "member"),
    Column("kind", String(16), nullable=False),
    Column("how", String(8), nullable=True),  # of a departure: left, lost or exited
    Column("made_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("done_at", Moment, nullable=True),
    Column("done_by", String(ID), ForeignKey("account.id"), nullable=True),
    UniqueConstraint("meeting", "member", "kind"),
)

apart = Table(
    "apart",  # two people who are never to meet
    metadata,
    _id(),
    _to("group", "group"),
    _to("one", "member"),
    _to("other", "member"),
    _sealed("reason"),
    Column("by", String(ID), ForeignKey("account.id"), nullable=False),
    Column("at", Moment, nullable=False),
    UniqueConstraint("one", "other"),
)

remark = Table(
    "remark",  # a question about the agreement, or what somebody would like changed in it
    metadata,
    _id(),
    _to("group", "group"),
    _to("member", "member"),
    Column("kind", String(16), nullable=False),
    _sealed("text"),
    Column("version", Integer, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("done_at", Moment, nullable=True),
    Column("done_by", String(ID), ForeignKey("account.id"), nullable=True),
)

debrief = Table(
    "debrief",  # the hosts' note after a session
    metadata,
    _to("meeting", "meeting", key=True),
    _sealed("note"),
    Column("by", String(ID), ForeignKey("account.id"), nullable=False),
    Column("at", Moment, nullable=False),
)

safeguarding = Table(
    "safeguarding",  # that something was passed on, and where to find it: nothing else
    metadata,
    _id(),
    _to("meeting", "meeting"),
    Column("at", Moment, nullable=False),
    _sealed("reference", nullable=True),  # the number of an external record
)

purge = Table(
    "purge",  # that it was looked through what has been kept for long enough, and what went
    metadata,
    _id(),
    Column("at", Moment, nullable=False, index=True),
    Column("counts", Text, nullable=False),  # JSON: how many of what
)

erasure = Table(
    "erasure",  # the stub of somebody who was erased: so that a restored backup forgets them again
    metadata,
    _id(),
    _to("group", "group"),
    Column("person", String(ID), nullable=False),
    Column("why", String(16), nullable=False),
    Column("by", String(ID), ForeignKey("account.id"), nullable=True),  # none: its time was over
    Column("at", Moment, nullable=False),
    Column("counts", Text, nullable=False),  # JSON: how many lines of what
)
