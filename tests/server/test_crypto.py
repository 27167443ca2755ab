"""Keys and blobs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.crypto import KeyRing, Place, Unreadable, digest

OLD, NEW = bytes(32), bytes(range(32))
HERE = Place("member", "name", "a" * 24)


@given(st.text())
def test_what_was_sealed_opens_at_its_place(text: str) -> None:
    ring = KeyRing([NEW])
    assert ring.open(ring.seal(text, HERE), HERE) == text


@pytest.mark.parametrize(
    "elsewhere",
    [
        Place("member", "label", "a" * 24),
        Place("account", "name", "a" * 24),
        Place("member", "name", "b" * 24),
    ],
)
def test_a_blob_moved_elsewhere_does_not_open(elsewhere: Place) -> None:
    ring = KeyRing([NEW])
    with pytest.raises(Unreadable):
        ring.open(ring.seal("Sam", HERE), elsewhere)


@given(st.binary(max_size=80))
def test_any_bytes_are_unreadable_and_never_crash(blob: bytes) -> None:
    with pytest.raises(Unreadable):
        KeyRing([NEW]).open(blob, HERE)


@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_a_changed_byte_is_noticed(place: int, change: int) -> None:
    ring = KeyRing([NEW])
    blob = bytearray(ring.seal("Sam", HERE))
    blob[place % len(blob)] ^= change
    with pytest.raises(Unreadable):
        ring.open(bytes(blob), HERE)


def test_a_new_key_encrypts_and_the_old_one_still_opens() -> None:
    blob = KeyRing([OLD]).seal("Sam", HERE)
    both = KeyRing([NEW, OLD])
    assert both.open(blob, HERE) == "Sam"
    assert KeyRing([NEW]).open(both.seal("Sam", HERE), HERE) == "Sam"
    with pytest.raises(Unreadable):
        KeyRing([NEW]).open(blob, HERE)


def test_the_same_text_looks_different_each_time() -> None:
    ring = KeyRing([NEW])
    assert ring.seal("Sam", HERE) != ring.seal("Sam", HERE)


def test_an_account_is_found_under_an_old_key_too() -> None:
    stored = KeyRing([OLD]).lookups("jo@example.org")[0]
    assert stored in KeyRing([NEW, OLD]).lookups("jo@example.org")
    assert stored not in KeyRing([NEW]).lookups("jo@example.org")


def test_a_ring_needs_a_key() -> None:
    with pytest.raises(ValueError, match="key"):
        KeyRing([])


def test_secrets_are_stored_as_sha_256() -> None:
    assert digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
