"""One log for structlog and the standard library: structured, and without secrets."""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, Final, Literal, cast

import structlog

__all__ = ["configure", "mask"]

_MASK: Final = "***"
_SECRET_NAMES: Final = re.compile(
    r"(^|_)(token|secret|password|passwd|authorization|cookie|key|credentials?)$",
    re.IGNORECASE,
)
#: What our own secrets, and those that people are likely to give us, look like.
_SECRET_FORMS: Final = re.compile(
    r"\b[0-9A-Za-z]{10}-[0-9A-Za-z]{22}\b"  # sessions and API tokens
    r"|\btyk-[a-z]+-[0-9A-Za-z_-]{16,}"
    r"|\bsk-[0-9A-Za-z_-]{16,}"
    r"|\bgh[pousr]_[0-9A-Za-z]{16,}"
    r"|(?<=token=)[0-9A-Za-z._-]{8,}"
    r"|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"  # user:password of a URL
    r"|(?<=Bearer )\S+"
)
_Event = MutableMapping[str, Any]


def mask(_: Any, __: str, event: _Event) -> _Event:
    """A structlog processor: hides values by their name and by their form."""
    for name, value in event.items():
        event[name] = _masked(name, value)
    return event


def _masked(name: str, value: Any) -> Any:
    if _SECRET_NAMES.search(name) and value is not None:
        return _MASK
    if isinstance(value, str):
        return _SECRET_FORMS.sub(_MASK, value)
    if isinstance(value, Mapping):
        fields = cast("Mapping[object, object]", value)
        return {key: _masked(str(key), each) for key, each in fields.items()}
    if isinstance(value, list | tuple):
        return [_masked("", each) for each in cast("list[object]", value)]
    return value


def configure(form: Literal["console", "json"], level: str) -> None:
    """Send everything of this process to standard error."""
    before: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.stdlib.ExtraAdder(),  # `extra=` of the standard library's loggers
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        mask,
    ]
    structlog.configure(
        processors=[*before, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=before,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _renderer(form),
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for chatty in ("alembic", "httpx", "uvicorn.error"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, root.level))


def _renderer(form: Literal["console", "json"]) -> Any:
    if form == "json":
        return structlog.processors.JSONRenderer()
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
