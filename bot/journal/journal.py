"""The durable record of intents: every change is committed before it is believed."""

import fcntl
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Self

from alembic.util.exc import CommandError
from pydantic import SecretStr
from sqlalchemy import Connection, bindparam, case, delete, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import IllegalMove, JournalUnavailable, KeyReused
from bot.ids import DraftId, Handle, IntentId, Kind, SlackUserId, TeamId, handle
from bot.journal.engine import Threads, check, make_engine, sqlite_file, unavailable
from bot.journal.lookups import Lookups
from bot.journal.post import Post, put
from bot.journal.record import Draft, Intent, Letter, NewIntent, State
from bot.journal.reserve import Reserve
from bot.journal.rows import (
    changed,
    draft_of,
    draft_row,
    intent_of,
    intents_of,
    millis,
    row_of,
)
from bot.journal.schema import counters, drafts, intents
from bot.journal.seal import Seal
from bot.journal.states import sources
from bot.journal.upgrade import upgrade

Letters = Callable[[Intent], Iterable[Letter]]

# Written out once: building them costs more than running them.
_ACCEPT = insert(intents)
_BY_KEY = select(intents).where(intents.c.key == bindparam("key"))
_BY_ID = select(intents).where(intents.c.id == bindparam("id"))
_LAST = select(counters.c.last).where(counters.c.kind == bindparam("of"))
_COUNT = (
    update(counters)
    .where(counters.c.kind == bindparam("of"))
    .values(last=counters.c.last + 1)
)

UNDER_WAY = frozenset({State.QUEUED, State.SENDING, State.STOPPING, State.EXPIRING})


def _none(_intent: Intent) -> Iterable[Letter]:
    return ()


