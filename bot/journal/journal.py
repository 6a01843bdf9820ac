"""The durable record of intents: every change is committed before it is believed."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO, Any, Self

import structlog
from alembic.util.exc import CommandError
from pydantic import SecretStr
from sqlalchemy import Connection, bindparam, case, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import IllegalMove, JournalUnavailable, KeyReused
from bot.ids import FormId, Handle, IntentId, Kind, handle
from bot.journal import events
from bot.journal.audit import Audit, Entry, append
from bot.journal.maintenance import Maintenance
from bot.journal.migrate import upgrade
from bot.journal.model import Intent, Letter, NewIntent, Notice, State
from bot.journal.open_forms import OpenForms, use
from bot.journal.outbox import Outbox, put
from bot.journal.queries import BY_ID, BY_KEY, Queries, counted
from bot.journal.rows import changed, intent_of, intents_of, millis, row_of
from bot.journal.schema import counters, intents
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
from bot.journal.states import MARKS, Reaction, on_answer, on_event, sources
from bot.tencent.events import RelayEvent

Letters = Callable[[Intent], Iterable[Letter]]
Within = Callable[[int, int], None]
Alarm = Callable[[Intent, str], Iterable[Letter]]

_ACCEPT = insert(intents)
_LAST = select(counters.c.last).where(counters.c.kind == bindparam("of"))
_COUNT = (
    update(counters)
    .where(counters.c.kind == bindparam("of"))
    .values(last=counters.c.last + 1)
)
_BY_AGENT = select(intents).where(
    intents.c.agent == bindparam("agent"), intents.c.about.is_(None)
)

DAY = timedelta(days=1)
RUNNING = frozenset({State.STARTED, State.EXPIRING})
UNDER_WAY = frozenset({State.QUEUED, State.SENDING, State.STOPPING, State.EXPIRING})

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Mark:
    """Where the relay that a stop is about goes along with it, and what is told."""

    to: State
    letters: Letters


def _none(_intent: Intent) -> Iterable[Letter]:
    return ()


class Journal(Queries):
    """The journal, open. Made by `open`; one process has one SQLite file at a time."""

    def __init__(
        self,
        writer: Writer,
        seal: Seal,
        now: Callable[[], datetime],
        lock: IO[str] | None,
        spool: Spool,
    ) -> None:
        super().__init__(writer, seal)
        self._now = now
        self._lock = lock
        self.outbox = Outbox(writer, seal)
        self.audit = Audit(writer)
        self.maintenance = Maintenance(writer)
        self.open_forms = OpenForms(writer, seal, now)
        self.spool = spool
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
                told = f"the journal does not open: {unavailable(error)}"
                raise JournalUnavailable(told) from None
            reader = make_engine(url, reads=True) if file else None
            writer = Writer(engine, reserve.spend, reserve.kept, reader)
            undo.pop_all()  # it is open: from here on, closing is `close`'s
        return cls(writer, seal, now, lock, spool_for(file))

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
        letters: Letters = _none,
        audit: Callable[[Intent], Entry] | None = None,
        draft: FormId | None = None,
        within: Within | None = None,
    ) -> tuple[Intent, bool]:
        """Commit *new* with its *letters* and *audit* record; return it and True.

        The same key again returns the first one, and False. *draft* is the form that
        it was sent in with, and is used up. *within* is told how many relays are live
        and how many of the last day are this person's, and raises if that is enough.

        Raises:
            KeyReused: the same key came with another request, or the form twice.
            JournalUnavailable: nothing was committed, so nothing may be sent. A stop
                is taken even when the disk is full: what it stops costs money.
        """

        def work(connection: Connection) -> tuple[Intent, bool]:
            first = _by_key(connection, new.key)
            if first is not None:
                if first.digest != new.digest:
                    raise KeyReused(new.key.partition(":")[0])
                return first, False
            if within:
                within(*counted(connection, new.team, new.user, new.at - DAY))
            if draft:
                use(connection, draft, new.key)
            named = new.handle or _allot(connection, new.kind)
            connection.execute(_ACCEPT, row_of(new, named, self._seal))
            accepted = _locked(connection, new.id)
            if audit:
                append(connection, audit(accepted))
            self._put(connection, letters(accepted))
            return accepted, True

        return await self._writer.write(work, begins=new.about is None)

    async def move(
        self,
        intent: IntentId,
        to: State,
        *,
        letters: Letters = _none,
        marks: Mark | None = None,
        audit: Entry | None = None,
        **changes: Any,
    ) -> Intent:
        """Move an intent along an edge, together with *changes* and *letters*.

        Raises:
            IllegalMove: there is no such edge from where it stands.
        """

        def work(connection: Connection) -> Intent:
            moved = self._moved(connection, intent, to, changes)
            self._mark(connection, moved, marks)
            if audit:
                append(connection, audit)
            self._put(connection, letters(moved))
            return moved

        return await self._writer.write(work)

    async def settle(
        self,
        intent: IntentId,
        to: State,
        *,
        letters: Letters,
        alarm: Alarm,
        marks: Mark | None = None,
        audit: Entry | None = None,
        **changes: Any,
    ) -> tuple[Intent, Reaction]:
        """Commit how a sent intent ended; a callback may have come first.

        *alarm* is told the TaskId that came too, if it contradicts what is known.

        Raises:
            IllegalMove: it was never sent.
        """
        told = str(changes.get("ref", ""))

        def work(connection: Connection) -> tuple[Intent, Reaction]:
            known = _locked(connection, intent)
            take = on_answer(known.state, known.ref, to, told)
            if take is Reaction.MOVE or known.state is State.QUEUED:
                known = self._moved(connection, intent, to, changes)
            self._mark(connection, known, marks)
            if take is Reaction.MOVE:
                self._put(connection, letters(known))
            elif take is Reaction.ALARM:
                self._put(connection, alarm(known, told))
            elif not known.request_id and changes.get("request_id"):
                known = self._changed(connection, intent, changes, "request_id")
                self._put(connection, letters(known))
            if audit:
                append(connection, audit)
            return known, take

        return await self._writer.write(work)

    async def hear(
        self, event: RelayEvent, sdk_app_id: int, *, letters: Letters, alarm: Alarm
    ) -> tuple[Intent | None, Reaction | None]:
        """Take in an event that Tencent sent for the app *sdk_app_id*.

        Returns (None, None) for a robot of somebody else's, and None as what was done
        about an event that came before.
        """

        def work(connection: Connection) -> tuple[Intent | None, Reaction | None]:
            row = connection.execute(_BY_AGENT, {"agent": event.agent}).first()
            known = intent_of(row) if row else None
            if known is None or known.sdk_app_id != sdk_app_id:
                return None, None
            if not events.keep(connection, known, event, millis(self._now())):
                return known, None
            take = on_event(known.state, known.ref, event.task_id)
            if take is Reaction.ALARM and events.is_first(connection, known, event):
                self._put(connection, alarm(known, event.task_id))
            before = known
            if take is Reaction.MOVE:
                found = {"ref": event.task_id, "error_code": "", "error_text": ""}
                known = self._moved(connection, known.id, State.STARTED, found)
            if known.state in RUNNING and events.is_over(connection, known):
                known = self._moved(connection, known.id, State.ENDED, {})
            if known.rev != before.rev:
                self._put(connection, letters(known))
            return known, take

        return await self._writer.write(work)

    async def note(
        self, intent: IntentId, *, letters: Letters = _none, **changes: Any
    ) -> Intent:
        """Change what is known of an intent without moving it."""

        def work(connection: Connection) -> Intent:
            noted = self._changed(connection, intent, changes, *changes)
            self._put(connection, letters(noted))
            return noted

        return await self._writer.write(work)

    async def remind(
        self,
        intent: IntentId,
        notice: Notice,
        *,
        letters: Letters,
        to: State | None = None,
    ) -> Intent | None:
        """Give *notice* of an intent, once, moving it *to* another state if told.

        Returns None if somebody else did, or it has changed meanwhile.
        """

        def work(connection: Connection) -> Intent | None:
            known = _locked(connection, intent)
            stays = to is None or known.state in sources(to)
            if known.noticed(notice) or not stays:
                return None
            given = {"notices": f"{known.notices} {notice.value}".strip()}
            if to is None:
                told = self._changed(connection, intent, given, *given)
            else:
                told = self._moved(connection, intent, to, given)
            self._put(connection, letters(told))
            return told

        return await self._writer.write(work)

    async def writable(self) -> bool:
        """Tell whether something could be committed now."""
        with suppress(JournalUnavailable):
            await self._writer.write(lambda _connection: None, begins=True)
            return True
        return False

    async def unfinished(self, boot: str) -> list[Intent]:
        """Return what another life of this process left QUEUED or SENDING."""
        states = (State.QUEUED.value, State.SENDING.value)
        query = select(intents).where(
            intents.c.state.in_(states), intents.c.owner != boot
        )
        return await self._all(query.order_by(intents.c.created_at, intents.c.id))

    # ── inside a transaction ────────────────────────────────────────────────────

    def _moved(
        self,
        connection: Connection,
        intent: IntentId,
        to: State,
        changes: Mapping[str, Any],
    ) -> Intent:
        legal = [state.value for state in sources(to)]
        at = millis(self._now())
        values = {**changed(changes, self._seal), "state": to.value}
        if to is State.SENDING:
            values["sent_at"] = at
        if to not in UNDER_WAY:
            # a stop that failed leaves the relay as it was, since when it was
            held = (intents.c.state == State.STOPPING.value) & (to is State.STARTED)
            values["settled_at"] = case((held, intents.c.settled_at), else_=at)
        statement = (
            update(intents)
            .where(intents.c.id == intent, intents.c.state.in_(legal))
            .values(**values, rev=intents.c.rev + 1)
        )
        if connection.execute(statement).rowcount != 1:
            self.illegal_moves += 1
            log.critical("journal.illegal-move", intent=intent, to=to.value)
            raise IllegalMove(f"{intent} cannot become {to.value}")
        return _locked(connection, intent)

    def _changed(
        self,
        connection: Connection,
        intent: IntentId,
        changes: Mapping[str, Any],
        *only: str,
    ) -> Intent:
        values = changed({name: changes[name] for name in only}, self._seal)
        statement = update(intents).where(intents.c.id == intent)
        connection.execute(statement.values(**values, rev=intents.c.rev + 1))
        return _locked(connection, intent)

    def _mark(self, connection: Connection, stop: Intent, marks: Mark | None) -> None:
        """Move the relay that *stop* is about along with it."""
        if marks is None or stop.about is None:
            return
        relay = _locked(connection, stop.about)
        if relay.state in MARKS[marks.to]:
            moved = self._moved(connection, relay.id, marks.to, {})
            self._put(connection, marks.letters(moved))

    def _put(self, connection: Connection, letters: Iterable[Letter]) -> None:
        at = millis(self._now())
        for letter in letters:
            put(connection, letter, at)


def _by_key(connection: Connection, key: str) -> Intent | None:
    row = connection.execute(BY_KEY, {"key": key}).first()
    return intent_of(row) if row else None


def _locked(connection: Connection, intent: IntentId) -> Intent:
    (found,) = intents_of(connection.execute(BY_ID, {"id": intent}))
    return found


def _allot(connection: Connection, kind: Kind) -> Handle:
    """Take the next number of *kind*; a number once given is never given again."""
    of = {"of": kind.value}
    if connection.execute(_COUNT, of).rowcount == 0:
        connection.execute(insert(counters).values(kind=kind.value, last=1))
    return handle(kind, connection.execute(_LAST, of).scalar_one())
