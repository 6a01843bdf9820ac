"""Logs: one JSON line a record, on standard error, without secrets.

Records of the bot and of its libraries pass the same formatter; its output, exception
text included, passes the redactor. Of one kind only so many are written.
"""

import logging
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, TextIO

import structlog

from bot.runtime.redact import Redactor
from bot.runtime.repeats import Repeats

# These print whole payloads at DEBUG, and Bolt the body of a badly signed request.
TALKATIVE = ("slack_bolt", "slack_sdk", "aiohttp", "asyncio", "alembic", "sqlalchemy")

# Bolt says at each start that a token in the environment is not its own to use.
BOLTS_APP, NEEDLESS = "slack_bolt.AsyncApp", ("`token` will be unused", "`token` (or ")

LEVELS = ("info", "warning", "error", "critical")
HELD_BACK = "held_back"  # how many lines of the kind were not written before this one


class RedactingHandler(logging.StreamHandler[TextIO]):
    """Writes each formatted line as *redact* returns it, unless *repeats* holds it."""

    def __init__(self, stream: TextIO, redact: Redactor, repeats: Repeats) -> None:
        super().__init__(stream)
        self.redact = redact
        self._repeats = repeats
        self.count = Counter(dict.fromkeys(LEVELS, 0))  # by level, all that came

    def emit(self, record: logging.LogRecord) -> None:
        """Write *record*, with the number of its like that were not written."""
        self.count[record.levelname.lower()] += 1
        held_back = self._repeats.pass_on(record)
        if held_back is None:
            return
        if held_back:
            record.__dict__[HELD_BACK] = held_back
        super().emit(record)

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, redacted."""
        return self.redact(super().format(record))

    def close(self) -> None:
        """Say of what is still held back how many there were."""
        for (name, event), count in self._repeats.left():
            text = f"log.held-back {event}"
            record = logging.LogRecord(name, logging.WARNING, "", 0, text, None, None)
            record.__dict__[HELD_BACK] = count
            super().emit(record)
        super().close()


def hide(secrets: Iterable[str]) -> None:
    """Mask these *secrets*, too, in each line from here on."""
    each = [line for one in secrets for line in one.splitlines()]
    for handler in logging.getLogger().handlers:
        if isinstance(handler, RedactingHandler):
            handler.redact = handler.redact.also(each)


def counted() -> Mapping[str, int]:
    """Return how many lines of each level came so far, written or held back."""
    handlers = logging.getLogger().handlers
    ours = (one.count for one in handlers if isinstance(one, RedactingHandler))
    return next(ours, {})


def _with_held_back(
    _logger: Any, _name: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Add how many lines of the kind were not written, if there are any."""
    if count := getattr(event["_record"], HELD_BACK, 0):
        event[HELD_BACK] = count
    return event


def _is_needed(record: logging.LogRecord) -> bool:
    return not any(one in record.getMessage() for one in NEEDLESS)


def set_up(
    redact: Redactor,
    *,
    level: str = "INFO",
    stream: TextIO | None = None,
    monotonic: Callable[[], float] = time.monotonic,
) -> None:
    """Send all logs of this process through one redacting JSON handler."""
    # what is not written need not be found out for each record
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None  # noqa: SLF001 - so its guide says: nobody looks who calls
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=cache(logging.getLogger),  # it is asked for with each line
    )
    handler = RedactingHandler(stream or sys.stderr, redact, Repeats(monotonic))
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                _with_held_back,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=True),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    logging.getLogger(BOLTS_APP).addFilter(_is_needed)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
