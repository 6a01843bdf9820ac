"""The service behind every command: policy, journal, then the executor.

A subcommand hands over an `Order`. It is judged, committed as an intent together with
the first card, and only then sent: so what was accepted survives a crash, and what
was not accepted was never sent.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Self

import structlog

from bot.access.permits import Permit
from bot.access.policy import NO_CHANNEL, Verdict, Wish
from bot.cards.intent import card, change_placed, result, stop_placed
from bot.cards.lists import dry_run
from bot.dialogue.ask import Ask, Person, Place
from bot.dialogue.outcome import Audience, Bold, Outcome, Tone, line
from bot.errors import Busy, NotAllowed, NotFound
from bot.i18n import _
from bot.ids import ChannelId, FormId, MessageTs
from bot.journal.audit import Decision, Record
from bot.journal.entering import Admit, Also
from bot.journal.evidence import Fact, FactKind, fact_key
from bot.journal.examination import Report
from bot.journal.model import CARD_NOTICE, Intent, Notice
from bot.journal.rows import millis
from bot.operations import forms
from bot.operations.behalf import Behalf
from bot.operations.beside import with_its_parts
from bot.operations.doctor import Check, examine, installed, named
from bot.operations.executor import Executor
from bot.operations.kept import Kept
from bot.operations.orders import (
    Order,
    allowed_entry,
    entry,
    intent_entry,
    new_intent,
)
from bot.operations.reception import Reception
from bot.operations.refusals import Refusals
from bot.operations.seconds import Approved
from bot.operations.takeover import Takeover
from bot.resources.base import Resource
from bot.runtime.tracing import began
from bot.settings import Policy
from bot.states import OPEN, OVER, State
from bot.tencent.models.base import Level

log = structlog.get_logger(__name__)

# Whoever asked is told at once that it was accepted. The first card comes when the
# request is answered, or else after this time, which is as long as it may wait for its
# turn: Slack lets fifty messages be changed in a minute, and in a burst the cards of
# what waits would have to be changed one by one before they say what runs.
FIRST_CARD_AFTER = timedelta(seconds=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operations(Kept):
    """The `Service` of a running bot; see there for what each method promises."""

    executor: Executor
    refusals: Refusals
    reception: Reception

    @property
    def behalf(self) -> Behalf:
        """What stops things in the name of whoever wanted that for later."""
        return Behalf(
            journal=self.journal,
            recents=self.recents,
            resources=self.resources,
            gate=self.rights.gate,
            executor=self.executor,
            apps=self.executor.apps,
            wake=self.wake,
            now=self.now,
            random_bytes=self.random_bytes,
        )

    @property
    def takeover(self) -> Takeover:
        """What stops that of which a copy is live, for whoever wished it."""
        return Takeover(
            journal=self.journal,
            recents=self.recents,
            behalf=self.behalf,
            executor=self.executor,
            wake=self.wake,
        )

    # ── rights ──────────────────────────────────────────────────────────────────

    async def admitted(self, who: Person, where: Place, permit: Permit) -> Self:
        """Return the service as *who* has it at *where*, if they have *permit*.

        Raises:
            NotAllowed: policy refuses it; with the rule, and who may instead.
        """
        return replace(self, sight=await self.rights.sight(who, where, permit))

    async def placed(self, ask: Ask) -> tuple[Ask, Self]:
        """Return the submission *ask* where its form was asked for, and its service.

        Raises:
            UsageError: the form is older than 30 minutes, or somebody else's.
        """
        placed, form = await forms.placed(ask, self.journal.open_forms)
        return placed, replace(self, form=form)

    async def form_place(self, who: Person, form: FormId) -> Place:
        """Return where the open form of *who* was asked for; nowhere if it is none."""
        opened = await self.journal.open_forms.get(form, team=who.team, user=who.user)
        return forms.place_of(opened) if opened else Place(channel=NO_CHANNEL)

    async def ensure_open(self, ask: Ask, form: FormId) -> None:
        """Find out whether *form* can be sent in still, by whoever asks.

        Raises:
            UsageError: it is too old, somebody else's, or was sent in.
        """
        await forms.of(ask, form, self.journal.open_forms)

    async def alert_at(
        self, channel: ChannelId, ts: MessageTs
    ) -> tuple[str, str] | None:
        """Return the id of what the alert at a place is about, and its workspace."""
        return await self.journal.alerts.at(channel, ts)

    async def alarm(self, name: str, sentence: str) -> None:
        """Tell the operators *sentence* about what Slack calls *name*."""
        notice = Notice(name=name, audience=Audience.OPS, facts={"slack": sentence})
        await self.journal.outbox.put(notice, self.now())
        self.wake()

    def whoami(
        self, ask: Ask, permits: Iterable[Permit]
    ) -> Iterable[tuple[Wish, Verdict]]:
        """Yield what policy says to each of *permits*, on each app it is about."""
        return self.rights.all_of(ask.who, ask.where, permits)

    async def record_refusal(self, ask: Ask, action: str, refused: NotAllowed) -> None:
        """Keep on the record that *ask* was refused, and by which rule.

        *action* is what it was, where the refusal does not say.
        """
        action, at, why = refused.action or action, self.now(), str(refused)
        denied = Decision.REFUSED
        await self.refusals.add(
            entry(ask, at, denied, action, rule=refused.rule, why=why)
        )

    def new_incident(self) -> str:
        """Return a short name under which the log says what broke."""
        return self.random_bytes(4).hex()

    # ── changes ─────────────────────────────────────────────────────────────────

    async def submit(self, ask: Ask, order: Order) -> Outcome | None:
        """Accept *order*, durably, and let it be sent."""
        return await self.accept(ask, order)

    def check_bounds(self, order: Order) -> Resource:
        """Refuse *order* if it is too much, or leads where it may not; return its kind.

        Raises:
            NotAllowed: by the first rule, with a fault for each field.
        """
        resource = self.resources.sending(order.request)
        resource.check(order.judged, self.terms, order.app.name if order.app else "")
        return resource

    async def accept(
        self, ask: Ask, order: Order, approved: Approved | None = None
    ) -> Outcome | None:
        """Accept *order* as `submit` does, or as it was *approved*."""
        verdict = self.check(ask, order.wish)
        resource = self.check_bounds(order)
        if ask.has("dry-run"):
            where = f"{order.app.name} · {order.region}" if order.app else ""
            return dry_run(filter(None, (order.before, order.request)), where)
        ends = order.request.effect.ends  # its turn is taken once it has a call
        slot = None if ends else await self._slot(ask, order)
        new = new_intent(ask, order, resource, self.now(), self.languages)
        new = replace(new, approval=approved.of) if approved else new
        notices = _first_notices(order, new.at)
        accepted, fresh = await self.journal.accept(
            new,
            notices=notices,
            audit=allowed_entry(new, order, verdict),
            form=ask.submission.form_id if ask.submission else None,
            admit=_admission(order, resource, self.settings.policy),
            also=with_its_parts(order, new, self.resources, _also(approved)),
        )
        if not fresh and ends and await self._came_to_nothing(accepted):
            anew = replace(ask, key=f"again:{accepted.id}")
            return await self.accept(anew, order, approved)
        if not fresh:
            return await self._again(accepted)
        began(accepted.id)
        self.recents.invalidate(accepted)
        await self.executor.begin(accepted, order, slot)
        if order.copies or not notices:  # a first card is not due yet
            self.wake()
        if ends:
            return stop_placed(accepted)
        if order.change:
            return change_placed(accepted)
        return _requested(accepted) if notices else None

    async def _came_to_nothing(self, stop: Intent) -> bool:
        """Tell whether *stop* is over, and what it was to stop is not.

        Then whoever presses the button of an old message once more wants it stopped.
        """
        if stop.state not in {State.NOT_STARTED, State.UNKNOWN}:
            return False
        about = stop.subject.about
        thing = await self.journal.find.get(about) if about else None
        return thing is None or thing.state not in OVER

    async def _again(self, first: Intent) -> Outcome:
        """Return how what *first* asked for stands: the same was asked once more."""
        resource = self.resources.of(first)
        about = first.subject.about
        thing = await self.journal.find.get(about) if about else first
        if thing and thing.asker.team != first.asker.team:
            thing = None  # only its stop is of this workspace
        shown = card(thing or first, self.resources.of(thing or first))
        if first.subject.ends and thing is None:
            shown = (
                stop_placed(first) if first.state in OPEN else result(first, resource)
            )
        already = line(_("That was asked already; this is how it stands."))
        parts = (already, *shown.parts)
        return replace(shown, parts=parts, audience=Audience.ASKER)

    async def _slot(self, ask: Ask, order: Order) -> float | None:
        """Reserve when the request may leave; None for a submission that came before.

        Raises:
            Busy: it would wait too long, so nothing is kept or sent.
        """
        try:
            return self.executor.reserve(order.request)
        except Busy:
            if await self.journal.find.by_key(ask.key):
                return None
            raise

    async def settle(
        self, ask: Ask, intent: Intent, *, reason: str = "", ref: str = ""
    ) -> Intent:
        """Settle by hand what stayed unknown: it runs as *ref*, or did not start."""
        wish = Wish(f"{ask.command}.settle", Level.CHANGE, self._app_of(intent))
        verdict = self.check(ask, wish)
        record = entry(
            ask, self.now(), Decision.DID, wish.action, rule=verdict.rule, why=reason
        )
        self.recents.invalidate(intent)  # it may have been settled meanwhile
        at = millis(self.now())
        kind = FactKind.ATTACHED if ref else FactKind.CLOSED
        fact = Fact(
            kind=kind,
            key=fact_key(intent.id, kind, ask.key),
            by=ask.who.user,
            ref=ref,
            text=reason,
            at=at,
            came_at=at,
        )
        settled = await self.journal.settle(
            intent.id, fact, audit=intent_entry(record, intent)
        )
        self.recents.invalidate(settled)
        self.wake()
        await self.executor.take_up(settled)
        return settled

    async def keep_original(self, ask: Ask, original: Intent) -> bool:
        """Let *original* go on when copies of it are live; False if it does anyway."""
        wish = Wish(f"{ask.command}.start", Level.BILLED, self._app_of(original))
        rule = self.check(ask, wish).rule
        record = entry(ask, self.now(), Decision.DID, f"{ask.command}.keep", rule=rule)
        return await self.takeover.keep(original, intent_entry(record, original))

    async def reveal(self, ask: Ask, intent: Intent) -> str | None:
        """Return the secret part of a reply; that it was shown is on the record."""
        resource = self.resources.of(intent)
        verdict = self.check(ask, Wish(f"{resource.command}.reveal", Level.CHANGE))
        if intent.asker.user != ask.who.user:
            sentence = _("Only whoever opened {handle} may see that.")
            raise NotAllowed(sentence.format(handle=intent.handle), rule="requester")
        opened = intent.sent_at or intent.created_at
        if resource.reveals is None or self.now() - opened > resource.reveals:
            sentence = _("The answer to {handle} is no longer shown: it is too old.")
            raise NotFound(sentence.format(handle=intent.handle))
        action = f"{resource.command}.reveal"
        record = entry(ask, self.now(), Decision.DID, action, rule=verdict.rule)
        await self.journal.audit.write(intent_entry(record, intent))
        secret = await self.journal.find.secret_of(intent.id)
        return secret.decode() if secret else None

    # ── the trail, and how the bot is ───────────────────────────────────────────

    async def audit_trail(
        self, ask: Ask, *, export: bool
    ) -> tuple[Report, list[Record]]:
        """Check the workspace's chain; return its records if they are exported."""
        wish = Wish("patchbay.audit", Level.CHANGE)
        verdict, team = self.check(ask, wish), ask.who.team
        report = await self.journal.trail.report(deep=True, chain=team)
        if not export:
            return report, []
        records = await self.journal.audit.all(team)
        record = entry(ask, self.now(), Decision.DID, wish.action, rule=verdict.rule)
        await self.journal.audit.write(record)
        return report, records

    async def record_read(self, ask: Ask, intent: Intent) -> None:
        """Put on the record that *ask* is shown the bare IDs of *intent*."""
        record = entry(ask, self.now(), Decision.DID, f"{ask.command}.ids", rule="ids")
        await self.journal.audit.write(intent_entry(record, intent))

    async def diagnose(self) -> list[Check]:
        """Return what is well and what is not."""
        client, directory = self.executor.client, self.rights.gate.directory
        checks = await examine(self.settings, self.journal, client, self.reception)
        if self.sight:
            saved = await self.saved.targets(self.sight.who)
            checks += named(saved, self.settings.allowed_exits)
        return [*checks, *installed(directory.teams)] if directory.known else checks


def _also(approved: Approved | None) -> Also | None:
    return approved.also if approved else None


def _admission(order: Order, resource: Resource, policy: Policy) -> Admit | None:
    """Return what refuses *order* by what there is already, if anything may."""
    effect = order.request.effect
    if order.change and order.about:
        return partial(resource.admit_change, order.about, again=order.again)
    if effect.creates:
        return partial(resource.admit, policy=policy, again=order.again)
    return None


def _first_notices(order: Order, at: datetime) -> tuple[Notice, ...]:
    """Return the card, a moment later; a look-up and an action on a thing have none."""
    effect = order.request.effect
    if order.request.level is Level.READ or order.about or effect.ends:
        return ()
    return (replace(CARD_NOTICE, not_before=at + FIRST_CARD_AFTER),)


def _requested(intent: Intent) -> Outcome:
    """Return the line that says at once that *intent* was accepted; a card follows."""
    return Outcome(
        headline=(Bold(_("{handle} requested…").format(handle=intent.handle)),),
        tone=Tone.WAIT,
        handle=intent.handle,
    )
