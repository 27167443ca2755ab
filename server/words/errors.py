"""What is said when something does not work: what happened, and what to do next."""

ERRORS = {
    "400_title": "That did not come through",
    "400_text": "Something in the page was lost on its way to us. Go back, reload the page, and try again.",
    "403_title": "This page is not for you to open",
    "403_text": "If you think it should be, ask the person who sent you here.",
    "stale_title": "This page was open for a long time",
    "stale_text": "Nothing is lost. Go back, reload the page, and try again.",
    "404_title": "We cannot find that page",
    "404_text": (
        "The address may have been cut short. Open the whole link again, or ask for it to be sent again."
    ),
    "405_title": "That page does not work that way",
    "405_text": "Go back and use the button on the page.",
    "413_title": "That is too long for us",
    "413_text": "Go back, write a little less, and try again.",
    "crowded": "Very much is being asked for at once. Wait a minute, then try again.",
    "500_title": "Something went wrong on our side",
    "500_text": "It is not your fault. Wait a minute, then try again.",
    "503_title": "We cannot reach our records right now",
    "503_text": "It is not your fault. Wait a minute, then try again.",
    "seat_title": "Please open your link again",
    "seat_text": (
        "This phone is not signed in any more. Open the link you were sent. Your host will let you in again."
    ),
    "invite_unknown_title": "This link does not work",
    "invite_unknown_text": "It may have been cut short. Open the whole link again, or ask for a new one.",
    "invite_expired_title": "This link is too old",
    "invite_expired_text": "Links stop working after a while to keep people safe. Ask for a new one.",
    "invite_revoked_title": "This link was stopped",
    "invite_revoked_text": "You may have a newer link. If not, ask the person who sent it.",
    "invite_locked_title": "This link has stopped",
    "invite_locked_text": "The number was wrong too many times. That keeps you safe. Ask for a new link.",
    "staff_link_title": "This link does not work any more",
    "staff_link_text": "Links work once, and for three days. Ask for a new one.",
    "last_way_title": "You need a way to sign in",
    "last_way_text": "This is the only one you have. Add another one first, then take this one away.",
    "help_needed": "Need to talk to someone now?",
}
