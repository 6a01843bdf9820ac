"""The durable record of intents: a change is returned once it is committed."""

from collections.abc import Callable, Iterable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import IO, Self, TypeVar, Unpack

from alembic.util.exc import CommandError
from pydantic import SecretStr
from sqlalchemy import Connection, insert
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import IllegalMove, JournalUnavailable, KeyReused
from bot.ids import FormId, IntentId
from bot.journal import events
from bot.journal.audit import Audit, Entry, append
from bot.journal.known import LastKnown
from bot.journal.maintenance import Maintenance
from bot.journal.migrate import upgrade
from bot.journal.model import (
    Changes,
    Intent,
    NewIntent,
    Notice,
)
from bot.journal.open_forms import OpenForms, use
from bot.journal.outbox import Outbox
from bot.journal.queries import Queries, Usage, usage_of
from bot.journal.rows import row_of
from bot.journal.schema import intents
from bot.journal.seal import Seal
from bot.journal.sqlite.files import claim, seal_for, spool_for
from bot.journal.sqlite.reserve import Reserve
from bot.journal.sqlite.spool import Spool
from bot.journal.sqlite.writer import (
    Writer,
    check,
    make_engine,
    sqlite_file,
    unavailable,
)
from bot.journal.transaction import Transaction
from bot.states import (
    NO_EFFECT,
    Effect,
    Reaction,
    State,
    on_answer,
    sources,
)
from bot.tencent.events import RelayEvent

T = TypeVar("T")
Admit = Callable[[Usage], None]

_ACCEPT = insert(intents)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Store:
    """What an open journal consists of; `close` gives it back."""

    writer: Writer
    seal: Seal
    lock: IO[str] | None
    spool: Spool


