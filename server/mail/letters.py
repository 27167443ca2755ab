"""What an e-mail says: a day, a time or a link, and nothing that tells whoever looks on what it is about."""

from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime

from icalendar import Calendar, Event

from server.meetings import Session
from server.words import words


def invite(sender: str, to: str, link: str, until: str, number: str, now: datetime) -> EmailMessage:
    """The letter with a personal link. `number` is the same however often it is sent."""
    say, letter = words.mail, EmailMessage()
    letter["From"] = f"{say.sender} <{sender}>"
    letter["To"] = to
    letter["Subject"] = say.subject
    letter["Date"] = format_datetime(now.astimezone(UTC))
    letter["Message-ID"] = f"<{number}@{sender.rpartition('@')[2]}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(say.invite.format(link=link, until=until))
    return letter


def calendar(session: Session, number: str, now: datetime) -> bytes:
    """A calendar's entry for one session (RFC 5545): when it is, and a neutral word."""
    entry, made = Event(), Calendar()
    entry.add("uid", number)
    entry.add("dtstamp", now.astimezone(UTC))
    entry.add("dtstart", session.starts_at.astimezone(UTC))
    entry.add("dtend", session.ends_at.astimezone(UTC))
    entry.add("summary", words.mail.subject)
    entry.add("class", "PRIVATE")
    made.add("prodid", f"-//{words.mail.subject}//EN")
    made.add("version", "2.0")
    made.add_component(entry)
    return bytes(made.to_ical())
