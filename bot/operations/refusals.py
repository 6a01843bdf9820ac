"""Refusals on the record, folded: what repeats within an hour is one record more.

The first refusal of somebody is written at once. The same once more (action, rule and
reason) within an hour is counted in memory, and the count is written when the hour is
over, when there is too much to count, or when the bot stops. A crash loses counts of
the last hour; who was refused what, and by which rule, is on the record all the same.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot.errors import JournalUnavailable
from bot.i18n import _
from bot.journal.audit import Entry

FOLDED_FOR = timedelta(hours=1)
MOST_FOLDS = 10_000  # refusals that are counted at a time

log = structlog.get_logger(__name__)

_Same = tuple[str, ...]


@dataclass(slots=True)
class _Fold:
    """A refusal that is on the record, and how often it was repeated since."""

    first: Entry
    last: datetime
    more: int = 0


class Refusals:
    """Writes refusals by *write*; *now* is the wall clock."""

    def __init__(
        self,
        write: Callable[[Entry], Awaitable[None]],
        now: Callable[[], datetime],
    ) -> None:
        self._write = write
        self._now = now
        self._folds: dict[_Same, _Fold] = {}  # in the order of their first refusal

    async def add(self, refusal: Entry) -> None:
        """Put *refusal* on the record, or count it if it is there already."""
        await self.write_due()
        same = _same(refusal)
        if fold := self._folds.get(same):
            fold.more, fold.last = fold.more + 1, refusal.at
            return
        self._folds[same] = _Fold(refusal, refusal.at)  # the next one is counted
        if not await self._written(refusal):
            self._folds.pop(same, None)  # the next one is tried

    async def write_due(self) -> None:
        """Write the counts of those whose hour is over, and of the oldest of too many.

        What cannot be written stays.
        """
        while self._folds:
            same, fold = next(iter(self._folds.items()))
            over = self._now() - fold.first.at >= FOLDED_FOR
            if not (over or len(self._folds) > MOST_FOLDS):
                return
            if not await self._closed(same, fold):
                return

    async def write_all(self) -> None:
        """Write every count: the bot stops."""
        for same, fold in list(self._folds.items()):
            await self._closed(same, fold)

    async def _closed(self, same: _Same, fold: _Fold) -> bool:
        """Write the count of *fold*, if there is one; the next refusal is a first."""
        self._folds.pop(same, None)
        if fold.more and not await self._written(_counted(fold)):
            self._folds.setdefault(same, fold)
            return False
        return True

    async def _written(self, entry: Entry) -> bool:
        try:
            await self._write(entry)
        except JournalUnavailable as error:
            log.critical("audit.unwritten", user=entry.user, why=str(error))
            return False
        return True


def _same(refusal: Entry) -> _Same:
    return (
        refusal.team,
        refusal.user,
        refusal.action,
        refusal.rule,
        refusal.why,
    )


def _counted(fold: _Fold) -> Entry:
    """Return the record that says how often a refusal was repeated, and since when."""
    since = f"{fold.first.at:%Y-%m-%d %H:%M:%S} UTC"
    sentence = _("Refused {n} times more since {since}: {why}")
    why = sentence.format(n=fold.more, since=since, why=fold.first.why)
    return replace(fold.first, at=fold.last, why=why)
