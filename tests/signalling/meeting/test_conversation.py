"""Who may say what to whom, and who reads it."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation import actions as a
from moderation.lifecycle import replay
from moderation.model import HOUSE, Actor, ChatMode, Feature, Meeting, PersonId, Place, Role, SeatId
from moderation.rules import Refused, decide
from signalling.meeting.conversation import (
    ALL,
    Audience,
    Reaction,
    Saying,
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
from signalling.meeting.errors import Malformed
from tests.fakes import NOON
from tests.signalling.meeting.house import (
    AGREEMENT,
    JO,
    KAZ,
    RAY,
    SAM,
    SAM_TABLET,
    TUESDAY,
    arriving,
    holder,
)

EVERYONE, HOSTS, WAITING = Audience.EVERYONE, Audience.HOSTS, Audience.WAITING
MO = Actor(Role.PARENT, PersonId("mo"), SeatId("mo-phone"))

OPENED = (
    arriving(JO),
    arriving(RAY),
    arriving(SAM),
    arriving(KAZ),
    (JO, a.Open()),
    (HOUSE, a.HostAttending(JO.seat)),
    (HOUSE, a.HostAttending(RAY.seat)),
)
IN_SESSION = (*OPENED, (JO, a.AdmitAll()), arriving(MO))
CHATTING = (*IN_SESSION, (JO, a.SetChat(ChatMode.EVERYONE)))
ASIDE = (*CHATTING, (JO, a.InviteAside(SAM.person)), (SAM, a.AcceptAside()))


def after(*steps: tuple[Actor, a.Action]) -> Meeting:
    meeting = Meeting(TUESDAY, AGREEMENT)
    for number, (actor, action) in enumerate(steps):
        decision = decide(meeting, actor, action, NOON + timedelta(seconds=number))
        if not isinstance(decision, Refused):
            meeting = replay(meeting, decision)
    return meeting


def heard(meeting: Meeting, actor: Actor, to: Audience | SeatId) -> dict[str, object] | Unheard:
    """How it is addressed for each person who reads it."""
    found = hearers(meeting, holder(actor), to)
    if isinstance(found, Unheard):
        return found
    return {str(meeting.seats[seat].person): address for seat, address in found.items()}


TO_SAM = {"seat": SAM.seat}

TABLE = [
    # The private line is open from the waiting room, from the room, unopened, paused and unattended.
    ([arriving(JO), arriving(SAM)], SAM, HOSTS, {"sam": "hosts", "jo": "hosts"}),
    (IN_SESSION, MO, HOSTS, {"mo": "hosts", "jo": "hosts", "ray": "hosts"}),
    ([*CHATTING, (JO, a.Pause())], SAM, HOSTS, {"sam": "hosts", "jo": "hosts", "ray": "hosts"}),
    (
        [*CHATTING, (HOUSE, a.HostAway(JO.seat)), (HOUSE, a.HostAway(RAY.seat))],
        SAM,
        HOSTS,
        {"sam": "hosts", "jo": "hosts", "ray": "hosts"},
    ),
    (ASIDE, SAM, HOSTS, {"sam": "hosts", "jo": "hosts", "ray": "hosts"}),
    # To the group: as the chat is.
    (IN_SESSION, SAM, EVERYONE, Unheard.CHAT_OFF),
    (
        [*IN_SESSION, (JO, a.SetChat(ChatMode.HOSTS))],
        SAM,
        EVERYONE,
        dict.fromkeys(["sam", "jo", "ray"], "hosts"),
    ),
    (CHATTING, SAM, EVERYONE, dict.fromkeys(["sam", "kaz", "jo", "ray"], "everyone")),
    (CHATTING, MO, EVERYONE, Unheard.NOT_HERE),
    ([*CHATTING, (JO, a.Pause())], SAM, EVERYONE, Unheard.PAUSED),
    (
        [*CHATTING, (JO, a.Pause()), (JO, a.ResumeFeature(Feature.CHAT))],
        SAM,
        EVERYONE,
        dict.fromkeys(["sam", "kaz", "jo", "ray"], "everyone"),
    ),
    (
        [*CHATTING, (HOUSE, a.HostAway(JO.seat)), (HOUSE, a.HostAway(RAY.seat))],
        SAM,
        EVERYONE,
        Unheard.UNATTENDED,
    ),
    (ASIDE, SAM, EVERYONE, {"sam": "everyone", "jo": "everyone"}),
    (ASIDE, KAZ, EVERYONE, {"kaz": "everyone", "ray": "everyone"}),
    # Nowhere else.
    (CHATTING, SAM, WAITING, Unheard.NOT_ALLOWED),
    (CHATTING, SAM, KAZ.seat, Unheard.NOT_ALLOWED),
    (CHATTING, SAM, JO.seat, Unheard.NOT_ALLOWED),
    # Hosts.
    (IN_SESSION, JO, EVERYONE, dict.fromkeys(["sam", "kaz", "jo", "ray"], "everyone")),
    ([*IN_SESSION, (JO, a.Pause())], JO, EVERYONE, dict.fromkeys(["sam", "kaz", "jo", "ray"], "everyone")),
    (IN_SESSION, JO, HOSTS, {"jo": "hosts", "ray": "hosts"}),
    (IN_SESSION, JO, WAITING, {"mo": "you", "jo": "waiting", "ray": "waiting"}),
    (IN_SESSION, JO, SAM.seat, {"sam": "you", "jo": TO_SAM, "ray": TO_SAM}),
    (OPENED, JO, SAM.seat, {"sam": "you", "jo": TO_SAM, "ray": TO_SAM}),
    (IN_SESSION, JO, RAY.seat, {"ray": "you", "jo": {"seat": RAY.seat}}),
    (IN_SESSION, JO, SeatId("nobody's"), Unheard.NOT_HERE),
    ([*IN_SESSION, (SAM, a.Leave())], JO, SAM.seat, Unheard.NOT_HERE),
    (ASIDE, JO, EVERYONE, {"sam": "everyone", "jo": "everyone"}),
    # Whoever is not here, or no more.
    ([*CHATTING, (SAM, a.Leave())], SAM, HOSTS, Unheard.NOT_HERE),
    ([*IN_SESSION, (JO, a.Leave())], JO, HOSTS, Unheard.NOT_HERE),
    ([*CHATTING, (JO, a.End())], SAM, HOSTS, Unheard.ENDED),
    (IN_SESSION, Actor(Role.PARENT, PersonId("eve"), SAM.seat), HOSTS, Unheard.NOT_HERE),
]


@pytest.mark.parametrize(("steps", "actor", "to", "expected"), TABLE)
def test_who_reads_it(
    steps: list[tuple[Actor, a.Action]],
    actor: Actor,
    to: Audience | SeatId,
    expected: dict[str, object] | Unheard,
) -> None:
    assert heard(after(*steps), actor, to) == expected


BOTH_WAIT = (arriving(JO), arriving(SAM), arriving(SAM_TABLET))
ONE_IN_THE_ROOM = (*IN_SESSION, arriving(SAM_TABLET))


@pytest.mark.parametrize("steps", [BOTH_WAIT, ONE_IN_THE_ROOM], ids=["both wait", "one waits"])
@pytest.mark.parametrize("meant", [SAM, SAM_TABLET], ids=["the phone", "the tablet"])
def test_a_private_answer_reaches_the_device_it_is_meant_for_and_no_other(
    steps: tuple[tuple[Actor, a.Action], ...], meant: Actor
) -> None:
    """The other one may be in somebody else's hand; and whoever asked must not be left without an answer."""
    found = hearers(after(*steps), holder(JO), meant.seat)
    assert not isinstance(found, Unheard)
    assert {seat for seat, address in found.items() if address == "you"} == {meant.seat}
    assert not found.keys() & ({SAM.seat, SAM_TABLET.seat} - {meant.seat})


