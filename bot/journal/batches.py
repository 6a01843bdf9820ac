"""Many stops at once: committed together, and each of them a stop like any other.

Each has a row, a record and a key of its own, and goes the way of its own. What is
under way already is joined. Who asks for the same where somebody did before joins the
message of those, too.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count

from bot.ids import FormId, IntentId
from bot.journal import locks, stops
from bot.journal.audit import Entry
from bot.journal.entering import Also
from bot.journal.model import Asker, Intent, NewIntent
from bot.journal.open_forms import use
from bot.journal.rows import millis
from bot.journal.schema import intents
from bot.journal.statement import among, updated
from bot.journal.stops import placed
from bot.journal.together import stops_of, tell
from bot.journal.transaction import Transaction, Write

_GATHER = updated(intents, ("batch",), among(intents.c.id, "ids"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """*stops* that are asked for at once, and the record of each.

    *form* is the open form that they were sent in with, as *key*. *also* is done in
    the same transaction.
    """

    stops: Sequence[NewIntent]
    records: Sequence[Entry]
    form: FormId | None = None
    key: str = ""
    also: Also | None = None


class Batches:
    """Places many stops at once; *write* runs what is one transaction."""

    def __init__(self, write: Write) -> None:
        self._write = write

    async def place(self, asked: Together) -> tuple[list[Intent], bool]:
        """Commit all that is *asked*; return each as it stands then, and True.

        The same keys again return the first ones, and False.

        Raises:
            KeyReused: the form was sent in before, with others.
            JournalUnavailable: none was committed. A full disk refuses no stop.
        """
        runs = count()

        def work(tx: Transaction) -> tuple[list[Intent], bool]:
            return place(tx, asked, again=next(runs) > 0)

        return await self._write(work, keyed=True)


def place(
    tx: Transaction, asked: Together, *, again: bool = False
) -> tuple[list[Intent], bool]:
    """Place all that is *asked*, in the caller's transaction; see `Batches.place`."""
    first = asked.stops[0]
    before = tx.before(first, None, counts=False)
    if before.first:
        there = tx.get(before.first)
        mine = again and there.id == first.id
        return stops_of(tx.connection, there.batch or there.id), mine
    if asked.form:
        use(tx.connection, asked.form, asked.key)
    locks.things(
        tx.connection, filter(None, (one.subject.about for one in asked.stops))
    )
    pairs = zip(asked.stops, asked.records, strict=True)
    inserted = [_insert(tx, new, record) for new, record in pairs]
    batches = _gather(tx, inserted)
    if asked.also:
        asked.also(tx, inserted)
    for one in inserted:
        stops.asked(tx, tx.get(one.id))
    for batch in batches:
        tell(tx.connection, batch, millis(tx.now()))
    return [tx.get(one.id) for one in inserted], True


def _insert(tx: Transaction, new: NewIntent, record: Entry) -> Intent:
    of = stops.of_its_thing(tx, new)
    begins = placed(tx, of)
    stop = tx.insert(of, begins.state, begins.joins)
    tx.record(replace(record, handle=stop.handle))
    return stop


def _gather(tx: Transaction, inserted: Sequence[Intent]) -> list[IntentId]:
    """Give each of those *inserted* its batch; return the batches there are then.

    What joins a stop of a batch that is told of in the same channel is of that one.
    """
    joined: dict[IntentId, IntentId] = {}
    for stop in inserted:
        job = tx.get(stop.joins) if stop.joins else None
        if job and job.batch and _is_told_to(tx.get(job.batch).asker, stop.asker):
            joined[stop.id] = job.batch
    own = [one.id for one in inserted if one.id not in joined]
    groups: dict[IntentId, list[IntentId]] = {own[0]: own} if own else {}
    for stop_id, batch in joined.items():
        groups.setdefault(batch, []).append(stop_id)
    for batch, ids in groups.items():
        tx.connection.execute(_GATHER, {"batch": batch, "ids": ids})
    return list(groups)


def _is_told_to(first: Asker, other: Asker) -> bool:
    """Tell whether the message that *first* got is one that *other* reads, too."""
    here = first.channel and not first.direct
    return bool(here) and (first.team, first.channel) == (other.team, other.channel)
