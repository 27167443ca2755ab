"""What is done outside of rooms and has to be answered for: in the journal too.

What concerns somebody's safety is in the stream of the group, what is done about accounts in the area's.
"""

import json
from enum import Enum

from sqlalchemy.exc import IntegrityError

from moderation.model import HOUSE as THE_HOUSE
from server import logs
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
    SIGNED_IN = "SignedIn"
    SIGN_IN_FAILED = "SignInFailed"
    SIGNED_OUT = "SignedOut"
    DEVICES_SIGNED_OUT = "DevicesSignedOut"
    PASSWORD_CHANGED = "PasswordChanged"  # noqa: S105 - an event's name
    CODES_RENEWED = "CodesRenewed"
    PASSKEY_ADDED = "PasskeyAdded"
    PASSKEY_REMOVED = "PasskeyRemoved"
    STAFF_INVITED = "StaffInvited"
    STAFF_LINK_STOPPED = "StaffLinkStopped"
    STAFF_JOINED = "StaffJoined"
    STAFF_RENEWED = "StaffRenewed"
    ACCOUNT_CLOSED = "AccountClosed"
    KEYS_CHANGED = "KeysChanged"


class NotRecorded(JournalDown):
    """Others were quicker, again and again."""


log = logs.get(__name__)


async def record(house: House, stream: str, by: Staff | None, deed: Deed, whom: str, **ids: str) -> None:
    """Add a line to the stream of a group or an area. `ids` are ids and codes, never a word of anybody's.

    By nobody: whoever runs the server did it by a command, or its time had come.

    Raises:
        NotRecorded, DatabaseDown
    """
    told = {
        "stream": stream,
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
                head, before = await checkpoints.head(connection, stream)
                line = {**told, "sequence": head + 1}
                await connection.execute(journal.insert(), chain.linked(before, [line]))
        except IntegrityError:
            continue
        return
    raise NotRecorded


async def note(house: House, by: Staff, deed: Deed, whom: str = "", **ids: str) -> None:
    """Add a line about an account to the area's stream: their own, where nobody else's is named.

    For what takes something away: it stands also where it cannot be recorded, and the log says so.
    """
    try:
        await record(house, by.area, by, deed, whom or by.account, **ids)
    except JournalDown as error:
        log.error("not recorded", account=whom or by.account, exc_info=error)
