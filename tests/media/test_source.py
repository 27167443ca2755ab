import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.packets import Codec
from media.rtcp import SenderReport
from media.source import MAX_GAP, NACK_AFTER, Source
from tests.media.builders import DELTA, Studio, rtp


def test_lost_pictures_are_asked_for_a_few_times_and_a_keyframe_instead_of_what_is_given_up() -> None:
    source = Source(7, Codec.VP8, 96, {})
    source.extend(1, 0, 10.0)
    source.extend(4, 0, 10.0)
    asked = [source.due_nacks(10.0 + tick * 0.05) for tick in range(15)]
    assert asked[0] == [2, 3]
    assert sum(bool(numbers) for numbers in asked) == len(NACK_AFTER)
    assert not source.keyframe_wanted
    assert source.due_nacks(11.0) == []
    assert source.missing == {}
    assert source.keyframe_wanted


def test_lost_sound_is_given_up_without_a_keyframe() -> None:
    source = Source(7, Codec.OPUS, 111, {})
    source.extend(1, 0, 10.0)
    source.extend(3, 0, 10.0)
    for tick in range(30):
        source.due_nacks(10.0 + tick * 0.05)
    assert (source.missing, source.keyframe_wanted) == ({}, False)


def test_what_is_older_than_the_newest_keyframe_is_not_asked_for() -> None:
    source = Source(7, Codec.VP8, 96, {})
    for sequence in (1, 3, 6):
        source.extend(sequence, 0, 10.0)
    source.note_entry(source.highest - 2, 500, 10.0)
    assert source.due_nacks(10.0) == [4, 5]


def test_how_much_is_missed_and_how_long_repairs_take_is_known() -> None:
    source = Source(7, Codec.VP8, 96, {})
    for number in range(200):
        now = 10.0 + number / 100
        if number % 10:
            source.extend(number, 0, now)
        if number % 10 == 9:
            source.extend(number - 9, 0, now)
        if number % 50 == 49:
            source.measure(now)
    assert source.missed_share == pytest.approx(0.1, abs=0.04)
    assert source.answer_time == pytest.approx(0.08)


def test_what_arrives_late_is_no_longer_asked_for() -> None:
    source = Source(7, Codec.VP8, 96, {})
    for sequence in (65534, 1, 65535):
        source.extend(sequence, 0, 10.0)
    assert source.due_nacks(10.0) == [0]


def test_a_great_jump_is_a_restart_and_nothing_is_asked_for() -> None:
    source = Source(7, Codec.VP8, 96, {})
    source.extend(1, 0, 10.0)
    source.extend(1000, 0, 10.0)
    assert source.due_nacks(10.0) == []
    assert source.torn


def test_a_report_counts_what_was_lost() -> None:
    studio = Studio()
    studio.send(*(rtp(number, DELTA) for number in (1, 2, 4)))
    studio.source.heard_report(SenderReport(7, 0x0000AAAABBBB0000, 0, 0, 0), studio.now)
    block = studio.source.report_block(studio.now + 1)
    assert (block.lost, block.fraction_lost, block.highest & 0xFFFF) == (1, 64, 4)
    assert (block.last_sender_report, block.delay) == (0xAAAABBBB, 65536)
    assert studio.source.report_block(studio.now + 2).fraction_lost == 0


@given(st.lists(st.tuples(st.integers(0, 65535), st.integers(0, 2**32 - 1), st.floats(0, 1e6)), max_size=60))
def test_no_numbers_make_nonsense_of_a_report(arrivals: list[tuple[int, int, float]]) -> None:
    source = Source(7, Codec.VP8, 96, {})
    for sequence, timestamp, now in arrivals:
        source.extend(sequence, timestamp, now)
        source.received += 1
        source.due_nacks(now)
        assert len(source.missing) <= 2 * MAX_GAP
    block = source.report_block(1e6)
    assert 0 <= block.fraction_lost <= 255
    assert -0x800000 <= block.lost <= 0x7FFFFF
