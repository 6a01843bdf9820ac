"""What whoever is on call does about alerts: takes and mutes them, and gets them.

Each is on the record. Who takes an alert has to be allowed that on the app of its
thing; a reaction is judged as the button is.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.access.permits import Permit
from bot.access.policy import Verdict, Wish
from bot.dialogue.ask import Ask, Person
from bot.errors import InvalidRequest, NotAllowed
from bot.i18n import _
from bot.ids import IntentId
from bot.journal.alerts import Alerts, Subscription
from bot.journal.audit import Decision, Entry
from bot.journal.model import Intent
from bot.journal.outages import AlertCause, Mute, Outage
from bot.journal.rows import millis
from bot.operations.orders import entry, intent_entry
from bot.settings import App, Settings
from bot.tencent.models.base import Level

TAKE = Permit("patchbay.alert", Level.CHANGE, on_apps=True)
SUBSCRIBE = Permit("patchbay.subscribe", Level.CHANGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duties:
    """Takes and mutes what rings, by *alerts* of the journal; *check* judges each.

    *look* says whether a thing is well by now, before its alert is drawn anew.
    """

    alerts: Alerts
    settings: Settings
    check: Callable[[Ask, Wish], Verdict]
    look: Callable[[IntentId], Awaitable[None]]
    wake: Callable[[], None]  # says that something may be delivered
    now: Callable[[], datetime]

    async def take(self, ask: Ask, thing: Intent) -> list[Outage]:
        """Let whoever asks have what rings of *thing*; return it, with who has it.

        Raises:
            NotAllowed: policy said no.
        """
        record = self._record(ask, thing, "take")
        await self.look(thing.id)
        taken = await self.alerts.take(thing.id, ask.who.user, audit=record)
        self.wake()
        return taken

    async def mute(
        self, ask: Ask, thing: Intent, length: timedelta | None
    ) -> Mute | None:
        """Call nobody about *thing* for *length*; with None, again. Return until when.

        Raises:
            NotAllowed: policy said no.
        """
        minutes = round(length / timedelta(minutes=1)) if length else 0
        why = f"mute {minutes} min" if length else "mute off"
        record = self._record(ask, thing, why)
        await self.look(thing.id)
        until = millis(self.now() + length) if length else 0
        mute = Mute(ask.who.user, until) if length else None
        await self.alerts.mute(thing.id, mute, audit=record)
        self.wake()
        return mute

    def _record(self, ask: Ask, thing: Intent, why: str) -> Entry:
        """Return the record of what is done about *thing*, if that is allowed."""
        rule = self.check(ask, TAKE.on(self._app(thing))).rule
        did, action = Decision.DID, TAKE.action
        return intent_entry(
            entry(ask, self.now(), did, action, rule=rule, why=why), thing
        )

    def _app(self, thing: Intent) -> App | None:
        apps = self.settings.all_apps
        return next((app for app in apps if app.name == thing.subject.app), None)

    # ── which channels are told ─────────────────────────────────────────────────

    async def subscribe(
        self, ask: Ask, apps: Iterable[str], causes: Iterable[AlertCause]
    ) -> Subscription:
        """Tell the channel in which it is asked: of *apps*, for *causes*, or of all.

        Raises:
            NotAllowed: policy said no, or things are told only where they were started.
            InvalidRequest: there is no such app, or it is asked in no channel.
        """
        rule = self.check(ask, SUBSCRIBE.on(None)).rule
        if self.settings.policy.visibility == "channel":
            sentence = _("Things are told here only where they were started.")
            raise NotAllowed(sentence, rule="visibility")
        if ask.where.direct or not ask.where.channel:
            sentence = _("A channel is subscribed in the channel itself.")
            raise InvalidRequest({"": sentence})
        names, asked = [app.name for app in self.settings.all_apps], tuple(apps)
        if unknown := [one for one in asked if one not in names]:
            sentence = _("There is no app “{app}”; there are: {apps}.")
            text = sentence.format(app=unknown[0], apps=", ".join(names))
            raise InvalidRequest({"app": text})
        wanted = Subscription(
            channel=ask.where.channel,
            apps=asked,
            causes=tuple(one.value for one in causes),
            by=ask.who.user,
        )
        why = " ".join((wanted.channel, *wanted.apps, *wanted.causes))
        record = self._about_channel(ask, SUBSCRIBE.action, rule, why)
        await self.alerts.subscribe(ask.who.team, wanted, audit=record)
        return wanted

    async def unsubscribe(self, ask: Ask) -> bool:
        """Tell the channel where it is asked of no alert; False if it was told of none.

        Raises:
            NotAllowed: policy said no.
        """
        rule, channel = self.check(ask, SUBSCRIBE.on(None)).rule, ask.where.channel
        record = self._about_channel(ask, SUBSCRIBE.action, rule, f"{channel} off")
        return await self.alerts.unsubscribe(ask.who.team, channel, audit=record)

    async def subscriptions(self, who: Person) -> Sequence[Subscription]:
        """Return which channels of the workspace of *who* are told, and of what."""
        return await self.alerts.subscriptions(who.team)

    def _about_channel(self, ask: Ask, action: str, rule: str, why: str) -> Entry:
        return entry(ask, self.now(), Decision.DID, action, rule=rule, why=why)
