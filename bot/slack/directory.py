"""The workspace that the bot is installed in, and who its people are.

They are looked up in the background, since an ack must not wait for them: the first
answer to somebody may be in English, the next one is in their language. What Slack last
said of the installation is kept, so that a start does not have to wait for Slack.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, fields, replace
from functools import partial
from typing import Any, Protocol

import structlog
from cachetools import TTLCache
from pydantic import SecretStr
from slack_bolt.authorization import AuthorizeResult

from bot.dialogue.ask import Account, Person
from bot.errors import JournalUnavailable
from bot.i18n import DEFAULT_LOCALE
from bot.ids import ChannelId, MessageTs, TeamId
from bot.runtime.tasks import Tasks
from bot.slack.inbound.payloads import text_of
from bot.slack.outbound.web import Web
from bot.slack.people import People
from bot.slack.tokens import accepted

UNREAD_SECONDS = 600.0  # that a channel which may not be read is not asked for again
INSTALLATION, GROUPS = "installation", "groups"  # what is kept, and under which name

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """Where the bot is installed, and as whom."""

    team: str
    enterprise: str = ""
    bot_id: str = ""
    bot_user_id: str = ""


_FIELDS = fields(Installation)


class Memory(Protocol):
    """Texts that outlive the process: the journal's."""

    async def get(self, name: str) -> tuple[str, float] | None:
        """Return what was kept as *name*, and for how many seconds; None if nothing.

        Raises:
            JournalUnavailable: it cannot be read.
        """

    async def keep(self, name: str, value: str) -> None:
        """Keep *value* as *name*.

        Raises:
            JournalUnavailable: nothing was kept.
        """


