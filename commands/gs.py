"""`/gs`: look at GS same-screen sessions: one master phone, many followers."""

from dataclasses import replace

from bot.dialogue.ask import Ask
from bot.dialogue.outcome import Bold, Button, Outcome, Tone, When, line, said
from bot.errors import UsageError
from bot.i18n import _, later, slash
from bot.ids import handle_from
from bot.journal.model import Intent
from bot.operations.orders import Order
from bot.operations.service import Service
from bot.resources.costream.resource import (
    COSTREAM,
    CoStream,
    all_ids,
    only_offline,
)
from bot.routing.command import Command
from bot.states import State
from bot.tencent.models.gs import DescribeCloudPhoneMultipleStreamSessionSlaves

command = Command(
    "gs", summary=later("GS same-screen sessions: who is online"), bare="show"
)


@command.subcommand(
    "show",
    permit=CoStream().read,
    usage="<session-id> [--all|--offline]",
    flags=("all", "offline"),
    does=DescribeCloudPhoneMultipleStreamSessionSlaves,
    examples=("1326515201117065216", "show G7", "show G7 --all"),
)
async def show(ask: Ask, service: Service) -> Outcome | None:
    """Show who of a session is selected but offline, then who is online.

    With --all every ID of its last look-up comes, with --offline who was offline
    then; nothing is asked, and the look-up is offered if there was none.
    """
    if not ask.words.ids:
        raise UsageError(
            _("This needs a session ID, mostly 19 digits."),
            usage=slash("gs 1326515201117065216"),
        )
    text = ask.one(_("a session ID or its handle")).text
    earlier = await _earlier(ask, service, text)
    if ask.has("all") or ask.has("offline"):
        return await _again(ask, service, earlier, text)
    session = earlier.subject.ref if earlier else text
    order = Order(
        id=service.new_id(),
        request=_request(session),
        handle=earlier.handle if earlier else None,
        ref=session,
    )
    return await service.submit(ask, order)


async def _again(
    ask: Ask, service: Service, looked_up: Intent | None, text: str
) -> Outcome:
    """Return what the last look-up had: every ID, or who was offline.

    If none was answered, the look-up is offered.

    Raises:
        InvalidRequest: it is no session's ID.
    """
    if looked_up is None:
        _request(text)
        return _unanswered(_("No look-up of {text} has been answered."), text)
    if looked_up.state is not State.DONE:
        return _unanswered(_("The last look-up of {text} has no answer."), text)
    resource = service.resources.of(looked_up)
    shown = Outcome(
        headline=(Bold(f"{looked_up.handle} · {resource.standing(looked_up)}"),),
        tone=resource.tone(looked_up),
        context=(said(_("Looked up {when}"), when=When(looked_up.created_at)),),
        request_id=looked_up.settlement.request_id,
        handle=looked_up.handle,
    )
    if not ask.has("all"):
        everybody = Button(_("Show everybody"), "lookup", looked_up.id)
        refresh = Button(_("Refresh"), "gs", f"show {looked_up.handle}")
        parts = tuple(only_offline(looked_up))
        return replace(shown, parts=parts, buttons=(refresh, everybody))
    await service.record_read(ask, looked_up)
    file, parts = all_ids(looked_up)
    if file:
        parts = (line(_("All IDs come as a file, in your messages with the bot.")),)
    return replace(shown, parts=parts, file=file)


def _unanswered(sentence: str, text: str) -> Outcome:
    """Return *sentence* about the session *text*, with the button that looks it up."""
    return Outcome(
        headline=(sentence.format(text=text),),
        tone=Tone.WARN,
        buttons=(Button(_("Look it up"), "gs", f"show {text}"),),
    )


def _request(session: str) -> DescribeCloudPhoneMultipleStreamSessionSlaves:
    """Return the request that looks *session* up.

    Raises:
        InvalidRequest: it is no session's ID.
    """
    return DescribeCloudPhoneMultipleStreamSessionSlaves.of({"SessionId": session})


async def _earlier(ask: Ask, service: Service, text: str) -> Intent | None:
    """Return the last look-up that *text* names.

    Raises:
        UsageError: it is a handle, and of no such session.
    """
    thing = await service.thing(ask.who, text)
    if thing and thing.subject.kind == COSTREAM:
        return thing
    if handle_from(text):
        raise UsageError(_("No session {text}.").format(text=text))
    return None
