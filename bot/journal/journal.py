"""The durable record of intents: a change is returned once it is committed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import count
from typing import Self, TypeVar, Unpack

from pydantic import SecretStr
from sqlalchemy import Dialect

from bot.errors import IllegalMove, JournalUnavailable
from bot.ids import FormId, IntentId, Kind
from bot.journal import endings, events, starts, stops
from bot.journal.alerts import Alerts
from bot.journal.audit import Audit, Cause, Entry
from bot.journal.batches import Batches
from bot.journal.copies import Copies
from bot.journal.entering import Admit, Also, Entering, enter
from bot.journal.evidence import Fact
from bot.journal.former import Former, reached
from bot.journal.heard import LastHeard
from bot.journal.known import LastKnown
from bot.journal.lifecycle import Lifecycle
from bot.journal.maintenance import Maintenance
from bot.journal.model import Changes, Intent, NewIntent, Notice
from bot.journal.open_forms import OpenForms
from bot.journal.outbox import Outbox
from bot.journal.proposals import Proposals
from bot.journal.pushes import PushRows
from bot.journal.queries import Queries
from bot.journal.restored import Restored
from bot.journal.rooms import RoomRows
from bot.journal.rotation import Rotation
from bot.journal.saved import Saved
from bot.journal.slots import SlotRows
from bot.journal.statement import Connection
from bot.journal.store import Opening, Store
from bot.journal.timers import Timers
from bot.journal.trail import BESIDE, AuditFiles, Trail
from bot.journal.transaction import Transaction
from bot.states import State
from bot.tencent.events import RelayEvent

T = TypeVar("T")


class Journal:
    """The journal, open. Made by `open`; one process has one SQLite file at a time.

    *find* asks it, *life* is this run's, *former* has what dead ones left, *restored*
    ends what was under way in a backup, *now* is the clock that all go by, *integrity*
    knows whether the file is whole, *former_revision* is that of its tables before,
    *spool* has what could not be written; the others are its other tables.
    *lifecycles* fold what is known of each kind of thing.
    """

    def __init__(self, store: Store, lifecycles: Mapping[Kind, Lifecycle]) -> None:
        life = store.life
        self._store, self._writer, self._seal = store, store.writer, store.kept.seal
        self._marks, self._audit_key = store.kept.marks, store.signed.key
        self.life, self.now, self._lifecycles = life, life.now, lifecycles
        self.integrity, self.former_revision = store.integrity, store.revision
        self.find = Queries(store.writer, self._seal, life.alone)
        self.former = Former(store.writer, self._write, life)
        self.restored = Restored(store.writer, self._write)
        self.outbox = Outbox(store.writer, self._seal, life)
        self.slots = SlotRows(store.writer) if life.shared else None
        self.audit = Audit(store.writer, self._audit_key)
        self.trail = Trail(store.writer, *store.signed)
        self.maintenance = Maintenance(store.writer, life.alone)
        self.open_forms = OpenForms(store.writer, self._seal, life.now)
        self.saved = Saved.of(store.writer, self._seal, self._audit_key)
        self.known = LastKnown(store.writer, life.now)
        self.rotation = Rotation(store.writer, self._seal, store.kept.keys)
        self.heard = LastHeard(store.writer)
        self.rooms, self.pushes = (
            RoomRows(store.writer, life),
            PushRows(store.writer, self._write),
        )
        self.batches, self.copies = (
            Batches(self._write),
            Copies(store.writer, self._write),
        )
        self.proposals = Proposals(store.writer, self._write, self._seal, life.now)
        self.timers, self.alerts = (
            Timers(store.writer, self._write, life.alone),
            Alerts(store.writer, self._write, life.alone),
        )
        self.spool = store.spool
        self.illegal_moves = 0
        self.claimed = 0  # requests that this process has committed as SENDING

    @classmethod
    async def open(  # noqa: PLR0913 - its ports, and what the settings say
        cls,
        url: str,
        *,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
        random_bytes: Callable[[int], bytes],
        lifecycles: Mapping[Kind, Lifecycle],
        seal_key: SecretStr | None = None,
        audit: AuditFiles = BESIDE,
        restored: bool = False,
    ) -> Self:
        """Open the journal at *url*, made or brought up to date; if *restored* a copy.

        Raises:
            JournalUnavailable: the file is another's, broken, newer, or not writable.
        """
        opening = Opening(
            now=now,
            monotonic=monotonic,
            random_bytes=random_bytes,
            seal_key=seal_key,
            audit=audit,
            restored=restored,
        )
        store = opening.of(url)
        with suppress(JournalUnavailable):  # else before something is claimed
            await store.life.ensure()
        return cls(store, lifecycles)

    @property
    def dialect(self) -> Dialect:
        """What its statements are written in."""
        return self._writer.dialect

    @property
    def boot(self) -> str:
        """The name of this run, as the owner of what it has in its hands."""
        return self.life.boot

    def close(self) -> None:
        """Commit what has queued and let go of the file."""
        self._store.close()

    async def accept(
        self,
        new: NewIntent,
        *,
        notices: Iterable[Notice] = (),
        audit: Entry | None = None,
        form: FormId | None = None,
        admit: Admit | None = None,
        also: Also | None = None,
    ) -> tuple[Intent, bool]:
        """Commit *new* with its *notices* and *audit* record; return it and True.

        The same key again returns the first one, and False. *form* is the open form
        that it was sent in with, and is used up. *admit* gets what counts against it,
        in the same transaction, and raises if that is too much; *new* is told of below
        the cards of what it returns. *also* is done with it once it is inserted.

        Raises:
            KeyReused: the same key came with another request, or the form twice.
            JournalUnavailable: nothing was committed, so nothing may be sent. What
                acts on a thing is taken even when the disk is full: a stop saves money.
        """
        runs, alone = count(), self.life.alone
        what = Entering(new, tuple(notices), audit, form, admit, also)

        def work(tx: Transaction) -> tuple[Intent, bool]:
            return enter(tx, what, alone, again=next(runs) > 0)

        return await self._write(work, begins=not new.subject.ends, keyed=True)

    async def claim(
        self,
        intent: IntentId,
        *,
        send_by: datetime,
        seen: Intent | None = None,
    ) -> Intent | None:
        """Commit that this run sends an intent now; None if it is not its to send.

        Then somebody has cancelled it, what it was to stop is over, or another run has
        taken it over. As long as it is as it was last *seen*, it need not be read.

        Raises:
            JournalUnavailable: it was not committed.
        """
        await self.life.ensure()

        def work(tx: Transaction) -> Intent | None:
            if (fault := self.integrity.fault) and tx.get(intent).subject.creates:
                raise JournalUnavailable(fault)
            changes = Changes(send_by=send_by)
            tx.first(intent)
            if seen and seen.subject.creates:
                sending = starts.claimed(tx, seen, changes)
                if sending:
                    return sending
            moved = endings.claimed(tx, intent, changes)
            if moved is None:
                return None
            if moved.subject.creates:
                return tx.refold(moved)
            if about := moved.subject.about:
                tx.learn(tx.get(about), endings.written(moved), notices=None)
            return moved

        claimed = await self._write(work)
        self.claimed += 1
        return claimed

    async def reject(
        self,
        intent: IntentId,
        *,
        notices: Iterable[Notice],
        claimed_by: str = "",
        audit: Entry | None = None,
        **changes: Unpack[Changes],
    ) -> Intent | None:
        """End an intent that was never sent. None if it is not QUEUED here (any more).

        Whoever sent it completes it, or another run has taken it over. *claimed_by*
        is the run that committed SENDING, perhaps, and then did not send: where the
        answer to a commit is lost, only that one knows.
        """

        def work(tx: Transaction) -> Intent | None:
            tx.first(intent, audit)
            rejected = endings.reject(tx, intent, claimed_by, changes, notices)
            if audit and rejected:
                tx.record(audit)
            return rejected

        return await self._write(work)

    async def complete(
        self,
        intent: IntentId,
        to: State,
        *,
        notices: Iterable[Notice],
        evidence: Sequence[Fact] = (),
        seen: Intent | None = None,
        **changes: Unpack[Changes],
    ) -> Intent:
        """Commit how a sent intent ended; a callback may have come first.

        *evidence* are the facts that the answer brought, with their times; without any
        it is what *to* says, now. As long as the intent is as this run last *seen* it,
        it need not be read. What another run has taken over meanwhile, and is sending,
        stays as it is; of what that is about it is a fact all the same.

        Raises:
            IllegalMove: it was never sent, or by another run.
        """

        def work(tx: Transaction) -> Intent:
            if seen and evidence and seen.subject.creates and seen.owner == self.boot:
                ended = starts.answered(tx, seen, evidence, changes, notices)
                if ended:
                    return ended
            sender = seen.owner if seen else self.boot
            current = endings.sent(tx, intent)
            if current.state is State.SENDING and current.owner != sender:
                return endings.overtaken(tx, current, to, evidence, changes)
            return endings.end(tx, current, to, evidence, changes, notices)

        return await self._write(work)

    async def learn(
        self,
        thing: IntentId,
        fact: Fact,
        *,
        notices: Iterable[Notice] = (),
        audit: Entry | None = None,
        **changes: Unpack[Changes],
    ) -> Intent:
        """Add *fact* to what is known of a thing, and let follow what follows.

        Raises:
            TaskTaken: it gives the thing an ID that is another's.
        """

        def work(tx: Transaction) -> Intent:
            tx.first(thing, audit)
            now = tx.get(thing)
            learnt = tx.learn(now, fact, changes=changes, notices=notices)
            followed = stops.follow(tx, *learnt)
            if audit:
                tx.record(audit)
            return followed

        return await self._write(work)

    async def settle(self, thing: IntentId, fact: Fact, *, audit: Entry) -> Intent:
        """Settle by hand, as *fact* says, what stayed unknown: what, or under which ID.

        Raises:
            IllegalMove: it is not unknown (any more).
            TaskTaken: it gives the thing an ID that is another's.
        """

        def work(tx: Transaction) -> Intent:
            tx.first(thing, audit)
            now = reached(tx, tx.get(thing), self.life)
            if now.state is not State.UNKNOWN and fact.ref not in now.standing.rivals:
                raise IllegalMove(f"{thing} is not unknown")
            settled = stops.follow(tx, *tx.learn(now, fact))
            tx.record(audit)
            return settled

        return await self._write(work)

    async def apply_event(
        self, event: RelayEvent, sdk_app_id: int
    ) -> tuple[Intent | None, bool]:
        """Take in an event that Tencent sent for the app *sdk_app_id*.

        Returns None for a robot of somebody else's, or one that is not known here;
        and whether the event was news.
        """
        return await self._write(lambda tx: events.apply(tx, event, sdk_app_id))

    async def adopt(self, new: NewIntent, event: RelayEvent, skip: int) -> Intent:
        """Keep a thing that runs under a name of ours; *skip* handles are left out."""
        return await self._write(lambda tx: events.adopt(tx, new, event, skip))

    async def name_targets(self, thing: IntentId, names: Mapping[str, str]) -> None:
        """Name the targets of a thing: *names* are digests by those of old events."""
        await self._write(lambda tx: events.name_targets(tx, thing, names))

    async def update(
        self,
        intent: IntentId,
        *,
        notices: Iterable[Notice] = (),
        **changes: Unpack[Changes],
    ) -> Intent:
        """Change columns of an intent other than its state."""

        def work(tx: Transaction) -> Intent:
            updated = tx.update(intent, changes)
            tx.raise_notices(updated, notices)
            return updated

        return await self._write(work)

    async def notify(
        self,
        intent: IntentId,
        notice: Notice | None,
        *,
        mark: str,
        fact: Fact | None = None,
        forget: bool = False,
    ) -> Intent | None:
        """Raise *notice* about an intent once, and learn *fact* with it, if given.

        *mark* is kept on the intent. None if it is there. *forget*s its secret, too.
        """

        def work(tx: Transaction) -> Intent | None:
            tx.first(intent)
            current = tx.get(intent)
            if current.noticed(mark):
                return None
            secret = Changes(reply_secret=None) if forget else Changes()
            marked = tx.update(intent, {**secret, "marks": (*current.marks, mark)})
            if fact:
                marked = stops.follow(tx, *tx.learn(marked, fact))
            tx.raise_notices(marked, (notice,) if notice else ())
            return marked

        return await self._write(lambda tx: work(tx.by_itself(Cause.JOB)))

    async def writable(self) -> bool:
        """Tell whether something new could be committed now."""
        with suppress(JournalUnavailable):
            await self._writer.write(lambda _connection: None, begins=True)
            return True
        return False

    async def _write(self, work: Callable[[Transaction], T], **how: bool) -> T:
        def run(connection: Connection) -> T:
            return work(
                Transaction(
                    connection=connection,
                    seal=self._seal,
                    now=self.now,
                    lifecycles=self._lifecycles,
                    allotted=self._marks.note,
                    audit_key=self._audit_key,
                    boot=self.boot,
                )
            )

        try:
            return await self._writer.write(run, **how)
        except IllegalMove:
            self.illegal_moves += 1
            raise
