"""`/relay attach`: say under which TaskId a relay runs whose start stayed unknown."""

from bot.dialogue.ask import Ask
from bot.dialogue.form import Form, TextField
from bot.dialogue.outcome import Outcome, line
from bot.errors import InvalidRequest, UsageError
from bot.i18n import _, slash
from bot.ids import LONGEST_TASK_ID, SHORTEST_TASK_ID, is_task_id
from bot.journal.model import Intent
from bot.operations.resolution import Resolution, settled
from bot.operations.service import Service
from bot.resources.relay.resource import Relay
from commands.relay.command import SETTLE, command

RESOLUTION = Resolution(Relay())


@command.subcommand(
    "attach",
    permit=SETTLE,
    settles=True,
    usage="<R128> [TaskId]",
    examples=("attach R128",),
)
async def attach(ask: Ask, service: Service) -> Outcome | Form:
    """Say under which TaskId a relay runs whose start stayed unknown.

    Then it can be stopped from here, and its card goes on. Where Tencent's events have
    named several, it says which of them it is; the others can be stopped as well.
    """
    typed = [token.text for token in ask.words.ids]
    if len(typed) not in {1, 2}:
        raise UsageError(
            _("Say which relay."), usage=slash("relay attach R128 [TaskId]")
        )
    if len(typed) == 2 and (rivalled := await _rivalled(ask, service, *typed)):  # noqa: PLR2004 - as above
        return await _attached(ask, service, rivalled, typed[1])
    intent = await RESOLUTION.unknown(ask, service, typed[0])
    if len(typed) == 1:
        return await _form(ask, service, intent)
    return await _attached(ask, service, intent, typed[1])


@command.form("attach", permit=SETTLE)
async def submit_attach(ask: Ask, service: Service) -> Outcome:
    """Attach the TaskId that the form says."""
    placed, kept = await service.returned(ask)
    intent = await RESOLUTION.unknown(placed, service, kept["handle"])
    task_id = placed.submission.text("task") if placed.submission else ""
    return await _attached(placed, service, intent, task_id)


async def _rivalled(
    ask: Ask, service: Service, text: str, task_id: str
) -> Intent | None:
    """Return the relay that *text* names if *task_id* may as well be its TaskId."""
    intent = await service.thing(ask.who, text)
    return intent if intent and task_id in intent.standing.rivals else None


async def _form(ask: Ask, service: Service, intent: Intent) -> Form:
    """Return the form that asks for the TaskId of *intent*."""
    hint = _("From the TRTC console or CloudAudit, whole, with its dots at the end.")
    field = TextField(
        name="task",
        label=_("TaskId"),
        hint=hint,
        longest=LONGEST_TASK_ID,
        focus=True,
    )
    return Form(
        command=ask.command,
        subcommand="attach",
        title=_("Attach a TaskId"),
        submit=_("Attach"),
        fields=(
            RESOLUTION.which(intent),
            line(_("Then it can be stopped from here."), quiet=True),
            field,
        ),
        form_id=await service.open_form(ask, {"handle": intent.handle}),
    )


async def _attached(
    ask: Ask, service: Service, intent: Intent, task_id: str
) -> Outcome:
    """Attach *task_id* to *intent*, which is running then.

    Raises:
        InvalidRequest: that is no whole TaskId, or another relay's.
    """
    came = task_id in intent.standing.candidates  # then it is whole, however it looks
    if not came and not (len(task_id) >= SHORTEST_TASK_ID and is_task_id(task_id)):
        sentence = _("That is not a whole TaskId: it has some 72 characters.")
        raise InvalidRequest({"task": sentence})
    return await settled(ask, service, intent, ref=task_id)
