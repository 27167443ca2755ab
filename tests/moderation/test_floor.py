"""Pausing, microphones by invitation, rounds, hands, chat and the parents' screen."""

import pytest

from moderation import actions as a
from moderation import events as e
from moderation.decisions import Reason
from moderation.grants import Grant, Source, grants
from moderation.model import Actor, ChatMode, Feature, FloorMode, Meeting, Role
from moderation.rules import decide
from tests.moderation.builders import JO, KAZ, NOON, SAM, after, in_session, refusal, scheduled


def heard(meeting: Meeting) -> set[str]:
    """The parents whose microphone a grant allows."""
    return {
        meeting.seats[seat].person
        for seat, grant in grants(meeting).items()
        if Source.MICROPHONE in grant.sources
        and meeting.people[meeting.seats[seat].person].role is Role.PARENT
    }


class TestPausing:
    def test_one_press_freezes_everything_and_what_was_published_survives(self) -> None:
        paused = grants(after(in_session(), (JO, a.Pause())))
        assert not any(grant.can_subscribe for grant in paused.values())
        assert Source.CAMERA in paused[SAM.seat].sources

    def test_features_come_back_one_by_one(self) -> None:
        sound = after(in_session(), (JO, a.Pause()), (JO, a.ResumeFeature(Feature.SOUND)))
        grant = grants(sound)[SAM.seat]
        assert grant.can_subscribe
        assert grant.sources == {Source.MICROPHONE}
        both = after(sound, (JO, a.ResumeFeature(Feature.PICTURE)))
        assert both.paused == {Feature.CHAT, Feature.HANDS}
        assert grants(both) == grants(in_session())

    def test_pausing_again_gives_nothing_back_that_had_not_come_back(self) -> None:
        sound = after(in_session(), (JO, a.Pause()), (JO, a.ResumeFeature(Feature.SOUND)))
        again = grants(after(sound, (JO, a.ResumeFeature(Feature.CHAT)), (JO, a.Pause())))[SAM.seat]
        assert again == Grant(can_subscribe=False, sources=frozenset({Source.MICROPHONE}))

    def test_no_hand_goes_up_while_hands_are_paused(self) -> None:
        assert refusal(after(in_session(), (JO, a.Pause())), SAM, a.RaiseHand()) is Reason.PAUSED

    def test_a_session_that_is_not_open_cannot_be_paused(self) -> None:
        early = after(scheduled(), (JO, a.Arrive(None)))
        assert refusal(early, JO, a.Pause()) is Reason.NOT_OPEN


class TestTheWord:
    def test_while_the_floor_is_held_only_the_invited_parent_speaks(self) -> None:
        held = after(in_session(), (JO, a.HoldFloor()))
        assert heard(held) == set()
        assert heard(after(held, (JO, a.GiveWord(SAM.person)))) == {SAM.person}

    def test_giving_the_word_takes_it_from_the_one_before(self) -> None:
        sam = after(in_session(), (JO, a.HoldFloor()), (JO, a.GiveWord(SAM.person)))
        assert heard(after(sam, (JO, a.GiveWord(KAZ.person)))) == {KAZ.person}

    def test_a_mute_holds_against_the_word(self) -> None:
        steps = (a.HoldFloor(), a.GiveWord(SAM.person), a.Mute(SAM.person))
        assert heard(after(in_session(), *((JO, step) for step in steps))) == set()

    def test_the_word_is_given_only_where_it_is_needed(self) -> None:
        assert refusal(in_session(), JO, a.GiveWord(SAM.person)) is Reason.FLOOR_IS_OPEN

    def test_giving_the_word_lowers_the_hand(self) -> None:
        asked = after(in_session(), (SAM, a.RaiseHand()), (JO, a.HoldFloor()), (JO, a.GiveWord(SAM.person)))
        assert asked.hands == ()

    def test_whoever_leaves_has_the_word_no_longer(self) -> None:
        gone = after(in_session(), (JO, a.HoldFloor()), (JO, a.GiveWord(SAM.person)), (SAM, a.Leave()))
        assert gone.floor.speaker is None


