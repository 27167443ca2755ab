"""RTCP: what senders and receivers tell each other (RFC 3550 section 6, RFC 4585, RFC 5104, REMB). Pure."""

import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from media import twcc

SENDER_REPORT = 200
RECEIVER_REPORT = 201
SOURCE_DESCRIPTION = 202
BYE = 203
TRANSPORT_FEEDBACK = 205
PAYLOAD_FEEDBACK = 206
GENERIC_NACK = 1
PICTURE_LOSS = 1
FULL_INTRA = 4
APPLICATION_LAYER = 15
MAX_LOST_NAMED = 512
"""How many lost packets one NACK may name; a receiver that lost more needs a keyframe."""


class MalformedRtcp(ValueError):
    """The datagram is not a well-formed compound RTCP packet."""


@dataclass(frozen=True, slots=True)
class ReportBlock:
    """Reception of one SSRC as its receiver sees it (RFC 3550, 6.4.1)."""

    ssrc: int
    fraction_lost: int
    """In 256ths, since the previous report."""
    lost: int
    """Signed, 24 bits."""
    highest: int
    """Extended highest sequence number."""
    jitter: int
    """In units of the RTP clock."""
    last_sender_report: int
    """The middle 32 bits of the NTP time of the last sender report; 0 when none came."""
    delay: int
    """Since that sender report, in 65536ths of a second."""


@dataclass(frozen=True, slots=True)
class SenderReport:
    """When a sender says its RTP timestamp was (RFC 3550, 6.4.1)."""

    ssrc: int
    ntp: int
    """64 bits: seconds since 1900 and fraction, on the sender's clock."""
    timestamp: int
    packets: int
    octets: int
    blocks: tuple[ReportBlock, ...] = ()


@dataclass(frozen=True, slots=True)
class ReceiverReport:
    """Reception reports from someone who sends nothing."""

    ssrc: int
    blocks: tuple[ReportBlock, ...]


@dataclass(frozen=True, slots=True)
class Nack:
    """Sequence numbers of `media` that did not arrive (RFC 4585, 6.2.1)."""

    sender: int
    media: int
    lost: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class KeyframeRequest:
    """A picture loss indication or a full intra request: the receiver cannot go on decoding `media`."""

    sender: int
    media: int


@dataclass(frozen=True, slots=True)
class Remb:
    """Receiver estimated maximum bit rate, in bits a second, for all of `ssrcs` together."""

    sender: int
    bitrate: int
    ssrcs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Bye:
    """These SSRCs have ended."""

    ssrcs: tuple[int, ...]


Report = SenderReport | ReceiverReport | Nack | KeyframeRequest | Remb | Bye | twcc.Feedback


def parse(data: bytes) -> list[Report]:
    """The reports of a compound packet, in order; kinds that are not understood are left out.

    Raises: MalformedRtcp when lengths do not add up.
    """
    reports: list[Report] = []
    position = 0
    while position < len(data):
        if position + 4 > len(data):
            raise MalformedRtcp("too short")
        first, kind, words = struct.unpack_from("!BBH", data, position)
        end = position + 4 + 4 * words
        if first >> 6 != 2 or end > len(data):
            raise MalformedRtcp("wrong version or length")
        body = data[position + 4 : end]
        if first & 0x20:
            if not body or not 0 < body[-1] <= len(body):
                raise MalformedRtcp("wrong padding")
            body = body[: -body[-1]]
        reports.extend(_read(kind, first & 0x1F, body))
        position = end
    return reports


def _read(kind: int, count: int, body: bytes) -> Iterator[Report]:
    try:
        match kind:
            case 200:
                yield _read_sender_report(count, body)
            case 201:
                yield ReceiverReport(struct.unpack_from("!I", body)[0], _blocks(body, 4, count))
            case 203:
                yield Bye(struct.unpack_from(f"!{count}I", body))
            case 205 if count == GENERIC_NACK:
                yield _read_nack(body)
            case 205 if count == twcc.FORMAT:
                yield twcc.read(body)
            case 206:
                yield from _read_payload_feedback(count, body)
            case _:
                pass
    except struct.error:
        raise MalformedRtcp("a report does not fit") from None


def _read_sender_report(count: int, body: bytes) -> SenderReport:
    ssrc, ntp, timestamp, packets, octets = struct.unpack_from("!IQIII", body)
    return SenderReport(ssrc, ntp, timestamp, packets, octets, _blocks(body, 24, count))


def _blocks(body: bytes, start: int, count: int) -> tuple[ReportBlock, ...]:
    blocks = []
    for index in range(count):
        ssrc, loss, highest, jitter, last, delay = struct.unpack_from("!IIIIII", body, start + 24 * index)
        lost = loss & 0xFFFFFF
        blocks.append(ReportBlock(ssrc, loss >> 24, lost - (lost >> 23 << 24), highest, jitter, last, delay))
    return tuple(blocks)


