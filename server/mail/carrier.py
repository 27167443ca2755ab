"""The mail server, by SMTP: over TLS from the start, or STARTTLS; in the clear on this machine only."""

import asyncio
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

import aiosmtplib
from aiosmtplib.errors import SMTPException, SMTPRecipientsRefused, SMTPResponseException

from server import logs
from server.config import LOOPBACK
from server.house import House
from server.mail import outbox
from server.mail.errors import NeverTaken, NotSecure, TryLater
from signalling.meeting.errors import JournalDown

EVERY = 5.0  # seconds between looks into the outbox
PATIENCE = 30.0  # seconds for each answer of the mail server
PORTS = {"smtp": 587, "smtps": 465}

log = logs.get(__name__)


@dataclass(frozen=True)
class Carrier:
    """Hands letters to one mail server."""

    host: str
    port: int
    tls: bool
    user: str | None
    password: str | None

    @classmethod
    def at(cls, address: str) -> "Carrier":
        """From smtp://user:password@host:port (STARTTLS), or smtps://… (TLS from the start)."""
        parts = urlsplit(address)
        user, password = (unquote(told) if told else None for told in (parts.username, parts.password))
        tls = parts.scheme == "smtps"
        return cls(parts.hostname or "", parts.port or PORTS[parts.scheme], tls, user, password)

    @property
    def must_encrypt(self) -> bool:
        """Whether the letter must not go in the clear."""
        return self.host not in LOOPBACK

    async def send(self, letter: EmailMessage) -> None:
        """Hand one letter over.

        Raises:
            TryLater, NotSecure, NeverTaken
        """
        try:
            await aiosmtplib.send(
                letter,
                hostname=self.host,
                port=self.port,
                use_tls=self.tls,
                # None: if the server offers it. True: or else the letter does not go.
                start_tls=False if self.tls else (True if self.must_encrypt else None),
                username=self.user,
                password=self.password,
                # Or else the library asks the name servers what this machine is called.
                local_hostname=str(letter["From"]).rpartition("@")[2].rstrip(">") or None,
                timeout=PATIENCE,
            )
        except SMTPRecipientsRefused as error:
            codes = {one.code for one in error.recipients}
            raise (NeverTaken if all(code >= 500 for code in codes) else TryLater) from error
        except SMTPResponseException as error:
            # Of what concerns our own sign-in a person can mend the settings: the letter waits.
            final = 550 <= error.code < 560
            raise (NeverTaken if final else TryLater) from error
        except (SMTPException, OSError, ValueError) as error:
            raise (NotSecure if _is_about_tls(error) else TryLater) from error


def _is_about_tls(error: BaseException | None) -> bool:
    """Whether it is because of encryption, or for want of it."""
    while error is not None:
        if isinstance(error, ssl.SSLError) or "STARTTLS" in str(error):
            return True
        error = error.__cause__ or error.__context__
    return False


async def carry(house: House) -> None:
    """Look into the outbox again and again."""
    carrier = Carrier.at(house.config.smtp)
    while True:
        try:
            await outbox.deliver(house, carrier.send)
        except JournalDown as error:
            log.error("the database does not answer", exc_info=error)
        except Exception as error:
            log.error("the outbox failed", exc_info=error)
        await asyncio.sleep(EVERY)
