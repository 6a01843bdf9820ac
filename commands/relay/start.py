"""`/relay start`: by form, or at once."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC

from bot.access.policy import Wish
from bot.cards import lists
from bot.dialogue.ask import Ask
from bot.dialogue.form import Form
from bot.dialogue.outcome import Button, Line, Outcome, line
from bot.errors import AlreadyRuns, InvalidRequest, NotAllowed, UsageError
from bot.i18n import _
from bot.ids import IntentId, agent_for
from bot.journal.model import CopyOf, Timing
from bot.operations.forms import shown_after
from bot.operations.orders import Order, handles_in
from bot.operations.service import Service
from bot.resources.relay import again as once_more
from bot.resources.relay import cdn, draft, form_preset, pasted, timers
from bot.resources.relay.choices import Choices
from bot.resources.relay.draft import AGAIN
from bot.resources.relay.form import start_form
from bot.resources.relay.form_copy import KEPT, copy_in
from bot.resources.relay.plan import (
    KEYS,
    SEVERAL,
    WORDS,
    chosen_app,
    complete,
    plan_of,
)
from bot.resources.relay.request import Prepared, prepared_from
from bot.settings import App
from bot.tencent.models.trtc.requests import StartPublishCdnStream, StopPublishCdnStream
from commands.relay.command import START, command
from commands.relay.onrecord import relay_on_record, request_now
from commands.relay.references import whole
from commands.relay.saved import (
    check_fits,
    choices,
    chosen_in_form,
    faults_typed,
    unfit,
    used,
    with_preset,
)

DRAFT = "draft"  # what a confirmation carries, beside AGAIN
LIKE = "like"  # the relay that another is started like
UNSHOWN = {"app", *WORDS}  # of which a form has no wrong choice


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A plan, and the request that it describes for the intent *id*.

    What the *plan* refers to stands as an address in *whole* alone, which is not kept.
    """

    id: IntentId
    plan: dict[str, str]
    whole: dict[str, str]
    prepared: Prepared
    timing: Timing | None = None
    remarks: tuple[str, ...] = ()  # on how what was typed was read


@command.subcommand(
    "start",
    permit=START,
    usage="[room] [key=value…] [--go] [--dry-run]",
    keys=(*KEYS, AGAIN, DRAFT, LIKE),
    flags=("go",),
    several=SEVERAL,
    does=StartPublishCdnStream,
    examples=(
        "start",
        "start 295066 url=rtmp://push.example.com/live/a --go",
        "start “room one” type=text quality=1080p30",
        "start 295066 preset=two-hosts url=@youtube-main",
        "start json={…} --dry-run",
        "start like=R128 room=630777",
    ),
)
async def start(ask: Ask, service: Service) -> Outcome | Form | None:
    """Start a relay.

    Opens the form, filled in with what was typed. With --go and all that is
    required, it starts at once; with --dry-run it shows the request and sends
    nothing. What runs already, or may, is asked about; again=R1 starts another
    beside R1, and beside no other. like=R1 fills the form in as that of R1 was.
    """
    if kept := ask.value(DRAFT):
        return await start_or_ask(ask, service, await service.kept(ask, kept))
    typed, lines = plan_of(ask), []
    plan = await with_preset(ask, service, typed)
    if like := ask.value(LIKE):
        relay = await relay_on_record(ask, service, like)
        masked = await request_now(service, relay)
        plan = once_more.plan_again(relay, masked, plan)
        lines = [*once_more.remarks(masked)]
    if ask.has("dry-run") or (ask.has("go") and complete(plan)):
        await check_fits(ask, service, plan, typed)
        return await start_or_ask(ask, service, plan)
    lines += (await unfit(ask, service, plan, typed))[0]
    return await opened(ask, service, plan, lines)


async def opened(
    ask: Ask,
    service: Service,
    typed: dict[str, str],
    lines: Iterable[str] = (),
    beside: Mapping[str, str] | None = None,
) -> Form:
    """Return the form, filled in with what was *typed*, under *lines*.

    *beside* is what is kept with the form and is none of its plan.

    Raises:
        InvalidRequest: something is wrong that no field of the form could show.
    """
    zone = service.zone(ask.who)
    plan = timers.settled(typed, service.now(), zone)
    if not service.apps:
        chosen_app(plan, service.apps)
    plan, swallowed = pasted.without_flags(plan)
    faults = await _typed_faults(ask, service, plan)
    if plan.get("app"):
        chosen_app(plan, service.apps)
    not_yet = _not_yet(plan) if swallowed or ask.has("go") else []
    lines = (*timers.remarks(typed, zone), *not_yet, *lines)
    offered = await choices(ask, service)
    values = draft.opened(plan, service.terms.policy.limits)
    values = draft.picking(values, offered.names) | dict(beside or {})
    form_id = await service.open_form(ask, {**values, AGAIN: ask.value(AGAIN)})
    return start_form(values, service.terms, form_id, lines, faults, offered)


