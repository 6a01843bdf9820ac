"""`/car recent`, `status`, `close`, `reveal`: what there is, and what it is."""

from typing import Any

from bot.cards import lists
from bot.cards.intent import looked_up
from bot.dialogue.ask import Ask
from bot.dialogue.form import Form
from bot.dialogue.outcome import Bold, Code, Outcome, line
from bot.errors import NotFound, UsageError
from bot.i18n import _, slash
from bot.journal.model import Intent
from bot.operations.orders import Order
from bot.operations.resolution import Resolution
from bot.operations.service import Service
from bot.resources.render.resource import RENDER, Render
from bot.tencent.models.base import Request
from commands.car.command import READ, REVEAL, SETTLE, command

RESOLUTION = Resolution(Render())


@command.subcommand(
    "recent", permit=READ, usage="[mine]", most=1, examples=("recent", "recent mine")
)
async def recent(ask: Ask, service: Service) -> Outcome:
    """List the render sessions opened lately, newest first."""
    mine = bool(ask.words.ids)
    if mine and ask.words.ids[0].text.casefold() != "mine":
        sentence = _("Unknown word “{word}”.").format(word=ask.words.ids[0].text)
        raise UsageError(sentence, usage=slash("car recent [mine]"))
    sessions = await service.recent(
        ask.who, kind=RENDER, user=ask.who.user if mine else None
    )
    title, nothing = _("Recent render sessions"), _("None yet.")
    return lists.listed(title, sessions, service.resources, nothing)


@command.subcommand("status", permit=READ, usage="<S41>", examples=("status S41",))
async def status(ask: Ask, service: Service) -> Outcome:
    """Show how a session stands, as far as CAR tells, and what was done to it."""
    text = ask.one(_("a render session: its handle or user")).text
    session = await named(ask, service, text)
    history = await service.history(ask.who, session.handle)
    return looked_up(session, service.resources.of(session), history)


@command.subcommand(
    "close",
    permit=SETTLE,
    settles=True,
    usage="<S41> [reason=…]",
    keys=("reason",),
    examples=("close S41", "close S41 reason=“the player saw nothing”"),
)
async def close(ask: Ask, service: Service) -> Outcome | Form:
    """Say that a session whose start stayed unknown did not start."""
    what = _("a render session: its handle or user")
    return await RESOLUTION.close(ask, service, what)


@command.form("close", permit=SETTLE)
async def submit_close(ask: Ask, service: Service) -> Outcome:
    """Close what the form is about, for the reason that it says."""
    return await RESOLUTION.submit_close(ask, service)


@command.subcommand("reveal", permit=REVEAL, usage="<S41>", examples=("reveal S41",))
async def reveal(ask: Ask, service: Service) -> Outcome:
    """Show the server session to whoever opened it, and to nobody else.

    A client joins with it, so it never stands in a channel.
    """
    text = ask.one(_("a render session: its handle or user")).text
    session = await named(ask, service, text)
    secret = await service.reveal(ask, session)
    if secret is None:
        raise NotFound(_("CAR gave no server session for it."))
    return Outcome(
        headline=(Bold(f"{session.handle}  {_('server session')}"),),
        parts=(Code(secret), line(_("Only you can see this."), quiet=True)),
    )


async def named(ask: Ask, service: Service, text: str) -> Intent:
    """Return the session that *text* names: by its handle, or by its user.

    Raises:
        NotFound: there is none here.
    """
    session = await service.thing(ask.who, text)
    if session is None or session.subject.kind != RENDER:
        raise NotFound(_("No render session “{text}”.").format(text=text))
    return session


async def present(ask: Ask, service: Service, session: Intent) -> Intent:
    """Return what goes by the user of *session* now: it, or what has replaced it."""
    while successor := session.standing.successor:
        newer = await service.thing(ask.who, successor)
        if newer is None or newer.subject.kind != RENDER:
            break
        session = newer
    return session


def order_about(session: Intent, request: Request[Any], service: Service) -> Order:
    """Return the order to send *request*, which is about *session*."""
    return Order(
        id=service.new_id(),
        request=request,
        handle=session.handle,
        about=session.id,
        ref=session.subject.ref,
    )
