"""Invites by e-mail: where and when it is safe, neutral in every word, and lost by no restart."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from server import invites
from server.crypto import KeyRing
from server.data.store import Database
from server.data.tables import outbox as letters_table
from server.data.tables import reach as reach_table
from server.house import House
from server.mail import letters, outbox, reach
from server.mail.carrier import Carrier
from server.mail.errors import NeverTaken, TryLater
from server.mail.outbox import PAUSES, Posted
from server.mail.reach import Reach
from tests.server.conftest import Place
from tools.platform import free_port

DAYTIME = Reach("sam@example.net", time(9), time(17))
EVENING = Reach("sam@example.net", time(18), time(21))
BETRAYING = ("parent", "child", "abuse", "exploit", "group", "charity", "support", "hearth")
LONDON = ZoneInfo("Europe/London")


@dataclass
class MailServer:
    """A real one, which takes letters, or says what it is told to say."""

    says: str = "250 OK"
    taken: list[Envelope] = field(default_factory=list)
    port: int = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.says.startswith("250"):
            self.taken.append(envelope)
        return self.says

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.says.startswith("550"):
            return self.says
        envelope.rcpt_tos.append(address)
        return "250 OK"

    def text(self) -> str:
        content = self.taken[-1].content
        return content.decode() if isinstance(content, bytes) else str(content)


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    made = MailServer(port=free_port())
    controller = Controller(made, hostname="127.0.0.1", port=made.port, server_hostname="localhost")
    controller.start()
    yield made
    controller.stop()


def carrier(server: MailServer) -> Carrier:
    return Carrier.at(f"smtp://127.0.0.1:{server.port}")


async def put(place: Place, agreed: Reach = EVENING) -> str:
    """An invite whose letter waits; its link."""
    house = place.house
    issued = await invites.issue(house, place.group, "Sam", place.admin)
    line = await invites.line(house, issued.invite, place.area)
    assert line is not None
    link = f"{place.origin}/i/{issued.secret}"
    async with house.database.writing() as connection:
        await reach.agree(connection, house, line.member, agreed, place.admin)
        await outbox.put(connection, house, issued.invite, link)
    return link


async def state(place: Place) -> Posted:
    (found,) = (await outbox.of_group(place.house, place.group)).values()
    return found


def with_mail(house: House) -> House:
    config = house.config.model_copy(update={"mail_from": "hello@session.example"})
    return House(config, house.database, house.keys, house.clock)


@pytest.fixture
def sending(place: Place) -> House:
    return with_mail(place.house)


async def test_a_letter_goes_through_a_real_mail_server_and_says_nothing(
    place: Place, mail_server: MailServer, sending: House
) -> None:
    link = await put(place)
    assert await outbox.deliver(sending, carrier(mail_server).send) == 1
    (taken,) = mail_server.taken
    text = mail_server.text()
    assert taken.rcpt_tos == ["sam@example.net"]
    assert taken.mail_from == "hello@session.example"
    assert "Subject: Session\r\n" in text
    assert "From: Session <hello@session.example>" in text
    assert link in text
    words = text.replace(link, "").lower()
    assert not [word for word in BETRAYING if word in words]
    assert "sam" not in words.replace("sam@example.net", "")
    assert await state(place) is Posted.SENT
    assert await outbox.deliver(sending, carrier(mail_server).send) == 0


async def test_the_link_is_sealed_while_it_waits_and_gone_once_it_went(
    place: Place, mail_server: MailServer, sending: House
) -> None:
    link = await put(place)

    async def kept() -> bytes | None:
        async with place.house.database.reading() as connection:
            found: bytes | None = (await connection.execute(select(letters_table.c.link))).scalar_one()
            return found

    waiting = await kept()
    assert waiting is not None
    assert link.encode() not in waiting
    await outbox.deliver(sending, carrier(mail_server).send)
    assert await kept() is None


async def test_a_letter_waits_for_the_hours_agreed(
    place: Place, mail_server: MailServer, sending: House
) -> None:
    await put(place, DAYTIME)  # it is five past seven in the evening
    assert await outbox.deliver(sending, carrier(mail_server).send) == 0
    place.clock.advance(timedelta(hours=13, minutes=54).total_seconds())
    assert await outbox.deliver(sending, carrier(mail_server).send) == 0
    place.clock.advance(timedelta(minutes=2).total_seconds())
    assert await outbox.deliver(sending, carrier(mail_server).send) == 1


@pytest.mark.parametrize("why", ["revoked", "used", "expired", "disagreed"])
async def test_a_letter_that_is_not_wanted_any_more_does_not_go(
    place: Place, mail_server: MailServer, sending: House, why: str
) -> None:
    link = await put(place)
    (line,) = await invites.of_group(place.house, place.group)
    match why:
        case "revoked":
            await invites.revoke(place.house, line.invite, place.area)
        case "used":
            await place.parent(link=link)
        case "expired":
            place.clock.advance(timedelta(days=14, hours=1).total_seconds())
        case _:
            async with place.house.database.writing() as connection:
                await connection.execute(reach_table.delete())
    assert await outbox.deliver(sending, carrier(mail_server).send) == 0
    assert await state(place) is Posted.FAILED
    assert mail_server.taken == []


async def test_a_mail_server_that_is_down_or_busy_is_tried_again_until_it_takes_the_letter(
    place: Place, mail_server: MailServer, sending: House
) -> None:
    await put(place, Reach("sam@example.net", time(0), time(23, 59)))
    nowhere = Carrier.at("smtp://127.0.0.1:9")
    assert await outbox.deliver(sending, nowhere.send) == 0
    assert await outbox.deliver(sending, carrier(mail_server).send) == 0, "not before the pause is over"
    place.clock.advance(PAUSES[0].total_seconds())
    mail_server.says = "451 busy"
    assert await outbox.deliver(sending, carrier(mail_server).send) == 0
    assert await state(place) is Posted.WAITING
    mail_server.says = "250 OK"
    place.clock.advance(PAUSES[1].total_seconds())
    assert await outbox.deliver(sending, carrier(mail_server).send) == 1


async def test_a_letter_survives_a_restart(place: Place, mail_server: MailServer, sending: House) -> None:
    await put(place)
    assert await outbox.deliver(sending, Carrier.at("smtp://127.0.0.1:9").send) == 0
    place.clock.advance(PAUSES[0].total_seconds())
    config, clock = sending.config, place.clock
    restarted = House(config, Database(config.database_url), KeyRing(config.key), clock)
    assert await outbox.deliver(restarted, carrier(mail_server).send) == 1
    await restarted.database.close()


async def test_an_address_that_does_not_exist_is_not_tried_again(
    place: Place, mail_server: MailServer, sending: House
) -> None:
    await put(place)
    mail_server.says = "550 no such person"
    assert await outbox.deliver(sending, carrier(mail_server).send) == 0
    assert await state(place) is Posted.FAILED


async def test_a_letter_is_given_up_after_the_last_pause(
    place: Place, mail_server: MailServer, sending: House
) -> None:
    await put(place, Reach("sam@example.net", time(0), time(23, 59, 59)))
    mail_server.says = "451 busy"
    for pause in (*PAUSES, timedelta(0)):
        assert await state(place) is Posted.WAITING
        await outbox.deliver(sending, carrier(mail_server).send)
        place.clock.advance(pause.total_seconds())
    assert await state(place) is Posted.FAILED


async def test_two_processes_send_a_letter_once(
    place: Place, mail_server: MailServer, sending: House
) -> None:
    await put(place)
    went = await asyncio.gather(*(outbox.deliver(sending, carrier(mail_server).send) for _ in range(4)))
    assert sum(went) == 1
    assert len(mail_server.taken) == 1


@given(
    seconds=st.integers(0, 366 * 86_400),
    earliest=st.integers(0, 1438),
    length=st.integers(1, 1439),
)
def test_letters_are_due_within_the_hours_and_within_a_day(seconds: int, earliest: int, length: int) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    latest = min(earliest + length, 1439)
    told = Reach("x@example.net", time(earliest // 60, earliest % 60), time(latest // 60, latest % 60))
    opens = told.opens(now, LONDON)
    local = opens.astimezone(LONDON).time()
    assert opens >= now
    # An hour that the clock skips in spring, or repeats in autumn, may move it.
    assert told.earliest <= local < told.latest or opens.astimezone(LONDON).hour in {1, 2}
    assert opens - now < timedelta(hours=26)


@pytest.mark.parametrize(
    ("address", "tls", "must"),
    [
        ("smtp://mail.example", False, True),
        ("smtps://u:p%40ss@mail.example", True, True),
        ("smtp://127.0.0.1:25", False, False),
    ],
)
def test_letters_go_in_the_clear_on_this_machine_only(address: str, tls: bool, must: bool) -> None:
    found = Carrier.at(address)
    assert (found.tls, found.must_encrypt) == (tls, must)
    assert found.password in {None, "p@ss"}


async def test_a_mail_server_elsewhere_without_encryption_gets_nothing(mail_server: MailServer) -> None:
    plain = Carrier("localhost.", mail_server.port, tls=False, user=None, password=None)
    assert plain.must_encrypt
    letter = letters.invite("a@b.example", "c@d.example", "link", "then", "1", datetime.now(UTC))
    with pytest.raises(TryLater):
        await plain.send(letter)
    assert mail_server.taken == []


async def test_refusals_are_told_apart(mail_server: MailServer) -> None:
    letter = EmailMessage()
    letter["From"], letter["To"] = "a@b.example", "c@d.example"
    mail_server.says = "552 too much"
    with pytest.raises(NeverTaken):
        await carrier(mail_server).send(letter)
    mail_server.says = "452 too much"
    with pytest.raises(TryLater):
        await carrier(mail_server).send(letter)