@command.redraw("start", permit=START)
async def redraw_start(ask: Ask, service: Service) -> Form:
    """Draw the form for the choices made so far; what they hide is kept."""
    form = ask.submission
    if form is None:
        raise UsageError(_("That was not a form."))
    try:
        placed, kept = await service.returned(ask)
    except UsageError:  # sent in or too old, which sending it in will tell
        return start_form(draft.plan_from(form), service.terms, form.form_id)
    values = draft.redrawn(kept, form)
    offered = await choices(placed, service)
    lines: list[str] = []
    faults: dict[str, str] = {}
    if form.changed == draft.SAVE:
        return await _as_preset(placed, service, values, offered)
    if form.changed == "preset" and values.get("preset"):
        values = await chosen_in_form(placed, service, values)
        values = {**draft.picking(values, offered.names), AGAIN: kept.get(AGAIN, "")}
        lines, faults = await unfit(placed, service, draft.led(values), {})
    form_id = await service.open_form(placed, values)
    return start_form(values, service.terms, form_id, lines, faults, offered)


async def _as_preset(
    ask: Ask, service: Service, values: dict[str, str], offered: Choices
) -> Form:
    """Return the form that saves the start of *values* as a preset, and comes back."""
    own = {form_preset.BACK: form_preset.BACK}
    own |= {form_preset.ROOMLESS: form_preset.ROOMLESS}
    form_id = await service.open_form(ask, values | own)
    return form_preset.form(values | own, service.terms, form_id, choices=offered)


@command.form("start", permit=START)
async def submit_start(ask: Ask, service: Service) -> Outcome | Form | None:
    """Start what the form says; faults go back to their fields."""
    placed, kept = await service.returned(ask)
    form = placed.submission
    plan = draft.submitted(kept, form) if form else {}
    try:
        wanted = await _wanted(placed, service, plan)
    except (InvalidRequest, NotAllowed) as refused:
        refused.faults = draft.where_picked(refused.faults, form)
        is_shown = form is None or refused.faults.keys() <= form.values.keys()
        if is_shown or isinstance(refused, NotAllowed):
            raise
        return await _unfolded(placed, service, kept, refused.faults)
    if form and (asked := _unsettled(wanted, service)):
        values, offered = draft.redrawn(kept, form), await choices(placed, service)
        lines = (asked,)
        return start_form(values, service.terms, form.form_id, lines, choices=offered)
    again = handles_in(kept.get(AGAIN, ""))
    copies = copy_in(kept, form.text(draft.THEN) if form else "")
    try:
        answer = await _start(placed, service, wanted, again=again, copies=copies)
        return shown_after(placed, answer)
    except AlreadyRuns as runs_already:
        return await _alike(placed, service, kept, {*again, *runs_already.handles})


async def _alike(
    placed: Ask, service: Service, kept: dict[str, str], alike: Iterable[str]
) -> Form:
    """Return the form that starts another beside what is *alike*, and says so.

    It is another than the one that was sent in: of that Slack may bring a second one,
    by somebody who has not read this.
    """
    form = placed.submission
    values = draft.redrawn(kept, form) if form else dict(kept)
    values[AGAIN] = ",".join(sorted(alike))
    sentence = _("{handles} is alike, and runs or may. Send this in once more to")
    rest = _("start another all the same.")
    text = f"{sentence.format(handles=values[AGAIN].replace(',', ', '))} {rest}"
    names = form.values if form else ()
    field = next((one for one in ("json", "url", "feedback") if one in names), "")
    form_id = await service.open_form(placed, values)
    offered = await choices(placed, service)
    faults = {field: text}
    return start_form(values, service.terms, form_id, faults=faults, choices=offered)


async def start_or_ask(
    ask: Ask, service: Service, kept: Mapping[str, str]
) -> Outcome | None:
    """Start what is *kept*, or ask about what is like it and runs already.

    That is a plan, and what is beside it if it makes a copy.
    """
    again, copies = handles_in(ask.value(AGAIN)), copy_in(kept)
    typed = {key: text for key, text in kept.items() if key not in KEPT}
    zone = service.zone(ask.who)
    plan = timers.settled(typed, service.now(), zone)
    wanted = await _wanted(ask, service, plan, timers.remarks(typed, zone))
    try:
        return await _start(ask, service, wanted, again=again, copies=copies)
    except AlreadyRuns as runs_already:
        handles = ",".join(sorted({*again, *runs_already.handles}))
        draft_id = await service.open_form(ask, dict(kept))
        text = f"start {DRAFT}={draft_id} {AGAIN}={handles}"
        anyway = Button(_("Start another"), "relay", text, once=draft_id, danger=True)
        alike = [
            await service.thing(ask.who, handle) for handle in runs_already.handles
        ]
        return lists.again(filter(None, alike), service.resources, anyway)


