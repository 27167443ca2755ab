"""Find what a session's journal says of one thing, or of whom, without reading all of it."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Whether it has ended is asked with every page and every message."""
    op.create_index("ix_journal_stream_event_seat", "journal", ["stream", "event", "seat"])


def downgrade() -> None:
    """Only slower."""
    op.drop_index("ix_journal_stream_event_seat", "journal")