class TestARound:
    def test_it_passes_to_everyone_in_turn_and_then_the_floor_is_open(self) -> None:
        first = after(in_session(), (JO, a.StartRound()))
        assert (first.floor.speaker, first.floor.since) == (SAM.person, NOON)
        second = after(first, (SAM, a.PassWord()))
        assert second.floor.speaker == KAZ.person
        assert after(second, (JO, a.NextInRound())).floor.mode is FloorMode.OPEN

    def test_it_passes_over_whoever_is_away_and_comes_to_them_once_they_are_back(self) -> None:
        away = frozenset({SAM.person})
        first = after(in_session(), (JO, a.StartRound(away)))
        assert first.floor.speaker == KAZ.person
        assert after(first, (KAZ, a.PassWord(away))).floor.mode is FloorMode.OPEN
        assert after(first, (JO, a.NextInRound(away))).floor.mode is FloorMode.OPEN
        assert after(first, (JO, a.NextInRound())).floor.speaker == SAM.person

    def test_it_does_not_begin_where_nobody_would_hear_of_it(self) -> None:
        everybody = frozenset({SAM.person, KAZ.person})
        assert refusal(in_session(), JO, a.StartRound(everybody)) is Reason.NOT_HERE

    def test_only_the_speaker_can_pass(self) -> None:
        assert refusal(after(in_session(), (JO, a.StartRound())), KAZ, a.PassWord()) is Reason.NOT_YOUR_TURN


class TestHands:
    def test_they_stand_in_the_order_they_went_up(self) -> None:
        up = after(in_session(), (KAZ, a.RaiseHand()), (SAM, a.RaiseHand()), (KAZ, a.RaiseHand()))
        assert up.hands == (KAZ.person, SAM.person)
        assert after(up, (JO, a.LowerHand(KAZ.person))).hands == (SAM.person,)
        assert after(up, (JO, a.LowerAllHands())).hands == ()

    def test_a_muted_parent_can_ask_to_speak(self) -> None:
        assert after(in_session(), (JO, a.Mute(SAM.person)), (SAM, a.RaiseHand())).hands == (SAM.person,)


@pytest.mark.parametrize(
    ("before", "mode", "event"),
    [
        (ChatMode.OFF, ChatMode.EVERYONE, e.ChatWidened(ChatMode.EVERYONE)),
        (ChatMode.EVERYONE, ChatMode.HOSTS, e.ChatNarrowed(ChatMode.HOSTS)),
        (ChatMode.HOSTS, ChatMode.OFF, e.ChatNarrowed(ChatMode.OFF)),
    ],
)
def test_narrowing_the_chat_is_a_restriction(before: ChatMode, mode: ChatMode, event: e.Event) -> None:
    meeting = after(in_session(), (JO, a.SetChat(before)))
    assert decide(meeting, JO, a.SetChat(mode), NOON) == (event,)


@pytest.mark.parametrize(
    "ended_by", [(JO, a.StopScreen()), (JO, a.AllowScreen(KAZ.person)), (SAM, a.Leave())]
)
def test_a_parents_screen_is_shared_for_once(ended_by: tuple[Actor, a.Action]) -> None:
    allowed = after(in_session(), (JO, a.AllowScreen(SAM.person)))
    assert Source.SCREEN_SHARE in grants(allowed)[SAM.seat].sources
    assert after(allowed, ended_by).screen != SAM.person


def test_a_parent_stops_their_own_screen_and_nobody_elses() -> None:
    allowed = after(in_session(), (JO, a.AllowScreen(SAM.person)))
    assert after(allowed, (SAM, a.StopScreen())).screen is None
    for meeting, parent in ((allowed, KAZ), (in_session(), SAM)):
        assert refusal(meeting, parent, a.StopScreen()) is Reason.NOT_ALLOWED
