"""How long things are kept: who left, what was purged and erased, and which lines may leave the journal."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_SQLITE = (
    "DROP TRIGGER journal_stays_on_delete",
    """CREATE TRIGGER journal_stays_on_delete BEFORE DELETE ON journal
    WHEN NOT EXISTS (
        SELECT 1 FROM checkpoint WHERE stream = OLD.stream AND OLD.sequence BETWEEN "first" AND "last")
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END""",
    "DROP TRIGGER journal_goes_on",
    """CREATE TRIGGER journal_goes_on BEFORE INSERT ON journal
    WHEN NEW.sequence <> 1 + max(
        (SELECT coalesce(max(sequence), 0) FROM journal WHERE stream = NEW.stream),
        (SELECT coalesce(max("last"), 0) FROM checkpoint WHERE stream = NEW.stream))
    BEGIN SELECT RAISE(ABORT, 'the journal goes on from its head'); END""",
    """CREATE TRIGGER checkpoint_stays_on_update BEFORE UPDATE ON checkpoint
    BEGIN SELECT RAISE(ABORT, 'checkpoints of the journal stay'); END""",
    """CREATE TRIGGER checkpoint_stays_on_delete BEFORE DELETE ON checkpoint
    WHEN NOT EXISTS (
        SELECT 1 FROM checkpoint
        WHERE stream = OLD.stream AND "first" <= OLD."first" AND "last" >= OLD."last"
        AND ("first" < OLD."first" OR "last" > OLD."last"))
    BEGIN SELECT RAISE(ABORT, 'checkpoints of the journal stay'); END""",
)
_POSTGRESQL = (
    "DROP TRIGGER journal_stays ON journal",
    """CREATE TRIGGER journal_stays BEFORE UPDATE OR TRUNCATE ON journal
    FOR EACH STATEMENT EXECUTE FUNCTION journal_stays()""",
    """CREATE FUNCTION journal_stays_on_delete() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NOT EXISTS (
            SELECT 1 FROM checkpoint WHERE stream = OLD.stream AND OLD.sequence BETWEEN "first" AND "last"
        ) THEN
            RAISE EXCEPTION 'the journal is append-only';
        END IF;
        RETURN OLD;
    END $$""",
    """CREATE TRIGGER journal_stays_on_delete BEFORE DELETE ON journal
    FOR EACH ROW EXECUTE FUNCTION journal_stays_on_delete()""",
    """CREATE OR REPLACE FUNCTION journal_goes_on() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.sequence <> 1 + greatest(
            (SELECT coalesce(max(sequence), 0) FROM journal WHERE stream = NEW.stream),
            (SELECT coalesce(max("last"), 0) FROM checkpoint WHERE stream = NEW.stream)
        ) THEN
            RAISE EXCEPTION 'the journal goes on from its head'
            USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END $$""",
    """CREATE FUNCTION checkpoint_stays() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'checkpoints of the journal stay'; END $$""",
    """CREATE TRIGGER checkpoint_stays BEFORE UPDATE OR TRUNCATE ON checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION checkpoint_stays()""",
    """CREATE FUNCTION checkpoint_stays_on_delete() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NOT EXISTS (
            SELECT 1 FROM checkpoint
            WHERE stream = OLD.stream AND "first" <= OLD."first" AND "last" >= OLD."last"
            AND ("first" < OLD."first" OR "last" > OLD."last")
        ) THEN
            RAISE EXCEPTION 'checkpoints of the journal stay';
        END IF;
        RETURN OLD;
    END $$""",
    """CREATE TRIGGER checkpoint_stays_on_delete BEFORE DELETE ON checkpoint
    FOR EACH ROW EXECUTE FUNCTION checkpoint_stays_on_delete()""",
)


def upgrade() -> None:
    """Add the tables, and let lines leave the journal that a checkpoint stands for: no others."""
    op.add_column("member", sa.Column("left_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "checkpoint",
        sa.Column("stream", sa.String(length=24), nullable=False),
        sa.Column("first", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signature", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("stream", "first", "last", name="pk_checkpoint"),
    )
    op.create_table(
        "purge",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_purge"),
    )
    op.create_index("ix_purge_at", "purge", ["at"])
    op.create_table(
        "erasure",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("group", sa.String(length=24), nullable=False),
        sa.Column("person", sa.String(length=24), nullable=False),
        sa.Column("why", sa.String(length=16), nullable=False),
        sa.Column("by", sa.String(length=24), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["group"], ["group.id"], name="fk_erasure_group"),
        sa.ForeignKeyConstraint(["by"], ["account.id"], name="fk_erasure_by"),
        sa.PrimaryKeyConstraint("id", name="pk_erasure"),
    )
    op.create_index("ix_erasure_group", "erasure", ["group"])
    for statement in _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL:
        op.execute(statement)
