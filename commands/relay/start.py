"""`/relay start`: by form, or at once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC

from bot.access.policy import Wish
from bot.cards import lists
from bot.dialogue.ask import Ask
from bot.dialogue.form import Form
from bot.dialogue.outcome import Button, Outcome, line
from bot.errors import AlreadyRuns, InvalidRequest, NotAllowed, UsageError
from bot.i18n import _
from bot.ids import IntentId, agent_for
from bot.journal.model import Timing
from bot.operations.forms import shown_after
from bot.operations.orders import Order, handles_in
from bot.operations.service import Service
from bot.resources.relay import cdn, draft, pasted, timers
from bot.resources.relay.form import start_form
from bot.resources.relay.plan import (
    KEYS,
    MORE,
    WORDS,
    chosen_app,
    complete,
    plan_of,
)
from bot.resources.relay.request import Prepared, faults_of, prepared_from
from bot.settings import App
from bot.tencent.models.trtc.requests import StartPublishCdnStream, StopPublishCdnStream
from commands.relay.command import START, command

AGAIN, DRAFT = "again", "draft"  # what a confirmation carries


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A plan, and the request that it describes for the intent *id*."""

    id: IntentId
    plan: dict[str, str]
    prepared: Prepared
    timing: Timing | None = None
    remarks: tuple[str, ...] = ()  # on how what was typed was read


@command.subcommand(
    "start",
    permit=START,
    usage="[room] [key=value…] [--go] [--dry-run]",
    keys=(*KEYS, AGAIN, DRAFT),
    flags=("go",),
    does=StartPublishCdnStream,
    examples=(
        "start",
        "start 295066 url=rtmp://push.example.com/live/a --go",
        "start “room one” type=text quality=1080p30",
        "start json={…} --dry-run",
    ),
)
async def start(ask: Ask, service: Service) -> Outcome | Form | None:
    """Start a relay.

    Opens the form, filled in with what was typed. With --go and all that is
    required, it starts at once; with --dry-run it shows the request and sends
    nothing. What runs already, or may, is asked about; again=R1 starts another
    beside R1, and beside no other.
    """
    if kept := ask.value(DRAFT):
        plan = await service.kept(ask, kept)
        return await _start_or_ask(ask, service, _wanted(service, plan))
    typed, zone = plan_of(ask), service.zone(ask.who)
    plan = timers.settled(typed, service.now(), zone)
    remarks = timers.remarks(typed, zone)
    if ask.has("dry-run") or (ask.has("go") and complete(plan)):
        wanted = replace(_wanted(service, plan), remarks=remarks)
        return await _start_or_ask(ask, service, wanted)
    if plan.get("app") or not service.apps:
        chosen_app(plan, service.apps)
    plan, swallowed = pasted.without_flags(plan)
    faults = _typed_faults(plan, service)
    lines = [*remarks, *(_not_yet(plan) if swallowed or ask.has("go") else [])]
    values = draft.opened(plan, service.terms.policy.limits)
    form_id = await service.open_form(ask, {**values, AGAIN: ask.value(AGAIN)})
    return start_form(values, service.terms, form_id, lines, faults)


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
    return start_form(values, service.terms, await service.open_form(placed, values))


@command.form("start", permit=START)
async def submit_start(ask: Ask, service: Service) -> Outcome | Form | None:
    """Start what the form says; faults go back to their fields."""
    placed, kept = await service.returned(ask)
    form = placed.submission
    plan = draft.submitted(kept, form) if form else {}
    try:
        wanted = _wanted(service, plan)
    except InvalidRequest as refused:
        if form is None or refused.faults.keys() <= form.values.keys():
            raise
        return await _unfolded(placed, service, kept, refused.faults)
    if form and (asked := _unsettled(wanted, service)):
        values = draft.redrawn(kept, form)
        return start_form(values, service.terms, form.form_id, (asked,))
    again = handles_in(kept.get(AGAIN, ""))
    try:
        return shown_after(placed, await _start(placed, service, wanted, again=again))
    except AlreadyRuns as runs_already:
        await service.remember(
            placed, {AGAIN: ",".join({*again, *runs_already.handles})}
        )
        sentence = _("{handles} is alike, and runs or may. Send this in once more to")
        rest = _("start another all the same.")
        named = sentence.format(handles=", ".join(runs_already.handles))
        text = f"{named} {rest}"
        names = form.values if form else ()
        field = next((one for one in ("json", "url", "feedback") if one in names), "")
        raise InvalidRequest({field: text}) from None


