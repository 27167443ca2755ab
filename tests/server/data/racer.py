"""A platform process that races others for the same meetings: `python -m tests.server.data.racer`.

It reads one line of JSON with the database to use, then one for each order, and answers each with a line:

- `{"race": meeting, "at": seconds on this machine's clock, "acts": [[actor, action], …]}`: all of them are
  asked for at once, at that moment; the outcomes in the same order.
- `{"look": meeting}`: the meeting as this process knows it, its head, and every push so far with its time.

The applier and the journal are the platform's own. The media engine writes down what it is told, and when.
"""

import asyncio
import json
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from moderation import actions as a
from moderation.grants import Grant
from moderation.model import Actor, Meeting, MeetingId, PersonId, Role, SeatId
from server.data.journal import SqlJournal
from server.data.store import Database
from server.house import SystemClock
from signalling.meeting.applier import Applier
from signalling.meeting.messages import answer, parse_act
from tests.fakes import FakeMediaEngine, describe

_HOUSES: dict[str, type[a.Action]] = {
    "HostAttending": a.HostAttending,
    "HostAway": a.HostAway,
    "Revoke": a.Revoke,
    "Exit": a.Exit,
    "Lapse": a.Lapse,
    "KeepApart": a.KeepApart,
    "LetMeet": a.LetMeet,
    "Close": a.Close,
    "Arrive": a.Arrive,
}

Told = dict[str, Any]


def written_actor(actor: Actor) -> list[str]:
    """An actor as JSON."""
    return [actor.role.value, actor.person, actor.seat]


def read_actor(told: list[str]) -> Actor:
    """And back."""
    return Actor(Role(told[0]), PersonId(told[1]), SeatId(told[2]))


def written_house(action: a.Action) -> Told:
    """What no page can ask for, as JSON."""
    return {"house": type(action).__name__, **asdict(action)}


def read_action(told: Told) -> a.Action:
    """What a page says, or the house."""
    if "house" not in told:
        return parse_act(told).action
    fields = {name: value for name, value in told.items() if name != "house"}
    return _HOUSES[told["house"]](**fields)


def plain(meeting: Meeting) -> str:
    """The whole state in an order that does not depend on the process."""
    return json.dumps(_plain(asdict_of(meeting)), sort_keys=True)


def asdict_of(meeting: Meeting) -> Told:
    """As `dataclasses.asdict`, which does not know mappings that cannot be changed."""
    shallow = {name: getattr(meeting, name) for name in meeting.__dataclass_fields__}
    shallow["people"] = [asdict(person) for person in meeting.people.values()]
    shallow["seats"] = [asdict(seat) for seat in meeting.seats.values()]
    for name in ("terms", "floor", "aside"):
        shallow[name] = None if shallow[name] is None else asdict(shallow[name])
    return shallow


def _plain(value: object) -> object:
    match value:
        case dict():
            return {name: _plain(one) for name, one in value.items()}
        case set() | frozenset():
            return sorted(json.dumps(_plain(one), sort_keys=True) for one in value)
        case list() | tuple():
            return [_plain(one) for one in value]
        case None | bool() | int() | str():
            return value
        case _:
            return str(value)


class WatchedEngine(FakeMediaEngine):
    """Remembers every push: when it began and ended, on the clock that all processes share."""

    def __init__(self) -> None:
        super().__init__()
        self.told: dict[MeetingId, list[tuple[int, list[str]]]] = {}

    async def push(self, meeting: MeetingId, grants: Mapping[SeatId, Grant]) -> None:
        await asyncio.sleep(0)  # as an engine that is asked over a network: others run meanwhile
        await super().push(meeting, grants)
        said = sorted(describe(seat, grant) for seat, grant in grants.items())
        self.told.setdefault(meeting, []).append((time.monotonic_ns(), said))


class Racer:
    """One process."""

    def __init__(self, url: str) -> None:
        self.engine = WatchedEngine()
        self.applier = Applier(SqlJournal(Database(url)), self.engine, SystemClock())

    async def obey(self, order: Told) -> Told:
        """Do what a line says."""
        if "look" in order:
            meeting = MeetingId(order["look"])
            read = await self.applier.current(meeting)
            return {
                "head": read.head,
                "meeting": plain(read.meeting),
                "pushes": self.engine.told.get(meeting, []),
            }
        meeting = MeetingId(order["race"])
        asked = [(read_actor(actor), read_action(action)) for actor, action in order["acts"]]
        await asyncio.sleep(max(0.0, order["at"] - time.time() - 0.01))
        while time.time() < order["at"]:
            pass
        outcomes = await asyncio.gather(*(self.applier.act(meeting, *one) for one in asked))
        return {"outcomes": [answer(outcome) for outcome in outcomes], "at": time.monotonic_ns()}


async def _main() -> None:
    lines = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    racer = Racer(json.loads(await lines.readline())["database"])
    while line := await lines.readline():
        print(json.dumps(await racer.obey(json.loads(line))), flush=True)


if __name__ == "__main__":
    asyncio.run(_main())
