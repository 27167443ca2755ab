"""How long things are kept: who left, what was purged and erased, and which lines may leave the journal."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

# A number goes on from the newest line, or from a checkpoint that goes on from there. None comes twice.
_HEAD = "(SELECT coalesce(max(sequence), 0) FROM journal WHERE stream = NEW.stream)"
_GOES_ON = f"""NOT EXISTS (
        SELECT 1 FROM checkpoint WHERE stream = NEW.stream AND NEW.sequence BETWEEN "first" AND "last")
    AND (NEW.sequence = 1 + {_HEAD} OR EXISTS (
        SELECT 1 FROM checkpoint
        WHERE stream = NEW.stream AND "first" <= 1 + {_HEAD} AND "last" = NEW.sequence - 1))"""  # noqa: S608
_STANDS_FOR_IT = """EXISTS (
        SELECT 1 FROM checkpoint WHERE stream = OLD.stream AND OLD.sequence BETWEEN "first" AND "last")"""
_GREATER_ONE_IS_THERE = """EXISTS (
        SELECT 1 FROM checkpoint
        WHERE stream = OLD.stream AND "first" <= OLD."first" AND "last" >= OLD."last"
        AND ("first" < OLD."first" OR "last" > OLD."last"))"""
_SIGNED_ANEW = """NEW.stream = OLD.stream AND NEW."first" = OLD."first" AND NEW."last" = OLD."last"
        AND NEW.hash = OLD.hash AND NEW.at = OLD.at"""


def _sqlite(name: str, on: str, unless: str, says: str) -> str:
    return f"""CREATE TRIGGER {name} BEFORE {on} WHEN NOT ({unless})
    BEGIN SELECT RAISE(ABORT, '{says}'); END"""


def _postgresql(name: str, unless: str, says: str, row: str) -> str:
    return f"""CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NOT ({unless}) THEN
            RAISE EXCEPTION '{says}' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN {row};
    END $$"""


_APPEND_ONLY, _GOES_ON_SAYS = "the journal is append-only", "the journal goes on from its head"
_STAYS = "checkpoints of the journal stay"

_SQLITE = (
    "DROP TRIGGER journal_stays_on_delete",
    _sqlite("journal_stays_on_delete", "DELETE ON journal", _STANDS_FOR_IT, _APPEND_ONLY),
    "DROP TRIGGER journal_goes_on",
    _sqlite("journal_goes_on", "INSERT ON journal", _GOES_ON, _GOES_ON_SAYS),
    _sqlite("checkpoint_stays_on_update", "UPDATE ON checkpoint", _SIGNED_ANEW, _STAYS),
    _sqlite("checkpoint_stays_on_delete", "DELETE ON checkpoint", _GREATER_ONE_IS_THERE, _STAYS),
)
_POSTGRESQL = (
    "DROP TRIGGER journal_stays ON journal",
    """CREATE TRIGGER journal_stays BEFORE UPDATE OR TRUNCATE ON journal
    FOR EACH STATEMENT EXECUTE FUNCTION journal_stays()""",
    _postgresql("journal_stays_on_delete", _STANDS_FOR_IT, _APPEND_ONLY, "OLD"),
    """CREATE TRIGGER journal_stays_on_delete BEFORE DELETE ON journal
    FOR EACH ROW EXECUTE FUNCTION journal_stays_on_delete()""",
    _postgresql("journal_goes_on", _GOES_ON, _GOES_ON_SAYS, "NEW"),
    _postgresql("checkpoint_stays_on_update", _SIGNED_ANEW, _STAYS, "NEW"),
    """CREATE TRIGGER checkpoint_stays_on_update BEFORE UPDATE ON checkpoint
    FOR EACH ROW EXECUTE FUNCTION checkpoint_stays_on_update()""",
    _postgresql("checkpoint_stays_on_delete", _GREATER_ONE_IS_THERE, _STAYS, "OLD"),
    """CREATE TRIGGER checkpoint_stays_on_delete BEFORE DELETE ON checkpoint
    FOR EACH ROW EXECUTE FUNCTION checkpoint_stays_on_delete()""",
    _postgresql("checkpoint_stays", "FALSE", _STAYS, "NULL"),
    """CREATE TRIGGER checkpoint_stays BEFORE TRUNCATE ON checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION checkpoint_stays()""",
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
