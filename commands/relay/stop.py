"""`/relay stop`: asks once, offers what runs, and stops what others started."""

from dataclasses import replace

from bot.cards import lists
from bot.cards.intent import card
from bot.dialogue.ask import Ask, Person
from bot.dialogue.form import Form, Option, SearchField
from bot.dialogue.outcome import (
    Audience,
    Bold,
    Buttons,
    Code,
    Outcome,
    Tone,
    line,
)
from bot.dialogue.words import TokenKind
from bot.errors import InvalidRequest, NotFound, UsageError
from bot.i18n import _
from bot.ids import SHORTEST_TASK_ID, TaskId
from bot.journal.model import Intent
from bot.operations.orders import Order
from bot.operations.service import Service
from bot.resources.base import state_word
from bot.resources.relay.card import stop_anyway, stop_button
from bot.resources.relay.plan import chosen_app
from bot.resources.relay.resource import RELAY
from bot.states import RUNNING
from bot.tencent.models.trtc.requests import StopPublishCdnStream
from commands.relay.command import command


@command.subcommand(
    "stop",
    usage="[R128 | TaskId] [--yes]",
    keys=("app",),
    flags=("yes",),
    does=StopPublishCdnStream,
    examples=("stop R128", "stop", "stop R128 --yes"),
    in_thread=True,
)
async def stop(ask: Ask, service: Service) -> Outcome | Form | None:
    """Stop a relay, after asking once.

    Without an ID it offers the relays that are running. --yes does not ask.
    """
    service.check_any_app(ask, StopPublishCdnStream)
    if not ask.words.ids:
        return await _which(ask, service)
    text = ask.one(_("a relay: its handle or TaskId")).text
    matching = await service.find(ask.who, text)
    if not matching:
        return await _stop_foreign(ask, service, text)
    if len(matching) > 1:
        return lists.listed(_("Which of these?"), matching, service.resources)
    relay = matching[0]
    if over := _over(relay, service):
        return over
    if not (ask.has("yes") or ask.has("dry-run")):
        return _asked(relay)
    return await _stop(ask, service, relay)


@command.form("stop")
async def submit_stop(ask: Ask, service: Service) -> Outcome | None:
    """Stop the relay that was chosen from the list."""
    placed, _kept = await service.returned(ask)
    chosen = placed.submission.text("relay") if placed.submission else ""
    relay = await service.thing(ask.who, chosen)
    if relay is None:
        raise InvalidRequest({"relay": _("I know no relay by that ID.")})
    over = _over(relay, service)
    return over or await _stop(placed, service, relay) or _stopping(relay)


@command.source("relays")
async def relays(query: str, who: Person, service: Service) -> tuple[Option, ...]:
    """Offer relays as somebody types: their own live ones first."""
    offered = await service.offered(who, RELAY, query)
    options = tuple(_option(intent) for intent in offered)
    if options or not query.strip():
        return options
    typed = query.strip()
    return (Option(_("Use “{text}” as an ID").format(text=typed), typed),)


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
        form_id=await service.open_form(ask, {}),
    )


async def _stop_foreign(ask: Ask, service: Service, text: str) -> Outcome | None:
    """Stop a relay that this bot did not start: it needs the app to be named."""
    if ask.words.ids[0].kind is not TokenKind.TASK:
        raise NotFound(_("I know no relay “{text}”.").format(text=text))
    if len(text) < SHORTEST_TASK_ID:
        sentence = _("I know no relay whose TaskId begins or ends like that.")
        raise NotFound(f"{sentence} {_('To stop another, paste its whole TaskId.')}")
    app = chosen_app({"app": ask.value("app")}, service.apps)
    request = StopPublishCdnStream.of({"SdkAppId": app.sdk_app_id, "TaskId": text})
    if not (ask.has("yes") or ask.has("dry-run")):
        button = stop_anyway(f"stop {text} app={app.name} --yes")
        return Outcome(
            headline=(_("That TaskId is not in my journal."),),
            tone=Tone.WARN,
            parts=(Code(text), Buttons((button,))),
        )
    order = Order(
        id=service.new_id(),
        request=request,
        app=app,
        region=app.region,
        ref=text,
    )
    return await service.submit(ask, order)


async def _stop(ask: Ask, service: Service, relay: Intent) -> Outcome | None:
    subject = relay.subject
    app = chosen_app({"app": str(subject.sdk_app_id)}, service.apps)
    request = StopPublishCdnStream.of(
        {"SdkAppId": subject.sdk_app_id, "TaskId": TaskId(subject.ref)}
    )
    order = Order(
        id=service.new_id(),
        request=request,
        app=app,
        region=subject.region,
        handle=relay.handle,
        about=relay.id,
        room=subject.room,
        ref=subject.ref,
    )
    return await service.submit(ask, order)


def _over(relay: Intent, service: Service) -> Outcome | None:
    """Return the answer for a relay that cannot be stopped, or None if it can."""
    if relay.subject.kind != RELAY:
        raise UsageError(_("{handle} is not a relay.").format(handle=relay.handle))
    if relay.state in RUNNING:
        return None
    sentence = _("{handle} is not running: it is {state}.").format(
        handle=relay.handle, state=state_word(relay.state)
    )
    shown = card(relay, service.resources.of(relay))
    return replace(shown, headline=(sentence,), audience=Audience.ASKER)


def _asked(relay: Intent) -> Outcome:
    button = stop_button(relay)
    return Outcome(
        headline=(Bold(button.confirm if button else relay.handle),),
        tone=Tone.WARN,
        parts=(Buttons((replace(button, confirm=""),) if button else ()),),
    )


def _stopping(relay: Intent) -> Outcome:
    sentence = _("{handle} is being stopped.").format(handle=relay.handle)
    return Outcome(headline=(Bold(sentence),), tone=Tone.WAIT)


def _option(intent: Intent) -> Option:
    state = state_word(intent.state)
    return Option(f"{intent.handle} · {intent.subject.room} · {state}", intent.handle)
