"""What became of the callbacks that reached us, since this process began.

A callback that is refused is lost after a minute, and nobody hears of it: Tencent shows
no failures. So refusals are counted, told once a minute in the log, and shown by the
doctor; and it is kept when Tencent was last heard for an app, and when a callback of it
was last turned away. That no callback came of a relay is
evidence only where both say so.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import structlog

from bot.errors import InvalidRequest, NotAllowed
from bot.settings import App

EVERY = 60.0  # seconds between two warnings about the same refusals
NOBODY = ""  # stands for the app where an address names none

log = structlog.get_logger(__name__)


class Refusal(StrEnum):
    """Why a callback was refused."""

    UNSIGNED = "unsigned"
    FORGED = "wrongly signed"
    UNREAD = "not understood"
    NO_KEY = "app without a key"
    NO_APP = "no such app"


class About(StrEnum):
    """What a callback is about; each has an address of its own in Tencent's console."""

    RELAY = "relay"
    ROOM = "room"
    MEDIA = "media"


def addressed(apps: Iterable[App], address: str) -> App | None:
    """Return the app that *address* names, by its name or else by its SdkAppId.

    Of two with one SdkAppId it is the one that has a callback key.
    """
    named = {app.name: app for app in apps}
    if address in named:
        return named[address]
    same = [app for app in named.values() if str(app.sdk_app_id) == address]
    return next((app for app in same if app.callback_key), same[0] if same else None)


@dataclass
class Reception:
    """Counts and remembers, in memory. *now* is the wall clock, *monotonic* seconds.

    `refused` is by the app's name. `heard` is by its SdkAppId and by what it was about:
    when a callback was last taken in. `turned_away` are the SdkAppIds of which one was
    not, until that is kept.
    """

    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    refused: dict[str, Counter[Refusal]] = field(default_factory=dict)
    heard: dict[tuple[int, About], datetime] = field(default_factory=dict)
    turned_away: set[int] = field(default_factory=set)
    _quiet_until: dict[tuple[str, Refusal], float] = field(default_factory=dict)
    _untold: Counter[tuple[str, Refusal]] = field(default_factory=Counter)

    def heard_at(self, sdk_app_id: int, about: About = About.RELAY) -> datetime | None:
        """Return when a genuine callback of the app was last taken in, *about* that."""
        return self.heard.get((sdk_app_id, about))

    def hear(self, sdk_app_id: int, about: About) -> None:
        """Note that a genuine callback of the app was taken in now."""
        self.heard[sdk_app_id, about] = self.now()

    def refuse(self, app: str, why: Refusal) -> None:
        """Count a refusal, and say so in the log, once a minute with their number."""
        self.refused.setdefault(app, Counter())[why] += 1
        self._untold[app, why] += 1
        if self.monotonic() < self._quiet_until.get((app, why), 0.0):
            return
        self._quiet_until[app, why] = self.monotonic() + EVERY
        count = self._untold.pop((app, why))
        log.warning("callback.refused", app=app, why=why.value, count=count)

    @contextmanager
    def receiving(self, app: App, sign: str) -> Iterator[None]:
        """Note how the taking in of a callback of *app*, signed *sign*, ends."""
        try:
            yield
        except NotAllowed:
            self.turned_away.add(app.sdk_app_id)
            self.refuse(app.name, Refusal.FORGED if sign else Refusal.UNSIGNED)
            raise
        except BaseException as error:
            self.turned_away.add(app.sdk_app_id)
            if isinstance(error, InvalidRequest):
                self.refuse(app.name, Refusal.UNREAD)
            raise
