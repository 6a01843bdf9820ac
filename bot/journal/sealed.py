"""What is sealed in a journal, and whether the key is there that has sealed it.

A key file that is missing is made anew, so that what runs can be stopped. What the key
before had sealed does not open then: that is kept in the journal as a text, and told at
each start until the key is back, or somebody has gone through what is lost.
"""

from collections.abc import Iterator
from pathlib import Path

import structlog
from sqlalchemy import LargeBinary, or_, select

from bot.journal.known import FORGET, keep, kept
from bot.journal.schema import metadata
from bot.journal.seal import Ring, key_id, named_by
from bot.journal.statement import Connection, Statement

LOST = "seal-lost"  # the text that names the key that was not there
UNBOUND = "unbound"  # in the place of a name: of a release whose values bore none

# The tables and columns that hold sealed values: no other holds bytes.
SEALED = {
    table: [column for column in table.c if isinstance(column.type, LargeBinary)]
    for table in metadata.sorted_tables
    if any(isinstance(column.type, LargeBinary) for column in table.c)
}
_ANY = [
    Statement(
        select(*columns).where(or_(*(one.is_not(None) for one in columns))).limit(1)
    )
    for columns in SEALED.values()
]

log = structlog.get_logger(__name__)


def remember(connection: Connection) -> None:
    """Keep which key is not there, before another is made: one of a sealed value."""
    if sealed := _any_sealed(connection):
        keep(connection, LOST, named_by(sealed) or UNBOUND)


def miss(connection: Connection, ring: Ring, path: Path) -> None:
    """Tell the operator as long as the ring at *path* lacks what was not there."""
    lost = kept(connection, LOST)
    names = {key_id(key).hex() for key in ring.keys}
    if lost in names or (lost == UNBOUND and ring.unbound):
        found(connection)
    elif lost:
        log.critical("seal.key-missing", file=str(path))


def found(connection: Connection) -> None:
    """Miss no key any more: it is back, or what it has sealed was gone through."""
    connection.execute(FORGET, {"of": LOST})


def _any_sealed(connection: Connection) -> bytes | None:
    rows = (row for statement in _ANY for row in connection.execute(statement))
    values: Iterator[bytes] = (one for row in rows for one in row if one is not None)
    return next(values, None)
