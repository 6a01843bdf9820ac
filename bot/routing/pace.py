"""How fast one person may ask, whichever way: typed, clicked, mentioned, sent in."""

import math
from collections.abc import Callable
from typing import Any

from bot.dialogue.ask import Person
from bot.errors import Busy
from bot.i18n import _
from bot.pace import Buckets, Pace
from bot.tencent.models.base import Level, Request


class Paces:
    """A pace for what reads, and one for what changes something.

    What ends something is never counted: it saves money, and is asked for in a hurry.
    Any other form is counted as a change when it opens, and as a read when it is sent
    in.
    """

    def __init__(self, pace: Pace, monotonic: Callable[[], float]) -> None:
        self._reads = Buckets(pace.reads, pace.reads_per_second, monotonic)
        self._changes = Buckets(pace.changes, pace.changes_per_second, monotonic)

    def take(self, who: Person, does: type[Request[Any]] | None = None) -> None:
        """Count an ask of *who* that may send *does*, or only reads.

        Raises:
            Busy: they asked too often. Nothing was done, and nothing is kept of it.
        """
        if does is not None and does.effect.ends:
            return
        reads = does is None or does.level is Level.READ
        wait = (self._reads if reads else self._changes).take(who.user)
        if wait:
            sentence = _(
                "You asked too often in a short time. Nothing was done;"
                " try again in {seconds} s."
            )
            raise Busy(sentence.format(seconds=math.ceil(wait)), wait=wait)
