"""Practice calls, what may be hard to hear in a session, and what people say about the agreement."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_ID = sa.String(length=24)


def upgrade() -> None:
    """Add them. The sessions that are there are no practice, and have nothing to be warned of."""
    op.add_column("meeting", sa.Column("note", sa.String(length=300), nullable=True))
    op.add_column("meeting", sa.Column("practice", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "practice",
        sa.Column("meeting", _ID, nullable=False),
        sa.Column("member", _ID, nullable=False),
        sa.Column("by", _ID, nullable=False),
        _refers("practice", "meeting", "meeting"),
        _refers("practice", "member", "member"),
        _refers("practice", "by", "account"),
        sa.PrimaryKeyConstraint("meeting", name="pk_practice"),
    )
    op.create_index("ix_practice_member", "practice", ["member"])
    op.create_table(
        "remark",
        sa.Column("id", _ID, nullable=False),
        sa.Column("group", _ID, nullable=False),
        sa.Column("member", _ID, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", _ID, nullable=True),
        _refers("remark", "group", "group"),
        _refers("remark", "member", "member"),
        _refers("remark", "done_by", "account"),
        sa.PrimaryKeyConstraint("id", name="pk_remark"),
    )
    for column in ("group", "member"):
        op.create_index(f"ix_remark_{column}", "remark", [column])


def _refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}")
