"""What is put on a machine: containers go without what they do not need, and none writes down who came."""

import re

import pytest

from tools.platform import ROOT

SHARED, _, REST = (ROOT / "docker-compose.yml").read_text().partition("\nservices:\n")
_PARTS = re.split(r"^  ([a-z]+):\n", REST.partition("\nvolumes:\n")[0], flags=re.MULTILINE)
SERVICES = dict(zip(_PARTS[1::2], _PARTS[2::2], strict=True))
GUARDED, PLATFORM = re.split(r"^x-[a-z]+:", SHARED, flags=re.MULTILINE)[1:]


def test_what_containers_share_takes_their_rights_away() -> None:
    for taken in ("read_only: true", "cap_drop: [ALL]", '["no-new-privileges:true"]', "pids_limit: 256"):
        assert taken in GUARDED
    assert "<<: *guarded" in PLATFORM


@pytest.mark.parametrize("name", SERVICES)
def test_no_container_has_more_than_that(name: str) -> None:
    service = SERVICES[name]
    assert "<<: *guarded" in service or "<<: *platform" in service
    added = ["[NET_BIND_SERVICE]"] if name in {"caddy", "coturn"} else []
    assert re.findall(r"cap_add: (.*)", service) == added
    assert not re.findall(r"(privileged|read_only|security_opt|cap_drop|devices|pid|ipc):", service)


def test_whatever_has_a_log_can_send_it_elsewhere() -> None:
    text = (ROOT / "deploy" / "logs.yml").read_text()
    assert set(re.findall(r"^  ([a-z]+): \*journal$", text, flags=re.MULTILINE)) == set(SERVICES) - {"coturn"}


def test_caddy_writes_down_how_certificates_do_and_nothing_of_requests() -> None:
    text = (ROOT / "Caddyfile").read_text()
    told = re.findall(r"^\tlog \{\n(.*?)^\t\}", text, flags=re.MULTILINE | re.DOTALL)
    assert [block.split() for block in told] == [
        ["include", "tls", "exclude", "tls.handshake", "tls.on_demand"]
    ]
    assert len(re.findall(r"^\s*log\b", text, flags=re.MULTILINE)) == 1


def test_the_relay_leads_to_the_media_engines_alone_and_its_log_goes_nowhere() -> None:
    coturn = SERVICES["coturn"]
    assert "logging: {driver: none}" in coturn
    assert '"--log-file=stdout"' in coturn
    assert '"--denied-peer-ip=0.0.0.0-255.255.255.255"' in coturn
    assert '"--denied-peer-ip=::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"' in coturn
    assert re.findall(r"--allowed-peer-ip=(.*)\"", coturn) == ["${MEDIA_HOST}"]


def test_postgresql_lets_nobody_in_unasked_and_the_platform_into_its_own_database_alone() -> None:
    lines = (ROOT / "deploy" / "pg_hba.conf").read_text().splitlines()
    assert [line.split() for line in lines if line and not line.startswith("#")] == [
        ["local", "all", "postgres", "peer"],
        ["host", "hearth", "hearth", "127.0.0.1/32", "scram-sha-256"],
    ]
    assert "hba_file=/etc/postgresql/pg_hba.conf" in SERVICES["postgres"]
    assert "./deploy/pg_hba.conf:/etc/postgresql/pg_hba.conf:ro" in SERVICES["postgres"]
    assert "SUPERUSER" not in (ROOT / "deploy" / "role.sql").read_text()