class Journal(Lookups):
    """The journal, open. Made by `open`; one process has one SQLite file at a time."""

    def __init__(
        self,
        threads: Threads,
        seal: Seal,
        now: Callable[[], datetime],
        lock: IO[str] | None,
    ) -> None:
        super().__init__(threads, seal)
        self._now = now
        self._lock = lock
        self.post = Post(threads, seal)
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
                lock = undo.enter_context(_claim(file)) if file else None
                engine = make_engine(url)
                undo.callback(engine.dispose)
                check(engine)
                upgrade(engine)
                seal = _seal(file, seal_key, random_bytes)
                reserve = Reserve(file and file.with_name(f"{file.name}.reserve"))
                reserve.kept()  # on a full disk it opens too, and nothing begins
            except (SQLAlchemyError, CommandError, OSError, ImportError) as error:
                told = f"the journal does not open: {unavailable(error)}"
                raise JournalUnavailable(told) from None
            threads = Threads(engine, reserve.spend, reserve.kept)
            undo.pop_all()  # it is open: from here on, closing is `close`'s
        return cls(threads, seal, now, lock)

    def close(self) -> None:
        """Commit what has queued and let go of the file."""
        self._threads.close()
        if self._lock:
            self._lock.close()

    # ── intents ─────────────────────────────────────────────────────────────────

    async def accept(
        self, new: NewIntent, *, letters: Letters = _none
    ) -> tuple[Intent, bool]:
        """Commit *new* with its *letters*; return it and True.

        The same key again returns the first one, and False.

        Raises:
            KeyReused: the same key came with another request.
            JournalUnavailable: nothing was committed, so nothing may be sent. A stop
                is taken even when the disk is full: what it stops costs money.
        """

        def work(connection: Connection) -> tuple[Intent, bool]:
            first = _by_key(connection, new.key)
            if first is not None:
                if first.digest != new.digest:
                    raise KeyReused(new.key.partition(":")[0])
                return first, False
            named = new.handle or _allot(connection, new.kind)
            connection.execute(_ACCEPT, row_of(new, named, self._seal))
            accepted = _locked(connection, new.id)
            self._put(connection, letters(accepted))
            return accepted, True

        return await self._threads.write(work, begins=new.about is None)

    async def move(
        self, intent: IntentId, to: State, *, letters: Letters = _none, **changes: Any
    ) -> Intent:
        """Move an intent along an edge, together with *changes* and *letters*.

        Raises:
            IllegalMove: there is no such edge from where it stands.
        """
        legal = [state.value for state in sources(to)]
        at = millis(self._now())
        values = {**changed(changes, self._seal), "state": to.value}
        if to is State.SENDING:
            values["sent_at"] = at
        if to not in UNDER_WAY:
            # a stop that failed leaves the relay as it was, since when it was
            held = (intents.c.state == State.STOPPING.value) & (to is State.STARTED)
            values["settled_at"] = case((held, intents.c.settled_at), else_=at)

        def work(connection: Connection) -> Intent:
            statement = (
                update(intents)
                .where(intents.c.id == intent, intents.c.state.in_(legal))
                .values(**values, rev=intents.c.rev + 1)
            )
            if connection.execute(statement).rowcount != 1:
                self.illegal_moves += 1
                raise IllegalMove(f"{intent} cannot become {to.value}")
            moved = _locked(connection, intent)
            self._put(connection, letters(moved))
            return moved

        return await self._threads.write(work)

    async def note(
        self, intent: IntentId, *, letters: Letters = _none, **changes: Any
    ) -> Intent:
        """Change what is known of an intent without moving it."""
        values = changed(changes, self._seal)

        def work(connection: Connection) -> Intent:
            statement = update(intents).where(intents.c.id == intent)
            connection.execute(statement.values(**values, rev=intents.c.rev + 1))
            noted = _locked(connection, intent)
            self._put(connection, letters(noted))
            return noted

        return await self._threads.write(work)

    async def writable(self) -> bool:
        """Tell whether something could be committed now."""
        try:
            await self._threads.write(lambda _connection: None, begins=True)
        except JournalUnavailable:
            return False
        return True

    async def unfinished(self, boot: str) -> list[Intent]:
        """Return what another life of this process left QUEUED or SENDING."""
        states = (State.QUEUED.value, State.SENDING.value)
        query = select(intents).where(
            intents.c.state.in_(states), intents.c.owner != boot
        )
        return await self._all(query.order_by(intents.c.created_at, intents.c.id))

    # ── open forms ──────────────────────────────────────────────────────────────

    async def keep_draft(self, draft: Draft) -> None:
        """Keep an open form; those that are past their time are thrown away."""
        past = delete(drafts).where(drafts.c.expires_at < millis(self._now()))
        row = draft_row(draft, self._seal)

        def work(connection: Connection) -> None:
            connection.execute(past)
            connection.execute(insert(drafts).values(row))

        await self._threads.write(work, begins=True)

    async def draft(
        self, draft: DraftId, *, team: TeamId, user: SlackUserId
    ) -> Draft | None:
        """Return an open form, to the person who opened it only, for its 30 minutes."""
        query = select(drafts).where(
            drafts.c.id == draft,
            drafts.c.team == team,
            drafts.c.user == user,
            drafts.c.expires_at >= millis(self._now()),
        )
        row = await self._threads.read(
            lambda connection: connection.execute(query).first()
        )
        return draft_of(row, self._seal) if row else None

    def _put(self, connection: Connection, letters: Iterable[Letter]) -> None:
        at = millis(self._now())
        for letter in letters:
            put(connection, letter, at)


def _by_key(connection: Connection, key: str) -> Intent | None:
    row = connection.execute(_BY_KEY, {"key": key}).first()
    return intent_of(row) if row else None


def _locked(connection: Connection, intent: IntentId) -> Intent:
    (found,) = intents_of(connection.execute(_BY_ID, {"id": intent}))
    return found


def _allot(connection: Connection, kind: Kind) -> Handle:
    """Take the next number of *kind*; a number once given is never given again."""
    of = {"of": kind.value}
    if connection.execute(_COUNT, of).rowcount == 0:
        connection.execute(insert(counters).values(kind=kind.value, last=1))
    return handle(kind, connection.execute(_LAST, of).scalar_one())


def _claim(file: Path) -> IO[str]:
    """Lock the file's neighbour: a second process on one file would send twice.

    The file is made here, for its owner only, before SQLite gives its mode to others.
    """
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = file.with_name(f"{file.name}.lock").open("w")
        file.touch(mode=0o600)
        file.chmod(0o600)
    except OSError as error:
        raise JournalUnavailable(f"{file}: {error.strerror}") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise JournalUnavailable(f"{file} is in use by another Patchbay") from None
    return lock


def _seal(
    file: Path | None, key: SecretStr | None, random_bytes: Callable[[int], bytes]
) -> Seal:
    if key:
        return Seal.from_secret(key)
    if file:
        return Seal.from_file(file.with_suffix(".key"), random_bytes)
    raise JournalUnavailable(
        "BOT_SEAL_KEY is needed for a database of several replicas"
    )
