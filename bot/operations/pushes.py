"""Asks Tencent's CDN what it gets of relays, and keeps the last of that with each.

One look a minute at all that is pushed now, by whichever of several runs has its turn,
and only while something runs to the CDN of that account. Of what comes back whatever
is of no relay here is dropped at once, and so are the addresses of all senders.
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from bot.config.alerts import Alerts
from bot.config.pushes import Live
from bot.errors import Busy, CloudError, JournalUnavailable, Refused
from bot.i18n import reader_locale
from bot.journal.model import CARD_NOTICE, Intent, Notice
from bot.journal.pushes import Kept, Poll, PushRows
from bot.journal.rows import millis
from bot.operations.looks import Looks
from bot.resources.push import PushAddress
from bot.resources.relay import samples, still
from bot.resources.relay.hour import FORBIDDEN
from bot.resources.relay.samples import Change, LastHour, Pushed, Sample, Stream
from bot.tencent.models.live import (
    DescribeLiveStreamPushInfoList,
    DescribeLiveStreamState,
    DescribeStreamPushInfoList,
    PushedStream,
    Reading,
    stream_of,
    written,
)

ROUND = 5.0  # seconds between two looks at whose turn it is
SELDOM = 10  # times as seldom is asked what may not be asked
MOST_PAGES = 20  # of 500 streams
HOUR = timedelta(hours=1)
DRAWN_EVERY = timedelta(minutes=10)  # a card whose figures stay as they are
PER_RELAY = timedelta(seconds=3)  # Slack takes 50 changed messages a minute
OTHER = 0.25  # of a figure; a card is drawn anew when one differs by more

Changes = Sequence[tuple[int, Change]]
Also = Callable[[Intent, Changes], Iterable[Notice]]

log = structlog.get_logger(__name__)


def _nothing_also(_relay: Intent, _changes: Changes) -> Iterable[Notice]:
    return ()


def still_alarms(alerts: Callable[[str, str], Alerts]) -> Also:
    """Return what rings of a picture that fell, where *alerts* of its app want that."""

    def also(relay: Intent, changes: Changes) -> Iterable[Notice]:
        return (
            still.alarms(changes)
            if alerts(relay.subject.app, relay.asker.team).still
            else ()
        )

    return also


@dataclass(kw_only=True)
class Pushes:
    """What the CDN of the *account* gets; without an account nothing is asked.

    *settings* say of which domains, and how often. *changed* is told of each relay
    whose card is drawn anew. *also* gives what is told beside the line in the thread of
    a relay, of each target (from 1 on) whose picture fell or is back: an alarm where
    somebody wants one. It is committed with that line.
    """

    rows: PushRows
    looks: Looks
    settings: Live
    account: str
    now: Callable[[], datetime]
    sleep: Callable[[float], Awaitable[None]]
    changed: Callable[[Intent], None]
    also: Also = field(default=_nothing_also)

    @property
    def every(self) -> timedelta:
        """The time from one look to the next."""
        return timedelta(seconds=self.settings.seconds)

    async def run(self) -> None:
        """Look for ever, whenever it is this run's turn; nothing where it is off."""
        while self.account:
            await self.sleep(min(ROUND, self.settings.seconds))
            try:
                await self.round()
            except JournalUnavailable as error:
                log.warning("pushes.wait", why=str(error))

    async def round(self) -> None:
        """Look once, if it is this run's turn and there is something to ask about.

        Raises:
            JournalUnavailable: nothing was kept of it.
        """
        now = self.now()
        if not await self.rows.take(self.account, now, now + self.every):
            return
        relays = [one for one in await self.rows.running() if self.asked(one)]
        if not relays:
            return
        digests = {digest for relay in relays for digest in self.asked(relay)}
        try:
            listed, whole = await self._listed(digests)
        except (CloudError, Busy) as error:
            code = error.code if isinstance(error, Refused) else type(error).__name__
            log.warning("pushes.unknown", why=str(error))
            await self.rows.note(self.account, now, code)
            if code in FORBIDDEN:  # which somebody has to change first
                due = now + self.every
                await self.rows.take(self.account, due, now + SELDOM * self.every)
            return
        await self.rows.note(self.account, now)
        at, drawn = millis(self.now()), max(DRAWN_EVERY, len(relays) * PER_RELAY)
        looked = _Look(listed, whole, at, self.every, drawn)
        kept = [self._kept(relay, looked) for relay in relays]
        for relay in await self.rows.keep(filter(None, kept)):
            self.changed(relay)

    def asked(self, relay: Intent) -> dict[str, int]:
        """Return which targets of *relay* are asked about: digests, by number."""
        return samples.asked(relay, self.settings.domains)

    async def poll(self) -> Poll | None:
        """Return how the looks go; None where it is off, or none was taken yet.

        Raises:
            JournalUnavailable: it cannot be read.
        """
        return await self.rows.poll(self.account) if self.account else None

    async def _listed(
        self, digests: set[str]
    ) -> tuple[Mapping[str, PushedStream], bool]:
        """Return what is pushed to *digests*, and whether every page was looked at."""
        domains = self.settings.domains
        single = len(domains) == 1 and not domains[0].startswith(".")
        only = domains[0] if single else None
        listed: dict[str, PushedStream] = {}
        for number in range(1, MOST_PAGES + 1):
            request = DescribeLiveStreamPushInfoList(push_domain=only, page_num=number)
            page = await self.looks.ask(request)
            for one in page.data_info_list or ():
                before = listed.get(one.target)
                if one.target in digests and (not before or _bits(before) < _bits(one)):
                    listed[one.target] = one
            if page.data_info_list is None:
                return listed, False
            last = number >= (page.total_page or 0) or not page.data_info_list
            if last or listed.keys() == digests:
                return listed, True
        return listed, False

    def _kept(self, relay: Intent, look: "_Look") -> Kept | None:
        """Return what is kept of *relay* after a *look*; None if nothing is known."""
        before = samples.pushed_of(relay.pushed)
        streams = dict(look.streams(before, self.asked(relay)))
        if not streams and not before.streams:
            return None
        after = Pushed(streams, before.drawn)
        changes = list(still.numbered(relay, samples.changes(before, after)))
        also = self.also(relay, changes) if changes else ()
        notices = [*still.notices(changes), *also]
        if changes or look.is_drawn(before, after):
            after = replace(after, drawn=look.at)
            notices.append(CARD_NOTICE)
        return Kept(relay.id, after.text, tuple(notices))

    # ── the last hour, when somebody asks ───────────────────────────────────────

    async def last_hour(
        self, relay: Intent, places: Sequence[PushAddress]
    ) -> list[LastHour]:
        """Return what the CDN says of the targets of *relay* that it is asked about.

        *places* are all its push addresses, in their order.
        """
        wanted = sorted(self.asked(relay).values())
        return [
            await self._of_one(number, places[number - 1])
            for number in wanted
            if number <= len(places)
        ]

    async def _of_one(self, number: int, place: PushAddress) -> LastHour:
        stream = stream_of(place.url)
        if stream is None:
            return LastHour(number=number)
        until, language = self.now(), reader_locale()
        named = {"app_name": stream.app, "stream_name": stream.stream}
        state = DescribeLiveStreamState.of({**named, "domain_name": stream.domain})
        span = {"start_time": written(until - HOUR), "end_time": written(until)}
        hour = DescribeStreamPushInfoList.of(
            {**named, **span, "push_domain": stream.domain}
        )
        seen = LastHour(number=number)
        try:
            standing = await self.looks.ask(state, language=language)
            seen = replace(seen, state=standing.stream_state)
            readings = await self.looks.ask(hour, language=language)
        except (CloudError, Busy) as error:
            return replace(seen, error=error)
        return replace(seen, got=_in_order(readings.data_info_list or ()))


