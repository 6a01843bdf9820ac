"""An order: what a subcommand wants sent; and the intent and record it becomes."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.access.policy import Verdict, Wish
from bot.dialogue.ask import Ask, Person, Place, Surface
from bot.i18n import AS_ASKED, DEFAULT_LOCALE, Languages, reader_locale
from bot.ids import Handle, IntentId
from bot.journal.audit import Decision, Entry
from bot.journal.model import (
    Asker,
    CopyOf,
    Difference,
    Intent,
    NewChange,
    NewIntent,
    Subject,
    Timing,
)
from bot.resources.base import Resource
from bot.settings import App
from bot.tencent.models.base import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a change makes of its thing: the *whole* request for it as it is then.

    *version* is the newest change of the thing from which it was formed.
    """

    version: int
    whole: Request[Any]
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A request and all that the journal keeps beside it.

    *handle* is given when it is about a thing that has one; otherwise the journal
    allots the next. *about* is the intent that made the thing. *again* are the handles
    of the like of it that the asker knows of. *copies* is what it makes a copy of.
    *before* is sent first; unless that is done, nothing else is.
    """

    id: IntentId
    request: Request[Any]
    before: Request[Any] | None = None
    app: App | None = None
    region: str = ""
    handle: Handle | None = None
    about: IntentId | None = None
    room: str = ""
    ref: str = ""
    agent: str = ""
    note: str = ""
    preset: str = ""
    again: frozenset[str] = frozenset()
    change: Change | None = None
    copies: CopyOf | None = None
    timing: Timing | None = None

    @property
    def judged(self) -> Request[Any]:
        """What limits and exits are held against: of a change the whole."""
        return self.change.whole if self.change else self.request

    @property
    def wish(self) -> Wish:
        """What policy is asked."""
        return Wish.of(self.request, self.app)


def handles_in(text: str) -> frozenset[str]:
    """Read the handles in *text* that the asker knows of, between commas or spaces."""
    return frozenset(text.replace(",", " ").upper().split())


def asker_of(ask: Ask, languages: Languages = AS_ASKED) -> Asker:
    """Return who asked *ask*, where, and in which of *languages* it is told of."""
    who, where = ask.who, ask.where
    stated = who.locale != DEFAULT_LOCALE  # else it may have become so meanwhile
    reads = who.locale if stated else reader_locale()
    return Asker(
        team=who.team,
        user=who.user,
        home=who.home,
        enterprise=who.enterprise,
        channel=where.channel,
        thread=where.thread,
        direct=where.direct,
        locale=languages.at(where.channel, reads, direct=where.direct),
    )


def person_of(asker: Asker) -> Person:
    """Return *asker* as whoever asks."""
    return Person(
        team=asker.team,
        user=asker.user,
        home=asker.home,
        enterprise=asker.enterprise,
        locale=asker.locale,
    )


def place_of(asker: Asker) -> Place:
    """Return where *asker* asked."""
    return Place(channel=asker.channel, thread=asker.thread, direct=asker.direct)


def ask_for(asker: Asker, resource: Resource, key: str) -> Ask:
    """Return what is asked in the name of *asker*, by *key*, without being typed."""
    return Ask(
        command=resource.command,
        text="",
        who=person_of(asker),
        where=place_of(asker),
        surface=Surface.BUTTON,
        key=key,
    )


def new_intent(
    ask: Ask, order: Order, resource: Resource, at: datetime, languages: Languages
) -> NewIntent:
    """Return the intent that *order* becomes."""
    wire = order.request.to_wire()
    return NewIntent(
        id=order.id,
        key=ask.key,
        digest=digest(order.request, resource.digested(wire)),
        action=order.request.action,
        handle=order.handle,
        asker=asker_of(ask, languages),
        subject=_subject(order, resource),
        masked=order.request.masked(),
        request=order.request.to_json(),
        answer_url=ask.answer_url,
        note=order.note,
        at=at,
        change=_new_change(order.change) if order.change else None,
        copies=order.copies,
        timing=order.timing,
    )


def _new_change(change: Change) -> NewChange:
    return NewChange(
        version=change.version,
        differences=change.differences,
        whole=change.whole.to_json(),
        masked=change.whole.masked(),
    )


def _subject(order: Order, resource: Resource) -> Subject:
    app = order.app
    return Subject(
        kind=resource.kind,
        about=order.about,
        creates=order.request.effect.creates,
        ends=order.request.effect.ends,
        changes=order.request.effect.changes,
        app=app.name if app else "",
        sdk_app_id=app.sdk_app_id if app else 0,
        region=order.region,
        room=order.room if resource.named_by_room else "",
        ref=order.ref,
        agent=order.agent,
        callbacks=resource.called_back(order.request, app),
        duplicates=resource.duplicates(order.request),
        targets=resource.targets(order.judged),
        preset=order.preset,
    )


def digest(request: Request[Any], wire: Mapping[str, Any]) -> str:
    """Return what is equal for two of the same fields."""
    fields = {**wire, "Action": request.action}
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()


# ── the audit record of a decision ───────────────────────────────────────────────


def entry(
    ask: Ask, at: datetime, decision: Decision, action: str, *, rule: str, why: str = ""
) -> Entry:
    """Return the record that *ask* was decided so; about nothing in particular."""
    return Entry.by(asker_of(ask), at, decision, action, rule=rule, why=why)


def allowed_entry(new: NewIntent, order: Order, verdict: Verdict) -> Entry:
    """Return the record that *new* was allowed; the journal adds the handle."""
    record = Entry.by(
        new.asker,
        new.at,
        Decision.ALLOWED,
        order.wish.action,
        rule=verdict.rule,
        why=new.timing.typed if new.timing else "",
    )
    return record.about(new.subject.app, new.id, "", new.digest)


def intent_entry(record: Entry, intent: Intent) -> Entry:
    """Return *record* as being about *intent*."""
    return record.about(intent.subject.app, intent.id, intent.handle, intent.digest)
