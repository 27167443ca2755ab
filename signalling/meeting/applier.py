"""One at a time for a meeting: decide, effect and record in the order that rule 12 asks for, push the grants.

A restriction takes effect (the grants are pushed) and is recorded next; anything else is recorded and takes
effect next. Then the head is read again and the grants are pushed until what was pushed equals the head.

Where the journal is down, a restriction stands all the same: its events lie over the meeting in this
process's memory and are recorded when the journal is back. Another process that still reaches the journal
does not know of them until then. Where the media engine is down, the meeting counts as not enforced: the gate
lets nobody into its media, and `enforce` is called until a push has succeeded.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from weakref import WeakValueDictionary

from moderation import lifecycle
from moderation.actions import Action, Arrive
from moderation.events import Event
from moderation.grants import Grant, grants
from moderation.model import Actor, Meeting, MeetingId, Phase, SeatId
from moderation.rules import Refused, decide
from signalling.meeting.errors import HeadMoved, JournalDown, MediaDown
from signalling.meeting.messages import Done, NotDone, NotEnforced, NotRecorded, Outcome
from signalling.meeting.ports import Clock, Entry, Journal, MediaEngine

log = logging.getLogger(__name__)

PUSH_WITHIN = 3.0
"""Seconds that the media engine has for one push."""
_ATTEMPTS = 8

Grants = Mapping[SeatId, Grant]


@dataclass(frozen=True, slots=True)
class Read:
    """A meeting as its journal says, up to `head`."""

    meeting: Meeting
    head: int


class Applier:
    """Applies actions to meetings. One per process; every change to a meeting goes through `act`.

    `on_push` is told the grants after each push, successful or not, and whenever the engine was seen to hold
    them (the gate closes its own sockets);
    `on_change` the meeting after each change, and whether somebody decided it (the gateway sends views, of
    decisions at once). Both are plain functions that return at once.
    """

    def __init__(self, journal: Journal, media: MediaEngine, clock: Clock) -> None:
        self._journal = journal
        self._media = media
        self._clock = clock
        self._read_so_far: dict[MeetingId, Read] = {}
        self._unrecorded: dict[MeetingId, tuple[Entry, ...]] = {}
        self._unenforced: set[MeetingId] = set()
        self._locks: WeakValueDictionary[MeetingId, asyncio.Lock] = WeakValueDictionary()
        self.on_push: list[Callable[[MeetingId, Grants], None]] = []
        self.on_change: list[Callable[[MeetingId, bool], None]] = []
        self._announced: dict[MeetingId, int] = {}

    # --- What a meeting is ---

    async def current(self, meeting: MeetingId) -> Read:
        """The meeting as it stands: the journal up to its head, and what could not be recorded yet.

        Raises:
            UnknownMeeting, JournalDown
        """
        return self._as_it_stands(meeting, await self._read(meeting))

    async def certain(self, meeting: MeetingId) -> Read:
        """The meeting when nobody is deciding anything about it: waits for whoever is.

        A restriction takes effect before it is recorded; between the two `current` does not show it.

        Raises:
            UnknownMeeting, JournalDown
        """
        async with self._alone(meeting), self._journal.exclusively(meeting):
            return await self.current(meeting)

    def remembered(self, meeting: MeetingId) -> Read | None:
        """The meeting as this process knew it last, for as long as the journal is down."""
        read = self._read_so_far.get(meeting)
        return None if read is None else self._as_it_stands(meeting, read)

    def enforced(self, meeting: MeetingId) -> bool:
        """Whether the media engine holds everything that was decided, as far as this process knows."""
        return meeting not in self._unenforced

    def is_deciding(self, meeting: MeetingId) -> bool:
        """Whether something is being decided about it, recorded or put into effect."""
        return self._alone(meeting).locked()

    def unsettled(self) -> frozenset[MeetingId]:
        """The meetings with something still to record or to enforce."""
        return frozenset(self._unenforced | self._unrecorded.keys())

    async def _read(self, meeting: MeetingId) -> Read:
        known = self._read_so_far.get(meeting)
        # Before a meeting begins, the facts it starts from (the agreement's version) can still change.
        if known is None or known.meeting.phase is Phase.SCHEDULED:
            return self._remember(meeting, Read(*await self._journal.load(meeting)))
        news = await self._journal.since(meeting, known.head)
        if not news:
            return known
        try:
            replayed = lifecycle.replay(known.meeting, news)
        except lifecycle.IllegalEvent:
            return self._remember(meeting, Read(*await self._journal.load(meeting)))
        return self._remember(meeting, Read(replayed, known.head + len(news)))

    def _remember(self, meeting: MeetingId, read: Read) -> Read:
        known = self._read_so_far.get(meeting)
        if known is None or read.head >= known.head:
            self._read_so_far[meeting] = read
        return read

    def _as_it_stands(self, meeting: MeetingId, read: Read) -> Read:
        stands = read.meeting
        for entry in self._unrecorded.get(meeting, ()):
            stands = _applied(stands, entry.event)
        return Read(stands, read.head)

    # --- Acting ---

    async def act(self, meeting: MeetingId, actor: Actor, action: Action) -> Outcome:
        """Do what the actor asks for, if the rules allow it. Returns once it is recorded and in effect.

        Raises:
            UnknownMeeting
        """
        async with self._alone(meeting):
            before = self.remembered(meeting)
            try:
                outcome = await self._act(meeting, actor, action)
            except JournalDown:
                outcome = await self._act_unrecorded(meeting, actor, action)
            changed = self.remembered(meeting) != before
        if isinstance(outcome, NotDone):
            who = {"meeting": meeting, "person": actor.person}
            log.info("refused", extra={**who, "action": type(action), "reason": outcome.reason})
        if changed:
            self.announce(meeting, decided=not isinstance(action, Arrive))
        return outcome

    async def _act(self, meeting: MeetingId, actor: Actor, action: Action) -> Outcome:
        """Raises JournalDown only where nothing has taken effect yet."""
        async with self._journal.exclusively(meeting):
            pushed = False
            for _ in range(_ATTEMPTS):
                read = await (self._read_or_remember if pushed else self._read)(meeting)
                stands = self._as_it_stands(meeting, read).meeting
                now = self._clock.now()
                decision = decide(stands, actor, action, now)
                if isinstance(decision, Refused):
                    if pushed:
                        await self._settle(meeting, pushed=None)
                    return NotDone(decision.reason)
                restricted = _restricted(stands, decision)
                if self._must_push_first(meeting, stands, restricted, decision):
                    await self._push(meeting, restricted)
                    pushed = True
                entries = tuple(Entry(now, actor, event) for event in decision)
                try:
                    await self._append(meeting, read, entries)
                except HeadMoved:
                    continue
                except JournalDown:
                    return await self._stand(meeting, decision, entries, pushed=pushed)
                held = grants(restricted)
                # Where nothing was pushed and nothing is to push, nothing older can have reached the engine.
                if pushed or held != grants(self._as_it_stands(meeting, self._read_so_far[meeting]).meeting):
                    await self._settle(meeting, pushed=held)
                return self._outcome(meeting, decision)
            raise JournalDown

    def _must_push_first(
        self, meeting: MeetingId, stands: Meeting, restricted: Meeting, decision: tuple[Event, ...]
    ) -> bool:
        if not any(event.restricts for event in decision):
            return False
        return grants(restricted) != grants(stands) or not self.enforced(meeting)

    async def _read_or_remember(self, meeting: MeetingId) -> Read:
        """Where something has been pushed already there is no way back: go on with what is known."""
        try:
            return await self._read(meeting)
        except JournalDown:
            return self._read_so_far[meeting]

    async def _append(self, meeting: MeetingId, read: Read, entries: tuple[Entry, ...]) -> None:
        """Record these, after what could not be recorded earlier."""
        pending = self._still_to_record(meeting, read)
        if not (pending or entries):
            return
        head = await self._journal.append(meeting, read.head, (*pending, *entries))
        happened = (entry.event for entry in (*pending, *entries))
        self._remember(meeting, Read(lifecycle.replay(read.meeting, happened), head))
        self._unrecorded.pop(meeting, None)

    def _still_to_record(self, meeting: MeetingId, read: Read) -> tuple[Entry, ...]:
        """What was decided without the journal and still says something new."""
        stands, pending = read.meeting, []
        for entry in self._unrecorded.get(meeting, ()):
            then = _applied(stands, entry.event)
            if then != stands:
                stands = then
                pending.append(entry)
        return tuple(pending)

    async def _act_unrecorded(self, meeting: MeetingId, actor: Actor, action: Action) -> Outcome:
        """The journal is down: what only restricts stands, on what is remembered of the meeting."""
        read = self.remembered(meeting)
        if read is None:
            return NotRecorded(stands=False)
        now = self._clock.now()
        decision = decide(read.meeting, actor, action, now)
        if isinstance(decision, Refused):
            return NotDone(decision.reason)
        if not decision:
            return Done(read.head, idle=True)
        entries = tuple(Entry(now, actor, event) for event in decision)
        return await self._stand(meeting, decision, entries, pushed=False)

    async def _stand(
        self, meeting: MeetingId, decision: tuple[Event, ...], entries: tuple[Entry, ...], *, pushed: bool
    ) -> Outcome:
        stands = all(event.restricts for event in decision)
        if stands:
            log.warning("restriction not recorded yet", extra={"meeting": meeting})
            self._unrecorded[meeting] = (*self._unrecorded.get(meeting, ()), *entries)
        # What was taken away on the way to a permission is given back where the permission fails.
        if stands or pushed:
            await self._push(meeting, self._as_it_stands(meeting, self._read_so_far[meeting]).meeting)
        return NotRecorded(stands)

    def _outcome(self, meeting: MeetingId, decision: tuple[Event, ...]) -> Outcome:
        head = self._read_so_far[meeting].head
        if self.enforced(meeting):
            return Done(head, idle=not decision)
        restricts = any(event.restricts for event in decision)
        return NotEnforced(head) if restricts else Done(head, late=True, idle=not decision)

    # --- Enforcing ---

    async def enforce(self, meeting: MeetingId) -> None:
        """Record what could not be recorded, and push the grants of this moment.

        Where the journal is down nothing is pushed, unless this process has something to settle: the engine
        keeps what it was told last. Most of the time there is nothing to do, and a decision does not wait
        while that is found out.

        Raises:
            UnknownMeeting
        """
        before = self.remembered(meeting)
        held = await self._holds(meeting)
        changed = self.remembered(meeting) != before
        if not held:
            async with self._alone(meeting):
                before = self.remembered(meeting)
                await self._enforce(meeting)
                changed |= self.remembered(meeting) != before
        if changed:
            self.announce(meeting, decided=True)

    async def _enforce(self, meeting: MeetingId) -> None:
        try:
            async with self._journal.exclusively(meeting):
                await self._record_pending(meeting)
                await self._settle(meeting, pushed=None)
        except JournalDown:
            remembered = self.remembered(meeting)
            if remembered is not None and meeting in self.unsettled():
                await self._push(meeting, remembered.meeting)

    async def _holds(self, meeting: MeetingId) -> bool:
        """Whether nothing is to settle, and the engine holds the grants of this moment."""
        if meeting in self.unsettled():
            return False
        try:
            async with asyncio.timeout(PUSH_WITHIN):
                stands = (await self.current(meeting)).meeting
                wanted = grants(stands)
                if stands.phase is Phase.ENDED or not await self._media.holds(meeting, wanted):
                    return False
        except (JournalDown, TimeoutError):
            return False
        known = self.remembered(meeting)
        if known is not None and known.meeting == stands and not self.is_deciding(meeting):
            self._tell_pushed(meeting, wanted)
        return True

    async def _record_pending(self, meeting: MeetingId) -> None:
        if meeting not in self._unrecorded:
            return
        for _ in range(_ATTEMPTS):
            read = await self._read(meeting)
            try:
                await self._append(meeting, read, ())
            except HeadMoved:
                continue
            self._unrecorded.pop(meeting, None)
            return

    async def _settle(self, meeting: MeetingId, pushed: Grants | None) -> None:
        """Push until what was pushed equals the head. `pushed`: what the engine holds, None if unknown."""
        for _ in range(_ATTEMPTS):
            read = await self._read_or_remember(meeting)
            stands = self._as_it_stands(meeting, read).meeting
            wanted = grants(stands)
            if wanted == pushed:
                return
            if not await self._push(meeting, stands):
                return
            pushed = wanted

    async def _push(self, meeting: MeetingId, stands: Meeting) -> bool:
        wanted = grants(stands)
        try:
            async with asyncio.timeout(PUSH_WITHIN):
                await self._media.push(meeting, wanted)
                if stands.phase is Phase.ENDED:
                    await self._media.close(meeting)
        except (MediaDown, TimeoutError):
            log.warning("media engine not reached", extra={"meeting": meeting})
            self._unenforced.add(meeting)
        else:
            self._unenforced.discard(meeting)
        self._tell_pushed(meeting, wanted)
        return self.enforced(meeting)

    def _tell_pushed(self, meeting: MeetingId, pushed: Grants) -> None:
        for tell in self.on_push:
            tell(meeting, pushed)

    def forget_what_is_over(self) -> None:
        """Meetings that have ended, with nothing left to settle and nobody deciding, need no memory."""
        busy = self.unsettled() | {meeting for meeting, lock in self._locks.items() if lock.locked()}
        for meeting, read in list(self._read_so_far.items()):
            if read.meeting.phase is Phase.ENDED and meeting not in busy:
                del self._read_so_far[meeting]
                self._announced.pop(meeting, None)

    def _alone(self, meeting: MeetingId) -> asyncio.Lock:
        lock = self._locks.get(meeting)
        if lock is None:
            lock = self._locks[meeting] = asyncio.Lock()
        return lock

    def announce(self, meeting: MeetingId, *, decided: bool = False) -> None:
        """Tell everyone who asked that what is seen of this meeting may have changed."""
        read = self._read_so_far.get(meeting)
        if read is not None:
            self._announced[meeting] = read.head
        for tell in self.on_change:
            tell(meeting, decided)

    def is_announced(self, meeting: MeetingId, head: int) -> bool:
        """Whether everyone who asked has been told of the meeting up to this head."""
        return self._announced.get(meeting) == head


def _restricted(meeting: Meeting, decision: tuple[Event, ...]) -> Meeting:
    """The meeting with only what this decision takes away."""
    return lifecycle.replay(meeting, (event for event in decision if event.restricts))


def _applied(meeting: Meeting, event: Event) -> Meeting:
    """The meeting after this event; unchanged where it no longer fits."""
    try:
        return lifecycle.apply(meeting, event)
    except lifecycle.IllegalEvent:
        return meeting
