"""What every process writes to standard error: a line for each record, no personal data (X3).

Our own records hold ids, codes and kinds of errors. What a library writes can hold anything (an
error of PostgreSQL quotes the row), so of its records only the template and numbers are written;
and of a text without values, which may have been put together, only where it was said, unless it
is one that we know.
An error is told by its type and by where it was, never by its words. Nothing that is written can
look like a line of its own: JSON escapes what isn't printable, and so does the text.
"""

import json
import logging
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from traceback import walk_tb
from types import TracebackType
from typing import Any, Literal
from uuid import UUID

Form = Literal["json", "text"]
_OWN = ("services.", "shared.", "samspel.", "__main__")
_ROOT = Path(__file__).resolve().parent.parent
_WITH_HANDLERS = ("uvicorn", "uvicorn.error")
_OF_ADDRESSES = "uvicorn.access"  # which are secrets: nobody is handed any, whoever listens
# Texts of libraries in which nothing has been put.
_KNOWN = frozenset(
    {
        "ASGI callable returned without completing response.",
        "ASGI callable returned without starting response.",
        "Application shutdown failed. Exiting.",
        "Application startup failed. Exiting.",
        "Cannot pickle state. Falling back to pformat.",
        "Exception in ASGI application",
        "Exception in default exception handler",
        "Future exception was never retrieved",
        "Invalid HTTP request received.",
        "Invalid UTF-8 sequence received from client.",
        "Task exception was never retrieved",
        "Task was destroyed but it is pending!",
        "Too many open files. Aborting...",
        "Unhandled exception in event loop",
        "Unsupported upgrade request.",
        "beat: Connection cleanup failed after sync error",
        "beat: Store cleanup failed after scheduler error",
        "socket.accept() out of system resource",
        "socket.send() raised exception.",
    }
)
_MOST_PLACES = 12
log = logging.getLogger(__name__)


def begin(process: str, form: Form | None = None) -> None:
    """From now on all records of this process, and what ends it, are written so.

    Without a form: text for who sits at a terminal, else JSON.
    """
    form = form or ("text" if sys.stderr.isatty() else "json")
    root = logging.getLogger()
    for handler in root.handlers[:]:
        if isinstance(handler, ToStandardError):
            root.removeHandler(handler)
    root.addHandler(ToStandardError(Lines(process, form)))
    root.setLevel(logging.WARNING)
    for name in _WITH_HANDLERS:
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    _silence(logging.getLogger(_OF_ADDRESSES))
    logging.captureWarnings(capture=True)
    sys.excepthook = _ended
    sys.unraisablehook = _not_raised


def _silence(logger: logging.Logger) -> None:
    """Also for others' handlers on the root; uvicorn asks `hasHandlers`, and then says nothing."""
    logger.handlers.clear()
    logger.propagate = False
    logger.disabled = True


def watch_threads() -> None:
    """What ends a thread is written so, too."""
    threading.excepthook = _thread_ended


class ToStandardError(logging.Handler):
    """Writes a line where standard error is at that moment."""

    def __init__(self, lines: logging.Formatter) -> None:
        super().__init__(logging.WARNING)
        self.setFormatter(lines)

    def emit(self, record: logging.LogRecord) -> None:
        with suppress(OSError, ValueError):  # a closed pipe: there is nobody to tell
            sys.stderr.write(self.format(record) + "\n")


class Lines(logging.Formatter):
    """A record as one line: JSON, or the same for people to read."""

    def __init__(self, process: str, form: Form) -> None:
        super().__init__()
        self._process = process
        self._as_json = form == "json"

    def format(self, record: logging.LogRecord) -> str:
        told = self._told(record)
        if self._as_json:
            return json.dumps(told)
        error = told.get("error", "")
        where = " ".join(told.get("where", ()))
        line = f"{told['time']} {told['level']} {told['logger']}: {told['message']}"
        return _printable(" ".join(part for part in (line, error, where) if part))

    def _told(self, record: logging.LogRecord) -> dict[str, Any]:
        at = datetime.fromtimestamp(record.created, UTC)
        told: dict[str, Any] = {
            "time": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "service": self._process,
            "logger": record.name,
            "message": _message(record),
        }
        if ids := [str(one) for one in _args(record) if isinstance(one, UUID)]:
            told["ids"] = ids
        kind, error, trace = record.exc_info or (None, None, None)
        if kind is not None:
            told["error"] = _kind(error or kind)
            told["where"] = places(trace)
        return told


def _message(record: logging.LogRecord) -> str:
    """Ours as it was meant; of a library's the first line of its template, with numbers alone."""
    if not isinstance(record.msg, str):
        return _kind(record.msg)
    if record.name.startswith(_OWN):
        return _filled(record.msg, record.args, _ours)
    if record.name == "py.warnings":  # the place and the category stand before its words
        return ": ".join(record.getMessage().split(": ")[:2])
    first = record.msg.split("\n", 1)[0]
    if not record.args and first not in _KNOWN:
        return f"said at {_short(record.pathname)}:{record.lineno}"
    return _filled(first, record.args, _harmless)


def _filled(text: str, args: Any, told: Callable[[object], object]) -> str:
    """The template with what may be told of its arguments; as it is, where they don't fit it."""
    if not args:
        return text
    safe = (
        {key: told(value) for key, value in args.items()}
        if isinstance(args, Mapping)
        else tuple(told(value) for value in args)
    )
    try:
        return text % safe
    except (TypeError, ValueError, KeyError):
        return text


def _ours(value: object) -> object:
    return _kind(value) if isinstance(value, BaseException) else value


def _harmless(value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    return _kind(value) if isinstance(value, BaseException) else "…"


def _args(record: logging.LogRecord) -> tuple[object, ...]:
    return record.args if isinstance(record.args, tuple) else ()


def _kind(error: object) -> str:
    """The type of an error, with the code of PostgreSQL's; never its words."""
    kind = error if isinstance(error, type) else type(error)
    code = getattr(error, "sqlstate", None)
    return f"{kind.__name__} {code}" if isinstance(code, str) else kind.__name__


def places(trace: TracebackType | None) -> list[str]:
    """File and line, the innermost last: of the project from its root, of others their names."""
    return [f"{_short(frame.f_code.co_filename)}:{line}" for frame, line in walk_tb(trace)][
        -_MOST_PLACES:
    ]


def _short(file: str) -> str:
    path = Path(file)
    if path.is_relative_to(_ROOT) and "site-packages" not in path.parts:
        return str(path.relative_to(_ROOT))
    return "/".join(path.parts[-2:])


def _printable(line: str) -> str:
    return "".join(
        one if one.isprintable() else one.encode("unicode_escape").decode() for one in line
    )


def _ended(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        log.critical("The process ends.", exc_info=(kind, error, trace))


def _not_raised(told: "sys.UnraisableHookArgs") -> None:
    """An error where nobody could be told of it, such as while something was thrown away."""
    if told.exc_value is None:
        log.error("An error was left: %s", told.exc_type.__name__)
    else:
        error = (told.exc_type, told.exc_value, told.exc_traceback)
        log.error("An error was left.", exc_info=error)


def _thread_ended(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
        log.critical("A thread ends.", exc_info=(args.exc_type, args.exc_value, args.exc_traceback))
