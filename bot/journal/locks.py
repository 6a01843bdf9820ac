"""Who waits for whom: rows are locked in one order, and it is said here.

What SQLite gives for nothing, one writer, is asked for where there are several: what is
read to be written on is locked before it is read. Always in this order, so that nobody
waits in a circle:

1. the heads of the audit chains that are written, which makes one writer for each
   workspace (`heads`); a workspace without one waits by its name
2. a thing, before it is folded, and before the stops of it (`thing_of`)
3. stops, the oldest first
4. the first stop of a batch, before those of it are counted
5. counters and tallies

Each is a statement, sent with what is asked next: it costs no round trip of its own.
"""

from collections.abc import Iterable

from sqlalchemy import bindparam, select

from bot.journal.audit import INSTALLATION, Entry
from bot.journal.schema import EMPTY, intents
from bot.journal.schema_audit import audit_heads
from bot.journal.statement import Connection, Statement, among

_about = intents.alias("about")
_stop = intents.alias("stop")

HEAD = Statement(
    select(audit_heads).where(audit_heads.c.chain == bindparam("of")).with_for_update()
)


def _heads(which: object) -> Statement:
    heads = select(audit_heads).where(audit_heads.c.chain.in_(which))  # type: ignore[arg-type]
    return Statement(heads.order_by(audit_heads.c.chain).with_for_update())


HEADS = _heads(select(intents.c.team).where(among(intents.c.id, "ids")))
HEAD_OF_AGENT = _heads(
    select(intents.c.team).where(
        intents.c.agent == bindparam("agent"), intents.c.agent != EMPTY
    )
)
THING = Statement(
    select(_about.c.id)
    .where(
        _about.c.id.in_(
            select(_stop.c.about).where(
                _stop.c.id == bindparam("of"), _stop.c.about.is_not(None)
            )
        )
    )
    .with_for_update()
)
THINGS = Statement(
    select(intents.c.id)
    .where(among(intents.c.id, "ids"))
    .order_by(intents.c.id)
    .with_for_update()
)


def head(connection: Connection, team: str) -> None:
    """Be the one writer of the workspace *team*; of the installation, if it is ''."""
    connection.lock(HEAD, {"of": team or INSTALLATION})


def workspace(connection: Connection, team: str) -> None:
    """Be the one writer of the workspace *team*, also if it has no chain yet."""
    of = {"of": team}
    if not connection.execute(HEAD, of).first() and connection.alone(team):
        connection.lock(HEAD, of)


def head_for(connection: Connection, entry: Entry | None) -> None:
    """Be the one writer of the chain in which *entry* will be, if there is one."""
    if entry:
        head(connection, entry.team)


def heads_of(connection: Connection, things: Iterable[str]) -> None:
    """Be the one writer of the workspaces of *things*."""
    connection.lock(HEADS, {"ids": list(things)})


def head_of_agent(connection: Connection, agent: str) -> None:
    """Be the one writer of the workspace of what travels as *agent*."""
    connection.lock(HEAD_OF_AGENT, {"agent": agent})


def thing_of(connection: Connection, stop: str) -> None:
    """Have the thing that *stop* is about, before the stop itself."""
    connection.lock(THING, {"of": stop})


def things(connection: Connection, ids: Iterable[str]) -> None:
    """Have all of *ids*."""
    connection.lock(THINGS, {"ids": list(ids)})
