"""Letters over TLS to a real mail server: only to the one that the settings name, and in no other way."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import partial
from ipaddress import ip_address
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from server.house import House
from server.mail import letters, outbox
from server.mail.carrier import Carrier
from server.mail.errors import NotSecure
from server.mail.outbox import PAUSES, Posted
from server.mail.reach import Reach
from tests.server.conftest import Place
from tests.server.test_mail import MailServer, put, state, with_mail
from tools.platform import free_port

ALWAYS = Reach("sam@example.net", time(0), time(23, 59))
ELSEWHERE = "127.0.0.2"
"""An address of loopback that the settings do not take for this machine: so letters must be encrypted."""
DAY = timedelta(days=1)
NOW = datetime(2026, 3, 3, 19, 5, tzinfo=UTC)


@dataclass(frozen=True)
class Papers:
    """A certificate and its key, in files."""

    certificate: Path
    key: Path

    def of_server(self) -> ssl.SSLContext:
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(self.certificate, self.key)
        return made


def papers(folder: Path, name: str, host: str = ELSEWHERE, until: timedelta = DAY) -> Papers:
    """A certificate that vouches for itself."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 10 * DAY)
        .not_valid_after(now + until)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(host))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    found = Papers(folder / f"{name}.pem", folder / f"{name}.key")
    found.certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    pkcs8 = serialization.PrivateFormat.PKCS8
    found.key.write_bytes(key.private_bytes(serialization.Encoding.PEM, pkcs8, plain))
    return found


@contextmanager
def serving(starttls: Papers | None = None, tls: Papers | None = None) -> Iterator[MailServer]:
    """A mail server that offers this."""
    made = MailServer(port=free_port())
    offered = None if starttls is None else starttls.of_server()

    class Offering(Controller):
        def factory(self) -> SMTP:
            return SMTP(self.handler, tls_context=offered, require_starttls=offered is not None)

    controller = Offering(
        made,
        hostname=ELSEWHERE,
        port=made.port,
        server_hostname="localhost",
        ssl_context=None if tls is None else tls.of_server(),
    )
    controller.start()
    try:
        yield made
    finally:
        controller.stop()


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Papers:
    """A certificate that this machine trusts, as it trusts the authorities of the system."""
    made = papers(tmp_path, "trusted")
    monkeypatch.setenv("SSL_CERT_FILE", str(made.certificate))
    return made


@pytest.fixture
async def sending(place: Place) -> House:
    await put(place, ALWAYS)
    return with_mail(place.house)


async def test_a_letter_goes_by_starttls_to_a_server_with_a_good_certificate(
    place: Place, sending: House, trusted: Papers
) -> None:
    with serving(starttls=trusted) as server:
        carrier = Carrier(ELSEWHERE, server.port, tls=False, user=None, password=None)
        assert carrier.must_encrypt
        assert await outbox.deliver(sending, carrier.send) == 1
        assert len(server.taken) == 1
    assert await state(place) is Posted.SENT


async def test_a_letter_goes_over_tls_from_the_start(place: Place, sending: House, trusted: Papers) -> None:
    with serving(tls=trusted) as server:
        assert await outbox.deliver(sending, Carrier.at(f"smtps://{ELSEWHERE}:{server.port}").send) == 1
    assert await state(place) is Posted.SENT


@pytest.mark.parametrize("wrong", ["unknown", "expired", "of another name", "none"])
@pytest.mark.parametrize("from_the_start", [False, True], ids=["STARTTLS", "TLS"])
async def test_no_letter_goes_to_a_server_that_cannot_prove_who_it_is_and_it_waits(
    place: Place,
    sending: House,
    trusted: Papers,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    wrong: str,
    from_the_start: bool,
) -> None:
    made = {
        "unknown": partial(papers, tmp_path, "other"),
        "expired": partial(papers, tmp_path, "other", until=-DAY),
        "of another name": partial(papers, tmp_path, "other", host="127.0.0.3"),
    }
    shown = made[wrong]() if wrong in made else None
    if shown is not None and wrong != "unknown":
        monkeypatch.setenv("SSL_CERT_FILE", str(shown.certificate))
    with serving(None if from_the_start else shown, shown if from_the_start else None) as server:
        carrier = Carrier(ELSEWHERE, server.port, tls=from_the_start, user="us", password="secret word")
        with pytest.raises(NotSecure):
            await carrier.send(letters.invite("a@b.example", "c@d.example", "link", "then", "1", NOW))
        assert await outbox.deliver(sending, carrier.send) == 0
        assert server.taken == []
        assert await state(place) is Posted.WAITING
    place.clock.advance(PAUSES[0].total_seconds())
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted.certificate))
    with serving(starttls=trusted) as server:
        mended = Carrier(ELSEWHERE, server.port, tls=False, user=None, password=None)
        assert await outbox.deliver(sending, mended.send) == 1, "it goes once the server is what it should be"
