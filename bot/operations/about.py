"""What is done about an intent says so: in each line of the log, and in its trace."""

from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from structlog.contextvars import bind_contextvars, reset_contextvars

from bot.ids import IntentId
from bot.operations.batches import Batch
from bot.runtime import tracing

T = TypeVar("T")


async def about(intent: IntentId, work: Callable[[], Awaitable[T]]) -> T:
    """Do *work*, which is about *intent*."""
    before = bind_contextvars(intent=intent)
    try:
        with tracing.span("intent", intent=intent):
            return await work()
    finally:
        reset_contextvars(**before)


async def about_all(batch: Batch, work: Callable[[], Awaitable[T]]) -> T:
    """Do *work*, which delivers *batch*: one notice, or several in one message."""
    intents = [one.intent.id for one in batch.notifications if one.intent]
    before = bind_contextvars(**_named(intents))
    try:
        with tracing.linked("deliver", intents):
            return await work()
    finally:
        reset_contextvars(**before)


def _named(intents: Iterable[IntentId]) -> dict[str, object]:
    """Return what a line says of *intents*: of one its id, of several all."""
    ids = list(dict.fromkeys(intents))
    if len(ids) == 1:
        return {"intent": ids[0]}
    return {"intents": ids} if ids else {}
