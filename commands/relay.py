"""`/relay`: start, watch and stop the relays of TRTC rooms.

Whoever policy lets may start and stop; everybody in the workspace may look.
"""

from dataclasses import replace

from bot.access.policy import Wish
from bot.cards import intent as cards
from bot.dialogue.ask import Ask, Person
from bot.dialogue.form import Form, Option, SearchField
from bot.dialogue.outcome import Bold, Buttons, Code, Outcome, Tone, line
from bot.dialogue.words import TokenKind
from bot.errors import InvalidRequest, NotFound, UsageError
from bot.i18n import _
from bot.ids import Kind, TaskId, agent_for
from bot.journal.model import Intent, State
from bot.operations import resolution as settling
from bot.operations.service import Order, Service
from bot.resources.relay.form import plan_from, start_form
from bot.resources.relay.plan import (
    KEYS,
    Prepared,
    check_words,
    chosen_app,
    complete,
    drafted,
    plan_of,
)
from bot.routing.command import Command
from bot.tencent.models.base import Level
from bot.tencent.models.trtc.requests import StartPublishCdnStream, StopPublishCdnStream

command = Command(
    "relay", summary="Relays: a TRTC room, mixed and pushed to CDNs", bare="status"
)


@command.subcommand(
    "start",
    usage="[room] [key=value…] [--go] [--dry-run]",
    keys=KEYS,
    flags=("go", "dry-run", "again"),
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
    nothing. With --again it starts even if the same relay is running.
    """
    service.check_any(ask, StartPublishCdnStream)
    plan = plan_of(ask)
    check_words(plan)
    if ask.has("dry-run"):
        return _shown(drafted(plan, service.apps, agent_for(service.new_id())))
    if ask.has("go") and complete(plan):
        return await _start(ask, service, plan, again=ask.has("again"))
    chosen_app({"app": plan["app"]} if plan.get("app") else {}, service.apps[:1])
    kept = {**plan, "again": "yes"} if ask.has("again") else plan
    return start_form(plan, service.apps, await service.open_form(ask, kept))


@command.redraw("start")
async def redraw_start(ask: Ask, service: Service) -> Form:
    """Draw the form for the choices made so far."""
    form = ask.submission
    if form is None:
        raise UsageError(_("That was not a form."))
    return start_form(plan_from(form), service.apps, form.draft)


@command.form("start")
async def submit_start(ask: Ask, service: Service) -> Outcome | None:
    """Start what the form says; faults go back to their fields."""
    placed, kept = await service.placed(ask)
    plan = plan_from(placed.submission) if placed.submission else {}
    if not plan.get("json") and not plan.get("room"):
        raise InvalidRequest({"room": _("Say which room, or paste a request below.")})
    if not plan.get("json") and not plan.get("url"):
        raise InvalidRequest({"url": _("Say where to: one rtmp:// address at least.")})
    answer = await _start(placed, service, plan, again=bool(kept.get("again")))
    return answer or Outcome(
        headline=(Bold(_("On its way.")),),
        tone=Tone.WAIT,
        parts=(line(_("The card in the channel shows how it goes.")),),
    )


@command.subcommand(
    "stop",
    usage="[R128 | TaskId] [--yes]",
    keys=("app",),
    flags=("yes",),
    does=StopPublishCdnStream,
    examples=("stop R128", "stop", "stop R128 --yes"),
)
async def stop(ask: Ask, service: Service) -> Outcome | Form | None:
    """Stop a relay, after asking once.

    Without an ID it offers the relays that are running. --yes does not ask.
    """
    service.check_any(ask, StopPublishCdnStream)
    if not ask.words.ids:
        return await _which(ask, service)
    text = ask.one(_("a relay: its handle or TaskId")).text
    found = await service.matches(text, ask.who.team)
    if not found:
        return await _stop_unknown(ask, service, text)
    if len(found) > 1:
        return cards.listed(_("Which of these?"), found, "")
    relay = found[0]
    if over := _over(relay):
        return over
    if not ask.has("yes"):
        return _asked(relay)
    return await _stop(ask, service, relay)


@command.form("stop")
async def submit_stop(ask: Ask, service: Service) -> Outcome | None:
    """Stop the relay that was chosen from the list."""
    placed, _kept = await service.placed(ask)
    chosen = placed.submission.text("relay") if placed.submission else ""
    relay = await service.thing(chosen, ask.who.team)
    if relay is None:
        raise InvalidRequest({"relay": _("I know no relay by that ID.")})
    return _over(relay) or await _stop(placed, service, relay) or _stopping(relay)


@command.subcommand("attach", usage="<R128> [TaskId]", examples=("attach R128",))
async def attach(ask: Ask, service: Service) -> Outcome | Form:
    """Say under which TaskId a relay runs whose start stayed unknown.

    Then it can be stopped from here, and its card goes on.
    """
    _may_settle(ask, service)
    typed = [token.text for token in ask.words.ids]
    if len(typed) not in {1, 2}:
        raise UsageError(_("Say which relay."), usage="/relay attach R128 [TaskId]")
    relay = await settling.unknown(ask, service, Kind.RELAY, typed[0])
    if len(typed) == 1:
        return await settling.attach_form(ask, service, relay)
    return await settling.attach(ask, service, relay, typed[1])


@command.form("attach")
async def submit_attach(ask: Ask, service: Service) -> Outcome:
    """Attach the TaskId that the form says."""
    placed, kept = await service.placed(ask)
    relay = await settling.unknown(placed, service, Kind.RELAY, kept["handle"])
    task_id = placed.submission.text("task") if placed.submission else ""
    return await settling.attach(placed, service, relay, task_id)


@command.subcommand(
    "close",
    usage="<R128> [reason=…]",
    keys=("reason",),
    examples=("close R128", "close R128 reason=“not in the console, target dead”"),
)
async def close(ask: Ask, service: Service) -> Outcome | Form:
    """Say that a relay whose start stayed unknown did not start, and how you know."""
    _may_settle(ask, service)
    text = ask.one(_("a relay: its handle")).text
    relay = await settling.unknown(ask, service, Kind.RELAY, text)
    return await settling.close_or_ask(ask, service, relay)


@command.form("close")
async def submit_close(ask: Ask, service: Service) -> Outcome:
    """Close what the form is about, for the reason that it says."""
    return await settling.submit_close(ask, service, Kind.RELAY)


def _may_settle(ask: Ask, service: Service) -> None:
    service.check_any_app(ask, Wish("relay.settle", Level.CHANGE))


@command.source("relays")
async def relays(query: str, who: Person, service: Service) -> tuple[Option, ...]:
    """Offer relays as somebody types: their own live ones first."""
    found = await service.recents.relays(who.team, who.user, query, 99)
    options = tuple(_option(intent) for intent in found)
    if options or not query.strip():
        return options
    typed = query.strip()
    return (Option(_("Use “{text}” as an ID").format(text=typed), typed),)


@command.subcommand("list", usage="", examples=("list",))
async def running(ask: Ask, service: Service) -> Outcome:
    """List the relays that are running, or may be."""
    return await _running(ask, service)


@command.subcommand(
    "recent",
    usage="[mine|live|failed] [room=…]",
    keys=("room",),
    examples=("recent", "recent mine", "recent room=295066"),
)
async def recent(ask: Ask, service: Service) -> Outcome:
    """List the relays started lately, newest first."""
    words = {token.text.casefold() for token in ask.words.ids}
    if unknown := words - FILTERS.keys() - {"mine"}:
        raise UsageError(
            _("I cannot sort by “{word}”.").format(word=", ".join(sorted(unknown))),
            usage="/relay recent [mine|live|failed] [room=…]",
        )
    states = frozenset().union(*(FILTERS[word] for word in words - {"mine"}))
    found = await service.journal.recent(
        ask.who.team,
        kind=Kind.RELAY,
        user=ask.who.user if "mine" in words else None,
        states=states or None,
        room=ask.value("room") or None,
    )
    return cards.listed(_("Recent relays"), found, _("None yet."))


@command.subcommand("status", usage="[R128 | TaskId]", examples=("status R128",))
async def status(ask: Ask, service: Service) -> Outcome:
    """Show how a relay stands, as far as is known."""
    if not ask.words.ids:
        return await _running(ask, service)
    text = ask.one(_("a relay: its handle or TaskId")).text
    relay = await service.thing(text, ask.who.team)
    if relay is None:
        raise NotFound(_("I know no relay “{text}”.").format(text=text))
    return cards.looked_up(relay, await service.journal.history(relay.handle))


SHORTEST_TASK_ID = 60  # those seen have 72 to 76; a part is never sent to be stopped

FILTERS = {
    "live": frozenset({State.STARTED, State.EXPIRING, State.STOPPING, State.UNKNOWN}),
    "failed": frozenset({State.NOT_STARTED, State.UNKNOWN}),
}


async def _running(ask: Ask, service: Service) -> Outcome:
    live = await service.journal.live(ask.who.team, limit=20)
    nothing = _("No relay that I started is running.")
    return cards.listed(_("Running now"), live, nothing)


async def _start(
    ask: Ask, service: Service, plan: dict[str, str], *, again: bool
) -> Outcome | None:
    new = service.new_id()
    agent = agent_for(new)
    draft = drafted(plan, service.apps, agent)
    twin = None if again else await service.live_twin(draft.request)
    if twin and twin.key != ask.key:  # the same submission again is not a second one
        sentence = _("The same relay is running as {handle}; --again starts another.")
        raise InvalidRequest({"url": sentence.format(handle=twin.handle)})
    answer = await service.submit(
        ask,
        Order(
            id=new,
            request=draft.request,
            kind=Kind.RELAY,
            app=draft.app,
            region=draft.region,
            room=draft.request.room_id,
            agent=agent,
            note=draft.note,
        ),
    )
    if answer is None and draft.remarks:
        said = tuple(line(remark) for remark in draft.remarks)
        return Outcome(headline=(_("On its way."),), tone=Tone.WAIT, parts=said)
    return answer


def _shown(draft: Prepared) -> Outcome:
    shown = cards.dry_run(draft.request, f"{draft.app.name} · {draft.region}")
    said = tuple(line(remark, quiet=True) for remark in draft.remarks)
    return replace(shown, parts=(*shown.parts, *said))


async def _which(ask: Ask, service: Service) -> Form:
    first = await relays("", ask.who, service)
    field = SearchField(
        name="relay",
        label=_("Relay"),
        hint=_("By handle, room, TaskId or person."),
        command="relay",
        source="relays",
        initial=first if len(first) == 1 else (),
    )
    return Form(
        command="relay",
        subcommand="stop",
        title=_("Stop a relay"),
        submit=_("Stop it"),
        fields=(field, line(_("Viewers lose the stream."), quiet=True)),
        draft=await service.open_form(ask, {}),
    )


async def _stop_unknown(ask: Ask, service: Service, text: str) -> Outcome | None:
    """Stop a relay that this bot did not start: it needs the app to be named."""
    if ask.words.ids[0].kind is not TokenKind.TASK:
        raise NotFound(_("I know no relay “{text}”.").format(text=text))
    if len(text) < SHORTEST_TASK_ID:
        sentence = _("I know no relay whose TaskId begins or ends like that.")
        raise NotFound(f"{sentence} {_('To stop another, paste its whole TaskId.')}")
    app = chosen_app({"app": ask.value("app")}, service.apps)
    request = StopPublishCdnStream.of({"SdkAppId": app.sdk_app_id, "TaskId": text})
    if not ask.has("yes"):
        typed = f"stop {text} app={app.name} --yes"
        button = cards.stop_anyway(typed)
        return Outcome(
            headline=(_("That TaskId is not in my journal."),),
            tone=Tone.WARN,
            parts=(Code(text), Buttons((button,))),
        )
    order = Order(
        id=service.new_id(),
        request=request,
        kind=Kind.RELAY,
        app=app,
        region=app.region,
        ref=text,
    )
    return await service.submit(ask, order)


async def _stop(ask: Ask, service: Service, relay: Intent) -> Outcome | None:
    app = chosen_app({"app": str(relay.sdk_app_id)}, service.apps)
    request = StopPublishCdnStream.of(
        {"SdkAppId": relay.sdk_app_id, "TaskId": TaskId(relay.ref)}
    )
    order = Order(
        id=service.new_id(),
        request=request,
        kind=Kind.RELAY,
        app=app,
        region=relay.region,
        handle=relay.handle,
        about=relay.id,
        room=relay.room,
        ref=relay.ref,
    )
    return await service.submit(ask, order)


def _over(relay: Intent) -> Outcome | None:
    """Return what is said of a relay that cannot be stopped, or None if it can."""
    if relay.kind is not Kind.RELAY:
        raise UsageError(_("{handle} is not a relay.").format(handle=relay.handle))
    if relay.state in cards.LIVE:
        return None
    sentence = _("{handle} is not running: it is {state}.").format(
        handle=relay.handle, state=cards.state_word(relay.state)
    )
    shown = cards.card(relay)
    return replace(shown, headline=(sentence,), audience=Outcome(headline=()).audience)


def _asked(relay: Intent) -> Outcome:
    button = cards.stop_button(relay)
    return Outcome(
        headline=(Bold(button.confirm if button else relay.handle),),
        tone=Tone.WARN,
        parts=(Buttons((replace(button, confirm=""),) if button else ()),),
    )


def _stopping(relay: Intent) -> Outcome:
    sentence = _("{handle} is being stopped.").format(handle=relay.handle)
    return Outcome(headline=(Bold(sentence),), tone=Tone.WAIT)


def _option(intent: Intent) -> Option:
    state = cards.state_word(intent.state)
    return Option(f"{intent.handle} · {intent.room} · {state}", intent.handle)
