"""Where the messages stand that several notices of an intent share, one each line."""

from typing import Any

from sqlalchemy import Executable, bindparam, select

from bot.ids import ChannelId, IntentId, MessageTs
from bot.journal.schema import lines
from bot.journal.statement import Connection, Statement, among

Place = tuple[ChannelId, MessageTs]

_STANDING = Statement(select(lines).where(among(lines.c.intent, "ids")))
_CAME = Statement(
    select(lines.c.came_at).where(
        lines.c.intent == bindparam("intent"), lines.c.line == bindparam("line")
    )
)


def _keeping(insert: Any) -> Executable:
    first = insert(lines)
    moved = {name: first.excluded[name] for name in ("channel", "ts")}
    kept: Executable = first.on_conflict_do_update(
        index_elements=["intent", "line"], set_=moved
    )
    return kept


_KEEP = Statement(_keeping, [column.name for column in lines.c])


def standing(
    connection: Connection, ids: set[IntentId]
) -> dict[tuple[str, str], Place]:
    """Return where the messages of the intents *ids* stand, by intent and line."""
    rows = connection.execute(_STANDING, {"ids": ids}).all() if ids else ()
    return {
        (row.intent, row.line): (ChannelId(row.channel), MessageTs(row.ts))
        for row in rows
    }


def keep(
    connection: Connection, intent: IntentId, line: str, place: Place, at: int
) -> None:
    """Note *at*, in milliseconds, that the message of the *line* of *intent* stands.

    It is at *place* from now on; if it stood somewhere before, it came then.
    """
    channel, ts = place
    row = {"intent": intent, "line": line, "channel": channel, "ts": ts}
    connection.execute(_KEEP, {**row, "came_at": at})


def came_at(connection: Connection, intent: IntentId, line: str) -> int | None:
    """Return when the message of *line* came, in milliseconds; None if it has not."""
    asked = {"intent": intent, "line": line}
    moment: int | None = connection.execute(_CAME, asked).scalar()
    return moment
