"""What the gate says when it refuses, in the words that a person may come to see."""

from collections.abc import Mapping

GATE: Mapping[str, str] = {
    "wrong_origin": "This page does not belong to this service.",
    "no_seat": "We do not know this device. Open your link again.",
    "seat_ended": "You left on this device. Open your link again to come back.",
    "not_your_session": "This link is for another session.",
    "suspended": "You cannot join for now. Your host will be in touch.",
    "not_allowed": "You cannot be in this room.",
    "not_open": "The session has not started yet.",
    "ended": "The session is over.",
    "agreement_needed": "Please read and accept the group's agreement first.",
    "not_admitted": "Your host has not let you in yet.",
    "not_here": "You are not in the room.",
    "removed": "You cannot come back to this session. Your host will be in touch.",
    "declined": "You cannot join this session. Your host will be in touch.",
    "not_ready": "Sound and picture are not ready. We keep trying.",
    "too_fast": "Too many tries. Please wait a moment.",
    "malformed": "This address is for the page's own connection, and says something else.",
    "not_a_websocket": "This address is for the page's own connection.",
}
