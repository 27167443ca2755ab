"""Something to try the platform with: an area, a group, its people, and a session that is on now.

Its people exist in the demo only. They have second factors as everyone has; in the demo alone they may also
come in by a link (HEARTH_DEMO).
"""

import secrets
from dataclasses import dataclass

from sqlalchemy import select

from server import accounts, auth, factors, groups, invites, meetings
from server.auth import Kind, Role
from server.data.tables import area
from server.house import House

LABELS = ("Sam", "Pat", "Alex", "Kim", "Lou", "Ray", "Dee", "Max", "Noor", "Ash", "Bel", "Cam")


class NotEmpty(Exception):
    """There are people in this database already."""


@dataclass(frozen=True)
class SignIn:
    """What a member of staff types. Shown once."""

    role: str
    email: str
    password: str
    totp: str


@dataclass(frozen=True)
class Demo:
    """What was made."""

    meeting: str
    group: str
    staff: tuple[SignIn, ...]
    parents: tuple[str, ...]


async def seed(house: House, parents: int) -> Demo:
    """Fill an empty database.

    Raises:
        NotEmpty
    """
    async with house.database.reading() as connection:
        if (await connection.execute(select(area.c.id))).first() is not None:
            raise NotEmpty
    place = await groups.create_area(house, "Demo")
    admin_sign_in, admin = await _account(house, place, Role.ADMIN, "Ali", None)
    host_sign_in, host = await _account(house, place, Role.FACILITATOR, "Jo", Kind.WORKER)
    group = await groups.create(house, place, "Tuesday group", (host,))
    starts_at = house.clock.now().replace(microsecond=0)  # nobody is late for as long as a session allows
    meeting = await meetings.plan(house, group, starts_at, meetings.USUAL_MINUTES, "Talking with school")
    labels = [LABELS[number % len(LABELS)] for number in range(parents)]
    issued = [await invites.issue(house, group, label, admin) for label in labels]
    links = tuple(f"{house.config.origin}/i/{one.secret}" for one in issued)
    return Demo(meeting, group, (admin_sign_in, host_sign_in), links)


async def _account(house: House, place: str, role: Role, name: str, kind: Kind | None) -> tuple[SignIn, str]:
    email, password, totp = _email(role), secrets.token_urlsafe(12), factors.new_secret()
    made = await auth.create_account(house, place, role, email, name, password, kind, totp=totp)
    return SignIn(role.value, email, password, totp), made


async def cookie(house: House, role: Role) -> str | None:
    """Sign one of the demo's people in. None: this is no demo."""
    found = await accounts.by_email(house, _email(role))
    if found is None:
        return None
    async with house.database.writing() as connection:
        return await auth.open_session(connection, house, found[0], "/")


def _email(role: Role) -> str:
    """An address that no mail reaches: nobody real has it."""
    return f"{role.value}@demo.invalid"
