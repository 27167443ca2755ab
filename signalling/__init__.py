"""The wire: meetings over Socket.IO, media over LiveKit's protocol."""
