"""Whether callbacks of an app are proven to arrive, and when this bot could not hear.

That nothing was heard of a start says something only if it would have been heard: if
other callbacks of the same app came after it was sent, none was refused here, and this
bot was not down for longer than the minute in which Tencent repeats one.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.journal.evidence import Fact, FactKind, Heard, fact_key
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
    changed: set[int] = field(default_factory=set)  # apps with news since `weighed`
    _kept: dict[int, tuple[datetime, int]] = field(default_factory=dict)

    async def keep(self, sdk_app_id: int) -> None:
        """Keep that a callback of the app arrived, every few seconds.

        And at once after something was sent, of which it is then known that this came
        later.

        Raises:
            JournalUnavailable: it could not be kept, so nothing else could.
        """
        now, claimed = self.now(), self.journal.claimed
        at, after = self._kept.get(sdk_app_id, (now, -1))
        if after != claimed or abs(now - at) > KEPT_EVERY:
            await self.journal.heard.note(sdk_app_id, now)
            self._kept[sdk_app_id] = now, claimed
            self.changed.add(sdk_app_id)

    async def last_heard(self, sdk_app_id: int) -> datetime | None:
        """Return when a callback of the app was last taken, if ever."""
        heard = self.reception.heard_at(sdk_app_id)
        return heard or await self.journal.heard.at(sdk_app_id)

    async def proves(self, intent: Intent) -> bool:
        """Tell whether a callback about *intent* would have been heard by now."""
        return Heard.ALL in await self._heard_of(intent)

    async def _heard_of(self, intent: Intent) -> Heard:
        await self._keep_refused()
        heard, refused = await self.journal.heard.since_sent(intent)
        away = intent.standing.silence and intent.standing.silence.away
        if not heard:
            return Heard(0)
        return Heard.SINCE if refused or away else Heard.SINCE | Heard.ALL

    async def silence(self, intent: Intent) -> Fact:
        """Return as a fact that nothing was heard of *intent* until now."""
        heard = await self.last_heard(intent.subject.sdk_app_id)
        at = millis(self.now())
        return Fact(
            kind=FactKind.SILENCE,
            key=fact_key(intent.id, FactKind.SILENCE, at),
            status=int(await self._heard_of(intent)),
            since=millis(heard) if heard else None,
            at=at,
            came_at=at,
        )

    async def weighed(self) -> list[Intent]:
        """Weigh anew the silence about unknown starts, of apps with news since.

        Callbacks that came make a proof of it, and one that was refused unmakes it.
        Returns the starts of which it says something else now.
        """
        changed = []
        while self.changed:
            for intent in await self.journal.find.unheard(self.changed.pop()):
                said = intent.standing.silence
                if said is None:
                    continue
                fact = await self.silence(intent)
                heard = Heard.SINCE * said.heard | Heard.ALL * said.proven
                if fact.status != heard:
                    changed.append(await self.journal.learn(intent.id, fact))
        return changed

    # ── this bot itself ─────────────────────────────────────────────────────────

    async def alive(self) -> None:
        """Note that this bot is up, and what it has refused."""
        await self._keep_refused()
        await self.journal.heard.note(ITSELF, self.now())

    async def _keep_refused(self) -> None:
        """Keep which apps' callbacks were refused: no silence of theirs is a proof."""
        for app in list(self.reception.turned_away):
            await self.journal.heard.note_refused(app)
            self.reception.turned_away.discard(app)
            self.changed.add(app)

    async def absence(self) -> tuple[datetime, datetime] | None:
        """Return from when to now nobody could hear, if callbacks were lost by it."""
        was_up = await self.journal.heard.at(ITSELF)
        now = self.now()
        if was_up is None or abs(now - was_up) <= REPEATED_FOR:
            return None
        return min(was_up, now), now  # a clock that was set back tells of nothing


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