def test_a_private_answer_to_a_device_that_had_to_go_out_reaches_no_other() -> None:
    """The tablet was let in meanwhile, so that the phone is out."""
    meeting = after(*ONE_IN_THE_ROOM, (JO, a.Admit(SAM_TABLET.seat)))
    assert hearers(meeting, holder(JO), SAM.seat) is Unheard.NOT_HERE


@pytest.mark.parametrize(
    ("steps", "actor", "expected"),
    [
        (IN_SESSION, SAM, {"sam", "kaz", "jo", "ray"}),
        (IN_SESSION, JO, {"sam", "kaz", "jo", "ray"}),
        (IN_SESSION, MO, Unheard.NOT_HERE),
        ([*IN_SESSION, (JO, a.Pause())], SAM, Unheard.PAUSED),
        ([*IN_SESSION, (JO, a.Leave()), (RAY, a.Leave())], SAM, Unheard.UNATTENDED),
        (ASIDE, SAM, {"sam", "jo"}),
        (ASIDE, KAZ, {"kaz", "ray"}),
        ([*IN_SESSION, (JO, a.End())], SAM, Unheard.ENDED),
    ],
)
def test_who_sees_a_reaction(
    steps: list[tuple[Actor, a.Action]], actor: Actor, expected: set[str] | Unheard
) -> None:
    meeting = after(*steps)
    found = onlookers(meeting, holder(actor))
    seen = found if isinstance(found, Unheard) else {str(meeting.seats[seat].person) for seat in found}
    assert seen == expected


