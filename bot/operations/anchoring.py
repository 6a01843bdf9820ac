"""Keeps the audit trail provable: looks at its ends, anchors them, tells of them.

At the start, as it grows, every hour and at the stop the heads of its chains are
written into the anchors file. Once a day the whole trail is checked and its heads are
told in the operators' channel: what stands there nobody can change who has the disk.
What is wrong is told there, too, once, and on the doctor's page for as long as it is.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from bot import VERSION
from bot.dialogue.outcome import Audience
from bot.errors import JournalUnavailable
from bot.journal.anchors import Occasion
from bot.journal.examination import Finding, Report
from bot.journal.journal import Journal
from bot.journal.model import Notice
from bot.journal.trail import noted
from bot.settings import Settings

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HEADS_TOLD, BROKEN = "audit-heads", "audit-broken"  # notices
TOLD = "audit-told"  # the text that says when the heads were told last
STARTED, STOPPED = "bot.started", "bot.stopped"

log = structlog.get_logger(__name__)


def policy_digest(settings: Settings) -> str:
    """Return the digest of who may do what, and where: SHA-256, without any secret."""
    dumped = settings.model_dump(mode="json")  # a secret is a row of stars there
    named = ("policy", "exits", "apps", "allow_all", "ops_channel", "command_prefix")
    ends = [name for name in dumped if name.endswith("_endpoint")]
    decides = {name: dumped[name] for name in (*named, *ends)}
    return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()


@dataclass(slots=True)
class _Done:
    """What this process did last."""

    hourly: datetime | None = None
    heads: datetime | None = None
    wrong: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchoring:
    """Anchors the trail of *journal*, by the wall clock *now*.

    Operators read of it in *ops_channel*, if there is one. None of it stops the bot:
    what cannot be done now is logged, and done at the next round.
    """

    journal: Journal
    settings: Settings
    ops_channel: str
    wake: Callable[[], None]  # says that something may be delivered
    now: Callable[[], datetime]
    _done: _Done = field(default_factory=_Done)

    async def begin(self) -> None:
        """Look at the ends of the trail, and put the start on the record."""
        try:
            report = await self.journal.trail.report(deep=False)
            await self._tell(report.findings)
            allow_all = "BOT_ALLOW_ALL" if self.settings.allow_all else ""
            digest = policy_digest(self.settings)
            record = noted(
                self.now(),
                STARTED,
                rule=f"version {VERSION}",
                why=allow_all,
                digest=digest,
            )
            await self.journal.audit.write(record)
            await self._anchor(Occasion.START)
        except JournalUnavailable as error:
            log.critical("audit.unanchored", why=str(error))

    async def round(self) -> None:
        """Anchor what has grown; every hour, anyway; and tell the heads every day."""
        try:
            since = self._done.hourly
            hourly = since is None or self.now() - since >= HOUR
            await self._anchor(Occasion.HOURLY if hourly else Occasion.GROWN)
            if await self._is_day(hourly=hourly and since is not None):
                await self._tell_heads()
        except JournalUnavailable as error:
            log.critical("audit.unanchored", why=str(error))

    async def end(self) -> None:
        """Put the stop on the record, and anchor it."""
        try:
            await self.journal.audit.write(noted(self.now(), STOPPED))
            await self._anchor(Occasion.STOP)
        except JournalUnavailable as error:
            log.critical("audit.unanchored", why=str(error))

    async def _anchor(self, occasion: Occasion) -> None:
        now = self.now()
        await self._tell(await self.journal.trail.anchor(now, occasion))
        if occasion is not Occasion.GROWN:
            self._done.hourly = now

    async def _is_day(self, *, hourly: bool) -> bool:
        """Tell whether a day has passed; the first time, whether an *hourly* has.

        Another run may have told them meanwhile.
        """
        if self._done.heads is None or self.now() - self._done.heads >= DAY:
            kept = await self.journal.known.get(TOLD)
            if kept is None:
                return hourly
            self._done.heads = datetime.fromtimestamp(float(kept[0]), UTC)
        return self.now() - self._done.heads >= DAY

    async def _tell_heads(self) -> None:
        """Check the whole trail, and tell how long each chain is, and its head."""
        report = await self.journal.trail.report(deep=True)
        await self._tell(report.findings)
        log.info("audit.heads", records=report.count, whole=not report.findings)
        await self._notify(HEADS_TOLD, _facts(report), once=TOLD)
        if not self.ops_channel:
            await self.journal.known.keep(TOLD, str(self.now().timestamp()))
        self._done.heads = self.now()

    async def _tell(self, findings: Iterable[Finding]) -> None:
        """Tell the operators what is wrong, each sentence once in a run.

        Of several runs that find the same one tells it, once a day.
        """
        before = self._done.wrong
        new = [one for one in findings if one.what not in before]
        if not new:
            return
        for one in new:
            log.critical("audit.broken", what=one.what)
        restored = all(one.restored for one in new)
        facts = {"findings": [one.what for one in new], "restored": restored}
        digest = hashlib.sha256(json.dumps(facts).encode()).hexdigest()
        once = f"broken-{digest[:24]}" if self.journal.life.shared else ""
        await self._notify(BROKEN, facts, once=once)
        self._done.wrong = before | {one.what for one in new}

    async def _notify(
        self, name: str, facts: Mapping[str, Any], *, once: str = ""
    ) -> None:
        if self.ops_channel:  # else nobody would ever read it
            notice = Notice(name=name, audience=Audience.OPS, facts=facts)
            if once:
                await self.journal.known.tell(notice, once, DAY)
            else:
                await self.journal.outbox.put(notice, self.now())
            self.wake()


def _facts(report: Report) -> dict[str, Any]:
    return {
        "heads": [[one.chain, one.count, one.head] for one in report.heads],
        "findings": [one.what for one in report.findings],
        "restored": report.can_be_settled,
    }
