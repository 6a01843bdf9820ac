"""`/relay stop`: asks once, offers what runs, and stops what others started."""

from collections.abc import Iterable
from dataclasses import replace

from bot.cards import lists
from bot.cards.intent import card
from bot.dialogue.ask import Ask, Person
from bot.dialogue.form import Form, Option, SearchField
from bot.dialogue.outcome import (
    Audience,
    Bold,
    Button,
    Code,
    Outcome,
    Span,
    Tone,
    line,
)
from bot.dialogue.words import TokenKind
from bot.errors import FormGone, InvalidRequest, NotFound, UsageError
from bot.i18n import _
from bot.ids import SHORTEST_TASK_ID, TaskId, is_intent_id
from bot.journal.model import Intent
from bot.operations.forms import of_no_form, shown_after
from bot.operations.orders import Order
from bot.operations.service import Service
from bot.resources.faults import Gathered
from bot.resources.relay import unknown
from bot.resources.relay.card import stop_anyway, stop_button
from bot.resources.relay.plan import chosen_app
from bot.resources.relay.resource import NOT_KNOWN, RELAY
from bot.settings import App
from bot.states import State
from bot.tencent.models.trtc.requests import StopPublishCdnStream
from commands.relay import many
from commands.relay.command import STOP, command


@command.subcommand(
    "stop",
    permit=STOP,
    usage="[R128 | TaskId | room=… | app=… | preset=… | all] [--yes]",
    keys=("app", "task", *many.KEYS),
    flags=("yes",),
    does=StopPublishCdnStream,
    examples=("stop R128", "stop", "stop R128 --yes", "stop room=295066"),
    in_thread=True,
)
async def stop(ask: Ask, service: Service) -> Outcome | Form | None:
    """Stop a relay, after asking once.

    Without an ID it offers the relays that are running. --yes does not ask. A relay
    that is not sent yet is cancelled; one whose TaskId is not known is stopped as soon
    as it is. A stop is never refused: of what seems to be over Tencent is asked.
    With room=, app=, preset= or all it offers what fits, to stop many at once.
    """
    task = ask.value("task")
    if many.is_meant(ask) and not task:
        return await many.review(ask, service)
    if not (ask.words.ids or task):
        return await _which(ask, service)
    text = ask.one(_("a relay: its handle or TaskId")).text if ask.words.ids else task
    matching = await service.find(ask.who, text)
    if not matching:
        return await _stop_foreign(ask, service, task or text)
    if len(matching) > 1:
        return lists.listed(_("Which of these?"), matching, service.resources)
    if not is_intent_id(text):  # as buttons say it, which fit whatever they are about
        _check_fits(ask, service, matching[0], text)
        text = task or text
    return await _stop_one(ask, service, matching[0], text)


@command.form("stop", permit=STOP)
async def submit_stop(ask: Ask, service: Service) -> Outcome | None:
    """Stop the relay that was chosen from the list, or all that have a tick.

    A stop is never refused: what is to be stopped stands in the form, however old.
    """
    try:
        placed, kept = await service.returned(ask)
    except FormGone:
        placed, kept = of_no_form(ask), {}
    if many.is_review(placed):
        return await _stop_ticked(placed, service, kept.get(many.WHICH, ""))
    chosen = placed.submission.text("relay") if placed.submission else ""
    relay = await service.thing(ask.who, chosen)
    if relay is None:
        raise InvalidRequest({"relay": _("No relay goes by that ID.")})
    _check_is_relay(relay)
    return await _stop(placed, service, relay, _task_of(relay, chosen))


async def _stop_ticked(placed: Ask, service: Service, note: str) -> Outcome | None:
    """Stop those that have a tick, for what *note* says; one alone as any other."""
    chosen = await many.chosen(placed, service)
    orders = [order_of(one, service, one.subject.ref, note) for one in chosen]
    if len(orders) == 1:
        return shown_after(placed, await service.submit(placed, orders[0]))
    return shown_after(placed, await service.stop_all(placed, orders))


