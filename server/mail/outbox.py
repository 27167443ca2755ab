"""Letters that are still to go: kept in the database, so that a restart loses none, and tried again.

The link in a letter is sealed, and gone once the letter is. A letter whose link was stopped meanwhile, or
whose reader no longer agrees, does not go.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from email.message import EmailMessage
from enum import Enum
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from server import invites, logs
from server.crypto import Place
from server.data.store import new_id
from server.data.tables import invite, member, outbox
from server.house import House
from server.invites import State
from server.mail import letters, reach
from server.mail.errors import MailError, NeverTaken, NotSecure

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720, 1440))
LEASE = timedelta(minutes=5)  # how long one process may take over a letter before another one tries
AT_ONCE = 20

Send = Callable[[EmailMessage], Awaitable[None]]
log = logs.get(__name__)


class Posted(Enum):
    """How far the letter of an invite has come."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


async def put(connection: AsyncConnection, house: House, of: str, link: str) -> None:
    """Have a letter with this link sent to whom the invite is for."""
    made, now = new_id(), house.clock.now()
    sealed = house.keys.seal(link, Place("outbox", "link", made))
    await connection.execute(outbox.insert().values(id=made, invite=of, link=sealed, made_at=now, due_at=now))


async def of_group(house: House, wanted: str) -> Mapping[str, Posted]:
    """How far the letters to a group's people have come, by invite."""
    found = (
        select(outbox.c.invite, outbox.c.sent_at, outbox.c.failed_at)
        .join(invite, invite.c.id == outbox.c.invite)
        .join(member, member.c.id == invite.c.member)
        .where(member.c.group == wanted)
    )
    async with house.database.reading() as connection:
        rows = (await connection.execute(found)).all()
    return {row.invite: _posted(row) for row in rows}


async def deliver(house: House, send: Send) -> int:
    """Try every letter that is due. Gives how many went.

    Raises:
        DatabaseDown
    """
    now = house.clock.now()
    due = (
        select(outbox, invite, member.c.id.label("person"), outbox.c.id.label("letter"))
        .join(invite, invite.c.id == outbox.c.invite)
        .join(member, member.c.id == invite.c.member)
        .where(outbox.c.sent_at.is_(None), outbox.c.failed_at.is_(None), outbox.c.due_at <= now)
        .order_by(outbox.c.due_at)
        .limit(AT_ONCE)
    )
    async with house.database.reading() as connection:
        rows = (await connection.execute(due)).all()
    return sum([await _try(house, row, send) for row in rows])


async def _try(house: House, row: Row[Any], send: Send) -> bool:
    now, zone = house.clock.now(), house.config.zone
    async with house.database.reading() as connection:
        agreed = await reach.of_member(connection, house, row.person)
    if agreed is None or invites.state(row, now) not in {State.ISSUED, State.OPENED}:
        await _set(house, row, failed_at=now, link=None)
        return False
    opens = agreed.opens(now, zone)
    if opens > now:
        await _set(house, row, due_at=opens)
        return False
    if not await _set(house, row, due_at=now + LEASE, tries=row.tries + 1):
        return False
    link = house.keys.open(row.link, Place("outbox", "link", row.letter))
    local = row.expires_at.astimezone(zone)
    until = f"{local:%A} {local.day} {local:%B}"
    letter = letters.invite(house.config.mail_from, agreed.email, link, until, row.letter, now)
    return await _hand_over(house, row, letter, send)


async def _hand_over(house: House, row: Row[Any], letter: EmailMessage, send: Send) -> bool:
    now = house.clock.now()
    this = outbox.c.id == row.letter
    try:
        await send(letter)
        told: dict[str, Any] = {"sent_at": now, "link": None}
        log.info("a letter went", letter=row.letter, tries=row.tries + 1)
    except MailError as error:
        told = {"due_at": now + PAUSES[min(row.tries, len(PAUSES) - 1)]}
        if isinstance(error, NeverTaken) or row.tries >= len(PAUSES):
            told = {"failed_at": now, "link": None}
        if isinstance(error, NotSecure):
            log.error("the mail server does not encrypt, or cannot prove who it is: see HEARTH_SMTP")
        log.warning("a letter did not go", letter=row.letter, tries=row.tries + 1, final="failed_at" in told)
    async with house.database.writing() as connection:
        await connection.execute(outbox.update().where(this).values(**told))
    return "sent_at" in told


async def _set(house: House, row: Row[Any], **told: object) -> bool:
    """Change a letter, unless another process has it in hand."""
    this = (outbox.c.id == row.letter) & (outbox.c.due_at == row.due_at) & outbox.c.sent_at.is_(None)
    async with house.database.writing() as connection:
        done = await connection.execute(outbox.update().where(this).values(**told))
    return done.rowcount == 1


def _posted(row: Any) -> Posted:
    if row.sent_at is not None:
        return Posted.SENT
    return Posted.WAITING if row.failed_at is None else Posted.FAILED
