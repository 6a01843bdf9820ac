"""By whom a notice is read: in which language, of which workspace, in which channel."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Protocol, Self

import structlog

from bot.config.alerts import NO_ALERTS, Alerts, AppAlerts
from bot.dialogue.outcome import Audience, Outcome
from bot.i18n import AS_ASKED, DEFAULT_LOCALE, Languages
from bot.ids import SlackUserId, TeamId
from bot.journal.alert_rows import ALERT, channel_of
from bot.journal.model import Notification
from bot.operations.alerting import (
    beside_alerts,
    calls,
    is_doubled,
    pages,
    waits_for_alert,
)
from bot.operations.destinations import ways_of
from bot.operations.notices import drawn
from bot.resources.kinds import Registry
from bot.settings import Settings
from bot.slack.outbound.pager import Pager
from bot.slack.outbound.routes import Body, Way
from bot.slack.outbound.uncalled import calling
from bot.slack.render.blocks import message
from bot.slack.render.origin import shown_in

log = structlog.get_logger(__name__)


def _not_known(_user: SlackUserId) -> str:
    return ""


class Known(Protocol):
    """What Slack says of whoever reads: `bot.slack.directory.SlackDirectory`."""

    @property
    def org_wide(self) -> bool:
        """Whether the bot is known to serve several workspaces."""

    def known_locale(self, user: str) -> str:
        """Return the language of *user*; empty if that is not known."""

    @property
    def teams(self) -> frozenset[TeamId] | None:
        """The workspaces that it serves; None if it is in one."""

    def named(self, team: str) -> str:
        """Return what people call *team*, one of several; empty if there is but one."""


def _no() -> bool:
    return False


def _every(_team: str) -> bool:
    return True


def _no_alerts(_app: str, _team: str) -> Alerts:
    return NO_ALERTS


def _nothing(_team: str) -> str:
    return ""


def alerts_of(settings: Settings, app: str, team: str) -> Alerts:
    """Return where what rings of *app* in *team* does, and whom it calls.

    What the workspace has of its own comes before what the app of that name has.
    """
    own = next((one.alerts for one in settings.all_apps if one.name == app), None)
    alerts = settings.alerts.on(own)
    for one in settings.workspaces:
        if one.team == team:
            there = AppAlerts(channel=one.ops_channel)
            alerts = alerts.on(there).on(one.alerts)
    return alerts


@dataclass(frozen=True, slots=True)
class Readers:
    """Who reads what is delivered.

    *locale_of* returns what a person's Slack is in, or nothing if that is not known;
    then it is what it was when they asked. Operators read in *ops_channel*, and what
    is of a workspace that has one of its own in *ops_channels*, there. Where the bot
    serves several workspaces, what is drawn is of one of them, which is *named* to
    whoever also reads of others: R1 is another thing in each. Nobody reads in channels
    of a workspace that it *serves* no more.
    """

    languages: Languages = AS_ASKED
    locale_of: Callable[[SlackUserId], str] = _not_known
    ops_channel: str = ""
    ops_channels: Mapping[str, str] = field(default_factory=dict)  # by workspace
    serves_several: Callable[[], bool] = _no
    serves: Callable[[str], bool] = _every
    named: Callable[[str], str] = _nothing
    alerts: Callable[[str, str], Alerts] = _no_alerts  # by an app's name and workspace
    pager: Pager | None = None

    @classmethod
    def of(cls, settings: Settings, languages: Languages, directory: Known) -> Self:
        """Return the readers as *settings* name them and *directory* knows them."""
        return cls(
            languages,
            directory.known_locale,
            settings.ops_channel,
            ops_channels={one.team: one.ops_channel for one in settings.workspaces},
            serves_several=lambda: directory.org_wide,
            serves=lambda team: (
                not directory.org_wide or team in (directory.teams or ())
            ),
            named=directory.named,
            alerts=partial(alerts_of, settings),
            pager=Pager(url) if (url := settings.alerts.pager_url) else None,
        )

    def alerts_on(self, notification: Notification) -> Alerts:
        """Return where what rings does that *notification* is of, and whom it calls."""
        intent, asker = notification.intent, notification.asker
        app = intent.subject.app if intent else ""
        team = asker.team if asker else ""
        return self.alerts(app, team if self.serves(team) else "")

    def ops_of(self, notification: Notification) -> str:
        """Return the channel in which *notification* is read by operators."""
        asker = notification.asker
        team = asker.team if asker else ""
        if ALERT not in notification.facts:
            return self.ops(team)
        channel = self.alerts_on(notification).channel
        return channel_of(notification.facts) or channel or self.ops(team)

    def ways(self, notification: Notification, now: datetime) -> tuple[Way, ...]:
        """Return the ways of *notification*, the best one first."""
        if notification.audience is Audience.PAGER:
            return pages(notification, self.pager, self.team(notification))
        ops = self.ops_of(notification)
        ways = beside_alerts(notification, ops, ways_of(notification, ops, now))
        group = self._called(notification)
        return tuple(calling(one, group) for one in ways) if group else ways

    def drawn(self, notification: Notification, resources: Registry) -> Outcome:
        """Return what *notification* says, to whoever it calls.

        It names its workspace where those who read it may take it for another one's.
        """
        outcome = drawn(notification, resources, self._called(notification))
        team = self.team(notification)
        if not team or self._is_among_its_own(notification, team):
            return outcome
        return replace(outcome, headline=(*outcome.headline, f" · {self.named(team)}"))

    def _is_among_its_own(self, notification: Notification, team: str) -> bool:
        """Tell whether only people of *team* are told, or all know of which it is."""
        audience, channel = notification.audience, self.ops_of(notification)
        if audience is Audience.PAGER:
            return False
        by = [one for one, its in self.ops_channels.items() if its == channel]
        own = by == [team] and channel != self.ops_channel
        return own or audience is not Audience.OPS

    def _called(self, notification: Notification) -> str:
        """Return whom *notification* calls; empty if nobody."""
        return self.alerts_on(notification).group if calls(notification) else ""

    def body(self, notification: Notification, resources: Registry) -> Body:
        """Return its message; what cannot be rendered is told by its first line."""
        if notification.body is not None:  # drawn by an older release
            return notification.body
        outcome = self.drawn(notification, resources)
        try:
            return message(outcome)
        except Exception:
            log.exception("notice.unrenderable", notice=notification.name)
            return message(Outcome(headline=(outcome.plain,)))

    def has_told(self, notification: Notification) -> bool:
        """Tell whether an alert says the same there, or there is no pager to tell."""
        if notification.audience is Audience.PAGER:
            return self.pager is None
        return is_doubled(notification, self.ops_of(notification))

    def waits(self, notification: Notification, now: datetime) -> bool:
        """Tell whether *notification* waits for the alert that it leads to."""
        return waits_for_alert(notification, now)

    def ops(self, team: str) -> str:
        """Return the operators' channel for what is of *team*; empty if none.

        What is of no workspace is told in the first that has one, if need be.
        """
        own = {one: its for one, its in self.ops_channels.items() if self.serves(one)}
        if team and self.serves(team):
            return own.get(team) or self.ops_channel
        return self.ops_channel or next(filter(None, own.values()), "")

    def team(self, notification: Notification) -> str:
        """Return the workspace that *notification* is for, if there are several."""
        asker = notification.asker
        return asker.team if asker and self.serves_several() else ""

    def reading(self, notification: Notification) -> AbstractContextManager[None]:
        """Draw *notification* for whoever reads it inside the block."""
        return shown_in(self.locale(notification), self.team(notification))

    def locale(self, notification: Notification) -> str:
        """Return the language in which *notification* is to be drawn."""
        asker = notification.asker
        asked_in = asker.locale if asker else DEFAULT_LOCALE
        if notification.audience is Audience.PAGER:
            return DEFAULT_LOCALE
        if notification.audience is Audience.OPS:
            return self.languages.at(self.ops_of(notification), asked_in)
        if asker is None:
            return asked_in
        if notification.audience is Audience.ASKER:
            return self.locale_of(asker.user) or asked_in
        return self.languages.at(asker.channel, asked_in, direct=asker.direct)


BY_ASKER = Readers()  # each in the language that its asker had
