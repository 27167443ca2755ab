"""`/stats`: what is published, what flows, and what was dropped, in counters."""

from aiohttp import web

from media.peer import Peer
from media.source import Source
from signalling.livekit.errors import Refused
from signalling.livekit.participant import Participant
from signalling.livekit.rooms import House, Room, RouteRecord
from signalling.livekit.tokens import Tokens


class Stats:
    """Needs a token that may list rooms, or that commands a room: then of that room only."""

    def __init__(self, house: House, tokens: Tokens) -> None:
        self._house = house
        self._tokens = tokens

    async def show(self, request: web.Request) -> web.Response:
        """The counters as JSON."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        try:
            command = self._tokens.command(token if scheme == "Bearer" else "")
        except Refused as refused:
            return web.json_response({"error": refused.text}, status=refused.status)
        if not command.may_list and command.admin_of is None:
            return web.json_response({"error": "permissions denied"}, status=403)
        engine = self._house.engine
        rooms = [
            _room(room)
            for room in self._house.rooms.values()
            if command.may_list or room.name == command.admin_of
        ]
        return web.json_response({"rooms": rooms, "stray": engine.stray, "faults": engine.faults})


def _room(room: Room) -> dict[str, object]:
    return {
        "name": room.name,
        "sid": room.sid,
        "participants": [_participant(participant) for participant in room.participants.values()],
        "routes": [_route(record) for record in room.routes],
    }


def _participant(participant: Participant) -> dict[str, object]:
    peer = participant.publisher.peer
    return {
        "identity": participant.identity,
        "sid": participant.sid,
        "state": participant.state.name.lower(),
        "present": participant.wire is not None,
        "tracks": [
            {"sid": publication.sid, "kind": publication.kind.value, "muted": publication.info.muted}
            for publication in participant.publisher.published.values()
        ],
        "ingress": [_source(source) for source in peer.arrivals.sources.values()] if peer else [],
        "line": _line(participant.subscriber.peer),
        "forged": sum(known.forged for known in participant.peers),
        "unsent": sum(known.unsent for known in participant.peers),
    }


def _line(peer: Peer) -> dict[str, object]:
    """What is known of the way to this participant; times in milliseconds, rates in bits a second."""
    line = peer.line
    return {
        "known": line.known,
        "estimate": line.estimate if line.known else peer.downlink,
        "delivered": line.delivered,
        "queue": round(1000 * line.queue),
        "round_trip": round(1000 * line.round_trip),
        "lost": round(line.lost, 3),
        "excess_loss": round(line.loss, 3),
    }


def _source(source: Source) -> dict[str, object]:
    return {
        "ssrc": source.ssrc,
        "kind": source.kind.value,
        "mid": source.mid,
        "rid": source.rid,
        "rate": source.rate,
        "received": source.received,
        "forwarded": source.forwarded,
        "dropped": source.dropped,
        "bytes": source.bytes,
        "lost": source.highest - source.base + 1 - source.received if source.base >= 0 else 0,
    }


def _route(record: RouteRecord) -> dict[str, object]:
    return {
        "publisher": record.publisher,
        "subscriber": record.subscriber,
        "track": record.track_sid,
        "kind": record.kind.value,
        "packets": record.route.packets,
        "bytes": record.route.bytes,
        "live": not record.route.withdrawn,
    }
