"""Where the messages stand that several notices of an intent share, one each line."""

from sqlalchemy import bindparam, delete, select

from bot.ids import ChannelId, IntentId, MessageTs
from bot.journal.schema import lines
from bot.journal.statement import Connection, Statement, among, inserted

Place = tuple[ChannelId, MessageTs]

_STANDING = Statement(select(lines).where(among(lines.c.intent, "ids")))
_FORGET = Statement(
    delete(lines).where(
        lines.c.intent == bindparam("intent"), lines.c.line == bindparam("line")
    )
)
_KEEP = inserted(lines)


def standing(
    connection: Connection, ids: set[IntentId]
) -> dict[tuple[str, str], Place]:
    """Return where the messages of the intents *ids* stand, by intent and line."""
    rows = connection.execute(_STANDING, {"ids": ids}).all() if ids else ()
    return {
        (row.intent, row.line): (ChannelId(row.channel), MessageTs(row.ts))
        for row in rows
    }


def keep(connection: Connection, intent: IntentId, line: str, place: Place) -> None:
    """Note that the message of the *line* of *intent* stands at *place* from now on."""
    channel, ts = place
    row = {"intent": intent, "line": line, "channel": channel, "ts": ts}
    connection.execute(_FORGET, row)
    connection.execute(_KEEP, row)
