"""`/patchbay approve | deny | withdraw`: what a second person says to a request.

The buttons of a request card lead here. Both decisions need a reason, which is asked
for in a form; whoever asked can only take it back.
"""

from bot.access.permits import Permit
from bot.cards import proposal
from bot.config.rules import APPROVE as ACTION
from bot.dialogue.ask import Ask
from bot.dialogue.form import Form, TextField
from bot.dialogue.outcome import Outcome
from bot.errors import AlreadyRuns, InvalidRequest, Overtaken
from bot.i18n import _
from bot.journal.proposals import Asking
from bot.operations.service import Service
from bot.routing.command import Answer, Command
from bot.tencent.models.base import Level

APPROVE = Permit(ACTION, Level.CHANGE, on_apps=True)
WITHDRAW = Permit("patchbay.withdraw", Level.CHANGE, for_all=True)
OF, REASON = "proposal", "reason"
LONGEST_REASON = 300
AN_ID = "01K0ABCDEFGHJKMNPQRSTVWXYZ"


def add_to(command: Command) -> None:
    """Give *command* the subcommands by which a second person decides."""
    command.subcommand(
        "approve",
        permit=APPROVE,
        usage="[id]",
        examples=("approve", f"approve {AN_ID}"),
    )(approve)
    command.subcommand(
        "deny", permit=APPROVE, usage="[id]", examples=("deny", f"deny {AN_ID}")
    )(deny)
    command.subcommand(
        "withdraw",
        permit=WITHDRAW,
        usage="[id]",
        examples=("withdraw", f"withdraw {AN_ID}"),
    )(withdraw)
    command.form("approve", permit=APPROVE)(submit_approval)
    command.form("deny", permit=APPROVE)(submit_denial)


async def approve(ask: Ask, service: Service) -> Answer:
    """Approve what somebody else asked for; asks for a reason.

    Without an id it lists what waits for you.
    """
    return await _reason(ask, service, "approve", _("Approve"), _("Approve it"))


async def deny(ask: Ask, service: Service) -> Answer:
    """Deny what somebody else asked for; asks for a reason.

    Without an id it lists what waits for you.
    """
    return await _reason(ask, service, "deny", _("Deny"), _("Deny it"))


async def withdraw(ask: Ask, service: Service) -> Outcome:
    """Withdraw what you asked to be approved; without an id it lists that."""
    if not ask.words.ids:
        return proposal.own(await service.asked_for(ask), service.resources)
    return await service.withdraw(ask, _named(ask))


async def submit_approval(ask: Ask, service: Service) -> Outcome:
    """Send what was asked for, in the name of whoever asked."""
    placed, of, reason = await _said(ask, service)
    try:
        return await service.approve(placed, of, reason)
    except AlreadyRuns as alike:
        sentence = _(
            "{handles} is alike, and runs or may: it has to be asked for anew."
        )
        text = sentence.format(handles=", ".join(alike.handles))
        raise InvalidRequest({REASON: text}) from None
    except Overtaken:
        text = _(
            "What this would change is not as it was then: it has to be asked for anew."
        )
        raise InvalidRequest({REASON: text}) from None


async def submit_denial(ask: Ask, service: Service) -> Outcome:
    """Let nothing be sent of what was asked for."""
    placed, of, reason = await _said(ask, service)
    return await service.deny(placed, of, reason)


async def _reason(
    ask: Ask, service: Service, name: str, title: str, submit: str
) -> Answer:
    """Ask for the reason of a decision, if there is one to make; list what waits."""
    if not ask.words.ids:
        return proposal.waiting(await service.waiting(ask), service.resources)
    asked = await service.decidable(ask, _named(ask))
    if asked.state is not Asking.ASKED:
        return proposal.stands(asked)
    return Form(
        command="patchbay",
        subcommand=name,
        title=title,
        submit=submit,
        fields=(
            *proposal.summary(asked, service.resources),
            TextField(
                name=REASON,
                label=_("Reason"),
                hint=_("It stands on the card and on the record."),
                longest=LONGEST_REASON,
                focus=True,
            ),
        ),
        form_id=await service.open_form(ask, {OF: asked.id}),
    )


async def _said(ask: Ask, service: Service) -> tuple[Ask, str, str]:
    """Return *ask* at its place, the proposal that it is about, and the reason.

    Raises:
        InvalidRequest: there is no reason.
    """
    placed, kept = await service.returned(ask)
    reason = placed.submission.prose(REASON) if placed.submission else ""
    if not reason:
        raise InvalidRequest({REASON: _("A reason is needed.")})
    return placed, kept.get(OF, ""), reason


def _named(ask: Ask) -> str:
    what = _("the id of a request for approval, which stands on its card")
    return ask.one(what).text.upper()
