"""The first tables, and the triggers that make the journal append-only."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


_SQLITE = (
    """CREATE TRIGGER journal_stays_on_update BEFORE UPDATE ON journal
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END""",
    """CREATE TRIGGER journal_stays_on_delete BEFORE DELETE ON journal
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END""",
    """CREATE TRIGGER journal_goes_on BEFORE INSERT ON journal
    WHEN NEW.sequence <> (SELECT coalesce(max(sequence), 0) + 1 FROM journal WHERE stream = NEW.stream)
    BEGIN SELECT RAISE(ABORT, 'the journal goes on from its head'); END""",
)
_POSTGRESQL = (
    """CREATE FUNCTION journal_stays() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'the journal is append-only'; END $$""",
    """CREATE TRIGGER journal_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON journal
    FOR EACH STATEMENT EXECUTE FUNCTION journal_stays()""",
    """CREATE FUNCTION journal_goes_on() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.sequence <> (SELECT coalesce(max(sequence), 0) + 1 FROM journal WHERE stream = NEW.stream) THEN
            RAISE EXCEPTION 'the journal goes on from its head'
            USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END $$""",
    """CREATE TRIGGER journal_goes_on BEFORE INSERT ON journal
    FOR EACH ROW EXECUTE FUNCTION journal_goes_on()""",
)


def upgrade() -> None:
    """Make everything."""
    _tables()
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in _SQLITE if on_sqlite else _POSTGRESQL:
        op.execute(statement)


def _tables() -> None:
    op.create_table(
        "area",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_area"),
    )
    op.create_table(
        "journal",
        sa.Column("stream", sa.String(length=24), nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("person", sa.String(length=24), nullable=False),
        sa.Column("seat", sa.String(length=24), nullable=False),
        sa.Column("event", sa.String(length=32), nullable=False),
        sa.Column("whom", sa.String(length=24), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("stream", "sequence", name="pk_journal"),
    )
    op.create_index("ix_journal_event_whom", "journal", ["event", "whom"])

    op.create_table(
        "presence",
        sa.Column("meeting", sa.String(length=24), nullable=False),
        sa.Column("seat", sa.String(length=24), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("process", sa.String(length=24), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("meeting", "seat", "kind", "process", name="pk_presence"),
    )
    op.create_table(
        "account",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("area", sa.String(length=24), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=True),
        sa.Column("email", sa.LargeBinary(), nullable=False),
        sa.Column("lookup", sa.String(length=64), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("password", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("role IN ('admin', 'facilitator')", name="ck_account_role"),
        sa.ForeignKeyConstraint(["area"], ["area.id"], name="fk_account_area"),
        sa.PrimaryKeyConstraint("id", name="pk_account"),
        sa.UniqueConstraint("lookup", name="uq_account_lookup"),
    )
    op.create_index("ix_account_area", "account", ["area"])

    op.create_table(
        "group",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("area", sa.String(length=24), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["area"], ["area.id"], name="fk_group_area"),
        sa.PrimaryKeyConstraint("id", name="pk_group"),
    )
    op.create_index("ix_group_area", "group", ["area"])

    op.create_table(
        "agreement",
        sa.Column("group", sa.String(length=24), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("clauses", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["group"], ["group.id"], name="fk_agreement_group"),
        sa.PrimaryKeyConstraint("group", "version", name="pk_agreement"),
    )
    op.create_table(
        "group_facilitator",
        sa.Column("group", sa.String(length=24), nullable=False),
        sa.Column("account", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name="fk_group_facilitator_account"),
        sa.ForeignKeyConstraint(["group"], ["group.id"], name="fk_group_facilitator_group"),
        sa.PrimaryKeyConstraint("group", "account", name="pk_group_facilitator"),
    )
    op.create_table(
        "meeting",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("group", sa.String(length=24), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("theme", sa.String(length=120), nullable=False),
        sa.Column("agreement", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["group"], ["group.id"], name="fk_meeting_group"),
        sa.PrimaryKeyConstraint("id", name="pk_meeting"),
    )
    op.create_index("ix_meeting_group", "meeting", ["group"])
    op.create_index("ix_meeting_starts_at", "meeting", ["starts_at"])

    op.create_table(
        "member",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("group", sa.String(length=24), nullable=False),
        sa.Column("label", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=True),
        sa.Column("welcomed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["group"], ["group.id"], name="fk_member_group"),
        sa.PrimaryKeyConstraint("id", name="pk_member"),
    )
    op.create_index("ix_member_group", "member", ["group"])

    op.create_table(
        "staff_session",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("account", sa.String(length=24), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name="fk_staff_session_account"),
        sa.PrimaryKeyConstraint("id", name="pk_staff_session"),
        sa.UniqueConstraint("secret", name="uq_staff_session_secret"),
    )
    op.create_index("ix_staff_session_account", "staff_session", ["account"])

    op.create_table(
        "acceptance",
        sa.Column("member", sa.String(length=24), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["member"], ["member.id"], name="fk_acceptance_member"),
        sa.PrimaryKeyConstraint("member", "version", name="pk_acceptance"),
    )
    op.create_table(
        "invite",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("member", sa.String(length=24), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column("issued_by", sa.String(length=24), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["issued_by"], ["account.id"], name="fk_invite_issued_by"),
        sa.ForeignKeyConstraint(["member"], ["member.id"], name="fk_invite_member"),
        sa.PrimaryKeyConstraint("id", name="pk_invite"),
        sa.UniqueConstraint("secret", name="uq_invite_secret"),
    )
    op.create_index("ix_invite_member", "invite", ["member"])

    op.create_table(
        "seat",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("invite", sa.String(length=24), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["invite"], ["invite.id"], name="fk_seat_invite"),
        sa.PrimaryKeyConstraint("id", name="pk_seat"),
        sa.UniqueConstraint("secret", name="uq_seat_secret"),
    )
    op.create_index("ix_seat_invite", "seat", ["invite"])

    op.create_table(
        "readiness",
        sa.Column("seat", sa.String(length=24), nullable=False),
        sa.Column("meeting", sa.String(length=24), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("ring_me", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["meeting"], ["meeting.id"], name="fk_readiness_meeting"),
        sa.ForeignKeyConstraint(["seat"], ["seat.id"], name="fk_readiness_seat"),
        sa.PrimaryKeyConstraint("seat", "meeting", name="pk_readiness"),
    )
