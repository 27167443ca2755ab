"""Waiting room and room on the wire: messages, views, applier, gate and gateway."""
