"""What guards every answer and every form: headers, where a request comes from, and form tokens."""

import base64
import binascii
import hmac
import secrets
from collections.abc import MutableMapping
from urllib.parse import urlsplit

from aiohttp import web

from server.config import Config
from server.crypto import KeyRing

TOKEN_FIELD = "token"  # noqa: S105 - a field's name
TOKEN_HEADER = "X-CSRF-Token"  # noqa: S105 - a header's name
POLICY = "Content-Security-Policy"
OF_PAGES = frozenset(
    (
        POLICY,
        "Cross-Origin-Opener-Policy",
        "Permissions-Policy",
        "X-Frame-Options",
        "X-Robots-Tag",
    )
)
"""Headers that are heeded in pages alone; the policy also in workers: the only one, `/sw.js`, keeps it.
Built files without them are 6 kB less to the waiting room."""
_OWN_STYLE = "style-src 'self'"
_MARK = 32
_NOTHING_OF = (
    "accelerometer",
    "geolocation",
    "gyroscope",
    "hid",
    "magnetometer",
    "midi",
    "payment",
    "serial",
    "usb",
)
_OURS_ONLY = ("autoplay", "camera", "display-capture", "fullscreen", "microphone", "screen-wake-lock")


def headers(config: Config) -> dict[str, str]:
    """The headers of every answer."""
    own = {
        "Server": "web",
        POLICY: content_security_policy(config),
        "Permissions-Policy": ", ".join(
            [f"{feature}=(self)" for feature in _OURS_ONLY] + [f"{feature}=()" for feature in _NOTHING_OF]
        ),
        # Nothing crosses origins; with "no-referrer" browsers would send "Origin: null" with our own forms.
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Robots-Tag": "noindex, nofollow",
    }
    if config.secure:
        own["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
    return own


def content_security_policy(config: Config) -> str:
    """Nothing but our own origin. Some browsers do not take 'self' for WebSockets, so that is spelled out."""
    exit_parts = urlsplit(config.exit_url)
    directives = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data: blob:",
        "media-src": "'self' blob:",
        "connect-src": f"'self' {config.origin.replace('http', 'ws', 1)}",
        # The way out is a form that is redirected there.
        "form-action": f"'self' {exit_parts.scheme}://{exit_parts.netloc}",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
        "manifest-src": "'self'",
        "worker-src": "'self'",
    }
    return "; ".join(f"{name} {value}" for name, value in directives.items())


def allow_style(headers: MutableMapping[str, str], digest: str) -> None:
    """Let this page use the one style sheet within it that has this digest (CSP Level 3, 2.3.1)."""
    policy = headers[POLICY]
    headers[POLICY] = policy.replace(_OWN_STYLE, f"{_OWN_STYLE} {digest}")


def is_ours(request: web.Request, config: Config) -> bool:
    """Whether a browser sent this from a page of ours. Old browsers tell the origin only, new ones both."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is None and origin is None:
        return False
    return site in {None, "same-origin"} and origin in {None, config.origin}


def make_token(keys: KeyRing, holder: str) -> str:
    """A form token for the holder of a cookie, masked afresh each time: compression cannot betray it."""
    mask = secrets.token_bytes(_MARK)
    return base64.urlsafe_b64encode(mask + _xor(mask, keys.form_mark(holder))).decode().rstrip("=")


def is_token(keys: KeyRing, holder: str | None, token: str) -> bool:
    """Whether we made this token for this holder."""
    if holder is None or len(token) > 4 * _MARK or not token.isascii():
        return False
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (binascii.Error, ValueError):
        return False
    if len(raw) != 2 * _MARK:
        return False
    return hmac.compare_digest(_xor(raw[:_MARK], raw[_MARK:]), keys.form_mark(holder))


def client_address(request: web.Request, config: Config) -> str:
    """Where a request comes from, believing only as many proxies as there are. For counting, never logged."""
    told = [part.strip() for part in ",".join(request.headers.getall("X-Forwarded-For", [])).split(",")]
    if 0 < config.trusted_proxies <= len(told):
        return told[-config.trusted_proxies]
    return request.remote or ""


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))
