"""Logs that hold opaque ids, codes and numbers, and nothing else, whoever writes them.

Every value is dropped unless it is known to be harmless, so that a name, an address or a token that somebody
passes by mistake, or a library logs on its own, never arrives in a file. Of an exception stay its type and
the places in the code; its message may quote what a person typed.
"""

import json
import logging
import re
import sys
import time
import traceback
from collections.abc import Callable, Mapping, MutableMapping
from enum import Enum
from types import TracebackType
from typing import Any, TextIO

import structlog

DROPPED = "…"
_ID = re.compile(r"[0-9a-f]{24}|house")
_ROUTE = re.compile(r"GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|/[a-z/{}_-]{0,60}")
_ERROR = re.compile(r"[A-Z][A-Za-z]{3,40}(Error|Down|Refused)")
_OURS = frozenset({"__main__", "server", "signalling", "media", "moderation"})
_USUAL = frozenset({*vars(logging.makeLogRecord({})), "message", "asctime"})
_KIND = re.compile(r'"event": ("(?:[^"\\\\]|\\\\.)*")')
_STAMP = structlog.processors.TimeStamper(fmt="iso", utc=True)
_KEPT_TEXT = frozenset({"level", "timestamp", "logger", "event"})
_CODE_PLACES = 12
MOST_ALIKE = 60
"""Lines of one kind in a minute: an attack told ten thousand times would fill a disk and hide the rest."""
_A_MINUTE = 60.0


def set_up(level: str, to: TextIO = sys.stderr) -> None:
    """Send everything, the libraries' too, through the same sieve, a line of JSON each."""
    handler = logging.StreamHandler(to)
    handler.setFormatter(SievedFormatter())
    handler.addFilter(Thinned())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    logging.getLogger("alembic").setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            _STAMP,
            sieve,
            structlog.processors.JSONRenderer(ensure_ascii=False),
            _as_sieved,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


class Thinned(logging.Filter):
    """Lets through so many lines of one kind in a minute. The first of the next one tells how many were not.

    Which kind: where in the code it was said.
    """

    def __init__(self, most: int = MOST_ALIKE, seconds: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._most, self._seconds = most, seconds
        self._said: dict[tuple[str, int, int], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether this line is written."""
        # structlog's own frames are the same for all: there the sentence says which kind it is.
        kind = _KIND.search(record.msg) if getattr(record, "sieved", False) else None
        place = (f"{record.name} {kind[1] if kind else record.pathname}", record.lineno, record.levelno)
        now = self._seconds()
        since, count = self._said.get(place, (now, 0))
        unsaid = max(0, count - self._most) if now - since >= _A_MINUTE else 0
        if now - since >= _A_MINUTE:
            since, count = now, 0
        self._said[place] = since, count + 1
        if unsaid:
            _add_unsaid(record, unsaid)
        return count < self._most


def _add_unsaid(record: logging.LogRecord, unsaid: int) -> None:
    """Say in this line how many like it were left out."""
    if getattr(record, "sieved", False):
        record.msg = json.dumps({**json.loads(record.msg), "unsaid": unsaid}, ensure_ascii=False)
    else:
        record.unsaid = unsaid


def get(name: str) -> structlog.stdlib.BoundLogger:
    """A logger. Its event is a fixed sentence; facts are keywords."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger


def harmless(value: object) -> object:
    """The value, if it can be nobody's: a number, a code, a class, an opaque id, a pattern. Else nothing."""
    match value:
        case bool() | int() | float() | None:
            return value
        case Enum():
            return value.value
        case BaseException():
            return type(value).__name__
        case type():
            return value.__name__
        case str() if any(kind.fullmatch(value) for kind in (_ID, _ROUTE, _ERROR)):
            return value
        case _:
            return DROPPED


def sieve(logger: object, method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """structlog's processor: keep what is harmless."""
    error = event.pop("exc_info", None)
    kept = {key: value if key in _KEPT_TEXT else harmless(value) for key, value in event.items()}
    if error:
        found = error if isinstance(error, BaseException) else sys.exc_info()[1]
        kept["error"] = None if found is None else type(found).__name__
        kept["at"] = places(found.__traceback__) if found is not None else []
    return kept


def places(trace: TracebackType | None) -> list[str]:
    """Where in the code an exception went, innermost last: file's name, line, function."""
    frames = traceback.extract_tb(trace)[-_CODE_PLACES:]
    return [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in frames]


class SievedFormatter(logging.Formatter):
    """For what comes through the standard library.

    Our own packages log fixed sentences: they stay, their arguments pass the sieve. Libraries may have put
    anything into theirs: of those stays where it was said, not what.
    """

    def format(self, record: logging.LogRecord) -> str:
        """One line of JSON."""
        if getattr(record, "sieved", False):
            return str(record.msg)
        ours = record.name.split(".")[0] in _OURS
        facts = {
            **{
                key: value
                for key, value in vars(record).items()
                if key not in _USUAL and (ours or key == "unsaid")
            },
            "event": _sentence(record) if ours else f"{record.filename}:{record.lineno} {record.funcName}",
            "level": record.levelname.lower(),
            "logger": record.name,
            "exc_info": record.exc_info[1] if record.exc_info else None,
        }
        kept = dict(sieve(None, "", _STAMP(None, "", facts)))
        return str(structlog.processors.JSONRenderer(ensure_ascii=False)(None, "", kept))


def _sentence(record: logging.LogRecord) -> str:
    sentence = str(record.msg)
    arguments = record.args if isinstance(record.args, tuple) else ()
    try:
        return sentence % tuple(harmless(value) for value in arguments) if arguments else sentence
    except (TypeError, ValueError):
        return sentence


def _as_sieved(logger: object, method: str, line: Any) -> tuple[Any, ...]:
    return (line,), {"extra": {"sieved": True}}
