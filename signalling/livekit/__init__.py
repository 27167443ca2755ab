"""LiveKit's client protocol, RoomService and webhooks, for the embedded media engine."""
