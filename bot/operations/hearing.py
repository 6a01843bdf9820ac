"""Whether callbacks of an app are proven to arrive, and when this bot could not hear.

That nothing was heard of a start says something only if it would have been heard: if
other callbacks of the same app came after it was sent, none was refused here, and this
bot was not down for longer than the minute in which Tencent repeats one.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.journal.evidence import Fact, FactKind, fact_key
from bot.journal.journal import Journal
from bot.journal.model import Intent
from bot.journal.rows import millis
from bot.operations.reception import Reception

REPEATED_FOR = timedelta(minutes=1)  # by Tencent, https://trtc.io/document/54913
KEPT_EVERY = timedelta(seconds=10)
ITSELF = 0  # the app under which it is kept when this bot was last up


@dataclass(frozen=True, slots=True)
class Hearing:
    """What *reception* remembers of callbacks, beyond the life of a process.

    *now* is the wall clock.
    """

    journal: Journal
    reception: Reception
    now: Callable[[], datetime]
    heard_again: set[int] = field(default_factory=set)  # since `weighed`
    _kept: dict[int, datetime] = field(default_factory=dict)

    async def keep(self, sdk_app_id: int) -> None:
        """Keep that a callback of the app arrived, every few seconds.

        Raises:
            JournalUnavailable: it could not be kept, so nothing else could.
        """
        now = self.now()
        if now - self._kept.get(sdk_app_id, now - 2 * KEPT_EVERY) > KEPT_EVERY:
            await self.journal.hear(sdk_app_id, now)
            self._kept[sdk_app_id] = now
            self.heard_again.add(sdk_app_id)

    async def last_heard(self, sdk_app_id: int) -> datetime | None:
        """Return when a callback of the app was last taken, if ever."""
        kept = await self.journal.find.heard_at(sdk_app_id)
        return _later(kept, self.reception.heard_at(sdk_app_id))

    async def proves(self, intent: Intent) -> bool:
        """Tell whether a callback about *intent* would have been heard by now."""
        app, sent = intent.subject.sdk_app_id, intent.sent_at
        heard = await self.last_heard(app)
        refused = self.reception.refused_at(app)
        away = intent.standing.silence and intent.standing.silence.away
        if sent is None or heard is None or away:
            return False
        return heard > sent and (refused is None or refused < sent)

    async def silence(self, intent: Intent) -> Fact:
        """Return as a fact that nothing was heard of *intent* until now."""
        heard = await self.last_heard(intent.subject.sdk_app_id)
        at = millis(self.now())
        return Fact(
            kind=FactKind.SILENCE,
            key=fact_key(intent.id, FactKind.SILENCE, at),
            status=int(await self.proves(intent)),
            since=millis(heard) if heard else None,
            at=at,
            came_at=at,
        )

    async def weighed(self) -> list[Intent]:
        """Weigh anew the silence about unknown starts, of apps that were heard since.

        Returns those that it was news of.
        """
        changed = []
        while self.heard_again:
            for intent in await self.journal.find.unheard(self.heard_again.pop()):
                before = intent.standing.silence
                if before is None or before.proven:
                    continue
                fact = await self.silence(intent)
                changed.append(await self.journal.learn(intent.id, fact))
        return changed

    # ── this bot itself ─────────────────────────────────────────────────────────

    async def alive(self) -> None:
        """Note that this bot is up."""
        await self.journal.hear(ITSELF, self.now())

    async def absence(self) -> tuple[datetime, datetime] | None:
        """Return from when to now nobody could hear, if callbacks were lost by it."""
        was_up = await self.journal.find.heard_at(ITSELF)
        now = self.now()
        return (was_up, now) if was_up and now - was_up > REPEATED_FOR else None


def away(intent: Intent, absence: tuple[datetime, datetime]) -> Fact:
    """Return as a fact that nobody could hear of *intent* during *absence*."""
    since, at = map(millis, absence)
    return Fact(
        kind=FactKind.AWAY,
        key=fact_key(intent.id, FactKind.AWAY, since),
        since=since,
        at=at,
        came_at=at,
    )


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((at for at in (one, other) if at), default=None)
