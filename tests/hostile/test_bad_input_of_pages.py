"""Malformed and oversized requests: no page breaks, and nobody else notices."""

import asyncio
import json

import aiohttp
import pytest

from tests.hostile.scene import Scene


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
async def test_no_request_upsets_a_page(scene: Scene, method: str) -> None:
    asha = scene.asha
    for path in (
        *(
            "/",
            "/exit",
            "/exit/seat",
            "/name",
            "/agreement",
            "/ready",
            "/session",
            "/staff/sign-in",
            "/livekit/webhook",
        ),
        *(
            "/i/x",
            f"/i/{'%00' * 43}",
            "/static/../server/config.py",
            "/static/%2e%2e/%2e%2e/etc/passwd",
            "/%ff",
            "//evil",
        ),
        *(
            f"/media/{'x' * 2000}/rtc",
            "/media//rtc",
            f"/staff/sessions/{'0' * 24}",
            "/socket.io/?EIO=4&transport=polling",
        ),
    ):
        for data in (None, b"\x00\xff" * 50, b'{"verdict":' + b"[" * 2000, b"name=" + b"x" * 20_000):
            body = None if method in ("GET", "TRACE") else data
            async with asha.http.request(
                method, f"{asha.origin}{path}", data=body, allow_redirects=False
            ) as answer:
                text = await answer.text()
                assert answer.status < 500, (path, data)
                assert "Traceback" not in text
    await scene.goes_on()


async def test_oversized_bodies_headers_and_cookies_are_refused(scene: Scene) -> None:
    http, origin = scene.evening.stranger().http, scene.asha.origin
    for cookie in ("seat=" + "x" * 4000, "seat=a; " * 200, "=; ;;", 'seat="\\"'):
        async with http.get(f"{origin}/session", headers={"Cookie": cookie}) as answer:
            assert answer.status in (400, 403)
    async with http.post(f"{origin}/staff/sign-in", data=b"x" * 1_000_000) as answer:
        assert answer.status in (400, 403, 413)
    try:
        async with http.get(f"{origin}/", headers={"X-Long": "x" * 50_000}) as answer:
            assert answer.status in (400, 431)
    except aiohttp.ClientError:
        pass
    await scene.goes_on()


@pytest.mark.parametrize("authorization", ["", "Bearer x", "eyJhbGciOiJub25lIn0.e30."])
async def test_a_webhook_that_the_engine_did_not_sign_is_refused(scene: Scene, authorization: str) -> None:
    """Or anybody could say that a host has come."""
    news = {
        "event": "participant_left",
        "room": {"name": scene.evening.meeting},
        "participant": {"identity": scene.host.seat, "sid": scene.host_media.sid},
    }
    headers = {"Authorization": authorization, "Content-Type": "application/webhook+json"}
    async with scene.asha.http.post(
        f"{scene.asha.origin}/livekit/webhook", data=json.dumps(news), headers=headers
    ) as answer:
        assert answer.status in (401, 403)
    await asyncio.sleep(0.3)
    await scene.goes_on()