async def _unfolded(
    ask: Ask, service: Service, kept: dict[str, str], faults: Mapping[str, str]
) -> Form:
    """Return the form with *More* open, since some of *faults* are there.

    Raises:
        InvalidRequest: they are where no field of the form is.
    """
    form = ask.submission
    if form is None or not faults.keys() & {*draft.SET_ASIDE}:
        raise InvalidRequest(dict(faults))
    opened = {draft.OPEN: draft.OPEN}
    await service.remember(ask, opened)
    values = draft.redrawn(kept, form) | opened
    terms, offered = service.terms, await choices(ask, service)
    return start_form(values, terms, form.form_id, faults=faults, choices=offered)


async def _typed_faults(
    ask: Ask, service: Service, plan: dict[str, str]
) -> dict[str, str]:
    """Return what is wrong with what was typed; its form shows it at its fields.

    Raises:
        InvalidRequest: something is wrong that no field of the form could show.
    """
    typed = await faults_typed(ask, service, plan)
    typed |= timers.faults(plan, service.now())
    if typed.keys() & (plan.keys() - draft.SHARED if plan.get("json") else UNSHOWN):
        raise InvalidRequest(typed)
    return typed


def _not_yet(plan: dict[str, str]) -> list[str]:
    """Return why what was to start at once opens a form instead."""
    if plan.get("json"):
        return [_("Not started yet: the request cannot be read.")]
    if not plan.get("room"):
        return [_("Not started yet: no room was given.")]
    return [_("Not started yet: no target was given.")]


def _unsettled(wanted: _Wanted, service: Service) -> str:
    """Return the question that is left, unless the request is refused anyway."""
    prepared = wanted.prepared
    if prepared.pasted or not cdn.unsettled(wanted.whole, prepared.app):
        return ""
    sentence = _("Please say below whose CDN each host is on.")
    return "" if prepared.over(service.terms) else sentence


async def _wanted(
    ask: Ask, service: Service, plan: dict[str, str], remarks: tuple[str, ...] = ()
) -> _Wanted:
    new, now = service.new_id(), service.now()
    faults = timers.faults(plan, now)
    try:
        described = await whole(ask, service, plan)
        prepared = prepared_from(described, service.terms, agent_for(new))
    except InvalidRequest as refused:
        raise InvalidRequest({**refused.faults, **faults}) from None
    if faults:
        raise InvalidRequest(faults)
    timing = timers.timing_of(plan, now, UTC)
    return _Wanted(new, plan, described, prepared, timing, remarks)


async def _start(
    ask: Ask,
    service: Service,
    wanted: _Wanted,
    *,
    again: frozenset[str],
    copies: CopyOf | None,
) -> Outcome | None:
    prepared, timing = wanted.prepared, wanted.timing
    if timing:
        field = timers.FOR if timing.after else timers.UNTIL
        _check_may_stop(ask, service, prepared.app, field)
    if copies and copies.stop:
        await _check_may_stop_original(ask, service, copies)
    if wanted.plan.get("preset") and not ask.has("dry-run"):
        await used(ask, service, wanted.plan["preset"])
    order = Order(
        id=wanted.id,
        request=prepared.request,
        app=prepared.app,
        region=prepared.region,
        room=prepared.request.room_id,
        agent=agent_for(wanted.id),
        note=prepared.note,
        preset=wanted.plan.get("preset", ""),
        again=again,
        copies=copies,
        timing=timing,
    )
    try:
        answer = await service.submit(ask, order)
    except NotAllowed as refused:
        if refused.faults:
            refused.faults = prepared.named(refused.faults, wanted.plan)
        raise
    lines = tuple(_beside(ask, wanted))
    return replace(answer, parts=(*answer.parts, *lines)) if answer else None


def _beside(ask: Ask, wanted: _Wanted) -> Iterator[Line]:
    """Yield what is said beside a request: when it is stopped stands in none."""
    if wanted.timing and ask.has("dry-run"):
        yield from (line(*spans) for spans in timers.to_come(wanted.timing))
    yield from map(line, (*wanted.prepared.remarks, *wanted.remarks))


async def _check_may_stop_original(ask: Ask, service: Service, copies: CopyOf) -> None:
    """Refuse to have the original stopped for a copy by whoever may not stop it.

    Raises:
        NotAllowed: with a fault at the field that asks for it.
    """
    if original := await service.thing(ask.who, copies.id):
        app = chosen_app({"app": str(original.subject.sdk_app_id)}, service.apps)
        _check_may_stop(ask, service, app, draft.THEN)


def _check_may_stop(ask: Ask, service: Service, app: App, field: str) -> None:
    """Refuse what *field* asks for to whoever may not: the stop is made in their name.

    Raises:
        NotAllowed: with a fault at the field that asks for it.
    """
    try:
        service.check(ask, Wish.of(StopPublishCdnStream, app))
    except NotAllowed as refused:
        refused.faults = {field: str(refused)}
        raise
