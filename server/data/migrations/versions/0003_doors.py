"""Second factors, passkeys, staff invites; PINs, safe hours and the outbox."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the new columns and tables. Whoever is signed in without a second factor is signed out."""
    accounts: tuple[sa.Column[Any], ...] = (
        _sealed("totp"),
        sa.Column("totp_step", sa.Integer(), nullable=True),
        _when("ended_at", nullable=True),
    )
    sessions: tuple[sa.Column[Any], ...] = (_when("proved_at", nullable=True), _sealed("device"))
    invites: tuple[sa.Column[Any], ...] = (
        sa.Column("pin", sa.String(length=200), nullable=True),
        sa.Column("pin_tries", sa.Integer(), nullable=False, server_default="0"),
    )
    for table, columns in (("account", accounts), ("staff_session", sessions), ("invite", invites)):
        for column in columns:
            op.add_column(table, column)
    ended = sa.table("staff_session", sa.column("ended_at", sa.DateTime(timezone=True)))
    op.execute(sa.update(ended).where(ended.c.ended_at.is_(None)).values(ended_at=datetime.now(UTC)))
    _ways_to_sign_in()
    _staff_invites()
    _post()


def _id() -> sa.Column[str]:
    return sa.Column("id", sa.String(length=24), nullable=False)


def _to(column: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(column, sa.String(length=24), nullable=nullable)


def _when(column: str, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(column, sa.DateTime(timezone=True), nullable=nullable)


def _sealed(column: str, nullable: bool = True) -> sa.Column[bytes]:
    return sa.Column(column, sa.LargeBinary(), nullable=nullable)


def _secret() -> sa.Column[str]:
    return sa.Column("secret", sa.String(length=64), nullable=False)


def _refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}")


def _ways_to_sign_in() -> None:
    op.create_table(
        "passkey",
        _id(),
        _to("account"),
        sa.Column("credential", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        _sealed("name", nullable=False),
        _when("created_at"),
        _when("used_at", nullable=True),
        _refers("passkey", "account", "account"),
        sa.PrimaryKeyConstraint("id", name="pk_passkey"),
        sa.UniqueConstraint("credential", name="uq_passkey_credential"),
    )
    op.create_index("ix_passkey_account", "passkey", ["account"])
    op.create_table(
        "recovery_code",
        _secret(),
        _to("account"),
        _refers("recovery_code", "account", "account"),
        sa.PrimaryKeyConstraint("secret", name="pk_recovery_code"),
    )
    op.create_index("ix_recovery_code_account", "recovery_code", ["account"])
    op.create_table(
        "challenge",
        _secret(),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        _to("whose"),
        _when("expires_at"),
        sa.PrimaryKeyConstraint("secret", name="pk_challenge"),
    )


def _staff_invites() -> None:
    op.create_table(
        "staff_invite",
        _id(),
        _to("area"),
        _to("account", nullable=True),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=True),
        _sealed("email", nullable=False),
        _secret(),
        _to("issued_by", nullable=True),
        _when("issued_at"),
        _when("expires_at"),
        _when("used_at", nullable=True),
        _when("revoked_at", nullable=True),
        _refers("staff_invite", "area", "area"),
        _refers("staff_invite", "account", "account"),
        _refers("staff_invite", "issued_by", "account"),
        sa.PrimaryKeyConstraint("id", name="pk_staff_invite"),
        sa.UniqueConstraint("secret", name="uq_staff_invite_secret"),
    )
    for column in ("area", "account"):
        op.create_index(f"ix_staff_invite_{column}", "staff_invite", [column])


def _post() -> None:
    op.create_table(
        "reach",
        _to("member"),
        _sealed("email", nullable=False),
        sa.Column("from_minute", sa.Integer(), nullable=False),
        sa.Column("until_minute", sa.Integer(), nullable=False),
        _when("agreed_at"),
        _to("by"),
        _refers("reach", "member", "member"),
        _refers("reach", "by", "account"),
        sa.PrimaryKeyConstraint("member", name="pk_reach"),
    )
    op.create_table(
        "outbox",
        _id(),
        _to("invite"),
        _sealed("link"),
        _when("made_at"),
        _when("due_at"),
        sa.Column("tries", sa.Integer(), nullable=False, server_default="0"),
        _when("sent_at", nullable=True),
        _when("failed_at", nullable=True),
        _refers("outbox", "invite", "invite"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
    )
    op.create_index("ix_outbox_invite", "outbox", ["invite"])
