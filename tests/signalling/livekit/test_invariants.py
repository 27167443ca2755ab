"""Whatever clients say and whatever is commanded, in any order: no packet could go where it may not."""

from collections.abc import Callable

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from livekit.protocol.models import DisconnectReason, TrackSource, TrackType
from livekit.protocol.rtc import SignalRequest

from media.engine import EngineFull
from signalling.livekit.errors import Offence
from signalling.livekit.publications import CARRIES
from signalling.livekit.sdp import MalformedSdp
from signalling.livekit.tokens import Permission
from tests.signalling.livekit.builders import EVERYTHING, Client, Lobby, Part, answer_text, offer_text

NAMES = st.sampled_from(["sam", "jo", "ash"])
SOURCES = st.sampled_from(sorted(TrackSource.values()))
PERMISSIONS = st.builds(Permission, st.booleans(), st.booleans(), st.frozensets(SOURCES, max_size=2))
CIDS = st.sampled_from(["c1", "c2", "c3", ""])
PARTS = st.lists(
    st.builds(
        Part,
        st.sampled_from(["audio", "video"]),
        CIDS,
        st.sampled_from(["sendonly", "sendrecv", "inactive", "recvonly"]),
        ssrc=st.integers(1, 4),
    ),
    max_size=4,
)


class AnyOrder(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.lobby = Lobby()
        self.clients: dict[str, Client] = {}

    def client(self, name: str) -> Client | None:
        client = self.clients.get(name)
        room = self.lobby.house.rooms.get("room")
        here = room is not None and client is not None and room.participants.get(name) is client.participant
        return client if here else None

    def attempt(self, client: Client, what: Callable[[], object]) -> None:
        """As a session treats what its client says."""
        try:
            what()
        except Offence:
            client.participant.room.leave(client.participant, DisconnectReason.PARTICIPANT_REMOVED)
        except (MalformedSdp, EngineFull):
            client.participant.room.lost(client.participant)

    def hear(self, name: str, make: Callable[[Client], SignalRequest | None]) -> None:
        client = self.client(name)
        request = make(client) if client else None
        if client is not None and request is not None:
            participant = client.participant
            self.attempt(client, lambda: participant.hear(request))

    @initialize()
    def everybody_comes(self) -> None:
        for name in ("sam", "jo", "ash"):
            self.clients[name] = self.lobby.join(name, single=name == "jo")
            self.publish(name, TrackSource.CAMERA)
        self.everybody_answers()

    @rule(name=NAMES, source=st.sampled_from([TrackSource.CAMERA, TrackSource.MICROPHONE]))
    def publish(self, name: str, source: TrackSource) -> None:
        client = self.client(name)
        if client is None or len(client.parts) > 6:
            return
        if client.announce(source):
            client.parts.append(Part("audio" if source == TrackSource.MICROPHONE else "video", client.cid))
            self.attempt(client, lambda: client.offer(*client.parts))

    @rule()
    def everybody_answers(self) -> None:
        for name in self.clients:
            if client := self.client(name):
                self.attempt(client, client.answer)

    @rule(name=NAMES, permission=PERMISSIONS | st.just(EVERYTHING), single=st.booleans())
    def join(self, name: str, permission: Permission, single: bool) -> None:
        self.clients[name] = self.lobby.join(name, permission, single=single)

    @rule(name=NAMES, permission=PERMISSIONS | st.just(EVERYTHING))
    def permit(self, name: str, permission: Permission) -> None:
        if client := self.client(name):
            client.participant.permit(permission)

    @rule(name=NAMES, cid=CIDS, source=SOURCES, kind=st.sampled_from([TrackType.AUDIO, TrackType.VIDEO]))
    def announce(self, name: str, cid: str, source: TrackSource, kind: TrackType) -> None:
        self.hear(name, lambda _: SignalRequest(add_track={"cid": cid, "source": source, "type": kind}))

    @rule(name=NAMES, cid=CIDS, source=st.sampled_from([TrackSource.CAMERA, TrackSource.MICROPHONE]))
    def announce_honestly(self, name: str, cid: str, source: TrackSource) -> None:
        kind = TrackType.VIDEO if source == TrackSource.CAMERA else TrackType.AUDIO
        self.hear(name, lambda _: SignalRequest(add_track={"cid": cid, "source": source, "type": kind}))

    @rule(name=NAMES, parts=PARTS)
    def offer(self, name: str, parts: list[Part]) -> None:
        self.hear(name, lambda _: SignalRequest(offer={"type": "offer", "sdp": offer_text(*parts)}))

    @rule(name=NAMES)
    def answer(self, name: str) -> None:
        def make(client: Client) -> SignalRequest | None:
            offers = client.said("offer")
            if not offers:
                return None
            offer = offers[-1].offer
            return SignalRequest(answer={"type": "answer", "sdp": answer_text(offer.sdp), "id": offer.id})

        self.hear(name, make)

    @rule(name=NAMES, whose=NAMES, muted=st.booleans())
    def mute(self, name: str, whose: str, muted: bool) -> None:
        def make(_: Client) -> SignalRequest | None:
            owner = self.client(whose)
            published = list(owner.participant.publisher.published) if owner else []
            return SignalRequest(mute={"sid": published[0], "muted": muted}) if published else None

        self.hear(name, make)

    @rule(name=NAMES, subscribe=st.booleans())
    def choose(self, name: str, subscribe: bool) -> None:
        sids = [sid for client in self.clients.values() for sid in client.participant.publisher.published]
        self.hear(name, lambda _: SignalRequest(subscription={"track_sids": sids, "subscribe": subscribe}))

    @rule(name=NAMES)
    def lose_the_socket_and_come_back(self, name: str) -> None:
        if client := self.client(name):
            client.back(client.participant.sid)

    @rule(name=NAMES, seconds=st.sampled_from([1.0, 16.0, 40.0]))
    def lose_the_socket(self, name: str, seconds: float) -> None:
        if client := self.client(name):
            client.participant.room.disconnected(client.participant, client.wire)
        self.lobby.wait(seconds)

    @rule(name=NAMES)
    def remove(self, name: str) -> None:
        if client := self.client(name):
            client.participant.room.leave(client.participant, DisconnectReason.PARTICIPANT_REMOVED)

    @invariant()
    def no_route_leads_from_or_to_anybody_who_may_not(self) -> None:
        for room in self.lobby.house.rooms.values():
            for record in room.routes:
                if record.route.withdrawn:
                    continue
                publisher, subscriber = (
                    room.participants[record.publisher],
                    room.participants[record.subscriber],
                )
                publication = publisher.publisher.published[record.track_sid]
                assert subscriber.permission.can_subscribe
                assert publisher.permission.publishes(publication.info.source)
                assert record.route in publication.track.routes
                assert publisher is not subscriber

    @invariant()
    def no_track_carries_another_kind_than_it_declares(self) -> None:
        for room in self.lobby.house.rooms.values():
            for participant in room.participants.values():
                for publication in participant.publisher.published.values():
                    assert CARRIES.get(publication.info.source, publication.kind) is publication.kind
                    peer = participant.publisher.peer
                    assert peer is not None
                    assert peer.arrivals.sections[publication.mid].kind is publication.kind

    @invariant()
    def every_route_is_one_that_the_room_knows(self) -> None:
        known = {record.route for room in self.lobby.house.rooms.values() for record in room.routes}
        for client in self.clients.values():
            for track, route in client.participant.subscriber.peer.routes.values():
                assert route in known
                assert track.closed or not route.withdrawn

    @invariant()
    def nobody_who_left_is_left_in_the_engine(self) -> None:
        alive = sum(
            len(participant.peers)
            for room in self.lobby.house.rooms.values()
            for participant in room.participants.values()
        )
        assert len(self.lobby.engine._known) == alive


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
