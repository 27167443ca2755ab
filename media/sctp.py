"""The answering side of a data channel association (RFC 9260, RFC 8831, RFC 8832). Pure.

Clients insist that their data channels open; this engine carries no data. So it answers the association,
acknowledges every channel and every message, and drops what they say. It never opens a channel itself.
Checksums of arriving packets are not verified: they came through DTLS, which has verified more.
"""

import hmac
import struct
from collections.abc import Iterator

COMMON_HEADER = struct.Struct("!HHII")
CHUNK_HEADER = struct.Struct("!BBH")
DATA, INIT, INIT_ACK, SACK, HEARTBEAT, HEARTBEAT_ACK, ABORT, SHUTDOWN = range(8)
SHUTDOWN_ACK, ERROR, COOKIE_ECHO, COOKIE_ACK = range(8, 12)
RECONFIG, FORWARD_TSN = 130, 192
HEARTBEAT_INFO = 1
STATE_COOKIE = 7
RESET_REQUEST, RECONFIG_RESPONSE = 13, 16
RESET_PERFORMED = 1
SUPPORTED_EXTENSIONS, FORWARD_TSN_SUPPORTED = 0x8008, 0xC000
CONTROL_PROTOCOL = 50
CHANNEL_ACK, CHANNEL_OPEN = 2, 3
WHOLE_MESSAGE = 0x03
STREAMS = 1024
RECEIVE_WINDOW = 131072
MAX_AHEAD = 512
"""How many chunks beyond a gap are remembered; what is farther is dropped and will be sent again."""
MAX_GAPS = 16
MAX_UNACKNOWLEDGED = 64
RESEND_AFTER = 1.0
MAX_RESENDS = 8
HEARTBEAT_EVERY = 1.5
"""Seconds. A browser with nothing to send would be silent for as long as its consent checks take."""
MODULO = 1 << 32
HALF = 1 << 31