@dataclass(frozen=True, slots=True)
class _Look:
    """What was *listed* at a moment, by digest; *whole*: all that there was.

    *at* is that moment in UTC milliseconds, *every* the time to the next look and
    *drawn* that after which a card is drawn anew in any case.
    """

    listed: Mapping[str, PushedStream]
    whole: bool
    at: int
    every: timedelta
    drawn: timedelta

    def streams(
        self, before: Pushed, digests: Iterable[str]
    ) -> Iterator[tuple[str, Stream]]:
        """Yield what is known by now of the streams under *digests*."""
        for digest in digests:
            name = samples.short(digest)
            was, one = before.streams.get(name), self.listed.get(digest)
            if one:
                every = self.every / timedelta(milliseconds=1)
                sample = Sample(self.at, one.video_fps, _whole(one.video_speed))
                yield name, samples.sampled(was, sample, one.begin_push_time, every)
            elif was:
                yield name, samples.missed(was, self.at) if self.whole else was

    def is_drawn(self, before: Pushed, after: Pushed) -> bool:
        """Tell whether the card says something else now, or has said it for long."""
        if before.streams.keys() != after.streams.keys():
            return True
        if self.at - before.drawn >= self.drawn / timedelta(milliseconds=1):
            return True
        pairs = ((before.streams[name], now) for name, now in after.streams.items())
        return any(
            bool(was.missed) != bool(now.missed)
            or _differs(was.last.bits, now.last.bits)
            or _differs(was.last.fps, now.last.fps)
            for was, now in pairs
        )


def _differs(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is not other
    return abs(one - other) > OTHER * max(one, other)


def _bits(one: PushedStream) -> float:
    return one.video_speed or 0.0


def _whole(number: float | None) -> int | None:
    return None if number is None else round(number)


def _in_order(readings: Iterable[Reading]) -> tuple[Sample, ...]:
    """Return *readings* as samples, the oldest first, without those of no moment."""
    dated = ((one.at, one) for one in readings)
    each = (
        Sample(millis(at), one.video_fps, _whole(one.video_rate))
        for at, one in dated
        if at
    )
    return tuple(sorted(each, key=lambda one: one.at))
