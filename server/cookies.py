"""The cookies, all of them HttpOnly and strictly ours.

`staff` and `seat` say who this browser is; `visit` says only that it is the same browser as a moment ago,
so that a form can be tied to it before anybody is known. `known` says that somebody has signed in here
before: whoever guesses elsewhere does not use up this browser's tries. `lang` is the language that was
chosen, and nothing else.
"""

from aiohttp import web

from server.config import Config

SEAT = "seat"
TRIAL = "trial"  # of somebody without a link who tries their phone; it lasts a few minutes
STAFF = "staff"
VISIT = "visit"
KNOWN = "known"
LANGUAGE = "lang"
HALF_A_YEAR = 26 * 7 * 24 * 3600
LASTS = {
    SEAT: HALF_A_YEAR,
    KNOWN: 180 * 24 * 3600,
    LANGUAGE: HALF_A_YEAR,
}  # seconds; the others end with the browser


def cookie_name(config: Config, name: str) -> str:
    """The cookie's name: with the prefix that ties it to one secure origin, where there is TLS."""
    return f"__Host-{name}" if config.secure else name


def read(request: web.Request, config: Config, name: str) -> str | None:
    """The cookie's value, or None."""
    return request.cookies.get(cookie_name(config, name)) or None


def give(answer: web.StreamResponse, config: Config, name: str, value: str) -> None:
    """Set a cookie. A seat outlasts the browser being closed: the place is kept from week to week."""
    answer.set_cookie(
        cookie_name(config, name),
        value,
        max_age=LASTS.get(name),
        path="/",
        secure=config.secure,
        httponly=True,
        samesite="Lax",
    )


def take(answer: web.StreamResponse, config: Config, name: str) -> None:
    """Delete a cookie."""
    answer.del_cookie(
        cookie_name(config, name), path="/", secure=config.secure, httponly=True, samesite="Lax"
    )
