"""Logs: one JSON object a line on standard error, redacted, whoever wrote it."""

import logging
import sys
import traceback
from types import TracebackType
from typing import Any

import structlog
from structlog.typing import Processor

from core.audit.operations import request_id_var
from core.observe.redaction import Event, redact

_DEEPEST = 30

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def configure_logs(level: str) -> None:
    """Send our lines and those of the libraries through the same processors."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        _add_request_id,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        _tell_error,
        redact,
    ]
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(ensure_ascii=False)],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=_StderrFactory(),
        cache_logger_on_first_use=False,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.ExtraAdder(allow=()), *shared],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )
    _replace_root_handler(formatter, number)


class _StderrFactory:
    """Asks for standard error at every line, so that a replaced stream is heeded."""

    def __call__(self, *_names: Any) -> structlog.PrintLogger:
        return structlog.PrintLogger(sys.stderr)


class HouseHandler(logging.StreamHandler[Any]):
    """The one handler of the root logger."""


def _replace_root_handler(formatter: logging.Formatter, level: int) -> None:
    root = logging.getLogger()
    for old in [handler for handler in root.handlers if isinstance(handler, HouseHandler)]:
        root.removeHandler(old)
    handler = HouseHandler()
    handler.setFormatter(formatter)
    root.addHandler(handler)
    root.setLevel(level)
    # These two print addresses with their query strings; our own line says what is needed.
    for chatty in ("werkzeug", "gunicorn.access"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def _add_request_id(_logger: object, _method: str, event: Event) -> Event:
    if request_id_var.get():
        event.setdefault("request_id", request_id_var.get())
    return event


def _tell_error(_logger: object, _method: str, event: Event) -> Event:
    """An exception as its kind, its (to be redacted) text and the places it passed."""
    info = event.pop("exc_info", None)
    error = _error_of(info)
    if error is not None:
        event["error"] = type(error).__name__
        event["error_text"] = str(error)[:500]
        frames = traceback.extract_tb(error.__traceback__)[-_DEEPEST:]
        event["places"] = [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in frames]
    return event


def _error_of(info: BaseException | ExcInfo | bool | None) -> BaseException | None:
    if isinstance(info, BaseException):
        return info
    if isinstance(info, tuple):
        return info[1]
    return sys.exc_info()[1] if info else None
