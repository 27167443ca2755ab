"""Passes on what people say and how they react, to whoever is connected anywhere. Nothing is kept."""

import secrets
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from moderation.model import Meeting, MeetingId, Role, SeatId
from signalling.meeting.conversation import (
    Unheard,
    hearers,
    may_unsay,
    onlookers,
    parse_caption,
    parse_react,
    parse_say,
    parse_unsay,
    readers,
)
from signalling.meeting.messages import complaint
from signalling.meeting.news import News
from signalling.meeting.ports import SeatHolder
from signalling.meeting.scene import Scene
from signalling.meeting.scenes import Scenes
from signalling.meeting.sittings import Sittings

Answer = dict[str, object]
Packets = Mapping[SeatId, object]


class Talk:
    """Decides by the meeting of this moment who hears; `tell` has the other processes pass it on too."""

    def __init__(self, sittings: Sittings, scenes: Scenes, tell: Callable[[News], None]) -> None:
        self._sittings = sittings
        self._scenes = scenes
        self._tell = tell

    async def say(self, holder: SeatHolder, data: object) -> Answer:
        """A message to somebody. Its answer has the message's id.

        Raises:
            Malformed, UnknownMeeting
        """
        saying = parse_say(data)
        scene = await self._scenes.now(holder.meeting)
        if scene is None:
            return complaint("not_recorded")
        heard = hearers(scene.meeting, holder, saying.to)
        if isinstance(heard, Unheard):
            return complaint(heard.value)
        said = _said(scene, holder, saying.text)
        await self._pass_on(holder.meeting, "said", {seat: {**said, "to": to} for seat, to in heard.items()})
        return {"ok": True, "id": said["id"]}

    async def unsay(self, holder: SeatHolder, data: object) -> Answer:
        """Every page that shows the message shows it no longer.

        Raises:
            Malformed, UnknownMeeting
        """
        taken_back = {"id": parse_unsay(data)}
        meeting = await self._meeting(holder)
        if meeting is None:
            return complaint("not_recorded")
        unheard = may_unsay(meeting, holder)
        if unheard is not None:
            return complaint(unheard.value)
        await self._pass_on(holder.meeting, "unsaid", dict.fromkeys(meeting.seats, taken_back))
        return {"ok": True}

    async def react(self, holder: SeatHolder, data: object) -> Answer:
        """A reaction for those in the same room.

        Raises:
            Malformed, UnknownMeeting
        """
        return await self._show(holder, "reacted", onlookers, {"reaction": parse_react(data).value})

    async def caption(self, holder: SeatHolder, data: object) -> Answer:
        """Some words just spoken, as a host types them for those in the same room.

        Raises:
            Malformed, UnknownMeeting
        """
        return await self._show(holder, "captioned", readers, {"text": parse_caption(data)})

    async def deliver(self, meeting: MeetingId, event: str, packets: Packets) -> None:
        """To those of them who are connected here."""
        for sitting in self._sittings.of(meeting):
            packet = packets.get(sitting.holder.seat)
            if packet is not None and self._sittings.is_connected(sitting):
                await self._sittings.emit(sitting, event, packet)

    async def _show(
        self,
        holder: SeatHolder,
        event: str,
        seers: Callable[[Meeting, SeatHolder], AbstractSet[SeatId] | Unheard],
        shown: Mapping[str, str],
    ) -> Answer:
        """To those in the same room, as far as `seers` allows it."""
        meeting = await self._meeting(holder)
        if meeting is None:
            return complaint("not_recorded")
        seats = seers(meeting, holder)
        if isinstance(seats, Unheard):
            return complaint(seats.value)
        packet = {"seat": holder.seat, **shown}
        await self._pass_on(holder.meeting, event, dict.fromkeys(seats, packet))
        return {"ok": True}

    async def _pass_on(self, meeting: MeetingId, event: str, packets: Packets) -> None:
        self._tell({"news": "talk", "event": event, "meeting": meeting, "packets": packets})
        await self.deliver(meeting, event, packets)

    async def _meeting(self, holder: SeatHolder) -> Meeting | None:
        scene = await self._scenes.now(holder.meeting)
        return None if scene is None else scene.meeting


def _said(scene: Scene, holder: SeatHolder, text: str) -> dict[str, Any]:
    return {
        "id": secrets.token_hex(8),
        "from": {"seat": holder.seat, "name": scene.name(holder.seat), "role": holder.role.value},
        "text": text,
        "at": scene.now.isoformat(),
        "links": holder.role is Role.FACILITATOR,
    }