@command.source("relays", permit=STOP)
async def relays(query: str, who: Person, service: Service) -> tuple[Option, ...]:
    """Offer relays as somebody types: their own live ones first."""
    offered = await service.offered(who, RELAY, query)
    options = tuple(_option(intent, service) for intent in offered)
    if options or not query.strip():
        return options
    typed = query.strip()
    return (Option(_("Use “{text}” as an ID").format(text=typed), typed),)


async def _which(ask: Ask, service: Service, *chosen: Option) -> Form:
    """Ask which relay is to be stopped: the one that is *chosen* already, or any."""
    first = chosen or await relays("", ask.who, service)
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


async def _stop_one(
    ask: Ask, service: Service, relay: Intent, text: str
) -> Outcome | Form | None:
    """Stop *relay*, which *text* names: as a whole, or one of its TaskIds.

    In the Home tab, where no message can ask first, a form does.
    """
    _check_is_relay(relay)
    task = _task_of(relay, text)
    if relay.state is State.NOT_STARTED and not task:
        return _nothing_to_stop(relay, service)
    if not (ask.has("yes") or ask.has("dry-run")):
        if ask.in_home and task == relay.subject.ref:
            return await _which(ask, service, _option(relay, service))
        return _asked(relay, task)
    return await _stop(ask, service, relay, task)


def _task_of(relay: Intent, text: str) -> str:
    """Return which TaskId is to be stopped: the relay's, or the one that is named."""
    return text if text in relay.standing.candidates else relay.subject.ref


async def _stop_foreign(ask: Ask, service: Service, text: str) -> Outcome | None:
    """Stop a relay that this bot did not start: it needs the app to be named."""
    if is_intent_id(text):
        sentence = _("That button is of a relay that is not on record any more.")
        raise NotFound(f"{sentence} {_('To stop it, paste its whole TaskId.')}")
    task, names = ask.value("task"), ask.words.ids
    others = [one.text for one in names if one.text != text]
    if any(map(ask.value, many.KEYS)) or not all(map(is_intent_id, others)):
        sentence = _("Of {text} nothing is on record here: give its app= alone.")
        raise NotFound(sentence.format(text=(*others, text)[0]))
    if not task and ask.words.ids[0].kind is not TokenKind.TASK:
        raise NotFound(_("No relay is called “{text}” here.").format(text=text))
    if len(text) < SHORTEST_TASK_ID and not task:
        sentence = _("No relay has a TaskId that begins or ends like that.")
        raise NotFound(f"{sentence} {_('To stop another, paste its whole TaskId.')}")
    app, request = _foreign(ask, service, text)
    if not (ask.has("yes") or ask.has("dry-run")):
        button = stop_anyway(f"stop {text} app={app.name} --yes")
        return Outcome(
            headline=(_("That TaskId is not on record here."),),
            tone=Tone.WARN,
            buttons=(replace(button, replaces=True),),
            parts=(Code(text),),
        )
    order = Order(
        id=service.new_id(),
        request=request,
        app=app,
        region=app.region,
        ref=text,
    )
    return await service.submit(ask, order)


def _foreign(ask: Ask, service: Service, task: str) -> tuple[App, StopPublishCdnStream]:
    """Return the request that stops *task*, and its app, which has to be named.

    Raises:
        InvalidRequest: every fault of both.
    """
    gathered = Gathered()
    try:
        request = StopPublishCdnStream.of({"SdkAppId": 1, "TaskId": task})
    except InvalidRequest as wrong:
        gathered.faults["task"] = " ".join(wrong.faults.values())
    with gathered.here():
        app = chosen_app({"app": ask.value("app")}, service.apps)
    gathered.check()
    return app, request.model_copy(update={"sdk_app_id": app.sdk_app_id})


async def _stop(ask: Ask, service: Service, relay: Intent, task: str) -> Outcome | None:
    """Have *task* stopped, which is *relay* or goes by its name."""
    return await service.submit(ask, order_of(relay, service, task))


