"""Groups: a few parents, their hosts, and nobody else."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server import agreements
from server.crypto import Place
from server.data.store import new_id
from server.data.tables import account, area, group, group_facilitator
from server.house import House

FACILITATOR = "facilitator"


@dataclass(frozen=True)
class Group:
    """A group of an area."""

    id: str
    area: str
    title: str


@dataclass(frozen=True)
class Host:
    """A facilitator as others see one."""

    id: str
    name: str
    kind: str | None


async def create_area(house: House, title: str) -> str:
    """A new area: one organisation's place. Gives its id."""
    made = new_id()
    async with house.database.writing() as connection:
        await connection.execute(area.insert().values(id=made, title=title))
    return made


async def create(house: House, in_area: str, title: str, hosts: Sequence[str]) -> str:
    """A new group with its hosts and the default agreement. Gives its id."""
    made, now = new_id(), house.clock.now()
    async with house.database.writing() as connection:
        await connection.execute(group.insert().values(id=made, area=in_area, title=title, created_at=now))
        for host in dict.fromkeys(hosts):
            await connection.execute(group_facilitator.insert().values(group=made, account=host))
        await agreements.start(connection, made, now)
    return made


async def of_area(house: House, wanted: str) -> tuple[Group, ...]:
    """An area's groups, by title."""
    found = select(group).where(group.c.area == wanted).order_by(group.c.title, group.c.id)
    async with house.database.reading() as connection:
        return tuple(Group(row.id, row.area, row.title) for row in await connection.execute(found))


async def of_host(house: House, host: str) -> tuple[Group, ...]:
    """The groups that a facilitator hosts, by title."""
    own = select(group_facilitator.c.group).where(group_facilitator.c.account == host)
    found = select(group).where(group.c.id.in_(own)).order_by(group.c.title, group.c.id)
    async with house.database.reading() as connection:
        return tuple(Group(row.id, row.area, row.title) for row in await connection.execute(found))


async def find(house: House, wanted: str, in_area: str) -> Group | None:
    """A group of this area, or None: another area's group does not exist here."""
    found = select(group).where(group.c.id == wanted, group.c.area == in_area)
    async with house.database.reading() as connection:
        row = (await connection.execute(found)).first()
    return None if row is None else Group(row.id, row.area, row.title)


async def facilitators(house: House, in_area: str) -> tuple[Host, ...]:
    """Who can be asked to host in this area."""
    found = select(account).where(
        account.c.area == in_area, account.c.role == FACILITATOR, account.c.ended_at.is_(None)
    )
    async with house.database.reading() as connection:
        rows = (await connection.execute(found)).all()
    return tuple(
        sorted((_host(house, row.id, row.name, row.kind) for row in rows), key=lambda host: host.name)
    )


async def hosts(house: House, connection: AsyncConnection, of_group: str) -> tuple[Host, ...]:
    """A group's hosts, by name."""
    rows = (await connection.execute(_HOSTS, {"of_group": of_group})).all()
    return tuple(
        sorted((_host(house, row.id, row.name, row.kind) for row in rows), key=lambda host: host.name)
    )


_HOSTS = (
    select(account.c.id, account.c.name, account.c.kind)
    .join(group_facilitator, group_facilitator.c.account == account.c.id)
    .where(group_facilitator.c.group == bindparam("of_group"))
)


def _host(house: House, made: str, name: bytes, kind: str | None) -> Host:
    return Host(made, house.keys.open(name, Place("account", "name", made)), kind)
