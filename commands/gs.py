"""`/gs`: look at GS same-screen sessions: one master phone, many followers."""

from bot.dialogue.ask import Ask
from bot.dialogue.outcome import Bold, Outcome, line
from bot.errors import NotFound, UsageError
from bot.i18n import _, later
from bot.ids import handle_from
from bot.journal.model import Intent
from bot.operations.orders import Order
from bot.operations.service import Service
from bot.resources.costream.resource import COSTREAM, CoStream, all_ids
from bot.routing.command import Command
from bot.states import State
from bot.tencent.models.gs import DescribeCloudPhoneMultipleStreamSessionSlaves

command = Command(
    "gs", summary=later("GS same-screen sessions: who is online"), bare="show"
)


@command.subcommand(
    "show",
    permit=CoStream().read,
    usage="<session-id> [--all]",
    flags=("all",),
    does=DescribeCloudPhoneMultipleStreamSessionSlaves,
    examples=("1326515201117065216", "show G7", "show G7 --all"),
)
async def show(ask: Ask, service: Service) -> Outcome | None:
    """Show who of a session is selected but offline, then who is online.

    With --all every ID of its last look-up comes as a file, and nothing is asked.
    """
    if not ask.words.ids:
        raise UsageError(
            _("This needs a session ID, mostly 19 digits."),
            usage="/gs 1326515201117065216",
        )
    text = ask.one(_("a session ID or its handle")).text
    earlier = await _earlier(ask, service, text)
    if ask.has("all"):
        answer = _all_ids(earlier, text, service)
        if earlier:
            await service.record_read(ask, earlier)
        return answer
    session = earlier.subject.ref if earlier else text
    request = DescribeCloudPhoneMultipleStreamSessionSlaves.of({"SessionId": session})
    order = Order(
        id=service.new_id(),
        request=request,
        handle=earlier.handle if earlier else None,
        ref=session,
    )
    return await service.submit(ask, order)


def _all_ids(looked_up: Intent | None, text: str, service: Service) -> Outcome:
    if looked_up is None or looked_up.state is not State.DONE:
        sentence = _("No look-up of {text} has been answered.")
        raise NotFound(sentence.format(text=text))
    resource = service.resources.of(looked_up)
    return Outcome(
        headline=(Bold(f"{looked_up.handle} · {resource.standing(looked_up)}"),),
        tone=resource.tone(looked_up),
        parts=(line(_("All IDs come as a file, in your messages with the bot.")),),
        handle=looked_up.handle,
        file=all_ids(looked_up),
    )


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
