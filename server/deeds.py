"""What staff do on pages that concerns somebody's safety: in the journal too, in the stream of the group."""

import json
from enum import Enum

from sqlalchemy.exc import IntegrityError

from moderation.model import HOUSE as THE_HOUSE
from server.auth import Staff
from server.data import chain, checkpoints
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
    PERSON_SHOWN = "PersonShown"
    PERSON_LEFT = "PersonLeft"
    PERSON_ERASED = "PersonErased"
    PRACTICE_OPENED = "PracticeOpened"
    AGREEMENT_CHANGED = "AgreementChanged"


class NotRecorded(JournalDown):
    """Others were quicker, again and again."""


async def record(house: House, group: str, by: Staff | None, deed: Deed, whom: str, **ids: str) -> None:
    """Add a line to the group's stream. `ids` are ids and codes, never a word of anybody's.

    By nobody: whoever runs the server did it by a command, or its time had come.

    Raises:
        NotRecorded, DatabaseDown
    """
    told = {
        "stream": group,
        "at": house.clock.now(),
        "role": THE_HOUSE.role.value if by is None else by.role.value,
        "person": THE_HOUSE.person if by is None else by.account,
        "seat": THE_HOUSE.seat if by is None else by.session,
        "event": deed.value,
        "whom": whom,
        "record": json.dumps({"event": deed.value, **ids}),
    }
    for _ in range(_ATTEMPTS):
        try:
            async with house.database.writing() as connection:
                head, before = await checkpoints.head(connection, group)
                line = {**told, "sequence": head + 1}
                await connection.execute(journal.insert(), chain.linked(before, [line]))
        except IntegrityError:
            continue
        return
    raise NotRecorded
