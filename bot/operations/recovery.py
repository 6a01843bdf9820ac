"""Takes up what dead runs of the bot left; at a start behind the first answers.

What is sent, or sent again, is taken over first, so that one run does it. Queued and
young: sent now. Queued and old: rejected, since nobody waits for it any more; a stop is
sent however old. Being sent: a start is UNKNOWN, because it may be running; what may be
repeated (a look-up, a stop) is sent again. Stops go first; the rest goes in groups, and
between them whoever asks something has their turn.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

import structlog

from bot.errors import JournalUnavailable, Unreadable
from bot.i18n import _, reading_in
from bot.ids import IntentId
from bot.journal.audit import Cause, settled_entry
from bot.journal.evidence import FactKind
from bot.journal.former import left_changes
from bot.journal.model import Changes, Intent
from bot.operations.about import about
from bot.operations.executor import EXPIRED, STILL_WANTED, Executor
from bot.operations.hearing import Hearing, away
from bot.states import LIVE, State
from bot.tencent.models.base import Repeat, Request

READS_AT_ONCE = 8  # look-ups that are sent again
NAMED = "targets-named"  # the text that says that older releases left no nameless ones

log = structlog.get_logger(__name__)

Pages = Callable[[State, Intent | None], Awaitable[list[Intent]]]
End = tuple[Intent, FactKind, Changes]


@dataclass(frozen=True, slots=True)
class Recovered:
    """How many intents were sent, rejected, left unknown and sent again."""

    sent: int = 0
    expired: int = 0
    unknown: int = 0
    repeated: int = 0

    def counts(self) -> dict[str, int]:
        """Return how many of each, by name."""
        return asdict(self)


async def recover(executor: Executor, hearing: Hearing, now: datetime) -> Recovered:
    """Take up whatever is unfinished; every step may be done again after a crash.

    Raises:
        JournalUnavailable: it is to be done again, from the start.
    """
    absence = await hearing.absence()
    journal = executor.journal
    for outcome in journal.spool.left():
        with _logged(outcome.intent):
            await executor.completion.recall(outcome)
    recovered = await take_over(executor, now)
    await _name_targets(executor)
    if absence:
        await _note_absence(executor, absence)
    await hearing.alive()
    log.info("journal.recovered", **recovered.counts())
    return recovered


async def take_over(executor: Executor, now: datetime) -> Recovered:
    """Take up whatever is unfinished and in the hands of a run that is dead.

    Raises:
        JournalUnavailable: it is to be done again, from the start.
    """
    former, recovery = executor.journal.former, _Recovery(executor, now)
    await recovery.held()  # that the round before did not come to
    await recovery.group(await former.stops())
    for state in (State.QUEUED, State.SENDING):
        while group := await former.taken(state):
            await recovery.group(group)
    async for group in _groups(former.unsettled, State.SENDING):
        await recovery.group(group)
    return Recovered(**recovery.counts)


async def _groups(pages: Pages, state: State) -> AsyncIterator[list[Intent]]:
    """Yield what is in *state*, page by page; each intent comes once."""
    group = await pages(state, None)
    while group:
        yield group
        group = await pages(state, group[-1])


async def _name_targets(executor: Executor) -> None:
    """Name the targets of what an older release accepted, so that events find them."""
    journal = executor.journal
    if await journal.known.get(NAMED):
        return
    whole = True
    for intent in await journal.find.nameless():
        named = False
        with _logged(intent.id):
            kind = executor.resources.request_of(intent)
            request = await _request(executor, intent, kind)
            names = executor.resources.of(intent).former_targets(request)
            await journal.name_targets(intent.id, names)
            named = True
        whole = whole and named
    if whole:  # else the next start tries again
        await journal.known.keep(NAMED, "yes")


async def _note_absence(executor: Executor, absence: tuple[datetime, datetime]) -> None:
    """Note what callbacks may have been lost about: nobody is told more than known."""
    former = executor.journal.former
    for state in sorted(LIVE):
        async for group in _groups(former.told_of, state):
            facts = [(one, away(one, absence)) for one in group]
            await _in_one(former.learn, facts)
            _changed(executor, group)


async def _in_one(
    learn: Callable[[Sequence[Any]], Awaitable[None]], group: Sequence[Any]
) -> None:
    """Commit *group* at once; if something breaks on it, each by itself."""
    try:
        if group:
            await learn(group)
    except Exception as error:
        if isinstance(error, JournalUnavailable) and not isinstance(error, Unreadable):
            raise
        for one in group:  # it is told of the one that it is about
            with _logged(one[0].id):
                await learn([one])


def _changed(executor: Executor, group: Sequence[Intent]) -> None:
    for intent in group:
        executor.completion.recents.invalidate(intent)
    executor.completion.wake()


@contextmanager
def _logged(intent: IntentId) -> Iterator[None]:
    """Let what breaks on one intent keep neither the others nor the start.

    It stays as it is, and is tried again at the next start.
    """
    try:
        yield
    except Exception as error:
        if isinstance(error, JournalUnavailable) and not isinstance(error, Unreadable):
            raise
        log.critical("recovery.broke", intent=intent, exc_info=True)


@dataclass(slots=True)
class _Recovery:
    """Takes up groups of what was left, as of *now*, and counts."""

    executor: Executor
    now: datetime
    counts: Counter[str] = field(default_factory=Counter)
    _seen: set[IntentId] = field(default_factory=set)  # that are sent, or sent again
    _reads: asyncio.Semaphore = field(
        default_factory=lambda: asyncio.Semaphore(READS_AT_ONCE)
    )

    async def held(self) -> None:
        """Take up what was taken over before, unless that run was dead since."""
        held, boot = self.executor.journal.former.held, self.executor.journal.boot
        left = [one for one in held.values() if one.owner == boot]
        held.clear()  # of another life: it is a dead run's, and found as such
        held |= {one.id: one for one in left}
        await self.group(left)

    async def group(self, group: Sequence[Intent]) -> None:
        """Take up *group*: what ends here is committed at once.

        What was taken over is held until it is sent, or settled. What waits here to be
        sent is held, too: it may have been refused already under a former life. What
        is being sent here was taken from a former life, which will not end it.
        """
        ends: list[End] = []
        held = self.executor.journal.former.held
        for intent in group:
            waits = intent.state is State.QUEUED
            if intent.id in self._seen or (
                waits and intent.id in self.executor.under_way
            ):
                continue
            before = len(ends)
            with _logged(intent.id), reading_in(intent.asker.locale):
                ends += await self._taken_up(intent)
            if len(ends) == before:
                held.pop(intent.id, None)
        await _in_one(self.executor.journal.former.settle, ends)
        for intent, _kind, _changes in ends:
            held.pop(intent.id, None)
        _changed(self.executor, [intent for intent, _kind, _changes in ends])

    async def _taken_up(self, intent: Intent) -> list[End]:
        """Send *intent*, or return how it ended if that goes with its group."""
        kind = self.executor.resources.request_of(intent)
        wanted = self.now - intent.created_at <= STILL_WANTED or kind.effect.lasts
        queued = intent.state is State.QUEUED
        if wanted if queued else kind.repeat is Repeat.SAFE:
            await self._send(intent, kind)
            self._seen.add(intent.id)
            self.counts["sent" if queued else "repeated"] += 1
            return []
        self.counts["expired" if queued else "unknown"] += 1
        changes = _expired() if queued else left_changes(intent)
        if intent.subject.creates:
            how = FactKind.UNSENT if queued else FactKind.NO_ANSWER
            return [(intent, how, changes)]
        await self._end(intent, changes)
        return []

    async def _send(self, intent: Intent, kind: type[Request[Any]]) -> None:
        request = await _request(self.executor, intent, kind)
        if intent.state is State.QUEUED:
            self.executor.submit(intent, request)
            return
        work = about(intent.id, lambda: self._again(intent, request))
        self.executor.tasks.spawn(work, name=f"resume {intent.id}")

    async def _again(self, intent: Intent, request: Request[Any]) -> None:
        """Go on sending *intent*: a stop at once, of look-ups some."""
        if request.effect.ends:
            await self.executor.resume(intent, request)
        else:
            async with self._reads:
                await self.executor.resume(intent, request)

    async def _end(self, intent: Intent, changes: Changes) -> None:
        """End by itself what acts on a thing, or asks; it is on the record."""
        executor, queued = self.executor, intent.state is State.QUEUED
        state = State.NOT_STARTED if queued else State.UNKNOWN
        after = replace(intent, state=state)
        entry = settled_entry(executor.now(), intent, after, Cause.RECOVERY)
        await executor.journal.audit.write(entry)
        if queued:
            await executor.completion.reject(intent, changes)
        else:
            await executor.completion.complete(intent, state, changes)


def _expired() -> Changes:
    text = _("It waited too long while Patchbay was down. Nothing was sent.")
    return Changes(error_code=EXPIRED, error_text=text)


async def _request(
    executor: Executor, intent: Intent, kind: type[Request[Any]]
) -> Request[Any]:
    """Read the request of *intent* back: only a restart has to."""
    return kind.of_json(await executor.journal.find.request_of(intent.id))
