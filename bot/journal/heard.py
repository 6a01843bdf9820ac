"""When callbacks of an app were last taken in, and refused: a row for each app.

Whether that was after a request was written, turns tell, which are counted: a wall
clock may be set back between. What is taken in, or refused, takes the next turn of its
app, and what is sent remembers which one was the last.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, bindparam, func, select

from bot.journal.model import Intent
from bot.journal.rows import millis, moment
from bot.journal.schema import hearing, intents
from bot.journal.statement import Connection, Statement, Writer, greatest

NEVER = -1
_last = greatest(hearing.c.heard_after, hearing.c.refused_after)
_turn = select(_last).where(hearing.c.sdk_app_id == intents.c.sdk_app_id)
TURN = func.coalesce(_turn.scalar_subquery(), NEVER)  # of the app of an intent
_AT = Statement(
    select(hearing.c.heard_at).where(hearing.c.sdk_app_id == bindparam("app"))
)
_SINCE = Statement(
    select(
        hearing.c.heard_after > intents.c.sent_after,
        hearing.c.refused_after > intents.c.sent_after,
    )
    .join_from(intents, hearing, hearing.c.sdk_app_id == intents.c.sdk_app_id)
    .where(intents.c.id == bindparam("thing"))
)


def _taking(turn: str, *moments: str) -> Statement:
    """Return what takes the next turn of an app as its *turn*, and keeps *moments*."""
    kept: dict[str, Any] = {name: bindparam(name) for name in moments}

    def of(insert: Any) -> Executable:
        first = insert(hearing).values(sdk_app_id=bindparam("app"), **kept, **{turn: 0})
        taken: Executable = first.on_conflict_do_update(
            index_elements=["sdk_app_id"], set_={**kept, turn: _last + 1}
        )
        return taken

    return Statement(of)


_HEARD = _taking("heard_after", "heard_at")
_REFUSED = _taking("refused_after")


class LastHeard:
    """What came of callbacks, by the app's SdkAppId.

    Every method raises JournalUnavailable: nothing can be read, or was kept.
    """

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    async def note(self, sdk_app_id: int, at: datetime) -> None:
        """Note that a callback was taken in *at*; of app 0, that this bot ran."""
        row = {"app": sdk_app_id, "heard_at": millis(at)}
        await self._writer.write(lambda c: c.execute(_HEARD, row))

    async def note_refused(self, sdk_app_id: int) -> None:
        """Note that a callback was not taken in."""
        await self._writer.write(lambda c: c.execute(_REFUSED, {"app": sdk_app_id}))

    async def at(self, sdk_app_id: int) -> datetime | None:
        """Return when a callback was last taken in; of app 0, when this bot ran."""
        values = {"app": sdk_app_id}
        return moment(
            await self._writer.read(lambda c: c.execute(_AT, values).scalar())
        )

    async def since_sent(self, intent: Intent) -> tuple[bool, bool]:
        """Tell whether callbacks were taken in, and refused, since *intent* was sent.

        Sent is when its request was written, last.
        """
        values = {"thing": intent.id}
        row = await self._writer.read(lambda c: c.execute(_SINCE, values).first())
        return (False, False) if row is None else (bool(row[0]), bool(row[1]))


@contextmanager
def noted(connection: Connection, sdk_app_id: int, at: int) -> Iterator[None]:
    """Note that a callback was taken in *at*, in milliseconds, with all that follows.

    It is written last: every callback of the app writes to that one row, and would wait
    for whatever another one does behind it.
    """
    yield
    connection.execute(_HEARD, {"app": sdk_app_id, "heard_at": at})