def test_captions_are_read_where_they_are_typed_while_a_host_attends() -> None:
    aside = after(*ASIDE)
    assert readers(aside, holder(JO)) == frozenset({JO.seat, SAM.seat})
    assert readers(aside, holder(RAY)) == frozenset({RAY.seat, KAZ.seat})
    assert readers(after(*CHATTING), holder(SAM)) is Unheard.NOT_ALLOWED
    assert readers(after(*CHATTING, (JO, a.Pause())), holder(JO)) is Unheard.PAUSED
    left = after(*CHATTING, (HOUSE, a.HostAway(JO.seat)), (HOUSE, a.HostAway(RAY.seat)))
    assert readers(left, holder(JO)) is Unheard.UNATTENDED


def test_only_hosts_take_messages_back() -> None:
    meeting = after(*CHATTING)
    assert may_unsay(meeting, holder(JO)) is None
    assert may_unsay(meeting, holder(SAM)) is Unheard.NOT_ALLOWED
    assert may_unsay(after(*CHATTING, (JO, a.Leave())), holder(JO)) is Unheard.NOT_HERE


ACTORS = st.sampled_from([JO, RAY, SAM, SAM_TABLET, KAZ, MO])
PARENTS = st.sampled_from([SAM.person, KAZ.person, MO.person])
STEPS = st.one_of(
    ACTORS.map(arriving),
    st.tuples(
        ACTORS,
        st.sampled_from(
            [
                a.AdmitAll(),
                a.Leave(),
                a.Pause(),
                a.ResumeFeature(Feature.CHAT),
                *(a.SetChat(mode) for mode in ChatMode),
                a.AcceptAside(),
                a.JoinAside(),
                a.EndAside(),
            ]
        ),
    ),
    st.tuples(ACTORS, PARENTS.map(a.ReturnToWaiting)),
    st.tuples(ACTORS, PARENTS.map(a.InviteAside)),
    st.tuples(st.just(HOUSE), st.sampled_from([JO.seat, RAY.seat]).map(a.HostAway)),
    st.tuples(st.just(HOUSE), st.sampled_from([JO.seat, RAY.seat]).map(a.HostAttending)),
)