def _read_nack(body: bytes) -> Nack:
    sender, media = struct.unpack_from("!II", body)
    lost: list[int] = []
    for position in range(8, len(body) - 3, 4):
        first, mask = struct.unpack_from("!HH", body, position)
        lost.append(first)
        lost.extend((first + bit + 1) & 0xFFFF for bit in range(16) if mask >> bit & 1)
        if len(lost) >= MAX_LOST_NAMED:
            break
    return Nack(sender, media, tuple(lost[:MAX_LOST_NAMED]))


def _read_payload_feedback(count: int, body: bytes) -> Iterator[Report]:
    sender, media = struct.unpack_from("!II", body)
    if count == PICTURE_LOSS:
        yield KeyframeRequest(sender, media)
    elif count == FULL_INTRA:
        for position in range(8, len(body) - 7, 8):
            yield KeyframeRequest(sender, struct.unpack_from("!I", body, position)[0])
    elif count == APPLICATION_LAYER and body[8:12] == b"REMB":
        named, exponent_and_mantissa = struct.unpack_from("!BBH", body, 12)[0], body[13:16]
        value = int.from_bytes(exponent_and_mantissa, "big")
        ssrcs = struct.unpack_from(f"!{named}I", body, 16)
        yield Remb(sender, (value & 0x3FFFF) << (value >> 18), ssrcs)


def sender_report(report: SenderReport) -> bytes:
    """Encode a sender report without reception blocks."""
    return struct.pack(
        "!BBHIQIII", 0x80, SENDER_REPORT, 6, report.ssrc, report.ntp, report.timestamp & 0xFFFFFFFF,
        report.packets & 0xFFFFFFFF, report.octets & 0xFFFFFFFF,
    )  # fmt: skip


def receiver_report(sender: int, blocks: Sequence[ReportBlock]) -> bytes:
    """Encode reception of at most 31 SSRCs."""
    parts = [struct.pack("!BBHI", 0x80 | len(blocks), RECEIVER_REPORT, 1 + 6 * len(blocks), sender)]
    for block in blocks:
        loss = (block.fraction_lost & 0xFF) << 24 | (block.lost & 0xFFFFFF)
        parts.append(
            struct.pack(
                "!IIIIII", block.ssrc, loss, block.highest & 0xFFFFFFFF, block.jitter & 0xFFFFFFFF,
                block.last_sender_report, block.delay & 0xFFFFFFFF,
            )
        )  # fmt: skip
    return b"".join(parts)


def source_description(ssrc: int, name: str) -> bytes:
    """Encode an SDES chunk with a CNAME (RFC 3550, 6.5.1)."""
    item = bytes([1, len(name)]) + name.encode("ascii")
    chunk = struct.pack("!I", ssrc) + item + bytes(4 - len(item) % 4)
    return struct.pack("!BBH", 0x81, SOURCE_DESCRIPTION, len(chunk) // 4) + chunk


def nack(sender: int, media: int, lost: Iterable[int]) -> bytes:
    """Encode a generic NACK; `lost` in ascending order as it was sent."""
    pairs: list[tuple[int, int]] = []
    for sequence in lost:
        if pairs and 0 < (sequence - pairs[-1][0]) & 0xFFFF <= 16:
            first, mask = pairs[-1]
            pairs[-1] = first, mask | 1 << ((sequence - first - 1) & 0xFFFF)
        else:
            pairs.append((sequence, 0))
    head = struct.pack("!BBHII", 0x80 | GENERIC_NACK, TRANSPORT_FEEDBACK, 2 + len(pairs), sender, media)
    return head + b"".join(struct.pack("!HH", first, mask) for first, mask in pairs)


def picture_loss(sender: int, media: int) -> bytes:
    """Encode a picture loss indication (RFC 4585, 6.3.1)."""
    return struct.pack("!BBHII", 0x80 | PICTURE_LOSS, PAYLOAD_FEEDBACK, 2, sender, media)


def remb(sender: int, bitrate: int, ssrcs: Sequence[int]) -> bytes:
    """Encode a bit rate, rounded down to 18 bits of mantissa (draft-alvestrand-rmcat-remb, 2.2)."""
    exponent = max(0, bitrate.bit_length() - 18)
    value = (exponent << 18 | bitrate >> exponent).to_bytes(3, "big")
    head = struct.pack("!BBHII", 0x80 | APPLICATION_LAYER, PAYLOAD_FEEDBACK, 4 + len(ssrcs), sender, 0)
    return head + b"REMB" + bytes([len(ssrcs)]) + value + struct.pack(f"!{len(ssrcs)}I", *ssrcs)