async def _start_or_ask(ask: Ask, service: Service, wanted: _Wanted) -> Outcome | None:
    """Start what is *wanted*, or ask about what is like it and runs already."""
    again = handles_in(ask.value(AGAIN))
    try:
        return await _start(ask, service, wanted, again=again)
    except AlreadyRuns as runs_already:
        handles = ",".join(sorted({*again, *runs_already.handles}))
        draft_id = await service.open_form(ask, wanted.plan)
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
    if form is None or not faults.keys() & {*MORE}:
        raise InvalidRequest(dict(faults))
    opened = {draft.OPEN: draft.OPEN}
    await service.remember(ask, opened)
    values = draft.redrawn(kept, form) | opened
    return start_form(values, service.terms, form.form_id, faults=faults)


def _typed_faults(plan: dict[str, str], service: Service) -> dict[str, str]:
    """Return what is wrong with what was typed; its form shows it at its fields.

    Raises:
        InvalidRequest: something is wrong that no field of the form could show.
    """
    faults = {
        **faults_of(plan, service.terms),
        **timers.faults(plan, service.now()),
    }
    typed = {field: text for field, text in faults.items() if plan.get(field)}
    if typed.keys() & (plan.keys() - draft.SHARED if plan.get("json") else {*WORDS}):
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
    if prepared.pasted or prepared.over(service.terms):
        return ""
    hosts = cdn.unsettled(wanted.plan, prepared.app)
    return _("Please say below whose CDN each host is on.") if hosts else ""


def _wanted(service: Service, plan: dict[str, str]) -> _Wanted:
    new, now = service.new_id(), service.now()
    faults = timers.faults(plan, now)
    try:
        prepared = prepared_from(plan, service.terms, agent_for(new))
    except InvalidRequest as refused:
        raise InvalidRequest({**refused.faults, **faults}) from None
    if faults:
        raise InvalidRequest(faults)
    return _Wanted(new, plan, prepared, timers.timing_of(plan, now, UTC))


async def _start(
    ask: Ask, service: Service, wanted: _Wanted, *, again: frozenset[str]
) -> Outcome | None:
    prepared, timing = wanted.prepared, wanted.timing
    if timing:
        _check_may_stop(ask, service, prepared.app, timing)
    order = Order(
        id=wanted.id,
        request=prepared.request,
        app=prepared.app,
        region=prepared.region,
        room=prepared.request.room_id,
        agent=agent_for(wanted.id),
        note=prepared.note,
        again=again,
        timing=timing,
    )
    try:
        answer = await service.submit(ask, order)
    except NotAllowed as refused:
        if refused.faults:
            refused.faults = prepared.named(refused.faults, wanted.plan)
        raise
    remarks = tuple(line(remark) for remark in (*prepared.remarks, *wanted.remarks))
    if answer is None or not remarks:
        return answer
    return replace(answer, parts=(*answer.parts, *remarks))


def _check_may_stop(ask: Ask, service: Service, app: App, timing: Timing) -> None:
    """Refuse a timer to whoever may not stop the relay: its stop is made in their name.

    Raises:
        NotAllowed: with a fault at the field that asks for it.
    """
    try:
        service.check(ask, Wish.of(StopPublishCdnStream, app))
    except NotAllowed as refused:
        field = timers.FOR if timing.after else timers.UNTIL
        refused.faults = {field: str(refused)}
        raise
