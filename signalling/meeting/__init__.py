"""Waiting room and room on the wire: messages, views, the applier, the gate to media and the Socket.IO gateway."""
