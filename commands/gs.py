"""`/gs`: look at GS same-screen sessions: one master phone, many followers."""

from bot.dialogue.ask import Ask
from bot.dialogue.outcome import Outcome
from bot.errors import UsageError
from bot.i18n import _
from bot.ids import handle_from
from bot.operations.orders import Order
from bot.operations.service import Service
from bot.resources.costream.resource import COSTREAM
from bot.routing.command import Command
from bot.tencent.models.gs import DescribeCloudPhoneMultipleStreamSessionSlaves

command = Command("gs", summary="GS same-screen sessions: who is online", bare="show")


@command.subcommand(
    "show",
    usage="<session-id>",
    does=DescribeCloudPhoneMultipleStreamSessionSlaves,
    examples=("1326515201117065216", "show G7"),
)
async def show(ask: Ask, service: Service) -> Outcome | None:
    """Show who of a session is selected but offline, then who is online."""
    if not ask.words.ids:
        raise UsageError(
            _("This needs a session ID: 19 digits."), usage="/gs 1326515201117065216"
        )
    text = ask.one(_("a session ID or its handle")).text
    earlier = await service.thing(ask.who, text)
    if earlier and earlier.subject.kind != COSTREAM:
        earlier = None
    session = earlier.subject.ref if earlier else text
    if handle_from(text) and earlier is None:
        raise UsageError(_("I know no “{text}”.").format(text=text))
    request = DescribeCloudPhoneMultipleStreamSessionSlaves.of({"SessionId": session})
    order = Order(
        id=service.new_id(),
        request=request,
        handle=earlier.handle if earlier else None,
        ref=session,
    )
    return await service.submit(ask, order)
