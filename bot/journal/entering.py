"""A submission becomes an intent: once, however often it comes, in one transaction."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from bot.dialogue.outcome import Audience
from bot.errors import KeyReused
from bot.ids import FormId
from bot.journal import stops
from bot.journal.accepting import usage_of
from bot.journal.audit import Entry
from bot.journal.left import as_read
from bot.journal.model import NEWS, Intent, NewIntent, Notice
from bot.journal.open_forms import use
from bot.journal.stops import Placed, placed
from bot.journal.transaction import Transaction
from bot.journal.usage import Usage

Admit = Callable[[Usage], Iterable[Intent]]
Also = Callable[[Transaction, Sequence[Intent]], None]


@dataclass(frozen=True, slots=True)
class Entering:
    """What `Journal.accept` gets; see there."""

    new: NewIntent
    notices: tuple[Notice, ...]
    audit: Entry | None
    form: FormId | None
    admit: Admit | None
    also: Also | None


def enter(
    tx: Transaction, what: Entering, alone: str | None, *, again: bool
) -> tuple[Intent, bool]:
    """Insert what was submitted, with all that is committed with it.

    Returns it, and whether it is new; *alone* is the only run that there can be. If
    this is run *again*, the one that is there may be what the first run inserted.

    Raises:
        KeyReused: the same key came with another request, or the form twice.
    """
    new = what.new
    before = tx.before(new, alone, counts=what.admit is not None)
    if before.first:
        first = tx.get(before.first)
        if first.digest != new.digest:
            raise KeyReused(new.key.partition(":")[0])
        return as_read(first, alone), again and first.id == new.id
    others: Iterable[Intent] = ()
    if what.admit:
        others = what.admit(usage_of(tx.connection, new, before, alone))
    if what.form:
        use(tx.connection, what.form, new.key)
    ends = new.subject.ends
    of = stops.of_its_thing(tx, new) if ends else new
    place = placed(tx, of) if ends else Placed()
    accepted = tx.insert(of, place.state, place.joins)
    if what.also:
        what.also(tx, (accepted,))
    if what.audit:
        tx.record(replace(what.audit, handle=accepted.handle))
    tx.raise_notices(accepted, what.notices)
    _tell_of(tx, accepted, others)
    if not ends:
        return accepted, True
    stops.asked(tx, accepted)
    return tx.get(new.id), True


def _tell_of(tx: Transaction, accepted: Intent, things: Iterable[Intent]) -> None:
    """Tell below the cards of *things* that one more was asked for, and by whom.

    Its handle is told in its own workspace alone.
    """
    asker = accepted.asker
    for thing in things:
        another = accepted.handle if thing.asker.team == asker.team else ""
        facts = {"another": another, "asked_by": asker.user}
        notice = Notice(name=NEWS, audience=Audience.THREAD, facts=facts)
        tx.raise_notices(thing, (notice,))
