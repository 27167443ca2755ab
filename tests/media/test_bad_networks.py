"""Minutes on bad lines, with the whole engine on a simulated clock: what a subscriber gets to see.

The aims: at 5 % loss the picture stands still less than once a minute; after an outage it is back within 3 s.
"""

import pytest

from tests.media.conditions import PERFECT, Conditions
from tests.media.distant import HELD, RATE, TO_PICTURE, Call, End

SOME = Conditions(loss=0.02, delay=0.03, jitter=0.02)
LOSS = Conditions(loss=0.05, delay=0.03, jitter=0.02)
FAR = Conditions(loss=0.01, delay=0.15, jitter=0.02)
GONE = Conditions(out=True)
SETTLE, WATCH = 15.0, 120.0


def freezes(call: Call) -> int:
    """How often the picture stood still in WATCH seconds."""
    call.run(SETTLE)
    since = call.clock.now
    call.run(WATCH)
    return len(call.subscriber.view.shown.freezes(since))


def shown(call: Call, pictures: int) -> float:
    """Seconds until so many pictures were shown."""
    since = call.clock.now
    call.run(30.0)
    new = [at for at in call.subscriber.view.shown.at if at > since]
    return new[pictures - 1] - since


def test_a_perfect_line_shows_every_picture_and_holds_none() -> None:
    call = Call()
    assert freezes(call) == 0
    assert call.subscriber.view.held == HELD
    assert len(call.subscriber.view.shown.at) > RATE * WATCH
    assert call.subscriber.view.asked == 0


def test_what_a_subscribers_line_loses_comes_again_before_it_is_missed() -> None:
    calls = [Call(seed) for seed in (1, 2)]
    for call in calls:
        call.subscriber.becomes(SOME)
    assert sum(freezes(call) for call in calls) < len(calls) * WATCH / 60
    assert all(call.subscriber.view.asked > 100 for call in calls)


def test_where_much_is_lost_everything_goes_twice_and_little_is_left_to_ask_for() -> None:
    calls = [Call(seed) for seed in (1, 2)]
    for call in calls:
        call.subscriber.becomes(LOSS)
    assert sum(freezes(call) for call in calls) < len(calls) * WATCH / 60
    assert all(call.route.doubled for call in calls)
    assert all(call.subscriber.view.repeated > call.route.packets / 2 for call in calls)


def test_much_loss_is_noticed_within_seconds() -> None:
    calls = [Call(seed) for seed in range(16)]
    stood_still = 0
    for call in calls:
        since = call.clock.now
        call.subscriber.becomes(LOSS)
        call.run(SETTLE)
        stood_still += len(call.subscriber.view.shown.freezes(since))
    assert stood_still < len(calls) * SETTLE / 60


def test_on_a_long_way_little_loss_is_enough_to_hold_pictures_for() -> None:
    calls = [Call(seed) for seed in (1, 2)]
    for call in calls:
        call.subscriber.becomes(FAR)
    assert sum(freezes(call) for call in calls) < len(calls) * WATCH / 60
    assert all(call.subscriber.view.held > 0.4 for call in calls)


def test_what_a_publishers_line_loses_comes_again_before_it_is_missed() -> None:
    calls = [Call(seed) for seed in (2, 3)]
    for call in calls:
        call.publisher.becomes(LOSS)
    assert sum(freezes(call) for call in calls) < len(calls) * WATCH / 60
    assert all(call.publisher.asked > 100 for call in calls)


@pytest.mark.parametrize("seed", range(4))
def test_after_a_subscribers_outage_the_picture_is_back_at_once(seed: int) -> None:
    call = Call(seed)
    call.run(SETTLE)
    before = call.subscriber.browser.peer.line.estimate
    call.subscriber.becomes(GONE)
    call.run(10.0)
    call.subscriber.becomes(PERFECT)
    assert shown(call, 3) < 1.5
    assert call.subscriber.browser.peer.line.estimate > before / 2
    assert call.subscriber.view.repeated == 0, "nothing from before the outage is of use any more"


@pytest.mark.parametrize("seed", range(4))
def test_after_a_publishers_outage_the_picture_is_back_at_once(seed: int) -> None:
    call = Call(seed)
    call.run(SETTLE)
    call.publisher.becomes(GONE)
    call.run(10.0)
    call.publisher.becomes(PERFECT)
    assert shown(call, 3) < 1.5
    assert call.subscriber.view.asked == 0, "subscribers are not shown the gap"


def test_during_an_outage_no_pictures_are_sent() -> None:
    call = Call()
    call.run(SETTLE)
    call.subscriber.becomes(GONE)
    call.run(3.0)
    before = call.route.packets
    call.run(20.0)
    assert call.route.packets == before


def test_who_is_merely_silent_for_a_moment_goes_on_getting_pictures() -> None:
    call = Call()
    call.run(SETTLE)
    before = call.route.packets
    call.subscriber.up.conditions = GONE
    call.run(1.0)
    call.subscriber.up.conditions = PERFECT
    call.run(1.0)
    assert call.route.packets - before > 1.8 * RATE


def test_an_outage_is_the_matter_of_its_own_line() -> None:
    call = Call()
    end: End = call.subscriber
    call.run(SETTLE)
    end.becomes(GONE)
    call.run(5.0)
    keyframes = call.publisher.keyframes
    call.run(20.0)
    assert call.publisher.keyframes == keyframes, "nobody asks a publisher for keyframes in somebody's outage"


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("loss", [0.1, 0.2])
def test_where_very_much_is_lost_pictures_go_on_all_the_same(loss: float, seed: int) -> None:
    call = Call(seed)
    call.subscriber.becomes(Conditions(loss=loss, delay=0.03, jitter=0.02))
    call.run(SETTLE)
    since = call.clock.now
    call.run(60.0)
    assert sum(at > since for at in call.subscriber.view.shown.at) > 0.9 * RATE * 60
    assert max(call.subscriber.view.shown.freezes(since), default=0) < 1.0


def test_the_round_trip_is_known_from_what_receivers_answer_to_reports() -> None:
    call = Call()
    call.subscriber.becomes(Conditions(delay=0.15))
    call.run(SETTLE)
    assert call.subscriber.browser.peer.line.round_trip == pytest.approx(0.3, abs=0.03)
    assert TO_PICTURE in call.subscriber.browser.peer.routes