class SlackDirectory:
    """The directory of the installed workspace, looked up through *web*.

    *groups* are the user groups that rules name. *timer* is monotonic, in seconds.
    *memory* keeps what Slack said last.
    """

    def __init__(
        self,
        web: Web,
        tasks: Tasks,
        *,
        groups: Iterable[str] = (),
        memory: Memory | None = None,
        timer: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._web = web
        self.timer = timer
        self._sleep = sleep
        self._memory = memory
        self._installation: Installation | None = None
        self._token = ""
        self._unread: TTLCache[str, bool] = TTLCache(1000, UNREAD_SECONDS, timer)
        self.moved_from: TeamId | None = None  # the workspace of the run before
        self.scopes: frozenset[str] | None = None  # of the bot's token, if Slack said
        self.called = ("", "")  # the workspace and the bot, as people call them
        self.identified = asyncio.Event()
        self.people = People(
            web,
            tasks,
            groups=groups,
            identified=self.identified,
            keep=partial(self._keep, GROUPS),
            timer=timer,
            sleep=sleep,
        )

    async def recall(self, token: str) -> None:
        """Take what Slack said last for true until it answers `identify`."""
        self._token = token
        try:
            kept, _age = await self._kept(INSTALLATION)
            groups, age = await self._kept(GROUPS)
        except JournalUnavailable as error:
            log.warning("directory.unread", why=str(error))
            return
        if kept:
            self._installation = Installation(
                **{field.name: str(kept.get(field.name, "")) for field in _FIELDS}
            )
        if groups:
            self.people.recall(groups, age)

    async def ensure_sockets(self, token: SecretStr) -> None:
        """Find out from Slack whether the app-level *token* opens sockets.

        Raises:
            SettingsError: it does not.
        """
        ask = partial(self._web.open_socket, token)
        await accepted("SLACK_APP_TOKEN", ask, self._sleep, self._web.api_url)

    def use(self, token: str) -> None:
        """Tell Bolt *token* from here on."""
        self._token = token

    async def identify(self, token: str) -> None:
        """Ask Slack who the bot is, and where it is installed, until it answers.

        Raises:
            SettingsError: Slack does not take the token.
        """
        ask = partial(self._web.call, "auth.test")
        sent = await accepted("SLACK_BOT_TOKEN", ask, self._sleep, self._web.api_url)
        self.scopes = sent.scopes
        data = sent.data or {}
        self.called = str(data.get("team") or ""), str(data.get("user") or "")
        now = Installation(
            team=str(data.get("team_id") or ""),
            enterprise=str(data.get("enterprise_id") or ""),
            bot_id=str(data.get("bot_id") or ""),
            bot_user_id=str(data.get("user_id") or ""),
        )
        before, self._installation, self._token = self._installation, now, token
        if before and before.team != now.team:
            self.moved_from = TeamId(before.team)
            self.people.forget_groups()
            log.critical("slack.moved", was=before.team, now=now.team)
        await self._keep(INSTALLATION, asdict(now))
        await self.look_up_groups()
        self.identified.set()

    @property
    def authorized(self) -> AuthorizeResult:
        """Who the bot is, for Bolt."""
        installation = self._found()
        return AuthorizeResult(
            enterprise_id=installation.enterprise or None,
            team_id=installation.team,
            bot_id=installation.bot_id or None,
            bot_user_id=installation.bot_user_id or None,
            bot_token=self._token,
        )

    @property
    def installed(self) -> bool:
        """Whether it is known, also from the last run, where the bot is installed."""
        return self._installation is not None

    @property
    def known(self) -> bool:
        """Whether Slack has answered at all."""
        return self.identified.is_set()

    @property
    def team(self) -> TeamId:
        """The workspace that the bot is installed in, as far as Slack said last."""
        return TeamId(self._found().team)

    @property
    def enterprise(self) -> str:
        """The organisation that the workspace belongs to; empty if to none."""
        return self._found().enterprise

    def homes(self, who: Person) -> frozenset[str] | None:
        """Return the workspaces and the organisation of *who*; None if not known."""
        person = self.people.person(who.user)
        return person.homes if person else None

    async def placed(self, who: Person) -> Person:
        """Return *who* with the organisation that Slack knows them to be in.

        Only about people of another workspace, or of one that is not named, Slack is
        asked. Whoever is at home asks in the installed workspace, also in a channel
        that another company hosts.
        """
        named = not who.home.startswith("E")
        if self._is_own(who) and named:
            return replace(who, team=self.team)
        if self.known and self.people.person(who.user) is None:
            await self.people.look_up(who.user)
        homes = self.homes(who) or frozenset()
        if self.enterprise and self.enterprise in homes:
            return replace(who, team=self.team, enterprise=self.enterprise)
        own = self.team in homes or self._is_own(who)
        return replace(who, team=self.team) if own else who

    async def parent(self, channel: ChannelId, parent: MessageTs) -> str:
        """Return what a message says; empty where the bot may not read the channel.

        That takes one of the optional scopes `channels:history`, `groups:history`,
        `im:history` and `mpim:history`.
        """
        if channel in self._unread or not self.known:
            return ""
        sent = await self._web.call(
            "conversations.replies", channel=channel, ts=parent, limit=1, inclusive=True
        )
        messages = (sent.data or {}).get("messages") or ()
        if not sent.ok:
            self._unread.update({channel: True} if sent.refused else {})
            log.info("parent.unread", error=sent.error)
        return text_of(messages[0]) if messages else ""

    def locale(self, user: str) -> str:
        """Return the language of *user*, as far as is known."""
        return self.known_locale(user) or DEFAULT_LOCALE

    def known_locale(self, user: str) -> str:
        """Return the language of *user*; empty if that is not known."""
        person = self.people.person(user)
        return person.locale if person else ""

    def is_guest(self, who: Person) -> bool | None:
        """Tell whether *who* is a guest; None if that is not known."""
        person = self.people.person(who.user)
        return person.guest if person else None

    def account(self, who: Person) -> Account | None:
        """Return what kind of account *who* has; None if that is not known."""
        person = self.people.person(who.user)
        return person.account if person else None

    def groups(
        self, of: Iterable[str] | None = None, *, patient: bool = False
    ) -> Mapping[str, frozenset[str]] | None:
        """Return the members of the groups *of* these names, or None if unknown.

        Of all that rules name, if none are given.
        """
        return self.people.groups(of, patient=patient)

    def is_fresh(self, who: Person, groups: Iterable[str]) -> bool:
        """Tell whether what is known of *who* and *groups* is good for a bill."""
        return self.people.is_fresh(who.user, groups)

    async def ensure_fresh(self, who: Person, groups: Iterable[str]) -> bool:
        """Ask Slack for what is not fresh; False if it does not say in 20 seconds."""
        return await self.people.ensure_fresh(who.user, groups)

    def look_up_later(self, who: Person) -> None:
        """Look *who* up in the background, if they are not known yet."""
        self.people.look_up_later(who.user)

    async def ensure_known(self, who: Person) -> None:
        """Look *who* up now, if they are not known yet; wait while Slack is away."""
        await self.identified.wait()
        await self.people.look_up(who.user)

    async def look_up_groups(self) -> None:
        """Ask Slack who is in the groups; a failure keeps the last good answer."""
        await self.people.look_up_groups()

    def take(self, event: Mapping[str, Any]) -> None:
        """Take in an event about a person or a group."""
        self.people.take(event)

    def _found(self) -> Installation:
        if self._installation is None:
            raise RuntimeError("not identified")
        return self._installation

    def _is_own(self, who: Person) -> bool:
        ours = {self.team, self.enterprise} - {""}
        return bool({who.home, who.enterprise} & ours)

    async def _kept(self, name: str) -> tuple[dict[str, Any], float]:
        kept = await self._memory.get(name) if self._memory else None
        return (json.loads(kept[0]), kept[1]) if kept else ({}, 0.0)

    async def _keep(self, name: str, value: dict[str, Any]) -> None:
        if self._memory:
            with suppress(JournalUnavailable):  # then the next start waits for Slack
                await self._memory.keep(name, json.dumps(value))
