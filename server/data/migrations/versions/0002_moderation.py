"""Terms, exclusions, tasks, notes, who is kept apart; and the journal's chain."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_TO_SQLITE = "DROP TRIGGER journal_stays_on_update"
_FROM_SQLITE = """CREATE TRIGGER journal_stays_on_update BEFORE UPDATE ON journal
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"""
_TO_POSTGRESQL = "ALTER TABLE journal DISABLE TRIGGER journal_stays"
_FROM_POSTGRESQL = "ALTER TABLE journal ENABLE TRIGGER journal_stays"
_TOLD = ("stream", "sequence", "role", "person", "seat", "event", "whom", "record")


def upgrade() -> None:
    """Add the new columns and tables, and chain what was written so far."""
    terms: tuple[sa.Column[Any], ...] = (
        sa.Column("late_minutes", sa.Integer(), nullable=False, server_default="15"),
        sa.Column("capacity", sa.Integer(), nullable=False, server_default="16"),
        sa.Column("both_kinds", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    for column in terms:
        op.add_column("meeting", column)
    plans: tuple[sa.Column[Any], ...] = (
        sa.Column("plan", sa.String(length=16), nullable=True),
        sa.Column("contact", sa.LargeBinary(), nullable=True),
        sa.Column("plan_at", sa.DateTime(timezone=True), nullable=True),
    )
    for column in plans:
        op.add_column("member", column)
    op.add_column("journal", sa.Column("hash", sa.String(length=64), nullable=False, server_default=""))
    _chain()
    _what_parents_say()
    _what_hosts_do()


def _chain() -> None:
    """As `server.data.chain` did when this was written: a migration does not change with the code."""
    bind = op.get_bind()
    on_sqlite = bind.dialect.name == "sqlite"
    op.execute(_TO_SQLITE if on_sqlite else _TO_POSTGRESQL)
    texts: list[sa.ColumnClause[str]] = [sa.column(name, sa.String()) for name in (*_TOLD, "hash")]
    journal = sa.table("journal", *texts, sa.column("at", sa.DateTime(timezone=True)))
    before: dict[str, str] = {}
    rows = bind.execute(sa.select(journal).order_by(journal.c.stream, journal.c.sequence)).mappings().all()
    for row in rows:
        before[row["stream"]] = made = _link(before.get(row["stream"], ""), row)
        this = (journal.c.stream == row["stream"]) & (journal.c.sequence == row["sequence"])
        bind.execute(sa.update(journal).where(this).values(hash=made))
    op.execute(_FROM_SQLITE if on_sqlite else _FROM_POSTGRESQL)


def _link(before: str, row: Any) -> str:
    at: datetime = row["at"]
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    told = [before, at.isoformat(timespec="microseconds"), *(row[name] for name in _TOLD)]
    canonical = json.dumps(told, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _id() -> sa.Column[str]:
    return sa.Column("id", sa.String(length=24), nullable=False)


def _to(column: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(column, sa.String(length=24), nullable=nullable)


def _when(column: str, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(column, sa.DateTime(timezone=True), nullable=nullable)


def _sealed(column: str, nullable: bool = True) -> sa.Column[bytes]:
    return sa.Column(column, sa.LargeBinary(), nullable=nullable)


def _refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}")


def _what_parents_say() -> None:
    op.create_table(
        "visit",
        _to("meeting"),
        _to("member"),
        _sealed("place"),
        _when("place_at", nullable=True),
        _when("goodbye_at", nullable=True),
        _refers("visit", "meeting", "meeting"),
        _refers("visit", "member", "member"),
        sa.PrimaryKeyConstraint("meeting", "member", name="pk_visit"),
    )
    op.create_table(
        "farewell",
        _id(),
        _to("meeting"),
        *(sa.Column(name, sa.String(length=8), nullable=True) for name in ("heard", "safe", "helped")),
        _refers("farewell", "meeting", "meeting"),
        sa.PrimaryKeyConstraint("id", name="pk_farewell"),
    )
    op.create_index("ix_farewell_meeting", "farewell", ["meeting"])


def _what_hosts_do() -> None:
    op.create_table(
        "exclusion",
        _id(),
        _to("meeting"),
        _to("member"),
        _to("by"),
        _when("at"),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("suspended", sa.Boolean(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        _sealed("note"),
        _when("lifted_at", nullable=True),
        _refers("exclusion", "meeting", "meeting"),
        _refers("exclusion", "member", "member"),
        _refers("exclusion", "by", "account"),
        sa.PrimaryKeyConstraint("id", name="pk_exclusion"),
    )
    op.create_table(
        "task",
        _id(),
        _to("meeting"),
        _to("member"),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("how", sa.String(length=8), nullable=True),
        _when("made_at"),
        _when("due_at"),
        _when("done_at", nullable=True),
        _to("done_by", nullable=True),
        _refers("task", "meeting", "meeting"),
        _refers("task", "member", "member"),
        _refers("task", "done_by", "account"),
        sa.PrimaryKeyConstraint("id", name="pk_task"),
        sa.UniqueConstraint("meeting", "member", "kind", name="uq_task_meeting_member_kind"),
    )
    for table in ("exclusion", "task"):
        op.create_index(f"ix_{table}_meeting", table, ["meeting"])
        op.create_index(f"ix_{table}_member", table, ["member"])
    op.create_table(
        "apart",
        _id(),
        _to("group"),
        _to("one"),
        _to("other"),
        _sealed("reason", nullable=False),
        _to("by"),
        _when("at"),
        _refers("apart", "group", "group"),
        _refers("apart", "one", "member"),
        _refers("apart", "other", "member"),
        _refers("apart", "by", "account"),
        sa.PrimaryKeyConstraint("id", name="pk_apart"),
        sa.UniqueConstraint("one", "other", name="uq_apart_one_other"),
    )
    for column in ("group", "one", "other"):
        op.create_index(f"ix_apart_{column}", "apart", [column])
    op.create_table(
        "debrief",
        _to("meeting"),
        _sealed("note", nullable=False),
        _to("by"),
        _when("at"),
        _refers("debrief", "meeting", "meeting"),
        _refers("debrief", "by", "account"),
        sa.PrimaryKeyConstraint("meeting", name="pk_debrief"),
    )
    op.create_table(
        "safeguarding",
        _id(),
        _to("meeting"),
        _when("at"),
        _sealed("reference"),
        _refers("safeguarding", "meeting", "meeting"),
        sa.PrimaryKeyConstraint("id", name="pk_safeguarding"),
    )
    op.create_index("ix_safeguarding_meeting", "safeguarding", ["meeting"])
