"""What e-mails and calendars say. Whoever looks on learns nothing from them."""

MAIL = {
    "sender": "Session",
    "subject": "Session",
    "invite": (
        "Hello\n\nHere is the link that we talked about. It is just for you.\n\n{link}\n\n"
        "It works until {until}.\n\nIf this is not for you, please delete it.\n"
    ),
}
