"""The members, guests and user groups of the workspace, cached in memory.

They are looked up in the background, since an ack must not wait for them: the first
answer to somebody may be in English, the next one is in their language.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog
from cachetools import TTLCache
from pydantic import SecretStr
from slack_bolt.authorization import AuthorizeResult

from bot.dialogue.ask import Person
from bot.i18n import DEFAULT_LOCALE
from bot.ids import TeamId
from bot.runtime.tasks import Tasks
from bot.slack.outbound.web import Web
from bot.slack.tokens import accepted

MOST_PEOPLE = 10_000
REMEMBERED = 6 * 3600.0  # seconds
GROUPS_FRESH = 300.0  # seconds; then they are looked up again
GROUPS_LAST = 900.0  # seconds; older ones count as unknown
GROUPS_LAST_LONG = 86_400.0  # to stop what costs money, a day old is good enough

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Known:
    """What Slack says of a person."""

    locale: str
    guest: bool


class SlackDirectory:
    """The directory of the installed workspace, looked up through *web*.

    *groups* are the user groups that rules name. *timer* is monotonic, in seconds.
    """

    def __init__(
        self,
        web: Web,
        tasks: Tasks,
        *,
        groups: Iterable[str] = (),
        timer: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._web = web
        self._tasks = tasks
        self._timer = timer
        self._sleep = sleep
        self._group_ids = tuple(groups)
        self._known: TTLCache[str, Known] = TTLCache(MOST_PEOPLE, REMEMBERED, timer)
        self._asking: set[str] = set()
        self._members: dict[str, frozenset[str]] = {}
        self._members_at: float | None = None
        self._authorized: AuthorizeResult | None = None
        self.scopes: frozenset[str] | None = None  # of the bot's token, if Slack said
        self.identified = asyncio.Event()

    async def ensure_sockets(self, token: SecretStr) -> None:
        """Find out from Slack whether the app-level *token* opens sockets.

        Raises:
            SettingsError: it does not.
        """
        ask = partial(self._web.open_socket, token)
        await accepted("SLACK_APP_TOKEN", ask, self._sleep)

    async def identify(self, token: str) -> None:
        """Ask Slack who the bot is, and where it is installed, until it answers.

        Raises:
            SettingsError: Slack does not take the token.
        """
        ask = partial(self._web.call, "auth.test")
        sent = await accepted("SLACK_BOT_TOKEN", ask, self._sleep)
        self.scopes = sent.scopes
        self._authorized = AuthorizeResult.from_auth_test_response(
            auth_test_response=dict(sent.data or {}), bot_token=token
        )
        if self._group_ids:
            await self.look_up_groups()
        self.identified.set()

    @property
    def authorized(self) -> AuthorizeResult:
        """Who the bot is, for Bolt."""
        if self._authorized is None:
            raise RuntimeError("not identified")
        return self._authorized

    @property
    def known(self) -> bool:
        """Whether Slack has answered at all."""
        return self.identified.is_set()

    @property
    def team(self) -> TeamId:
        """The workspace that the bot is installed in."""
        return TeamId(self.authorized.team_id or "")

    def locale(self, user: str) -> str:
        """Return the language of *user*, as far as is known."""
        person = self._known.get(user)
        return person.locale if person else DEFAULT_LOCALE

    def is_guest(self, who: Person) -> bool | None:
        """Tell whether *who* is a guest; None if that is not known."""
        person = self._known.get(who.user)
        return person.guest if person else None

    def groups(self, *, patient: bool = False) -> Mapping[str, frozenset[str]] | None:
        """Return the members of the groups that rules name, or None if unknown.

        An answer counts for 15 minutes, to the *patient* for a day.
        """
        if not self._group_ids:
            return {}
        at, now = self._members_at, self._timer()
        if at is None or now - at > GROUPS_FRESH:
            self._once("groups", self.look_up_groups())
        last = GROUPS_LAST_LONG if patient else GROUPS_LAST
        return None if at is None or now - at > last else self._members

    def look_up_later(self, who: Person) -> None:
        """Look *who* up in the background, if they are not known yet."""
        if who.user not in self._known:
            self._once(who.user, self._look_up(who.user))

    async def ensure_known(self, who: Person) -> None:
        """Look *who* up now, if they are not known yet; wait while Slack is away."""
        await self.identified.wait()
        if who.user not in self._known:
            await self._look_up(who.user)

    async def look_up_groups(self) -> None:
        """Ask Slack who is in the groups; a failure keeps the last good answer."""
        members = {}
        for group in self._group_ids:
            sent = await self._web.call("usergroups.users.list", usergroup=group)
            if not sent.ok or sent.data is None:
                log.warning("group.unknown", group=group, error=sent.error)
                return
            members[group] = frozenset(map(str, sent.data.get("users", ())))
        self._members, self._members_at = members, self._timer()

    async def _look_up(self, user: str) -> None:
        sent = await self._web.call("users.info", user=user, include_locale=True)
        if not sent.ok or sent.data is None:
            log.info("person.unknown", error=sent.error)
            return
        info = sent.data.get("user") or {}
        guest = bool(info.get("is_restricted") or info.get("is_ultra_restricted"))
        self._known[user] = Known(str(info.get("locale") or DEFAULT_LOCALE), guest)

    def _once(self, name: str, work: Any) -> None:
        if name in self._asking:
            work.close()
            return
        self._asking.add(name)
        self._tasks.spawn(self._finish(name, work), name=f"look up {name}")

    async def _finish(self, name: str, work: Any) -> None:
        try:
            await work
        finally:
            self._asking.discard(name)