def order_of(relay: Intent, service: Service, task: str, note: str = "") -> Order:
    """Return the order to stop *task*, which is *relay* or goes by its name."""
    subject = relay.subject
    app = chosen_app({"app": str(subject.sdk_app_id)}, service.apps)
    request = StopPublishCdnStream.of(
        {"SdkAppId": subject.sdk_app_id, "TaskId": TaskId(task or NOT_KNOWN)}
    )
    return Order(
        id=service.new_id(),
        request=request,
        app=app,
        region=subject.region,
        handle=relay.handle,
        about=relay.id,
        room=subject.room,
        ref=task,
        note=note,
    )


def _check_fits(ask: Ask, service: Service, relay: Intent, text: str) -> None:
    """Refuse to stop *relay*, which *text* names, beside words that are of another.

    Raises:
        UsageError: there are some.
        InvalidRequest: there is no such app.
    """
    subject, tasks = relay.subject, {relay.subject.ref, *relay.standing.candidates}
    own = {
        "app": {subject.app, str(subject.sdk_app_id)},
        "task": {text} if text in tasks else tasks,
        "room": {subject.room},
        "preset": {subject.preset},
    }
    for key, fitting in own.items():
        typed = ask.value(key)
        if typed and typed not in fitting:
            if key == "app":
                chosen_app({"app": typed}, service.apps)
            sentence = _("{handle} is not of {typed}: say which of them you mean.")
            raise UsageError(
                sentence.format(handle=relay.handle, typed=f"{key}={typed}")
            )


def _check_is_relay(relay: Intent) -> None:
    if relay.subject.kind != RELAY:
        raise UsageError(_("{handle} is not a relay.").format(handle=relay.handle))


def _nothing_to_stop(relay: Intent, service: Service) -> Outcome:
    """Return the card of a relay of which nothing was ever sent, or done."""
    sentence = _("{handle} did not start, so there is nothing to stop.")
    shown = card(relay, service.resources.of(relay))
    headline = (sentence.format(handle=relay.handle),)
    return replace(shown, headline=headline, audience=Audience.ASKER)


def _asked(relay: Intent, task: str) -> Outcome:
    """Ask before a stop, and say what is known of the relay."""
    handle = relay.handle
    if task != relay.subject.ref:
        button = stop_anyway(f"stop {task} app={relay.subject.app} --yes")
        question = _("Stop the other TaskId that came under the name of {handle}?")
        return Outcome(
            headline=(Bold(question.format(handle=handle)),),
            tone=Tone.WARN,
            buttons=(replace(button, replaces=True),),
            parts=(Code(task),),
        )
    button = stop_button(relay) or _stop_again(relay)
    is_unknown = relay.state is State.UNKNOWN
    settling = unknown.settling(relay) if is_unknown else ()
    return Outcome(
        headline=(Bold(button.confirm),),
        tone=Tone.WARN,
        sentence=tuple(_remark(relay)),
        buttons=(replace(button, confirm="", replaces=True), *settling),
        parts=tuple(unknown.checks(relay)) if is_unknown else (),
    )


def _stop_again(relay: Intent) -> Button:
    """Return the button that asks Tencent once more about what seems to be over."""
    question = {
        State.STOPPING: _("{handle} is being stopped already. Join that stop?"),
    }.get(relay.state, _("{handle} seems to be over. Stop it all the same?"))
    return Button(
        _("Stop {handle}").format(handle=relay.handle),
        "relay",
        f"stop {relay.id} --yes",
        once=f"{relay.id}:stop:{relay.rev}",
        confirm=question.format(handle=relay.handle),
        danger=True,
    )


def _remark(relay: Intent) -> Iterable[Span]:
    if relay.state is State.UNKNOWN:
        yield _(
            "It is not known whether it runs, nor under which TaskId. The stop waits"
            " until that is known."
        )


def _option(intent: Intent, service: Service) -> Option:
    standing = service.resources.of(intent).standing(intent)
    return Option(
        f"{intent.handle} · {intent.subject.room} · {standing}", intent.handle
    )
