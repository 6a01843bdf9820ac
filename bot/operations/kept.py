"""What is kept for whoever asks: open forms, what they save, timers; and their rights.

The half of the `Service` from which nothing is sent.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from bot.access.policy import Verdict, Wish
from bot.dialogue.ask import Ask, Person, Place
from bot.i18n import Languages, reader_locale
from bot.ids import FormId, IntentId, intent_id
from bot.journal.audit import Decision, Entry
from bot.journal.model import Asker, Intent, OpenForm
from bot.operations import forms
from bot.operations.alerts import AlertRound
from bot.operations.duties import Duties
from bot.operations.onrecord import OnRecord
from bot.operations.orders import (
    asker_of,
    entry,
    intent_entry,
)
from bot.operations.places import Lookup
from bot.operations.rights import Rights, check
from bot.operations.saved import Saved
from bot.resources.kinds import Registry
from bot.resources.push import PushAddress
from bot.resources.relay.samples import LastHour
from bot.settings import App, Project, Settings, Terms
from bot.tencent.models.base import Level, Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept(OnRecord):
    """Answers from *journal* and *settings* what subcommands ask beside sending."""

    settings: Settings
    resources: Registry
    alert_round: AlertRound
    rights: Rights
    languages: Languages
    wake: Callable[[], None]  # says that something may be delivered
    now: Callable[[], datetime]
    random_bytes: Callable[[int], bytes]
    form: OpenForm | None = None  # whose submission is answered

    @property
    def apps(self) -> Sequence[App]:
        """The TRTC applications that the config names."""
        return self.settings.all_apps

    def _app_of(self, thing: Intent) -> App | None:
        """Return the application of *thing*, if the config still names it."""
        name = thing.subject.app
        return next((app for app in self.apps if app.name == name), None)

    @property
    def projects(self) -> Sequence[Project]:
        """The projects of CAR that the config names."""
        return self.settings.projects

    @property
    def terms(self) -> Terms:
        """What relays are asked for under."""
        return self.settings.terms

    def language_at(self, where: Place) -> str:
        """Return the language of what everybody reads at *where*; else the reader's."""
        return self.languages.at(where.channel, reader_locale(), direct=where.direct)

    @property
    def tables(self) -> bool:
        """Whether long lists are told as tables that readers can sort."""
        return self.settings.tables == "auto"

    @property
    def saved(self) -> Saved:
        """What the workspace of whoever asks has saved."""
        return Saved(
            kept=self.journal.saved,
            may_use=self._lookup.may_use,
            check=self.check,
            now=self.now,
            random_bytes=self.random_bytes,
        )

    @property
    def duties(self) -> Duties:
        """What whoever is on call does about alerts."""
        return Duties(
            alerts=self.journal.alerts,
            settings=self.settings,
            check=self.check,
            look=self.alert_round.look,
            wake=self.wake,
            now=self.now,
        )

    def new_id(self) -> IntentId:
        """Return the id of an intent to come."""
        return intent_id(self.now(), self.random_bytes(10))

    # ── rights ──────────────────────────────────────────────────────────────────

    def check(self, ask: Ask, wish: Wish) -> Verdict:
        """Refuse *wish* unless policy allows it."""
        verdict = self.rights.gate.verdict(ask.who, ask.where, wish)
        check(verdict, wish.action)
        return verdict

    # ── what changes ────────────────────────────────────────────────────────────

    async def request_of(self, thing: Intent) -> Request[Any] | None:
        """Return the request that would make *thing* as it is, if that is known."""
        if not thing.masked or self._nameable(thing) is None:
            return None
        return await self._whole(thing, thing.id)

    async def last_hour(self, thing: Intent) -> Sequence[LastHour] | None:
        """Return what the CDN says of *thing*; None if it is not asked."""
        if not self.pushes.account:
            return None
        request = await self.request_of(thing)
        places = self.resources.of(thing).places(request) if request else ()
        return await self.pushes.last_hour(thing, places)

    async def requests_in_doubt(self, thing: Intent) -> tuple[Request[Any], ...]:
        """Return what would make *thing* as changes that were not answered leave it."""
        versions = filter(None, map(thing.version, thing.standing.doubted))
        return tuple([await self._whole(thing, one.job) for one in versions])

    async def open_change(self, thing: Intent) -> Intent | None:
        """Return the change of *thing* that is to be sent, or is being sent."""
        return await self.journal.find.open_change(thing.id)

    async def _whole(self, thing: Intent, of: IntentId) -> Request[Any]:
        kind = self.resources.request_of(thing)
        return kind.of_json(await self.journal.find.present_of(of))

    async def places(
        self, ask: Ask, names: Iterable[str], app: str
    ) -> Mapping[str, PushAddress]:
        """Return where *names* lead, by name, for a relay on the *app* of that name."""
        return await self._lookup.places(ask, tuple(names), app)

    @property
    def _lookup(self) -> Lookup:
        return Lookup(self.journal, self.rights, self.thing)

    # ── timers ──────────────────────────────────────────────────────────────────

    def zone(self, who: Person) -> tzinfo | None:
        """Return the time zone of *who*; None if Slack has not said it yet."""
        return self.rights.gate.directory.zone(who)

    async def set_timer(self, ask: Ask, thing: Intent, at: datetime) -> Intent:
        """Let *thing* be stopped *at* a moment, in the name of whoever asks."""
        asker, audit = self._on_timer(ask, thing, f"{at:%Y-%m-%dT%H:%M:%SZ}")
        changed = await self.journal.timers.set(thing.id, at, asker, audit=audit)
        self.recents.invalidate(changed)
        self.wake()
        return changed

    async def drop_timer(self, ask: Ask, thing: Intent) -> bool:
        """Let *thing* run on without a timer; False if it has none."""
        asker, audit = self._on_timer(ask, thing, "off")
        dropped = await self.journal.timers.drop(thing.id, asker, audit=audit)
        self.recents.invalidate(thing)
        self.wake()
        return dropped

    def _on_timer(self, ask: Ask, thing: Intent, why: str) -> tuple[Asker, Entry]:
        """Return who sets the timer of *thing*, if they may, and the record of it."""
        wish = Wish(f"{ask.command}.timer", Level.CHANGE, self._app_of(thing))
        rule, did = self.check(ask, wish).rule, Decision.DID
        record = entry(ask, self.now(), did, wish.action, rule=rule, why=why)
        return asker_of(ask, self.languages), intent_entry(record, thing)

    # ── forms ───────────────────────────────────────────────────────────────────

    async def open_form(self, ask: Ask, values: dict[str, str]) -> FormId:
        """Keep what a form starts from; the form itself carries only this id."""
        form = forms.opened(ask, values, self.now(), self.random_bytes)
        await self.journal.open_forms.keep(form)
        return form.id

    async def kept(self, ask: Ask, form: str) -> dict[str, str]:
        """Return what the open form of that id starts from, to whoever opened it."""
        return dict((await forms.of(ask, FormId(form), self.journal.open_forms)).values)

    async def remember(self, ask: Ask, values: dict[str, str]) -> None:
        """Keep *values* with the form that *ask* is a submission of."""
        if ask.submission:
            form = await forms.of(ask, ask.submission.form_id, self.journal.open_forms)
            await self.journal.open_forms.change(form, values)

    async def returned(self, ask: Ask) -> tuple[Ask, dict[str, str]]:
        """Return the submission *ask* at the place where its form was asked for."""
        if self.form and ask.submission and self.form.id == ask.submission.form_id:
            return forms.at(ask, self.form), dict(self.form.values)
        placed, form = await forms.placed(ask, self.journal.open_forms)
        return placed, dict(form.values)
