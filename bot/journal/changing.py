"""Changes of a thing: one at a time, each formed from what it is, and numbered.

Tencent drops a change whose SequenceNumber is not larger than the last of the task, so
that one which arrives late changes nothing. So a number is given once, as the last
thing before a change is sent, to whoever has the row of the thing.
https://www.tencentcloud.com/document/product/647/48248
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, literal_column, select

from bot.errors import IllegalMove, Overtaken
from bot.journal.model import Intent, NewIntent, Version
from bot.journal.packing import packed, unpacked
from bot.journal.rows import PRESENT, intent_cell, intent_of, millis
from bot.journal.schema import intents
from bot.journal.seal import Seal
from bot.journal.statement import Connection, Statement, updated
from bot.journal.versions import course_text
from bot.states import RUNNING

MOST_KEPT = 10  # changes of a thing that its row knows

OPEN_CHANGE = Statement(
    select(intents).where(
        intents.c.about == bindparam("thing"),
        intents.c.changes,
        intents.c.state.in_([literal_column("'queued'"), literal_column("'sending'")]),
    )
)
_THING = Statement(
    select(intents).where(intents.c.id == bindparam("of")).with_for_update()
)
_NUMBER = updated(
    intents, ("sequence",), intents.c.id == bindparam("of"), returning=True
)
_COUNT = updated(
    intents,
    ("sequence", "course"),
    intents.c.id == bindparam("of"),
    intents.c.sequence == bindparam("seen"),
)
_PRESENT = Statement(
    select(intents.c.present, intents.c.present_request).where(
        intents.c.id == bindparam("of")
    )
)


def ensure_timely(connection: Connection, new: NewIntent) -> None:
    """Have the thing that *new* changes, and see that it may be changed now.

    Raises:
        Overtaken: it does not run, another change of it is under way, or it was changed
            since *new* was formed.
    """
    about, change = new.subject.about, new.change
    row = connection.execute(_THING, {"of": about}).first()
    thing = intent_of(row) if row else None
    if thing is None or change is None or thing.state not in RUNNING:
        raise Overtaken(f"{about} does not run")
    if connection.execute(OPEN_CHANGE, {"thing": about}).first():
        raise Overtaken(f"{about} is being changed")
    if thing.standing.newest != change.version:
        raise Overtaken(f"{about} was changed")


def numbered(connection: Connection, change: Intent, thing: Intent) -> Intent:
    """Give *change* the next number of *thing*, whose row this transaction has.

    From here on *thing* may be what the change makes of it.

    It is the time, in milliseconds, if that is larger than the last number plus one:
    a journal that was put back from a backup has forgotten numbers, and all of those
    were times that are past. The last one plus one, where clocks were set back, or
    those of several replicas differ.

    Raises:
        IllegalMove: somebody else has given a number since *thing* was read.
    """
    at = millis(change.sent_at or change.created_at)
    number = max(thing.sequence + 1, at)
    version = Version(
        number=number,
        job=change.id,
        by=change.asker.user,
        at=at,
        targets=change.subject.targets,
        differences=change.differences,
    )
    kept = (one for one in thing.course[:-MOST_KEPT] if _counts(thing, one))
    course = course_text((*kept, *thing.course[-MOST_KEPT:], version))
    values = {"sequence": number, "course": course, "seen": thing.sequence}
    if connection.execute(_COUNT, {**values, "of": thing.id}).rowcount != 1:
        raise IllegalMove(f"{thing.id} has another number by now")
    return intent_of(
        connection.execute(_NUMBER, {"of": change.id, "sequence": number}).one()
    )


def _counts(thing: Intent, version: Version) -> bool:
    standing = thing.standing
    counting = {standing.version, standing.sending, *standing.doubted}
    return version.number in counting


def present_columns(
    connection: Connection, seal: Seal, thing: Intent, number: int
) -> Mapping[str, Any]:
    """Return the columns that say of *thing* what its change *number* made of it."""
    version = thing.version(number)
    if version is None:
        return {"present": "", PRESENT: None}
    row = connection.execute(_PRESENT, {"of": version.job}).one()
    kept = seal.open(row.present_request, intent_cell(PRESENT, version.job))
    whole = packed(unpacked(kept, row.present), row.present)
    sealed = seal.close(whole, intent_cell(PRESENT, thing.id))
    return {"present": row.present, PRESENT: sealed}
