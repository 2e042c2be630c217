"""How a line of the log is written: as JSON, or as text for people, and without what belongs to a person.

Our own messages are written so that they hold no mail address, IP address, token or words of a search. Those of
libraries, and messages of exceptions, may hold anything. So of a library's message only the text in its code is
written, with the numbers that it was given, and of an exception its type and where it was raised; its message only if
that is about the code, the machine or the database.
"""

import logging
import re
import traceback
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus

import psycopg
from django.core.exceptions import ImproperlyConfigured
from gunicorn import glogging
from structlog.processors import JSONRenderer
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict

from lib.watching import current_fields

# What our own lines say beside their message, in `extra`.
DETAILS = ("account", "browser", "network", "reason", "sql", "statements", "status")
DETAILS += ("duration_ms", "statements_ms", "waited_ms")
HIDDEN = "…"
_ABOUT_CODE = (
    *(ArithmeticError, AttributeError, ImportError, ImproperlyConfigured, IndexError, MemoryError, NameError),
    *(NotImplementedError, RecursionError, TypeError),
)
_WITH_VALUES = ("22", "P0")  # classes of PostgreSQL's errors whose first line may hold values of the statement
_MAIL = re.compile(r"[^\s<>'\"(,:=]+@[^\s<>'\"),]+")
_IP = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b|\b(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}\b|(?<![\w:])[0-9a-f:]*::[0-9a-f:]*")
_QUOTED_OR_PATH = re.compile(r"'[^']*'|\"[^\"]*\"|(?<!\S)/\S*")


def formatter(kind: str, own: set[str]) -> logging.Formatter:
    """Returns the formatter of all lines: `json` for programs, or `text` for people.

    `own` has the first part of the names of loggers whose messages are written as they are.
    """
    render = JSONRenderer(default=str) if kind == "json" else _text
    line = partial(_line, own=own)
    return ProcessorFormatter(processors=[line, render], use_get_message=False, pass_foreign_args=True)


class GunicornLogger(glogging.Logger):
    """Logs what the server says of its processes as everything else is logged, and no requests."""

    def setup(self, cfg) -> None:
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


def _line(logger, method: str, event: EventDict, *, own: set[str]) -> EventDict:
    """A processor of structlog that returns what a line says, in the order in which it is written."""
    record: logging.LogRecord = event["_record"]
    line = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "event": _event(record, event["positional_args"], own),
    }
    line |= current_fields()
    line |= {name: getattr(record, name) for name in DETAILS if hasattr(record, name)}
    if (error := event.get("exc_info")) and error[1]:
        line["exception"] = described(error[1])
    return line


def _text(logger, method: str, line: EventDict) -> str:
    """A renderer of structlog: what happened, then details as `name=value`, then the exception on lines of its own."""
    head = f"{line.pop('time')} {line.pop('level').upper()} {line.pop('logger')}: {line.pop('event')}"
    exception = line.pop("exception", "")
    details = " ".join(f"{name}={value}" for name, value in line.items())
    return "\n".join(filter(None, [f"{head} ({details})" if details else head, exception]))


def _event(record: logging.LogRecord, args, own: set[str]) -> str:
    """Returns the message of a record, without what may belong to a person."""
    if record.name == "django.request" and hasattr(record, "status_code"):
        return HTTPStatus(record.status_code).phrase  # Django's own message is the path
    message = str(record.msg)
    if record.name.partition(".")[0] in own:
        return without_addresses(message % args if args else message)
    is_by_name = isinstance(args, dict)
    hidden = {name: _hidden(value) for name, value in args.items()} if is_by_name else tuple(map(_hidden, args or ()))
    with suppress(TypeError, ValueError):  # a place for a number, for which another value was given
        message = message % hidden if args else message
    return without_addresses(_QUOTED_OR_PATH.sub(HIDDEN, message))


def _hidden(value: object) -> object:
    return value if isinstance(value, int | float) else HIDDEN


def without_addresses(text: str) -> str:
    """Returns the text without mail addresses and IP addresses."""
    return _IP.sub(HIDDEN, _MAIL.sub(HIDDEN, text))


def described(error: BaseException) -> str:
    """Returns an exception and those that led to it as Python prints them, with only those messages that may be logged.

    Python's own text would hold all messages, and notes of libraries.
    """
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    before = f"{described(cause)}\n\nwhich led to:\n\n" if cause else ""
    frames = "".join(traceback.format_tb(error.__traceback__))
    name = type(error).__qualname__ if type(error).__module__ == "builtins" else _full_name(type(error))
    message = without_addresses(_message(error))
    return f"{before}{frames}{name}: {message}" if message else f"{before}{frames}{name}"


def _full_name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def _message(error: BaseException) -> str:
    """Returns what may be logged of an exception's message, or HIDDEN."""
    match error:
        case psycopg.Error():
            state = error.sqlstate or ""
            text = (error.diag.message_primary if state else str(error).partition("\n")[0]) or ""
            return f"{state} {HIDDEN if state.startswith(_WITH_VALUES) else text}".strip()
        case OSError(errno=int(), strerror=str()):
            return f"[Errno {error.errno}] {error.strerror}"
        case _ if hasattr(error, "smtp_code"):
            return f"{error.smtp_code} {HIDDEN}"
        case _ if isinstance(error, _ABOUT_CODE) or not error.args:
            return str(error)
    return HIDDEN