@given(
    st.lists(STEPS, max_size=25),
    st.sampled_from([SAM, SAM_TABLET, KAZ, MO]),
    st.sampled_from([*Audience, SAM.seat, JO.seat]),
)
def test_parents_reach_other_parents_only_face_to_face_and_only_while_that_is_allowed(
    steps: list[tuple[Actor, a.Action]], actor: Actor, to: Audience | SeatId
) -> None:
    meeting = after(*OPENED, *steps)
    found = hearers(meeting, holder(actor), to)
    if isinstance(found, Unheard):
        return
    others = [
        meeting.seats[seat]
        for seat in found
        if meeting.people[meeting.seats[seat].person].role is Role.PARENT and seat != actor.seat
    ]
    own = meeting.seats[actor.seat]
    assert all(other.place is own.place is Place.PRESENT for other in others)
    assert all(meeting.is_aside(other) is meeting.is_aside(own) for other in others)
    if others:
        assert meeting.chat is ChatMode.EVERYONE
        assert Feature.CHAT not in meeting.paused
        assert meeting.unattended_since is None


# --- What is malformed ---


def test_what_is_said_is_read() -> None:
    assert parse_say({"to": "hosts", "text": " Hello\nthere "}) == Saying(HOSTS, "Hello\nthere")
    assert parse_say({"to": {"seat": "sam-phone"}, "text": "x" * 500}) == Saying(SAM.seat, "x" * 500)
    assert "secret" not in repr(parse_say({"to": "hosts", "text": "secret"}))
    assert parse_unsay({"id": "all"}) == ALL
    assert parse_unsay({"id": "0123456789abcdef"}) == "0123456789abcdef"
    assert parse_react({"reaction": "heart"}) is Reaction.HEART
    assert parse_caption({"text": " and so "}) == "and so"


@pytest.mark.parametrize(
    "message",
    [
        None,
        "hello",
        {},
        {"to": "hosts"},
        {"to": "hosts", "text": ""},
        {"to": "hosts", "text": "  \n "},
        {"to": "hosts", "text": "x" * 501},
        {"to": "hosts", "text": 7},
        {"to": "hosts", "text": "a\x00b"},
        {"to": "hosts", "text": "a\x1b[31mb"},
        {"to": "hosts", "text": "\ud800"},
        {"to": "hosts", "text": "hi", "links": True},
        {"to": "parents", "text": "hi"},
        {"to": ["hosts"], "text": "hi"},
        {"to": None, "text": "hi"},
        {"to": {}, "text": "hi"},
        {"to": {"seat": ""}, "text": "hi"},
        {"to": {"person": "sam"}, "text": "hi"},
        {"to": {"person": "sam", "seat": "x"}, "text": "hi"},
    ],
)
def test_anything_else_is_not_said(message: object) -> None:
    with pytest.raises(Malformed):
        parse_say(message)


@pytest.mark.parametrize("message", [None, {}, {"id": ""}, {"id": "ALL"}, {"id": "x" * 16}, {"id": 7}])
def test_anything_else_is_not_taken_back(message: object) -> None:
    with pytest.raises(Malformed):
        parse_unsay(message)


@pytest.mark.parametrize(
    "message", [None, {}, {"reaction": "fire"}, {"reaction": ["heart"]}, {"reaction": "heart", "to": "sam"}]
)
def test_anything_else_is_no_reaction(message: object) -> None:
    with pytest.raises(Malformed):
        parse_react(message)


@pytest.mark.parametrize(
    "message", [None, {}, {"text": " "}, {"text": "x" * 201}, {"text": "x", "to": "sam"}]
)
def test_anything_else_is_no_caption(message: object) -> None:
    with pytest.raises(Malformed):
        parse_caption(message)


@given(st.text(max_size=520))
def test_what_is_said_is_plain_text_or_malformed(text: str) -> None:
    try:
        said = parse_say({"to": "hosts", "text": text}).text
    except Malformed:
        return
    assert 0 < len(said) <= 500
    assert said == text.strip()
    said.encode()
