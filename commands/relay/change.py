"""What `/relay update` needs of a relay: may it be changed, its form, its order."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from bot.dialogue.ask import Ask
from bot.dialogue.form import Form
from bot.dialogue.outcome import (
    Bold,
    Clock,
    Outcome,
    Span,
    Tone,
    When,
    Who,
    said,
)
from bot.errors import (
    AlreadyRuns,
    InvalidRequest,
    NotAllowed,
)
from bot.i18n import _, n_
from bot.ids import FormId, SlackUserId
from bot.journal.evidence import moment_of
from bot.journal.model import Intent
from bot.operations.orders import Change, Order, handles_in
from bot.operations.service import Service
from bot.resources.relay import cdn, update
from bot.resources.relay.change import CHANGEABLE, Changed, Present, changed
from bot.resources.relay.change_targets import numbered, references
from bot.resources.relay.copies import copy_button
from bot.resources.relay.form_update import (
    OPEN,
    replace_form,
    update_form,
)
from bot.resources.relay.plan import KEYS, chosen_app
from bot.resources.relay.references import is_reference
from bot.resources.relay.request import named
from bot.settings import App
from bot.states import OVER, RUNNING
from bot.tencent.models.trtc.requests import (
    StartPublishCdnStream,
)
from commands.relay.onrecord import relay_of
from commands.relay.references import whole

TARGET, AGAIN, DRAFT, BESIDE = "target", "again", "draft", "beside"
RELAY_ID, VERSION = "relay", "version"  # what an open form keeps beside its fields
Lines = tuple[tuple[Span, ...], ...]


@dataclass(frozen=True, slots=True)
class Work:
    """A relay that may be changed now, as it is."""

    relay: Intent
    present: Present
    app: App

    @property
    def version(self) -> str:
        """The newest change of it, as a form keeps it."""
        return str(self.relay.standing.newest)


# ── what is filled in ────────────────────────────────────────────────────────────


def drawn(
    work: Work,
    service: Service,
    values: Mapping[str, str],
    form_id: FormId,
    lines: Lines = (),
    faults: Mapping[str, str] | None = None,
) -> Form:
    """Return the form that *values* were filled into, or would be."""
    if number := target_of(values, work.present):
        wrong = tuple((f"⚠️ {text}",) for text in (faults or {}).values())
        return replace_form(work.relay, number, form_id, values, (*lines, *wrong))
    plan = _shown(values)
    limits = service.terms.policy.limits
    return update_form(work.relay, work.present, plan, limits, form_id, lines, faults)


def _shown(values: Mapping[str, str]) -> dict[str, str]:
    names = {*CHANGEABLE, OPEN}
    return {
        key: text
        for key, text in values.items()
        if key in names or key.startswith(cdn.CHOICE)
    }


def target_of(values: Mapping[str, str], present: Present) -> int:
    """Return the number of the target whose address is asked for, 0 for none.

    Raises:
        InvalidRequest: there is none of that number.
    """
    text, count = values.get(TARGET, ""), len(present.whole.target_urls)
    if not text:
        return 0
    if text.isascii() and text.isdigit() and 0 < int(text[:3]) <= count:
        return int(text)
    sentence = n_(
        "There is no target {typed}: there is {n}.",
        "There is no target {typed}: there are {n}.",
        count,
    )
    raise InvalidRequest({TARGET: sentence.format(typed=text[:40], n=count)})


def plan_of(values: Mapping[str, str], present: Present) -> dict[str, str]:
    """Return the plan of the change that *values* hold."""
    plan = {
        key: text
        for key, text in values.items()
        if key in {*KEYS, *CHANGEABLE} or key.startswith(cdn.CHOICE)
    }
    plan.pop("note", None)
    if number := target_of(values, present):
        lines = references(present.handle, len(present.whole.target_urls))
        lines[number - 1] = plan.get("url", "")
        plan["url"] = "\n".join(lines)
    if "url" in plan:
        plan["url"] = "\n".join(plan["url"].split())
    return plan


async def addressed(
    ask: Ask, service: Service, work: Work, values: Mapping[str, str]
) -> dict[str, str]:
    """Return the plan of the change with addresses for the targets it refers to.

    Those are secrets, not to be kept. The relay's own are called by their numbers
    still: they stay as they are.

    Raises:
        InvalidRequest: there is no such target, or not for that app; at `url`.
        NotAllowed: it is for others.
    """
    plan = plan_of(values, work.present)
    lines = plan.get("url", "").split()
    others = [one for one in lines if not numbered(one, work.present.handle)]
    if not others:
        return plan
    asked = {**plan, "url": "\n".join(others), "app": work.app.name}
    placed = await whole(ask, service, asked)
    addresses = iter(placed["url"].split())
    url = (next(addresses) if one in others else one for one in lines)
    words = {k: v for k, v in placed.items() if k.startswith(cdn.CHOICE)}
    return {**plan, **words, "url": "\n".join(url)}


async def planned(
    ask: Ask, service: Service, work: Work, values: Mapping[str, str]
) -> tuple[dict[str, str], Changed]:
    """Return the plan of the change, as `addressed` does, and what it changes.

    Raises:
        InvalidRequest: every fault, of what it refers to and of the rest.
        NotAllowed: a target is for others.
    """
    try:
        plan = await addressed(ask, service, work, values)
    except InvalidRequest as unknown:
        others = faults_but(work, values, {TARGET, *unknown.faults})
        raise InvalidRequest({**others, **unknown.faults}) from None
    return plan, changed(work.present, plan)


def faults_but(
    work: Work, values: Mapping[str, str], without: Collection[str]
) -> dict[str, str]:
    """Return what is wrong with *values*, *without* what these keys say."""
    rest = {key: text for key, text in values.items() if key not in without}
    if is_reference(rest.get("url", "")):  # which nobody has looked up
        del rest["url"]
    try:
        changed(work.present, plan_of(rest, work.present))
    except InvalidRequest as wrong:
        return {key: text for key, text in wrong.faults.items() if key}
    return {}


async def meanwhile(
    ask: Ask, service: Service, work: Work, values: Mapping[str, str]
) -> Form:
    """Return the form anew: the relay is not any more what it was drawn from.

    What was typed stays in it; what was not is as the relay is by now. It is another
    form: of the former Slack may bring a second one, by who has not read this.
    """
    kept = {**values, VERSION: work.version}
    form_id = await service.open_form(ask, kept)
    return drawn(work, service, kept, form_id, (changed_since(work.relay),))


async def overtaken(
    ask: Ask, service: Service, values: Mapping[str, str]
) -> Outcome | Form:
    """Say why a change was not taken that could have been a moment before."""
    relay = await relay_of(ask, service, values[RELAY_ID])
    work = await work_of(service, relay)
    if isinstance(work, tuple):
        return refused(work, relay)
    return await meanwhile(ask, service, work, values)


# ── why it cannot be changed ─────────────────────────────────────────────────────


async def work_of(service: Service, relay: Intent) -> Work | tuple[Span, ...]:
    """Return *relay* as it may be changed now, or the sentence why it may not."""
    if relay.state not in RUNNING or not relay.subject.ref:
        standing = service.resources.of(relay).standing(relay)
        text = _("{handle} is not changed: only what runs can be. It is: {state}")
        return said(text, handle=Bold(relay.handle), state=standing)
    whole = await service.request_of(relay)
    if not isinstance(whole, StartPublishCdnStream):
        text = _(
            "{handle} is not changed: it is not known how it was started, and so not"
            " what a change would leave as it is."
        )
        return said(text, handle=Bold(relay.handle))
    if not update.may_change(relay):
        text = _("{handle} is out of reach: Tencent takes no change of it any more.")
        return said(text, handle=Bold(relay.handle))
    if another := await service.open_change(relay):
        text = _("{handle} is being changed by {who}, {when}: one change at a time.")
        who = Who(SlackUserId(another.asker.user))
        when = When(another.created_at, Clock.AGO)
        return said(text, handle=Bold(relay.handle), who=who, when=when)
    doubted = await service.requests_in_doubt(relay)
    perhaps = tuple(one for one in doubted if isinstance(one, StartPublishCdnStream))
    app = chosen_app({"app": str(relay.subject.sdk_app_id)}, service.apps)
    present = Present(relay.handle, relay.subject.ref, app, whole, perhaps)
    return Work(relay, present, app)


def refused(why: Iterable[Span], relay: Intent) -> Outcome:
    """Return the answer that *relay* was not changed, and *why*; what is left to do."""
    copied = copy_button(relay, _("Start a changed copy"))
    over = relay.state in OVER and bool(relay.masked)
    buttons = (copied,) if over else ()
    return Outcome(headline=tuple(why), tone=Tone.WARN, buttons=buttons)


def changed_since(relay: Intent) -> tuple[Span, ...]:
    """Return what changed *relay* since it was looked at."""
    version = relay.version(relay.standing.newest)
    if version is None:
        return (_("What was known of it has changed since: look at it once more."),)
    text = _("{handle} was changed {when} by {who}: look at it once more.")
    when = When(moment_of(version.at), Clock.AGO)
    who = Who(SlackUserId(version.by))
    return said(text, handle=Bold(relay.handle), when=when, who=who)


def knocks(others: AlreadyRuns) -> tuple[Span, ...]:
    """Return what a change to a target of *others* would do."""
    text = _(
        "Pushed to already, perhaps: by {handles}. Two that push to one address knock"
        " each other off. Send it once more to change this one all the same."
    )
    return said(text, handles=", ".join(others.handles))


# ── sending ──────────────────────────────────────────────────────────────────────


async def send(
    ask: Ask,
    service: Service,
    work: Work,
    wanted: Changed,
    values: Mapping[str, str],
) -> Outcome | None:
    """Order *wanted*, which was formed from the relay as *work* has it.

    Raises:
        Overtaken: it is not like that any more, or is being changed.
        AlreadyRuns: another relay pushes to a target of it, or may.
    """
    relay = work.relay
    change = Change(
        version=int(values[VERSION]),
        whole=wanted.whole,
        differences=wanted.differences,
    )
    note = ask.submission.prose("note") if ask.submission else values.get("note", "")
    order = Order(
        id=service.new_id(),
        request=wanted.request,
        app=work.app,
        region=relay.subject.region,
        handle=relay.handle,
        about=relay.id,
        room=relay.subject.room,
        ref=relay.subject.ref,
        note=note,
        again=handles_in(values.get(BESIDE, "")),
        change=change,
    )
    try:
        return await service.submit(ask, order)
    except NotAllowed as refused:
        if refused.faults:
            plan = {**work.present.plan, **plan_of(values, work.present)}
            refused.faults = named(refused.faults, plan)
        raise
