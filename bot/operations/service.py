"""The one way out: policy, journal, send, outcome; no command can go round it.

A command hands over an `Order`. The service judges it, commits it as an intent together
with the first card, and only then lets a executor carry it: so what was accepted
survives a crash, and what was not accepted was never sent.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog

from bot.access.limits import check_counts, check_request
from bot.access.policy import Gate, Verdict, Wish
from bot.cards import intent as cards
from bot.dialogue.ask import Ask, Place
from bot.dialogue.outcome import Audience, Outcome, line
from bot.errors import Busy, JournalUnavailable, NotAllowed, UsageError
from bot.i18n import _
from bot.ids import FormId, Handle, IntentId, Kind, TeamId, intent_id
from bot.journal.audit import ALLOWED, DID, REFUSED, Entry
from bot.journal.journal import Journal
from bot.journal.model import Intent, NewIntent, OpenForm, State
from bot.journal.recents import Recents
from bot.operations.executor import Executor
from bot.operations.notices import card_letter, settled_letters
from bot.settings import App, Settings
from bot.tencent.models.base import Level, Request
from bot.tencent.models.trtc.requests import StartPublishCdnStream

log = structlog.get_logger(__name__)

# A request is mostly answered within this time; its first card then shows the end.
PATIENCE = timedelta(seconds=1)
FORM_LIVES = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A request and all that the journal keeps beside it.

    *handle* is given when it is about a thing that has one; otherwise the journal
    allots the next.
    """

    id: IntentId
    request: Request[Any]
    kind: Kind
    app: App | None = None
    region: str = ""
    handle: Handle | None = None
    about: IntentId | None = None
    room: str = ""
    ref: str = ""
    agent: str = ""
    note: str = ""

    @property
    def wish(self) -> Wish:
        """What policy is asked."""
        return Wish.of(self.request, self.app)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What a command has in its hands, and all it has."""

    settings: Settings
    journal: Journal
    recents: Recents
    executor: Executor
    gate: Gate
    ring: Callable[[], None]  # wakes the outbox
    now: Callable[[], datetime]
    random_bytes: Callable[[int], bytes]

    @property
    def apps(self) -> Sequence[App]:
        """The TRTC applications that the config names."""
        return self.settings.all_apps

    def new_id(self) -> IntentId:
        """Return the id of an intent to come."""
        return intent_id(self.now(), self.random_bytes(10))

    def new_incident(self) -> str:
        """Return a short name under which the log tells what broke."""
        return self.random_bytes(4).hex()

    # ── may I? ──────────────────────────────────────────────────────────────────

    def check(self, ask: Ask, wish: Wish) -> Verdict:
        """Refuse *wish* unless policy allows it.

        Raises:
            NotAllowed: with the rule, and who may instead.
        """
        verdict = self.gate.verdict(ask.who, ask.where, wish)
        if verdict.allowed:
            return verdict
        raise NotAllowed(
            verdict.reason, rule=verdict.rule, may=verdict.may, action=wish.action
        )

    def check_any(self, ask: Ask, does: type[Request[Any]]) -> None:
        """Refuse unless *does* is allowed on one of the apps at least.

        Raises:
            NotAllowed: as `check` does, for the first app.
        """
        self.check_any_app(ask, Wish.of(does, None))

    def check_any_app(self, ask: Ask, wish: Wish) -> None:
        """Refuse *wish* unless it is allowed on one of the apps at least.

        Raises:
            NotAllowed: as `check` does, for no app.
        """
        wishes = [replace(wish, app=app) for app in (None, *self.apps)]
        verdicts = [self.gate.verdict(ask.who, ask.where, wish) for wish in wishes]
        if not any(verdict.allowed for verdict in verdicts):
            self.check(ask, wishes[0])

    async def note_refusal(
        self, ask: Ask, subcommand: str, refused: NotAllowed
    ) -> None:
        """Keep on the record that *ask* was refused, and by which rule."""
        action = refused.action or f"{ask.command}.{subcommand}"
        entry = _entry(ask, self.now(), action, REFUSED, refused.rule, why=str(refused))
        try:
            await self.journal.audit.write(entry)
        except JournalUnavailable as error:
            log.critical("audit.unwritten", user=ask.who.user, why=str(error))

    async def note_done(self, ask: Ask, action: str, verdict: Verdict) -> None:
        """Keep on the record that *ask* did *action*, before it is done.

        Raises:
            JournalUnavailable: it is not on the record, so it must not be done.
        """
        entry = _entry(ask, self.now(), action, DID, verdict.rule)
        await self.journal.audit.write(entry)

    # ── the way out ─────────────────────────────────────────────────────────────

    async def submit(self, ask: Ask, order: Order) -> Outcome | None:
        """Accept *order*, durably, and let it be carried out.

        Returns:
            None when the answer comes by itself (a card, or the look-up's result);
            the first one's card when the same submission came again.

        Raises:
            NotAllowed: policy said no; nothing was kept or sent.
            KeyReused: the same submission came with other contents, or its form did.
        """
        verdict = self.check(ask, order.wish)
        slot = await self._slot(ask, order)
        within = None
        if isinstance(order.request, StartPublishCdnStream):
            policy = self.settings.policy
            check_request(order.request, policy.limits, policy.push_hosts)
            within = partial(check_counts, limits=policy.limits)
        accepted, fresh = await self.journal.accept(
            _new_intent(ask, order, self.now()),
            letters=_first_letters(order),
            audit=partial(_allowed, ask, order, verdict),
            draft=ask.submission.draft if ask.submission else None,
            within=within,
        )
        if not fresh:
            seen = cards.card(accepted)
            already = line(_("That was asked already; this is how it stands."))
            parts = (already, *seen.parts)
            return replace(seen, parts=parts, audience=Audience.ASKER)
        self.recents.invalidate(accepted)
        self.executor.take(accepted, slot)
        self.ring()
        return None

    async def _slot(self, ask: Ask, order: Order) -> float | None:
        """Reserve when the request may leave; None for a submission that came before.

        Raises:
            Busy: it would wait too long, so nothing is kept or sent.
        """
        try:
            return self.executor.reserve(order.request)
        except Busy:
            if await self.journal.by_key(ask.key):
                return None
            raise

    async def settle(
        self, ask: Ask, intent: Intent, to: State, *, reason: str = "", ref: str = ""
    ) -> Intent:
        """Settle by hand what stayed unknown: *to* STARTED as *ref*, or to CLOSED.

        Raises:
            NotAllowed: policy said no.
            IllegalMove: it is not unknown (any more).
        """
        app = next((app for app in self.apps if app.name == intent.app), None)
        wish = Wish(f"{ask.command}.settle", Level.CHANGE, app)
        verdict = self.check(ask, wish)
        entry = _entry(ask, self.now(), wish.action, DID, verdict.rule, intent, reason)
        found: dict[str, Any] = {"ref": ref} if ref else {}
        settled = await self.journal.move(
            intent.id,
            to,
            letters=settled_letters,
            audit=entry,
            settled_by=ask.who.user,
            reason=reason,
            error_code="",
            error_text="",
            **found,
        )
        self.recents.invalidate(settled)
        self.ring()
        return settled

    async def reveal(self, ask: Ask, intent: Intent) -> str | None:
        """Return the secret part of a reply; that it was shown is on the record."""
        entry = _entry(ask, self.now(), "car.reveal", DID, "requester", intent)
        await self.journal.audit.write(entry)
        secret = await self.journal.secret_of(intent.id)
        return secret.decode() if secret else None

    # ── forms ───────────────────────────────────────────────────────────────────

    async def open_form(self, ask: Ask, values: dict[str, str]) -> FormId:
        """Keep what a form starts from; the form itself carries only this id."""
        draft = OpenForm(
            id=FormId(self.random_bytes(16).hex()),
            team=ask.who.team,
            user=ask.who.user,
            channel=ask.where.channel,
            thread=ask.where.thread,
            direct=ask.where.direct,
            command=ask.command,
            subcommand=ask.words.subcommand,
            values=values,
            answer_url=ask.answer_url,
            expires_at=self.now() + FORM_LIVES,
        )
        await self.journal.open_forms.keep(draft)
        return draft.id

    async def placed(self, ask: Ask) -> tuple[Ask, dict[str, str]]:
        """Return the submission *ask* at the place where its form was asked for.

        Raises:
            UsageError: the form is older than 30 minutes, or somebody else's.
        """
        if ask.submission is None:
            raise UsageError(_("That was not a form."))
        who = ask.who
        draft = await self.journal.open_forms.get(
            ask.submission.draft, team=who.team, user=who.user
        )
        if draft is None or draft.used_by not in {"", ask.key}:
            raise UsageError(
                _("This form is too old, or was sent in already. Open a new one.")
            )
        where = Place(channel=draft.channel, thread=draft.thread, direct=draft.direct)
        placed = replace(ask, where=where, answer_url=draft.answer_url)
        return placed, dict(draft.values)

    # ── what the bot knows ──────────────────────────────────────────────────────

    async def thing(self, text: str, team: TeamId) -> Intent | None:
        """Return the intent that made what *text* names: a handle or a whole ID."""
        return await self.recents.named(text, team)

    async def matches(self, text: str, team: TeamId) -> list[Intent]:
        """Return what goes by *text*: a handle, an ID or a part of one, a room."""
        named = await self.thing(text, team)
        return [named] if named else await self.journal.find(text, team)

    async def live_twin(self, request: StartPublishCdnStream) -> Intent | None:
        """Return a relay that is live with the same app, room and targets."""
        return await self.journal.active_on(
            request.sdk_app_id, request.room_id, target_digest(request)
        )


def target_digest(request: Request[Any]) -> str:
    """Return a digest of the push targets of a relay, whatever their order."""
    if not isinstance(request, StartPublishCdnStream):
        return ""
    urls = sorted(url.get_secret_value() for url in request.target_urls)
    return hashlib.sha256("\n".join(urls).encode()).hexdigest()


def _new_intent(ask: Ask, order: Order, at: datetime) -> NewIntent:
    wire = order.request.to_wire()
    return NewIntent(
        id=order.id,
        key=ask.key,
        digest=_digest(order.request, wire),
        action=order.request.action,
        kind=order.kind,
        handle=order.handle,
        team=ask.who.team,
        user=ask.who.user,
        home=ask.who.home,
        channel=ask.where.channel,
        thread=ask.where.thread,
        direct=ask.where.direct,
        locale=ask.who.locale,
        app=order.app.name if order.app else "",
        sdk_app_id=order.app.sdk_app_id if order.app else 0,
        callbacks=_is_told_of(order),
        region=order.region,
        room=order.room,
        ref=order.ref,
        agent=order.agent,
        about=order.about,
        masked=order.request.masked(),
        target_digest=target_digest(order.request),
        request=json.dumps(wire).encode(),
        answer_url=ask.answer_url,
        note=order.note,
        at=at,
    )


def _is_told_of(order: Order) -> bool:
    """Tell whether Tencent calls back about it; of a relay into rooms it may not."""
    if not isinstance(order.request, StartPublishCdnStream):
        return False
    key = order.app.callback_key if order.app else None
    return bool(key and order.request.target_urls)


def _digest(request: Request[Any], wire: dict[str, Any]) -> str:
    """Digest what was asked for; the robot's name differs from try to try."""
    agent = {**wire.get("AgentParams", {}), "UserId": ""}
    asked = {**wire, "AgentParams": agent, "Action": request.action}
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def _allowed(ask: Ask, order: Order, verdict: Verdict, intent: Intent) -> Entry:
    action, at = order.wish.action, intent.created_at
    return _entry(ask, at, action, ALLOWED, verdict.rule, intent)


def _entry(  # noqa: PLR0913, PLR0917 - a record has that many facts
    ask: Ask,
    at: datetime,
    action: str,
    decision: str,
    rule: str,
    intent: Intent | None = None,
    why: str = "",
) -> Entry:
    about = (
        {
            "app": intent.app,
            "intent": intent.id,
            "handle": intent.handle,
            "digest": intent.digest,
        }
        if intent
        else {}
    )
    return Entry(
        at=at,
        team=ask.who.team,
        user=ask.who.user,
        home=ask.who.home,
        channel=ask.where.channel,
        action=action,
        decision=decision,
        rule=rule,
        why=why,
        **about,
    )


def _first_letters(order: Order) -> Callable[[Intent], Iterable[Any]]:
    def letters(intent: Intent) -> Iterable[Any]:
        if order.request.level is Level.READ or order.about:
            return ()
        return (replace(card_letter(intent), not_before=intent.created_at + PATIENCE),)

    return letters
