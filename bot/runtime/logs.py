"""Logs: one JSON line a record, on standard error, without secrets.

Records of the bot and of its libraries pass the same formatter; its output, exception
text included, passes the redactor.
"""

import logging
import sys
from collections.abc import Callable
from typing import TextIO

import structlog

# These print whole payloads at DEBUG, and Bolt the body of a badly signed request.
TALKATIVE = ("slack_bolt", "slack_sdk", "aiohttp", "asyncio", "alembic", "sqlalchemy")


class RedactingHandler(logging.StreamHandler[TextIO]):
    """Writes each formatted line as *redact* returns it."""

    def __init__(self, stream: TextIO, redact: Callable[[str], str]) -> None:
        super().__init__(stream)
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, redacted."""
        return self._redact(super().format(record))


def set_up(
    redact: Callable[[str], str], *, level: str = "INFO", stream: TextIO | None = None
) -> None:
    """Send all logs of this process through one redacting JSON handler."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    handler = RedactingHandler(stream or sys.stderr, redact)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=True),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
