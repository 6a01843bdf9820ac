"""What was under way in a journal that was put back from a backup.

Time went back: what was waiting or being sent then has been sent since, perhaps, and
its answer is forgotten. So none of it is sent again, and none is called *not started*:
it is unknown, and told so. Letters that waited have come since, perhaps: those to
whoever asked are kept, of the others the present card.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import delete, select

from bot.dialogue.outcome import Audience
from bot.i18n import _, reading_in
from bot.ids import IntentId
from bot.journal import copies, endings, proposals, stops, timers
from bot.journal.audit import Cause, settled_entry
from bot.journal.evidence import FactKind
from bot.journal.known import FORGET
from bot.journal.marks import BACKUP
from bot.journal.model import (
    ANSWER,
    CARD_NOTICE,
    NOT_ENDED,
    RESULT,
    Changes,
    Intent,
    Notice,
)
from bot.journal.outages import AlertCause
from bot.journal.questions import in_states
from bot.journal.rows import PENDING, intents_of
from bot.journal.schema import intents, outbox
from bot.journal.sqlite.handles import leave_out
from bot.journal.statement import Statement, Writer
from bot.journal.trail import noted
from bot.journal.transaction import Transaction, Write
from bot.states import OPEN, State

RESTORED = "patchbay.Restored"  # the code of what was under way in a backup
DONE = "journal.restored"

_UNDER_WAY = Statement(in_states(select(intents), OPEN))
_to_somebody = outbox.c.audience != Audience.ASKER.value
_WAITS = Statement(
    select(outbox.c.intent)
    .join(intents, intents.c.id == outbox.c.intent)  # that of a proposal is no intent
    .where(outbox.c.state == PENDING, _to_somebody)
    .distinct()
)
_DROP = Statement(delete(outbox).where(outbox.c.state == PENDING, _to_somebody))


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """How many were under way, and how many letters are not delivered any more."""

    unknown: int = 0
    letters: int = 0


class Restored:
    """Ends what was under way in a journal that was put back."""

    def __init__(self, writer: Writer, write: Write) -> None:
        self._writer = writer
        self._write = write

    async def withdraw(self, by: str) -> Withdrawn:
        """Let nothing leave that was under way; *by* whom, is on the record.

        Each is a transaction of its own, and whatever breaks it off is followed by the
        same again: only what is under way still is ended.

        Raises:
            JournalUnavailable: it is to be done again.
        """
        letters = await self._write(_hold_letters)
        left = await self._writer.read(
            lambda c: intents_of(c.execute(_UNDER_WAY)), long=True
        )
        unknown = 0
        for intent in sorted(left, key=_starts_first):
            unknown += await self._write(partial(self._end, of=intent.id))
        done = Withdrawn(unknown=unknown, letters=letters)
        await self._write(lambda tx: _go_on(tx, by, done))
        return done

    def _end(self, tx: Transaction, of: IntentId) -> bool:
        intent = tx.get(of)
        if intent.state not in OPEN:  # it went with what it was about
            return False
        with reading_in(intent.asker.locale):
            text = _(
                "The journal was put back from a backup in which this was under way. "
                "Whether it was sent is not known; it is not sent again."
            )
        changes = Changes(error_code=RESTORED, error_text=text)
        fact = endings.fact_of(tx, intent, FactKind.NO_ANSWER, changes)
        if intent.subject.creates:
            tx = tx.by_itself(Cause.RECOVERY)
            endings.end(tx, intent, State.UNKNOWN, (fact,), changes, (CARD_NOTICE,))
            return True
        self._end_action(tx, intent, changes)
        if about := intent.subject.about:
            stops.follow(tx, *tx.learn(tx.get(about), fact))
        ended = settled_entry(tx.now(), intent, tx.get(of), Cause.RECOVERY)
        tx.record(ended)
        return True

    def _end_action(self, tx: Transaction, intent: Intent, changes: Changes) -> None:
        """End a stop, or a look-up: on the way that it would have gone."""
        if intent.state is State.QUEUED:
            endings.numbered(tx, tx.move(intent.id, State.SENDING, Changes()))
        if intent.subject.ends:
            notices = (
                Notice(name=RESULT, audience=Audience.ASKER),
                Notice(name=NOT_ENDED, audience=Audience.OPS, cause=AlertCause.STOP),
            )
            stops.settle(tx, intent, State.UNKNOWN, changes, notices)
            return
        about = RESULT if intent.subject.about else ANSWER
        answer = Notice(name=about, audience=Audience.ASKER)
        tx.raise_notices(tx.move(intent.id, State.UNKNOWN, changes), (answer,))


def _starts_first(intent: Intent) -> tuple[bool, datetime, IntentId]:
    """Order starts first: what becomes of a wish for the end of one follows from it."""
    return intent.subject.ends, intent.created_at, intent.id


def _hold_letters(tx: Transaction) -> int:
    """Drop what others than the asker were to be told; their cards go once more."""
    waits = tx.connection.execute(_WAITS).scalars()
    dropped = tx.connection.execute(_DROP)
    for intent in waits:
        tx.raise_notices(tx.get(intent), (CARD_NOTICE,))
    return dropped.rowcount


def _go_on(tx: Transaction, by: str, done: Withdrawn) -> None:
    """Let the journal be opened from here on; no handle is given twice."""
    leave_out(tx.connection)
    proposals.lapse(tx)
    copies.withdraw(tx)
    tx.connection.execute(FORGET, {"of": BACKUP})
    timers.lapse(tx)
    why = f"{done.unknown} under way, {done.letters} letters"
    tx.record(noted(tx.now(), DONE, why=why, user=by))
