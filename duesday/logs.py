"""How this process logs: JSON, or coloured lines in a terminal. Never a patient's data, nor what an exception says."""

import logging
import sys
from collections.abc import Callable
from traceback import walk_tb
from typing import Any

import orjson
import structlog
from structlog.typing import EventDict, Processor

from models.change import correlation

VENDORS = {
    **dict.fromkeys(
        ("aiohttp", "apscheduler", "asyncio", "slack_sdk", "stripe", "tortoise", "twilio"), logging.WARNING
    ),
    "slack_bolt": logging.ERROR,  # warns that it leaves the token in the environment alone, which is meant
}
"""They tell of requests and rows at the levels below."""
FRAMES = 12


def keep_logs(*, quiet: bool = False) -> None:
    """Everything goes to stderr, ours and the vendors' alike. `quiet` keeps only what went wrong."""
    pretty = sys.stderr.isatty()
    shown = logging.StreamHandler(sys.stderr)
    shown.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_first_line, *_SHARED],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _where_it_failed, _ending(pretty)],
        )
    )
    logging.basicConfig(handlers=[shown], level=logging.WARNING if quiet else logging.INFO, force=True)
    for vendor, level in VENDORS.items():
        logging.getLogger(vendor).setLevel(level)
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def _ending(pretty: bool) -> Processor:
    if pretty:
        return structlog.dev.ConsoleRenderer(colors=True, sort_keys=False)
    return structlog.processors.JSONRenderer(serializer=_json)


def _json(event: Any, default: Callable[[Any], Any] = str, **_: Any) -> str:
    return orjson.dumps(event, default=default).decode()


def _with_correlation(logger: Any, name: str, event: EventDict) -> EventDict:
    """The id under which the events of the same request or tick can be found."""
    if ident := correlation.get():
        event.setdefault("correlation", ident)
    return event


def _where_it_failed(logger: Any, name: str, event: EventDict) -> EventDict:
    """What kind of exception and where. Its words may repeat a row, and with it a patient."""
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["error"] = " from ".join(type(each).__name__ for each in _causes(error))
        frames = [f"{frame.f_code.co_filename}:{line}" for frame, line in walk_tb(error.__traceback__)]
        event["where"] = frames[-FRAMES:]
    return event


def _causes(error: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while error is not None and len(found) < FRAMES:
        found.append(error)
        error = error.__cause__
    return found


def _first_line(logger: Any, name: str, event: EventDict) -> EventDict:
    """asyncio repeats the exception below its first line."""
    event["event"] = str(event["event"]).partition("\n")[0]
    return event


_SHARED: list[Processor] = [
    structlog.stdlib.add_log_level,
    structlog.stdlib.ExtraAdder(),
    _with_correlation,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
]
