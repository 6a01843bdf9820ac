"""When callbacks of an app were last taken in, and refused: a row for each app.

Whether that was after a request was written, the order in which they were kept tells:
a wall clock may be set back between.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, bindparam, func, select

from bot.journal.evidence import Does, FactKind
from bot.journal.model import Intent
from bot.journal.rows import millis, moment
from bot.journal.schema import facts, hearing
from bot.journal.statement import Connection, Statement, Writer, greatest

_LAST_OF_ALL = select(func.max(facts.c.id))
_AT = Statement(
    select(hearing.c.heard_at).where(hearing.c.sdk_app_id == bindparam("app"))
)
_WRITTEN = (
    _LAST_OF_ALL.where(facts.c.thing == bindparam("thing"))
    .where(facts.c.kind == FactKind.WRITTEN.value, facts.c.does == Does.CREATE.value)
    .scalar_subquery()
)
_SINCE = Statement(
    select(
        hearing.c.heard_after >= _WRITTEN, hearing.c.refused_after >= _WRITTEN
    ).where(hearing.c.sdk_app_id == bindparam("app"))
)


def _kept(*names: str) -> Statement:
    """Return what keeps the columns *names* of an app, beside what is kept of it.

    What was kept as the newest fact of all is that which is the newest now.
    """
    newest = func.coalesce(_LAST_OF_ALL.scalar_subquery(), 0)
    moments: dict[str, Any] = {
        name: bindparam(name) for name in names if not name.endswith("_after")
    }
    columns = dict.fromkeys(names, newest) | moments

    def of(insert: Any) -> Executable:
        kept: Executable = (
            insert(hearing)
            .values(sdk_app_id=bindparam("app"), **columns)
            .on_conflict_do_update(index_elements=["sdk_app_id"], set_=columns)
        )
        return kept

    return Statement(of)


NEWEST = Statement(select(func.coalesce(_LAST_OF_ALL.scalar_subquery(), 0)))


def _hearing(insert: Any) -> Executable:
    """Return what keeps that a callback came when `heard_after` was the newest fact."""
    names = ("heard_at", "heard_after")
    columns: dict[str, Any] = {name: bindparam(name) for name in names}
    first = insert(hearing).values(sdk_app_id=bindparam("app"), **columns)
    after = greatest(hearing.c.heard_after, first.excluded.heard_after)
    kept: Executable = first.on_conflict_do_update(
        index_elements=["sdk_app_id"],
        set_={"heard_at": first.excluded.heard_at, "heard_after": after},
    )
    return kept


_HEARING = Statement(_hearing)
_HEARD = _kept("heard_at", "heard_after")
_REFUSED = _kept("refused_after")


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
        values = {"app": intent.subject.sdk_app_id, "thing": intent.id}
        row = await self._writer.read(lambda c: c.execute(_SINCE, values).first())
        return (False, False) if row is None else (bool(row[0]), bool(row[1]))


@contextmanager
def noted(connection: Connection, sdk_app_id: int, at: int) -> Iterator[None]:
    """Note that a callback was taken in *at*, in milliseconds, before all that follows.

    It is written last: every callback of the app writes to that one row, and would wait
    for whatever another one does behind it.
    """
    newest = connection.execute(NEWEST)
    yield
    row = {"app": sdk_app_id, "heard_at": at, "heard_after": newest.scalar()}
    connection.execute(_HEARING, row)
