"""`/car publish`, `/car unpublish`: send the picture of a session elsewhere, too."""

from bot.dialogue.ask import Ask
from bot.dialogue.outcome import Bold, Outcome, Tone, line
from bot.errors import InvalidRequest, NotAllowed, UsageError
from bot.i18n import _, slash
from bot.journal.model import Intent
from bot.operations.service import Service
from bot.states import RUNNING, State
from bot.tencent.models.car import (
    StartPublishStream,
    StartPublishStreamWithURL,
    StopPublishStream,
)
from commands.car.command import PUBLISH, UNPUBLISH, command
from commands.car.sessions import named, order_about, present

CONSOLE = "console"  # as what follows `to=`: the domain that CAR's console has
KEYS = {"PublishStreamURL": "url", "PublishStreamArgs": "args", "UserId": "to"}


@command.subcommand(
    "publish",
    permit=PUBLISH,
    usage="<S41> url=rtmp://… | to=console [args=…]",
    keys=("url", "to", "args"),
    does=StartPublishStream,
    examples=("publish S41 url=@main", "publish S41 to=console"),
    in_thread=True,
)
async def publish(ask: Ask, service: Service) -> Outcome | None:
    """Publish a session to a push address, or to the domain that CAR's console has.

    An address may be a named target. Pushing to an address is billed by itself. Where
    it may lead is the row push of [exits], as of relays; to=console is car-console.
    """
    session = await _running(ask, service)
    url, place = ask.value("url"), ask.value("to")
    if bool(url) == bool(place) or place not in {"", CONSOLE}:
        sentence = _("Say where to: url=rtmp://…, or to=console.")
        raise UsageError(sentence, usage=slash("car publish S41 url=rtmp://…"))
    if url and ask.value("args"):
        raise InvalidRequest({"args": _("This goes with to=console only.")})
    user = session.subject.ref
    request: StartPublishStream | StartPublishStreamWithURL
    try:
        if url:
            fields = {"UserId": user, "PublishStreamURL": await _whole(ask, service)}
            request = StartPublishStreamWithURL.of(fields)
        else:
            fields = {"UserId": user, "PublishStreamArgs": ask.value("args")}
            filled = {name: text for name, text in fields.items() if text}
            request = StartPublishStream.of(filled)
        return await _placed(ask, service, session, request)
    except (InvalidRequest, NotAllowed) as refused:
        refused.faults = {KEYS.get(k, k): text for k, text in refused.faults.items()}
        raise


@command.subcommand(
    "unpublish",
    permit=UNPUBLISH,
    usage="<S41>",
    does=StopPublishStream,
    examples=("unpublish S41",),
    in_thread=True,
)
async def unpublish(ask: Ask, service: Service) -> Outcome | None:
    """Publish a session no more; the session itself goes on."""
    session = await _running(ask, service)
    request = StopPublishStream.of({"UserId": session.subject.ref})
    return await _placed(ask, service, session, request)


async def _running(ask: Ask, service: Service) -> Intent:
    """Return the session that is named, as it goes by its user now.

    Raises:
        UsageError: it does not run, as far as is known.
    """
    text = ask.one(_("a render session: its handle or user")).text
    session = await present(ask, service, await named(ask, service, text))
    if session.state in RUNNING | {State.UNKNOWN}:
        return session
    standing = service.resources.of(session).standing(session)
    sentence = _("{handle} is {standing}, so there is nothing to publish.")
    raise UsageError(sentence.format(handle=session.handle, standing=standing))


async def _whole(ask: Ask, service: Service) -> str:
    """Return the address that `url=` gives, or that its name leads to."""
    url = ask.value("url")
    if not url.startswith("@"):
        return url
    name = url.removeprefix("@").casefold()
    places = await service.places(ask, [name], "")
    return places[name].url.get_secret_value()


async def _placed(
    ask: Ask,
    service: Service,
    session: Intent,
    request: StartPublishStream | StartPublishStreamWithURL | StopPublishStream,
) -> Outcome | None:
    """Have *request* sent, and say that it is on its way."""
    order = order_about(session, request, service)
    if answer := await service.submit(ask, order):
        return answer
    text = (
        _("{handle}: CAR is asked to publish it no more.")
        if isinstance(request, StopPublishStream)
        else _("{handle}: CAR is asked to publish it.")
    )
    more = line(_("Its answer comes here."), quiet=True)
    return Outcome(
        headline=(Bold(text.format(handle=session.handle)),),
        tone=Tone.WAIT,
        parts=(more,),
        handle=session.handle,
    )
