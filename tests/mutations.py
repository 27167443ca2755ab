"""Valid messages with something wrong with them. Pure: chance is the caller's generator."""

from collections.abc import Callable
from random import Random

MOST = 1400
"""Bytes: what is longer reaches no parser of datagrams."""
MOST_TEXT = 70_000
TELLING = (0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 63, 64, 127, 128, 191, 192, 223, 254, 255)
TELLING_NUMBERS = ("0", "-1", "1", "127", "128", "65535", "65536", "4294967295", "4294967296", "9" * 30, "")


def _flip(chance: Random, data: bytearray) -> None:
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _set(chance: Random, data: bytearray) -> None:
    data[chance.randrange(len(data))] = chance.choice(TELLING)


def _set_number(chance: Random, data: bytearray) -> None:
    """Lengths and counts take two or four bytes."""
    size = chance.choice((2, 4))
    at = chance.randrange(len(data))
    value = chance.choice((0, 1, len(data), len(data) - at, 0x7FFF, 0x8000, 0xFFFF, 2**31, 2**32 - 1))
    data[at : at + size] = (value % (1 << 8 * size)).to_bytes(size, "big")


def _cut(chance: Random, data: bytearray) -> None:
    del data[chance.randrange(len(data)) :]


def _leave_out(chance: Random, data: bytearray) -> None:
    at = chance.randrange(len(data))
    del data[at : at + chance.randint(1, 16)]


def _repeat(chance: Random, data: bytearray) -> None:
    at = chance.randrange(len(data))
    data[at:at] = data[at : at + chance.randint(1, 64)] * chance.randint(1, 8)


def _put_in(chance: Random, data: bytearray) -> None:
    at = chance.randrange(len(data) + 1)
    data[at:at] = chance.randbytes(chance.randint(1, 16))


def _exchange(chance: Random, data: bytearray) -> None:
    here, there = chance.randrange(len(data)), chance.randrange(len(data))
    data[here], data[there] = data[there], data[here]


WAYS: tuple[Callable[[Random, bytearray], None], ...] = (
    _flip, _flip, _set, _set, _set_number, _set_number, _cut, _leave_out, _repeat, _put_in, _exchange,
)  # fmt: skip


def mutated(chance: Random, data: bytes, most: int = MOST) -> bytes:
    """These bytes with one to four things wrong."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        if changed:
            chance.choice(WAYS)(chance, changed)
    return bytes(changed[:most])


def reworded(chance: Random, text: str) -> str:
    """A description (RFC 8866), or any lines, with one to four things wrong."""
    lines = text.split("\r\n")
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(lines))
        match chance.randrange(6):
            case 0:
                del lines[at : at + chance.choice((1, 1, 1, 20))]
            case 1:
                lines[at:at] = lines[at : at + chance.choice((1, 30))] * chance.choice((1, 1, 80))
            case 2:
                there = chance.randrange(len(lines))
                lines[at], lines[there] = lines[there], lines[at]
            case 3:
                words = lines[at].split(" ")
                words[chance.randrange(len(words))] = chance.choice(TELLING_NUMBERS)
                lines[at] = " ".join(words)
            case 4:
                lines[at] = lines[at].replace("sendonly", chance.choice(("sendrecv", "inactive", "x")))
            case _:
                lines[at] = mutated(chance, lines[at].encode()).decode("utf-8", "replace")
        if not lines:
            break
    return "\r\n".join(lines)[:MOST_TEXT]
