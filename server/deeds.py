"""What staff do on pages that concerns somebody's safety: in the journal too, in the stream of the group."""

import json
from enum import Enum

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from server.auth import Staff
from server.data import chain
from server.data.tables import journal
from server.house import House
from signalling.meeting.errors import JournalDown

_ATTEMPTS = 5


class Deed(Enum):
    """What was done. The values are stored."""

    APART_SET = "ApartSet"
    APART_LIFTED = "ApartLifted"
    SUSPENSION_LIFTED = "SuspensionLifted"
    CONTACT_SEEN = "ContactSeen"
    SAFEGUARDING_NOTED = "SafeguardingNoted"


class NotRecorded(JournalDown):
    """Others were quicker, again and again."""


async def record(house: House, group: str, by: Staff, deed: Deed, whom: str, **ids: str) -> None:
    """Add a line to the group's stream. `ids` are ids and codes, never a word of anybody's.

    Raises:
        NotRecorded, DatabaseDown
    """
    told = {
        "stream": group,
        "at": house.clock.now(),
        "role": by.role.value,
        "person": by.account,
        "seat": by.session,
        "event": deed.value,
        "whom": whom,
        "record": json.dumps({"event": deed.value, **ids}),
    }
    newest = (
        select(journal.c.sequence, journal.c.hash)
        .where(journal.c.stream == group)
        .order_by(journal.c.sequence.desc())
        .limit(1)
    )
    for _ in range(_ATTEMPTS):
        try:
            async with house.database.writing() as connection:
                row = (await connection.execute(newest)).first()
                head, before = (0, chain.START) if row is None else (row.sequence, row.hash)
                line = {**told, "sequence": head + 1}
                await connection.execute(journal.insert(), chain.linked(before, [line]))
        except IntegrityError:
            continue
        return
    raise NotRecorded
