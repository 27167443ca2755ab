from signalling.livekit.speakers import INTERVAL, Speakers

LOUD, QUIET = [20] * 15, [127] * 15


def heard(speakers: Speakers, levels: dict[str, list[int]], seconds: float, start: float) -> dict[str, float]:
    told: dict[str, float] = {}
    for tick in range(int(seconds / INTERVAL)):
        told |= speakers.update(levels, start + tick * INTERVAL)
    return told


def test_a_voice_is_noticed_and_so_is_its_end() -> None:
    speakers = Speakers()
    assert heard(speakers, {"PA_sam": LOUD, "PA_jo": QUIET}, 1, 10.0)["PA_sam"] > 0.2
    assert heard(speakers, {"PA_sam": QUIET, "PA_jo": QUIET}, 3, 20.0) == {"PA_sam": 0.0}


def test_a_steady_voice_is_told_once() -> None:
    speakers = Speakers()
    heard(speakers, {"PA_sam": LOUD}, 3, 10.0)
    assert heard(speakers, {"PA_sam": LOUD}, 3, 20.0) == {}


def test_a_cough_is_not_speech() -> None:
    assert heard(Speakers(), {"PA_sam": [20] * 3}, 0.4, 10.0) == {}


def test_somebody_who_left_is_told_of_once_as_silent() -> None:
    speakers = Speakers()
    heard(speakers, {"PA_sam": LOUD}, 1, 10.0)
    assert heard(speakers, {}, 3, 20.0) == {"PA_sam": 0.0}
    assert heard(speakers, {}, 3, 30.0) == {}
