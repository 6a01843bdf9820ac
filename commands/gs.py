"""`/gs`: look at GS same-screen sessions: one master phone, many followers."""

from bot.dialogue.ask import Ask
from bot.dialogue.outcome import Outcome
from bot.errors import UsageError
from bot.i18n import _
from bot.ids import Kind, handle_from
from bot.operations.service import Order, Service
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
    known = await service.thing(text, ask.who.team)
    session = known.ref if known and known.kind is Kind.COSTREAM else text
    if handle_from(text) and known is None:
        raise UsageError(_("I know no “{text}”.").format(text=text))
    request = DescribeCloudPhoneMultipleStreamSessionSlaves.of({"SessionId": session})
    order = Order(
        id=service.new_id(),
        request=request,
        kind=Kind.COSTREAM,
        handle=known.handle if known and known.kind is Kind.COSTREAM else None,
        ref=session,
    )
    return await service.submit(ask, order)
