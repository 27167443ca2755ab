"""Socket.IO's packets, without what no page of ours sends."""

import socketio


class TextOnly(socketio.packet.Packet):  # type: ignore[misc]
    """Refuses binary attachments, and events with the library's own names."""

    def decode(self, encoded_packet: str) -> int:
        """As the library does. Raises ValueError for what is refused: the connection ends."""
        attachments = super().decode(encoded_packet)
        if attachments or self.packet_type in (socketio.packet.BINARY_EVENT, socketio.packet.BINARY_ACK):
            raise ValueError("binary")
        if self.packet_type == socketio.packet.EVENT:
            if not isinstance(self.data, list) or not self.data or not isinstance(self.data[0], str):
                raise ValueError("an event is a list that begins with its name")
            if self.data[0] in ("connect", "connect_error", "disconnect"):
                raise ValueError("reserved")
        return 0
