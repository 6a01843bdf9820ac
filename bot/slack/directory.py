"""Where the bot is installed, and who the people there are.

They are looked up in the background, since an ack must not wait for them. What Slack
last said of the installation is kept, so that a start does not have to wait for Slack,
and in which language people read; the first answer ever waits a moment for that.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import tzinfo
from functools import partial
from typing import Any

import structlog
from cachetools import TTLCache
from pydantic import SecretStr
from slack_bolt.authorization import AuthorizeResult

from bot.dialogue.ask import Person
from bot.errors import JournalUnavailable
from bot.i18n import DEFAULT_LOCALE
from bot.ids import ChannelId, MessageTs, TeamId
from bot.runtime.tasks import Tasks
from bot.slack.inbound.kinds import WORKSPACES, is_org_wide
from bot.slack.inbound.texts import text_of
from bot.slack.installation import (
    Installation,
    Memory,
    acting_in,
    added,
    called,
    left_by,
    workspaces,
)
from bot.slack.outbound.web import Web
from bot.slack.people import GROUPS_FRESH, People, key_of
from bot.slack.profiles import Known
from bot.slack.spoken import Spoken
from bot.slack.tokens import accepted

UNREAD_SECONDS = 600.0  # that a channel which may not be read is not asked for again
INSTALLATION, GROUPS, SPOKEN = "installation", "groups", "locales"  # as it is kept

Left = Callable[[Mapping[str, str]], Coroutine[Any, Any, None]]
GroupsIn = Callable[[Iterable[str]], Iterable[tuple[str, str]]]

log = structlog.get_logger(__name__)


class SlackDirectory:
    """The directory of the workspaces that it is installed in, asked through *web*.

    *groups* are the user groups that rules name in one workspace, *groups_in* returns
    those of each of several, by workspace and group. What is nobody's is shown in the
    first of *workspaces*. *timer* is monotonic, in seconds. *memory* keeps what Slack
    said last.
    """

    def __init__(  # noqa: PLR0913 - what it is to know, and its ports
        self,
        web: Web,
        tasks: Tasks,
        *,
        groups: Iterable[str] = (),
        groups_in: GroupsIn = lambda _teams: (),
        workspaces: Iterable[str] = (),
        memory: Memory | None = None,
        timer: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._web = web
        self._tasks = tasks
        self._groups, self._groups_in = tuple(groups), groups_in
        self._first = tuple(workspaces)
        self.timer = timer
        self._sleep = sleep
        self._memory = memory
        self._installation: Installation | None = None
        self._token = ""
        self._unread: TTLCache[str, bool] = TTLCache(1000, UNREAD_SECONDS, timer)
        self.moved_from: TeamId | None = None  # the workspace of the run before
        self.scopes: frozenset[str] | None = None  # of the bot's token, if Slack said
        self.called = ("", "")  # the workspace and the bot, as people call them
        self.left: Left | None = None  # is told of workspaces that it is no more in
        self.identified = asyncio.Event()
        self.people = People(
            web,
            tasks,
            groups=self._groups,
            identified=self.identified,
            keep=partial(self._keep, GROUPS),
            spoken=Spoken(partial(self._keep, SPOKEN)),
            timer=timer,
            sleep=sleep,
        )

    async def recall(self, token: str) -> None:
        """Take what Slack said last for true until it answers `identify`."""
        self._token = token
        try:
            kept, _age = await self._kept(INSTALLATION)
            groups, age = await self._kept(GROUPS)
            spoken, _age = await self._kept(SPOKEN)
        except JournalUnavailable as error:
            log.warning("directory.unread", why=str(error))
            return
        if kept:
            self._installation = Installation.kept(kept)
            self._watch_groups()
        if groups:
            self.people.recall(groups, age)
        self.people.spoken.recall(spoken)

    async def ensure_sockets(self, token: SecretStr) -> None:
        """Find out from Slack whether the app-level *token* opens sockets.

        Raises:
            SettingsError: it does not.
        """
        ask = partial(self._web.open_socket, token)
        await accepted("SLACK_APP_TOKEN", ask, self._sleep, self._web.api_url)

    async def identify(self, token: str) -> None:
        """Ask Slack who the bot is, and where it is installed, until it answers.

        Raises:
            SettingsError: Slack does not take the token.
        """
        ask = partial(self._web.call, "auth.test")
        sent = await accepted("SLACK_BOT_TOKEN", ask, self._sleep, self._web.api_url)
        self.scopes = sent.scopes
        data = sent.data or {}
        teams = await added(self._web, self._sleep) if is_org_wide(data) else {}
        self.called = called(data, teams), str(data.get("user") or "")
        now = Installation.told(data, teams)
        before, self._installation, self._token = self._installation, now, token
        if before and before.place != now.place:
            stays = before.team in ("", *now.teams)  # it is installed in more now
            self.moved_from = None if stays else TeamId(before.team)
            self.people.forget_groups()
            log.critical("slack.moved", was=before.place, now=now.place)
        self._watch_groups()
        await self._changed(before or now, now)
        await self.look_up_groups()
        self.identified.set()

    def use(self, token: str) -> None:
        """Let Bolt call with *token* from here on."""
        self._token = token

    @property
    def authorized(self) -> AuthorizeResult:
        """Who the bot is, for Bolt."""
        installation = self._found()
        return AuthorizeResult(
            enterprise_id=installation.enterprise or None,
            team_id=installation.team or None,
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
        """The workspace that the bot is installed in, as far as Slack said last.

        Of an org-wide install the one in which is shown what is nobody's; empty while
        the app was added to none.
        """
        where = self._found()
        preferred = [one for one in self._first if one in where.teams]
        return TeamId(where.team or next(iter((*preferred, *where.teams)), ""))

    @property
    def teams(self) -> frozenset[TeamId] | None:
        """The workspaces of an org-wide install; None if it is in one workspace."""
        where = self._found()
        return frozenset(map(TeamId, where.teams)) if where.org_wide else None

    def drawn_for(self, who: Person) -> str:
        """Return the workspace of what *who* is shown; empty if there is but one."""
        return who.team if self.org_wide else ""

    def named(self, team: str) -> str:
        """Return what people call *team*, one of several; empty if there is but one."""
        return self._installation.named(team) if self._installation else ""

    @property
    def org_wide(self) -> bool:
        """Whether it is known to be installed org-wide, in several workspaces."""
        return self._installation is not None and self._installation.org_wide

    @property
    def enterprise(self) -> str:
        """The organisation that the workspace belongs to; empty if to none."""
        return self._found().enterprise

    def profile(self, who: Person) -> Known | None:
        """Return what is known of *who*, however old."""
        return self.people.person(who.user)

    def _homes(self, who: Person) -> frozenset[str]:
        """Return the workspaces and the organisation of *who*, as far as known."""
        person = self.profile(who)
        return person.homes if person else frozenset()

    async def placed(self, who: Person) -> Person:
        """Return *who* with the organisation that Slack knows them to be in.

        Only about people of another workspace, or of one that is not named, Slack is
        asked. Whoever is at home asks in the installed workspace, also in a channel
        that another company hosts.
        """
        if self.teams is not None:
            return await self._placed_in(self.teams, who)
        named = not who.home.startswith("E")
        if self._is_own(who) and named:
            return replace(who, team=self.team)
        if self.known and self.people.person(who.user) is None:
            await self.people.look_up(who.user)
        homes = self._homes(who)
        if self.enterprise and self.enterprise in homes:
            return replace(who, team=self.team, enterprise=self.enterprise)
        own = self.team in homes or self._is_own(who)
        return replace(who, team=self.team) if own else who

    async def _placed_in(self, teams: frozenset[TeamId], who: Person) -> Person:
        """Return *who* in that of *teams* in which they act.

        It is theirs if Slack's payload says so twice, or `users.info` does. What was
        drawn for a workspace is acted on there, or by strangers.
        """
        if who.team in teams and who.home == who.team:
            return who
        if self.known and self.people.person(who.user) is None:
            await self.people.look_up(who.user)
        return acting_in(teams, self._homes(who), who)

    async def parent(self, who: Person, channel: ChannelId, parent: MessageTs) -> str:
        """Return what a message says to *who*; empty where the bot may not read it.

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
        return text_of(messages[0], who.team) if messages else ""

    def locale(self, user: str) -> str:
        """Return the language of *user*, as far as is known."""
        return self.known_locale(user) or DEFAULT_LOCALE

    def known_locale(self, user: str) -> str:
        """Return the language of *user*; empty if that is not known."""
        return self.people.locale(user)

    def zone(self, who: Person) -> tzinfo | None:
        """Return the time zone of *who*; None if that is not known."""
        person = self.people.person(who.user)
        return person.zone if person else None

    def groups(
        self,
        of: Iterable[str] | None = None,
        *,
        patient: bool = False,
        team: TeamId | None = None,
    ) -> Mapping[str, frozenset[str]] | None:
        """Return the members of the groups *of* these names in *team*; None: unknown.

        Of all that rules name, if none are given. One workspace need not be named.
        """
        if of is None or self.teams is None:
            return self.people.groups(of, patient=patient)
        keys = {key_of(team or "", one): one for one in of}
        members = self.people.groups(keys, patient=patient)
        if members is None:
            return None
        return {keys[key]: users for key, users in members.items()}

    def is_fresh(self, who: Person, groups: Iterable[str]) -> bool:
        """Tell whether what is known of *who* and *groups* is good for a bill."""
        return self.people.is_fresh(who.user, self._keys(who, groups))

    async def ensure_fresh(self, who: Person, groups: Iterable[str]) -> bool:
        """Ask Slack for what is not fresh; False if it does not say in 20 seconds."""
        return await self.people.ensure_fresh(who.user, self._keys(who, groups))

    def look_up_later(self, who: Person) -> None:
        """Look *who* up in the background, if they are not known yet."""
        self.people.look_up_later(who.user)

    async def introduced(self, who: Person, *, wait: bool = True) -> Person:
        """Return *who*, `placed`; *wait* a moment for a language never said."""
        who = await self.placed(who)
        if wait:
            await self.people.ensure_spoken(who.user)
        return who

    async def ensure_known(self, who: Person) -> None:
        """Look *who* up now, if they are not known yet; wait while Slack is away."""
        await self.identified.wait()
        await self.people.look_up(who.user)

    async def look_up_groups(self) -> None:
        """Ask Slack who is in the groups; a failure keeps the last good answer."""
        await self.people.look_up_groups()

    def take(self, event: Mapping[str, Any]) -> None:
        """Take in an event about a person, a group, or the app's workspaces."""
        if event.get("type") not in WORKSPACES:
            self.people.take(event)
        elif self.org_wide:
            self._tasks.spawn(self._look_up_teams(), name="look up workspaces")

    async def renew(self) -> None:
        """Let nothing grow old while nobody asks for anything; never return."""
        await asyncio.gather(self.people.renew(), self._renew_teams())

    async def _renew_teams(self) -> None:
        while True:
            await self._sleep(GROUPS_FRESH)
            if self.org_wide:
                await self._look_up_teams()

    async def _look_up_teams(self) -> None:
        """Ask to which workspaces the app was added; a failure keeps the last answer.

        An event of it may come late or twice, so it gives and takes nothing by itself.
        """
        sent, teams = await workspaces(self._web)
        before = self._installation
        if not sent.ok or before is None or not before.org_wide:
            log.warning("workspaces.unknown", error=sent.error)
            return
        now = self._installation = before.added_to(teams)
        if before.teams == now.teams:
            return
        log.warning("workspaces.changed", were=before.teams, now=sorted(teams))
        self._watch_groups()
        await self._changed(before, now)
        await self.look_up_groups()

    async def _changed(self, before: Installation, now: Installation) -> None:
        """Keep where it is installed *now*; tell what it left, once of several bots."""
        with suppress(JournalUnavailable):
            kept, _age = await self._kept(INSTALLATION)
            before = Installation.kept(kept) if kept else before
        await self._keep(INSTALLATION, now.as_kept())
        if self.left and (gone := left_by(before, now)):
            self._tasks.spawn(self.left(gone), name="tell what was left")

    def _watch_groups(self) -> None:
        teams, asked = self.teams, [("", one) for one in self._groups]
        if teams is not None:
            asked = [one for one in self._groups_in(sorted(teams)) if one[0]]
        self.people.watch([key_of(team, group) for team, group in asked])

    def _keys(self, who: Person, groups: Iterable[str]) -> Iterable[str]:
        """Return the keys of *groups* as *who* is judged by them."""
        return [key_of(self.drawn_for(who), one) for one in groups]

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