class Association:
    """One SCTP association inside one DTLS association. `receive` packets, send what `outgoing` returns."""

    def __init__(self, secret: bytes) -> None:
        """`secret` is at least 40 unpredictable bytes: our tag, our first TSN and our cookie."""
        self._tag = struct.unpack_from("!I", secret)[0] or 1
        self._next_tsn = struct.unpack_from("!I", secret, 4)[0]
        self._cookie = secret[8:40]
        self._ports = (5000, 5000)
        self._peer_tag = 0
        self._established = False
        self._cumulative = 0
        self._ahead: set[int] = set()
        self._streams: dict[int, int] = {}
        self._unacknowledged: dict[int, bytes] = {}
        self._resent = 0
        self._resend_at = 0.0
        self._beat_at = 0.0
        self._out: list[bytes] = []
        self.channels = 0
        """How many channel openings have been acknowledged."""
        self.dropped = 0
        """How many chunks of user data were received and dropped."""

    def receive(self, packet: bytes, now: float) -> None:
        """Take one SCTP packet; one that makes no sense is ignored."""
        if len(packet) < COMMON_HEADER.size:
            return
        source, destination, tag, _ = COMMON_HEADER.unpack_from(packet)
        chunks = list(_chunks(packet))
        starts = bool(chunks) and chunks[0][0] == INIT
        if tag != (0 if starts else self._tag):
            return
        self._ports = (destination, source)
        replies: list[bytes] = []
        acknowledge = False
        for kind, flags, body in chunks:
            try:
                replies += self._take(kind, flags, body, now)
            except struct.error:
                continue
            acknowledge |= kind in (DATA, FORWARD_TSN) and self._established
        if acknowledge:
            replies.append(self._sack())
        self._emit(replies)

    def outgoing(self) -> list[bytes]:
        """The packets to send now."""
        out, self._out = self._out, []
        return out

    def tick(self, now: float) -> None:
        """Ask whether the other side is there; send again what was not acknowledged, MAX_RESENDS times."""
        if self._established and now >= self._beat_at:
            self._beat_at = now + HEARTBEAT_EVERY
            self._emit([_chunk(HEARTBEAT, 0, _parameter(HEARTBEAT_INFO, b"here"))])
        if self._unacknowledged and now >= self._resend_at:
            if self._resent == MAX_RESENDS:
                self._unacknowledged.clear()
                return
            self._resent += 1
            self._resend_at = now + RESEND_AFTER * 2**self._resent
            self._emit(list(self._unacknowledged.values())[:8])

    def _take(self, kind: int, flags: int, body: bytes, now: float) -> list[bytes]:
        match kind:
            case 1:
                return self._init(body)
            case 10:
                return self._cookie_echo(body)
            case 0 if self._established:
                return self._data(flags, body, now)
            case 3:
                self._acknowledged(struct.unpack_from("!I", body)[0])
            case 4:
                return [_chunk(HEARTBEAT_ACK, 0, body)]
            case 192 if self._established:
                self._skip_to(struct.unpack_from("!I", body)[0])
            case 130 if self._established:
                return self._reconfigure(body)
            case 6:
                self._end()
            case 7:
                self._end()
                return [_chunk(SHUTDOWN_ACK, 0, b"")]
            case _:
                pass
        return []

    def _init(self, body: bytes) -> list[bytes]:
        tag, _, _, _, first = struct.unpack_from("!IIHHI", body)
        if not tag or self._established:
            return []
        self._peer_tag = tag
        self._cumulative = (first - 1) % MODULO
        self._ahead.clear()
        fixed = struct.pack("!IIHHI", self._tag, RECEIVE_WINDOW, STREAMS, STREAMS, self._next_tsn)
        parameters = (
            _parameter(STATE_COOKIE, self._cookie)
            + _parameter(FORWARD_TSN_SUPPORTED, b"")
            + _parameter(SUPPORTED_EXTENSIONS, bytes([RECONFIG, FORWARD_TSN]))
        )
        return [_chunk(INIT_ACK, 0, fixed + parameters)]

    def _cookie_echo(self, body: bytes) -> list[bytes]:
        if not self._peer_tag or not hmac.compare_digest(body, self._cookie):
            return []
        self._established = True
        return [_chunk(COOKIE_ACK, 0, b"")]

    def _data(self, flags: int, body: bytes, now: float) -> list[bytes]:
        tsn, stream, _, protocol = struct.unpack_from("!IHHI", body)
        distance = (tsn - self._cumulative) % MODULO
        if not 0 < distance <= MAX_AHEAD or tsn in self._ahead:
            return []
        self._ahead.add(tsn)
        self._advance()
        opening = protocol == CONTROL_PROTOCOL and flags & WHOLE_MESSAGE == WHOLE_MESSAGE
        if not opening or body[12:13] != bytes([CHANNEL_OPEN]):
            self.dropped += protocol != CONTROL_PROTOCOL
            return []
        if len(self._unacknowledged) >= MAX_UNACKNOWLEDGED:
            return []
        self.channels += 1
        return [self._say(stream, CONTROL_PROTOCOL, bytes([CHANNEL_ACK]), now)]

    def _say(self, stream: int, protocol: int, message: bytes, now: float) -> bytes:
        sequence = self._streams.get(stream, 0)
        self._streams[stream] = (sequence + 1) & 0xFFFF
        head = struct.pack("!IHHI", self._next_tsn, stream, sequence, protocol)
        chunk = _chunk(DATA, WHOLE_MESSAGE, head + message)
        if not self._unacknowledged:
            self._resent = 0
            self._resend_at = now + RESEND_AFTER
        self._unacknowledged[self._next_tsn] = chunk
        self._next_tsn = (self._next_tsn + 1) % MODULO
        return chunk

    def _acknowledged(self, cumulative: int) -> None:
        for tsn in [tsn for tsn in self._unacknowledged if (cumulative - tsn) % MODULO < HALF]:
            del self._unacknowledged[tsn]

    def _skip_to(self, tsn: int) -> None:
        if 0 < (tsn - self._cumulative) % MODULO < HALF:
            self._cumulative = tsn
            self._ahead = {later for later in self._ahead if 0 < (later - tsn) % MODULO < HALF}
            self._advance()

    def _advance(self) -> None:
        while (following := (self._cumulative + 1) % MODULO) in self._ahead:
            self._ahead.remove(following)
            self._cumulative = following

    def _sack(self) -> bytes:
        gaps: list[tuple[int, int]] = []
        for offset in sorted((tsn - self._cumulative) % MODULO for tsn in self._ahead):
            if gaps and offset == gaps[-1][1] + 1:
                gaps[-1] = gaps[-1][0], offset
            elif len(gaps) == MAX_GAPS:
                break
            else:
                gaps.append((offset, offset))
        head = struct.pack("!IIHH", self._cumulative, RECEIVE_WINDOW, len(gaps), 0)
        return _chunk(SACK, 0, head + b"".join(struct.pack("!HH", first, last) for first, last in gaps))

    def _reconfigure(self, body: bytes) -> list[bytes]:
        """A closed channel resets its stream (RFC 6525, 5.2.2): agree, there is nothing to reset here."""
        replies = b""
        for kind, value in _parameters(body):
            if kind == RESET_REQUEST and len(value) >= 4:
                replies += _parameter(RECONFIG_RESPONSE, value[:4] + struct.pack("!I", RESET_PERFORMED))
        return [_chunk(RECONFIG, 0, replies)] if replies else []

    def _end(self) -> None:
        self._established = False
        self._unacknowledged.clear()
        self._ahead.clear()

    def _emit(self, chunks: list[bytes]) -> None:
        if chunks:
            packet = COMMON_HEADER.pack(*self._ports, self._peer_tag, 0) + b"".join(chunks)
            checksum = struct.pack("<I", crc32c(packet))
            self._out.append(packet[:8] + checksum + packet[12:])


def _chunks(packet: bytes) -> Iterator[tuple[int, int, bytes]]:
    position = COMMON_HEADER.size
    while position + CHUNK_HEADER.size <= len(packet):
        kind, flags, length = CHUNK_HEADER.unpack_from(packet, position)
        if length < CHUNK_HEADER.size or position + length > len(packet):
            return
        yield kind, flags, packet[position + CHUNK_HEADER.size : position + length]
        position += length + (-length % 4)


def _parameters(body: bytes) -> Iterator[tuple[int, bytes]]:
    position = 0
    while position + 4 <= len(body):
        kind, length = struct.unpack_from("!HH", body, position)
        if length < 4 or position + length > len(body):
            return
        yield kind, body[position + 4 : position + length]
        position += length + (-length % 4)


def _chunk(kind: int, flags: int, body: bytes) -> bytes:
    return CHUNK_HEADER.pack(kind, flags, len(body) + 4) + body + bytes(-len(body) % 4)


def _parameter(kind: int, value: bytes) -> bytes:
    return struct.pack("!HH", kind, len(value) + 4) + value + bytes(-len(value) % 4)


def _table() -> tuple[int, ...]:
    entries = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
        entries.append(value)
    return tuple(entries)


CRC32C = _table()


def crc32c(data: bytes) -> int:
    """The Castagnoli checksum (RFC 9260, appendix A); our packets are short, so a table will do."""
    register = 0xFFFFFFFF
    for byte in data:
        register = register >> 8 ^ CRC32C[(register ^ byte) & 0xFF]
    return register ^ 0xFFFFFFFF
