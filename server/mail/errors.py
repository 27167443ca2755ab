"""What can go wrong when a letter is handed to a mail server."""


class MailError(Exception):
    """The letter was not taken."""


class TryLater(MailError):
    """The mail server cannot be reached, or says that it cannot now."""


class NotSecure(TryLater):
    """The mail server does not encrypt, or cannot prove to be the one in the settings: it got nothing."""


class NeverTaken(MailError):
    """The mail server will not take this letter, however often it is tried."""