class Journal:
    """The journal, open. Made by `open`; one process has one SQLite file at a time.

    *find* asks it, *outbox*, *audit*, *open_forms*, *known* and *maintenance* are its
    other tables, *spool* is the file for what could not be written.
    """

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._writer, self._seal, self._lock = store.writer, store.seal, store.lock
        self._now = now
        self.find = Queries(store.writer, store.seal)
        self.outbox = Outbox(store.writer, store.seal)
        self.audit = Audit(store.writer)
        self.maintenance = Maintenance(store.writer)
        self.open_forms = OpenForms(store.writer, store.seal, now)
        self.known = LastKnown(store.writer, now)
        self.spool = store.spool
        self.illegal_moves = 0

    @classmethod
    async def open(
        cls,
        url: str,
        *,
        now: Callable[[], datetime],
        random_bytes: Callable[[int], bytes],
        seal_key: SecretStr | None = None,
    ) -> Self:
        """Open the journal at *url*, made or brought up to date as need be.

        Raises:
            JournalUnavailable: the file is another's, broken, newer, or not writable.
        """
        with ExitStack() as undo:
            try:
                file = sqlite_file(url)
                lock = undo.enter_context(claim(file)) if file else None
                engine = make_engine(url)
                undo.callback(engine.dispose)
                check(engine)
                upgrade(engine)
                seal = seal_for(file, seal_key, random_bytes)
                reserve = Reserve(file and file.with_name(f"{file.name}.reserve"))
                reserve.kept()  # on a full disk it opens too, and nothing begins
            except (SQLAlchemyError, CommandError, OSError, ImportError) as error:
                sentence = f"the journal does not open: {unavailable(error)}"
                raise JournalUnavailable(sentence) from None
            reader = make_engine(url, reads=True) if file else None
            writer = Writer(engine, reserve.spend, reserve.kept, reader)
            undo.pop_all()  # it is open: from here on, closing is `close`'s
        return cls(Store(writer, seal, lock, spool_for(file)), now)

    def close(self) -> None:
        """Commit what has queued and let go of the file."""
        self._writer.close()
        if self._lock:
            self._lock.close()

    # ── intents ─────────────────────────────────────────────────────────────────

    async def accept(
        self,
        new: NewIntent,
        *,
        notices: Iterable[Notice] = (),
        audit: Entry | None = None,
        form: FormId | None = None,
        admit: Admit | None = None,
    ) -> tuple[Intent, bool]:
        """Commit *new* with its *notices* and *audit* record; return it and True.

        The same key again returns the first one, and False. *form* is the open form
        that it was sent in with, and is used up. *admit* gets what counts against it,
        in the same transaction, and raises if that is too much.

        Raises:
            KeyReused: the same key came with another request, or the form twice.
            JournalUnavailable: nothing was committed, so nothing may be sent. What
                acts on a thing is taken even when the disk is full: a stop saves money.
        """

        def work(tx: Transaction) -> tuple[Intent, bool]:
            first = tx.by_key(new.key)
            if first is not None:
                if first.digest != new.digest:
                    raise KeyReused(new.key.partition(":")[0])
                return first, False
            if admit:
                admit(usage_of(tx.connection, new, since=new.at - _DAY))
            if form:
                use(tx.connection, form, new.key)
            named = new.handle or tx.allot(new.subject.kind)
            tx.connection.execute(_ACCEPT, row_of(new, named, self._seal))
            accepted = tx.get(new.id)
            if audit:
                append(tx.connection, replace(audit, handle=accepted.handle))
            tx.raise_notices(accepted, notices)
            return accepted, True

        return await self._write(work, begins=new.subject.about is None)

    async def move(
        self,
        intent: IntentId,
        to: State,
        *,
        notices: Iterable[Notice] = (),
        effect: Effect = NO_EFFECT,
        audit: Entry | None = None,
        **changes: Unpack[Changes],
    ) -> Intent:
        """Move an intent along an edge, together with *changes* and *notices*.

        *effect* moves the thing that it is about along with it.

        Raises:
            IllegalMove: there is no such edge from its state.
        """

        def work(tx: Transaction) -> Intent:
            moved = tx.move(intent, to, changes)
            tx.affect(moved, effect)
            if audit:
                append(tx.connection, audit)
            tx.raise_notices(moved, notices)
            return moved

        return await self._write(work)

    async def reject(
        self,
        intent: IntentId,
        *,
        notices: Iterable[Notice],
        claimed_by: str = "",
        effect: Effect = NO_EFFECT,
        audit: Entry | None = None,
        **changes: Unpack[Changes],
    ) -> Intent | None:
        """End an intent that was never sent. None if it is not QUEUED (any more).

        Then it may have been sent, and whoever sent it completes it. *claimed_by* is
        the process that committed SENDING, perhaps, and then did not send: where the
        answer to a commit is lost, only that process knows. *effect* takes back what
        the claim did to the thing.
        """

        def work(tx: Transaction) -> Intent | None:
            current = tx.get(intent)
            mine = claimed_by and current.owner == claimed_by
            claimed = current.state is State.SENDING and mine
            if current.state is not State.QUEUED and not claimed:
                return None
            of = frozenset({current.state})
            rejected = tx.move(intent, State.NOT_STARTED, changes, of=of)
            if claimed:
                tx.affect(rejected, effect)
            tx.raise_notices(rejected, notices)
            if audit:
                append(tx.connection, audit)
            return rejected

        return await self._write(work)

    async def complete(
        self,
        intent: IntentId,
        to: State,
        *,
        notices: Iterable[Notice],
        effect: Effect = NO_EFFECT,
        **changes: Unpack[Changes],
    ) -> tuple[Intent, Reaction]:
        """Commit how a sent intent ended; a callback may have come first.

        An answer that contradicts what is stored raises an alarm and changes nothing.

        Raises:
            IllegalMove: it was never sent.
        """
        ref = changes.get("ref", "")

        def work(tx: Transaction) -> tuple[Intent, Reaction]:
            current = tx.get(intent)
            reaction = on_answer(current.state, current.subject.ref, to, ref)
            if current.state is State.QUEUED:
                raise IllegalMove(f"{intent} was never sent")
            if reaction is Reaction.MOVE:
                current = tx.move(intent, to, changes)
                tx.affect(current, effect)
                tx.raise_notices(current, notices)
            elif reaction is Reaction.ALARM:
                tx.raise_notices(current, (events.contradiction(ref),))
            elif not current.settlement.request_id and "request_id" in changes:
                current = tx.update(intent, {"request_id": changes["request_id"]})
                tx.raise_notices(current, notices)
            return current, reaction

        return await self._write(work)

    async def apply_event(
        self, event: RelayEvent, sdk_app_id: int
    ) -> tuple[Intent | None, Reaction | None]:
        """Take in an event that Tencent sent for the app *sdk_app_id*.

        Returns (None, None) for a robot of somebody else's, and None as what was done
        about an event that came before.
        """

        def work(tx: Transaction) -> tuple[Intent | None, Reaction | None]:
            before = tx.by_agent(event.agent)
            if before is None or before.subject.sdk_app_id != sdk_app_id:
                return None, None
            return events.apply(tx, before, event)

        return await self._write(work)

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
        self, intent: IntentId, notice: Notice, *, mark: str, to: State | None = None
    ) -> Intent | None:
        """Raise *notice* about an intent once, and move it *to* a state if given.

        *mark* is kept on the intent. None if it is there, or the intent has changed.
        """

        def work(tx: Transaction) -> Intent | None:
            current = tx.get(intent)
            stays = to is None or current.state in sources(to)
            if current.noticed(mark) or not stays:
                return None
            changes = Changes(marks=(*current.marks, mark))
            changed = (
                tx.update(intent, changes)
                if to is None
                else tx.move(intent, to, changes)
            )
            tx.raise_notices(changed, (notice,))
            return changed

        return await self._write(work)

    async def writable(self) -> bool:
        """Tell whether something could be committed now."""
        with suppress(JournalUnavailable):
            await self._writer.write(lambda _connection: None, begins=True)
            return True
        return False

    async def _write(
        self, work: Callable[[Transaction], T], *, begins: bool = False
    ) -> T:
        def run(connection: Connection) -> T:
            return work(Transaction(connection, self._seal, self._now))

        try:
            return await self._writer.write(run, begins=begins)
        except IllegalMove:
            self.illegal_moves += 1
            raise
