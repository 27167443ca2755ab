"""A session that is on, with its people in front of their pages: the way there is walked in other journeys.

Everybody comes through the same doors as anyone, over HTTP, and a browser then goes on with their cookies.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from server import auth, cookies, groups, invites, meetings
from server.auth import Kind, Role
from server.house import House
from server.meetings import USUAL, Options
from tests.browsers import LAPTOP, PHONE, Chromium, ChromiumTab, Tab
from tests.hostile.people import Person
from tests.hostile.premises import Premises
from tests.journeys.hastened import AHEAD, PROGRAM
from tests.journeys.people import Admin, Host, Parent, Staff
from tests.platform import Platform

PASSWORD = "a long enough password"
AREA = "Valley Council"
STAFF: Mapping[str, tuple[Role, Kind | None]] = {
    "Ali": (Role.ADMIN, None),
    "Jo": (Role.FACILITATOR, Kind.WORKER),
    "Ray": (Role.FACILITATOR, Kind.LIVED_EXPERIENCE),
}


@dataclass
class Stage:
    """A platform with one group of Jo's and Ray's, and a session of it. `links` are by the parents' names."""

    platform: Platform
    browser: Chromium
    group: str = ""
    meeting: str = ""
    accounts: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    members: dict[str, str] = field(default_factory=dict)
    stand_ins: list[Person] = field(default_factory=list)
    _ahead: timedelta = timedelta()

    @property
    def origin(self) -> str:
        return self.platform.origin

    @property
    def desk(self) -> str:
        """Where hosts find the session."""
        return f"{self.origin}/staff/sessions/{self.meeting}"

    def house(self) -> AbstractAsyncContextManager[House]:
        """The platform's use cases, on its own database, without its process."""
        return Premises(self.platform, "", {}, {}).house()

    async def plan(
        self, parents: Sequence[str], *, began: timedelta, minutes: int = 90, options: Options = USUAL
    ) -> str:
        """A session that began so long ago, and fresh invites for whoever has none yet. Gives its id."""
        async with self.house() as house:
            starts = datetime.now(UTC) - began
            self.meeting = await meetings.plan(house, self.group, starts, minutes, "Sleep", options)
            for name in parents:
                if name not in self.links:
                    issued = await invites.issue(house, self.group, name, self.accounts["Ali"])
                    self.links[name] = f"{self.origin}/i/{issued.secret}"
            self.members = {line.label: line.member for line in await invites.of_group(house, self.group)}
        return self.meeting

    async def host(self, name: str = "Jo", size: tuple[int, int] = LAPTOP) -> Host:
        """One of the hosts, signed in and in front of the desk."""
        host = Host(await self.browser.tab(size), name)
        await self._sign_in(host.tab, name)
        await host.tab.goto(self.desk)
        await host.shows("In the room")
        return host

    async def admin(self) -> Admin:
        """The admin, signed in."""
        admin = Admin(await self.browser.tab(LAPTOP), "Ali")
        await self._sign_in(admin.tab, "Ali")
        return admin

    async def parent(self, name: str) -> Parent:
        """A parent in the waiting room."""
        parent = Parent(await self.browser.tab(PHONE), name)
        await self.comes_again(parent)
        return parent

    async def stand_in(self, name: str) -> Person:
        """Somebody without a page, by the same doors: a parent who waits, or a host at the desk."""
        person = Person(self.origin, self.meeting, name)
        self.stand_ins.append(person)
        if name in self.links:
            await person.walks_in(self.links[name])
        else:
            person.steal(await self._cookie(name))
        await person.listen()
        await person.sees(lambda view: view["you"]["place"] != "outside")
        return person

    async def page_of(self, name: str, path: str) -> Staff:
        """One of the staff, signed in and in front of this page of ours."""
        staff = Staff(await self.browser.tab(LAPTOP), name)
        await self._sign_in(staff.tab, name)
        await staff.tab.goto(f"{self.origin}{path}")
        return staff

    async def comes_again(self, parent: Parent) -> None:
        """By their own link, on a device that knows nothing of any time before."""
        person = Person(self.origin, self.meeting, parent.name)
        await person.walks_in(self.links[parent.name])
        await _give(parent.tab, self.origin, person.cookies)
        await person.close()
        await parent.tab.goto(f"{self.origin}/session")
        await parent.shows(f"Hello {parent.name}")

    async def let_in(self, host: Host, *parents: Parent) -> None:
        """The host lets them in, one after the other; each is in the room."""
        for parent in parents:
            await host.let_in(parent.name)
        for parent in parents:
            await parent.shows("Mic off")

    def put_clock_forward(self, by: timedelta) -> None:
        """For the platform alone; what the pages' own clocks say stays."""
        self._ahead += by
        file = Path(self.platform.settings[AHEAD])
        fresh = file.with_suffix(".new")
        fresh.write_text(str(self._ahead.total_seconds()))
        fresh.replace(file)  # the platform reads it all the time, and must never find half of it

    async def _sign_in(self, tab: Tab, name: str) -> None:
        await _give(tab, self.origin, await self._cookie(name))

    async def _cookie(self, name: str) -> dict[str, str]:
        async with self.house() as house, house.database.writing() as connection:
            return {cookies.STAFF: await auth.open_session(connection, house, self.accounts[name])}


async def _give(tab: Tab, origin: str, kept: Mapping[str, str]) -> None:
    """This browser goes on with these cookies and no others."""
    assert isinstance(tab, ChromiumTab)
    jar: Any = [{"name": name, "value": value, "url": origin} for name, value in kept.items()]
    await tab.page.context.clear_cookies()
    await tab.page.context.add_cookies(jar)


@asynccontextmanager
async def stage(
    folder: Path,
    browser: Chromium,
    parents: Sequence[str],
    *,
    began: timedelta = timedelta(minutes=5),
    minutes: int = 90,
    options: Options = USUAL,
    staff: Mapping[str, tuple[Role, Kind | None]] = STAFF,
    settings: Mapping[str, str] = MappingProxyType({}),
) -> AsyncIterator[Stage]:
    """A platform with these settings, its staff, a group, and a session that began so long ago."""
    told = {AHEAD: str(folder / "clock"), **settings}
    platform = Platform(folder, settings=told, program=PROGRAM)
    made = Stage(platform, browser)
    made.put_clock_forward(timedelta())
    async with platform:
        async with made.house() as house:
            area = await groups.create_area(house, AREA)
            for name, (role, kind) in staff.items():
                email = f"{name}@valley.example"
                account = await auth.create_account(house, area, role, email, name, PASSWORD, kind)
                made.accounts[name] = account
            hosts = [made.accounts[name] for name, (role, _) in staff.items() if role is Role.FACILITATOR]
            made.group = await groups.create(house, area, "Tuesday group", hosts)
        await made.plan(parents, began=began, minutes=minutes, options=options)
        try:
            yield made
        finally:
            await asyncio.gather(*(one.close() for one in made.stand_ins))
