"""The ports of `signalling.meeting` in memory, for tests that need a meeting and no database or engine.

What happens in several of them in a certain order is told by a shared `Diary`.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from moderation import lifecycle
from moderation.events import Event
from moderation.grants import Grant, Room
from moderation.model import Meeting, MeetingId, PersonId, Phase, RemovalReason, SeatId
from signalling.meeting.errors import HeadMoved, JournalDown, MediaDown, UnknownMeeting
from signalling.meeting.ports import (
    Connected,
    Connection,
    Departure,
    Entry,
    HostKind,
    MeetingLabels,
    Member,
    SeatHolder,
    SeatLabel,
    SeatRefusal,
    Task,
)

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LEASE = timedelta(seconds=5)

Diary = list[str]


@dataclass
class FakeClock:
    """Stands still until it is advanced."""

    time: datetime = NOON

    def now(self) -> datetime:
        return self.time

    def seconds(self) -> float:
        """The same for what only counts them."""
        return self.time.timestamp()

    def advance(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


@dataclass
class FakeJournal:
    """Journals in memory. `down`: nothing works; `append_down`: reading does.

    `interruptions`: one of them runs before each append, as another process would.
    """

    diary: Diary = field(default_factory=list)
    down: bool = False
    append_down: bool = False
    loads: int = 0
    blank: dict[MeetingId, Meeting] = field(default_factory=dict)
    lines: dict[MeetingId, list[Entry]] = field(default_factory=dict)
    interruptions: list[Callable[[], None]] = field(default_factory=list)
    _locks: dict[MeetingId, asyncio.Lock] = field(default_factory=dict)

    def plan(self, meeting: Meeting) -> MeetingId:
        """Make this meeting exist, with an empty journal."""
        self.blank[meeting.id] = meeting
        self.lines[meeting.id] = []
        return meeting.id

    def events(self, meeting: MeetingId) -> list[Event]:
        """What has been recorded."""
        return [entry.event for entry in self.lines[meeting]]

    @asynccontextmanager
    async def exclusively(self, meeting: MeetingId) -> AsyncIterator[None]:
        self._must_be_up()
        async with self._locks.setdefault(meeting, asyncio.Lock()):
            yield

    async def load(self, meeting: MeetingId) -> tuple[Meeting, int]:
        self._must_be_up()
        self.loads += 1
        if meeting not in self.blank:
            raise UnknownMeeting(meeting)
        events = self.events(meeting)
        return lifecycle.replay(self.blank[meeting], events), len(events)

    async def since(self, meeting: MeetingId, head: int) -> Sequence[Event]:
        self._must_be_up()
        return self.events(meeting)[head:]

    async def entries(self, meeting: MeetingId, after: int) -> Sequence[Entry]:
        self._must_be_up()
        return self.lines[meeting][after:]

    async def append(self, meeting: MeetingId, head: int, entries: Sequence[Entry]) -> int:
        self._must_be_up()
        if self.interruptions:
            self.interruptions.pop(0)()
        if self.append_down:
            raise JournalDown
        recorded = self.lines[meeting]
        if len(recorded) != head:
            raise HeadMoved(meeting, head)
        recorded.extend(entries)
        self.diary.append("append " + " ".join(type(entry.event).__name__ for entry in entries))
        return len(recorded)

    async def running(self) -> Sequence[MeetingId]:
        self._must_be_up()
        return [
            meeting
            for meeting, blank in self.blank.items()
            if self.lines[meeting] and lifecycle.replay(blank, self.events(meeting)).phase is not Phase.ENDED
        ]

    def _must_be_up(self) -> None:
        if self.down:
            raise JournalDown


@dataclass
class FakeMediaEngine:
    """Remembers the grants pushed last for each meeting. `down`: nothing succeeds.

    `quiet`: seats whose packets have stopped. `sure`: it can tell that it holds what was pushed last.
    """

    diary: Diary = field(default_factory=list)
    down: bool = False
    sure: bool = False
    address: str = "ws://127.0.0.1:9"
    rooms: dict[MeetingId, Mapping[SeatId, Grant]] = field(default_factory=dict)
    closed: list[MeetingId] = field(default_factory=list)
    pushes: int = 0
    quiet: set[SeatId] = field(default_factory=set)

    async def push(self, meeting: MeetingId, grants: Mapping[SeatId, Grant]) -> None:
        self.pushes += 1
        if self.down:
            raise MediaDown
        self.rooms[meeting] = dict(grants)
        self.diary.append("push " + " ".join(describe(seat, grant) for seat, grant in grants.items()))

    async def holds(self, meeting: MeetingId, grants: Mapping[SeatId, Grant]) -> bool:
        return self.sure and not self.down and self.rooms.get(meeting) == grants

    async def close(self, meeting: MeetingId) -> None:
        if self.down:
            raise MediaDown
        self.closed.append(meeting)

    async def silent(self, meeting: MeetingId) -> AbstractSet[SeatId]:
        if self.down:
            raise MediaDown
        return frozenset(self.quiet)

    def signalling_url(self, room: str) -> str:
        return self.address

    def token(self, room: str, identity: str, grant: Grant) -> str:
        return f"{room}/{describe(SeatId(identity), grant)}"


def describe(seat: SeatId, grant: Grant) -> str:
    """A grant in a few letters: `sam:hear+camera+microphone`, with `aside` where it is for the side room."""
    words = ["hear"] if grant.can_subscribe else ["deaf"]
    if grant.room is Room.ASIDE:
        words.append("aside")
    return f"{seat}:" + "+".join([*words, *sorted(source.value for source in grant.sources)])


@dataclass
class FakeSeats:
    """Seats by the value of the cookie `seat`. A cookie found in `ended` belongs to a seat that has ended.

    `suspended`: persons who were suspended in another session.
    """

    holders: dict[str, SeatHolder] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)
    suspended: set[PersonId] = field(default_factory=set)
    names: dict[SeatId, SeatLabel] = field(default_factory=dict)
    hosts: list[str] = field(default_factory=lambda: ["Jo", "Amal"])
    members: list[Member] = field(default_factory=list)
    kinds: dict[PersonId, HostKind] = field(default_factory=dict)
    wants_both_kinds: bool = False
    tasks: list[Task] = field(default_factory=list)
    down: bool = False

    def take(self, holder: SeatHolder, name: str = "") -> dict[str, str]:
        """Seat someone; the cookies of their browser."""
        self.holders[holder.seat] = holder
        self.names[holder.seat] = SeatLabel(holder.person, name or holder.seat.capitalize())
        return {"seat": str(holder.seat)}

    async def holder(self, cookies: Mapping[str, str], meeting: MeetingId) -> SeatHolder | SeatRefusal:
        if self.down:
            raise JournalDown
        cookie = cookies.get("seat", "")
        if cookie in self.ended:
            return SeatRefusal.SEAT_ENDED
        holder = self.holders.get(cookie)
        if holder is None:
            return SeatRefusal.NO_SEAT
        if holder.person in self.suspended:
            return SeatRefusal.SUSPENDED
        return holder if holder.meeting == meeting else SeatRefusal.NOT_YOUR_SESSION

    async def check_seat(self, cookies: Mapping[str, str]) -> SeatId | SeatRefusal:
        if self.down:
            raise JournalDown
        cookie = cookies.get("seat", "")
        if cookie in self.ended:
            return SeatRefusal.SEAT_ENDED
        return SeatId(cookie) if cookie in self.holders else SeatRefusal.NO_SEAT

    async def labels(self, meeting: MeetingId) -> MeetingLabels:
        if self.down:
            raise JournalDown
        return MeetingLabels(
            title="Monday group",
            theme="Sleep",
            starts=NOON,
            ends=NOON + timedelta(minutes=90),
            hosts=self.hosts,
            seats=dict(self.names),
            members=tuple(self.members),
            kinds=dict(self.kinds),
            wants_both_kinds=self.wants_both_kinds,
            tasks=tuple(self.tasks),
        )


@dataclass
class FakeAftercare:
    """Writes down what it is told, as words. `locations`: where parents said they join from."""

    told: list[tuple[object, ...]] = field(default_factory=list)
    locations: dict[PersonId, str] = field(default_factory=dict)
    down: bool = False

    async def put_out(
        self,
        meeting: MeetingId,
        person: PersonId,
        by: PersonId,
        reason: RemovalReason,
        *,
        suspended: bool,
        until: date | None,
        note: str,
    ) -> None:
        self._must_be_up()
        self.told.append(("suspended" if suspended else "removed", person, by, reason.value, until, note))

    async def restored(self, meeting: MeetingId, person: PersonId, by: PersonId) -> None:
        self._must_be_up()
        self.told.append(("restored", person, by))

    async def departed(self, meeting: MeetingId, person: PersonId, how: Departure) -> None:
        self._must_be_up()
        self.told.append(("departed", person, how.value))

    async def danger(self, meeting: MeetingId, person: PersonId, by: PersonId) -> None:
        self._must_be_up()
        self.told.append(("danger", person, by))

    async def location(self, meeting: MeetingId, person: PersonId) -> str | None:
        self._must_be_up()
        return self.locations.get(person)

    def _must_be_up(self) -> None:
        if self.down:
            raise JournalDown


Lease = tuple[MeetingId, SeatId, Connection]


@dataclass
class FakePresence:
    """The leases of one process; give several the same `leases` to make them several processes."""

    clock: FakeClock
    process: str = "here"
    leases: dict[tuple[str, *Lease], datetime] = field(default_factory=dict)
    down: bool = False

    async def beat(self, meeting: MeetingId, events: AbstractSet[SeatId], media: AbstractSet[SeatId]) -> None:
        self._must_be_up()
        for seat in events:
            self.leases[self.process, meeting, seat, Connection.EVENTS] = self.clock.now()
        for seat in media:
            self.leases[self.process, meeting, seat, Connection.MEDIA] = self.clock.now()

    async def connected(self, meeting: MeetingId) -> Connected:
        self._must_be_up()
        fresh = {
            (seat, connection)
            for (_, room, seat, connection), at in self.leases.items()
            if room == meeting and self.clock.now() - at < LEASE
        }
        return Connected(
            frozenset(seat for seat, connection in fresh if connection is Connection.EVENTS),
            frozenset(seat for seat, connection in fresh if connection is Connection.MEDIA),
        )

    async def drop(self, meeting: MeetingId, seat: SeatId, connection: Connection) -> None:
        self._must_be_up()
        self.leases.pop((self.process, meeting, seat, connection), None)

    async def clear(self) -> None:
        self._must_be_up()
        self.leases.clear()

    def _must_be_up(self) -> None:
        if self.down:
            raise JournalDown
