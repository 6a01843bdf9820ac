"""When callbacks of an app were last taken in, and refused: a row for each app.

Whether that was after a request was written, the order in which they were kept tells:
a wall clock may be set back between.
"""

from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from bot.journal.evidence import Does, FactKind
from bot.journal.model import Intent
from bot.journal.rows import millis, moment
from bot.journal.schema import facts, hearing
from bot.journal.sqlite.writer import Writer

_NEWEST = select(func.max(facts.c.id))
_AT = select(hearing.c.heard_at).where(hearing.c.sdk_app_id == bindparam("app"))
_WRITTEN = (
    _NEWEST.where(facts.c.thing == bindparam("thing"))
    .where(facts.c.kind == FactKind.WRITTEN.value, facts.c.does == Does.CREATE.value)
    .scalar_subquery()
)
_SINCE = select(
    hearing.c.heard_after >= _WRITTEN, hearing.c.refused_after >= _WRITTEN
).where(hearing.c.sdk_app_id == bindparam("app"))


class LastHeard:
    """What came of callbacks, by the app's SdkAppId.

    Every method raises JournalUnavailable: nothing can be read, or was kept.
    """

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    async def note(self, sdk_app_id: int, at: datetime) -> None:
        """Note that a callback was taken in *at*; of app 0, that this bot ran."""
        await self._writer.write(lambda c: note(c, sdk_app_id, millis(at)))

    async def note_refused(self, sdk_app_id: int) -> None:
        """Note that a callback was not taken in."""

        def work(connection: Connection) -> None:
            _keep(connection, sdk_app_id, refused_after=_newest(connection))

        await self._writer.write(work)

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


def note(connection: Connection, sdk_app_id: int, at: int) -> None:
    """Note that a callback was taken in *at*, in milliseconds."""
    _keep(connection, sdk_app_id, heard_at=at, heard_after=_newest(connection))


def _keep(connection: Connection, sdk_app_id: int, **columns: int) -> None:
    sqlite = connection.dialect.name == "sqlite"
    insert = insert_sqlite if sqlite else insert_postgresql
    connection.execute(
        insert(hearing)
        .values(sdk_app_id=sdk_app_id, **columns)
        .on_conflict_do_update(index_elements=["sdk_app_id"], set_=columns)
    )


def _newest(connection: Connection) -> int:
    return int(connection.execute(_NEWEST).scalar() or 0)
