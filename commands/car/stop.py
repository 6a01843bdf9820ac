"""`/car stop`: asks once, says whom it ends, and ends it."""

from bot.dialogue.ask import Ask
from bot.dialogue.form import Form
from bot.dialogue.outcome import Bold, Button, Outcome, Span, Tone, Who, line, said
from bot.errors import UsageError
from bot.i18n import _, slash
from bot.ids import handle_from, is_intent_id
from bot.journal.model import Intent
from bot.operations.forms import shown_after
from bot.operations.orders import Order
from bot.operations.service import Service
from bot.resources.render.resource import RENDER
from bot.states import LIVE, State
from bot.tencent.models.car import DestroySession
from commands.car.command import STOP, command
from commands.car.sessions import named, order_about, present

SESSION = "session"  # which one a form asks about


@command.subcommand(
    "stop",
    permit=STOP,
    usage="<S41 | user=…> [--yes]",
    keys=("user",),
    flags=("yes",),
    does=DestroySession,
    examples=("stop S41", "stop user=cg_user", "stop S41 --yes"),
    in_thread=True,
)
async def stop(ask: Ask, service: Service) -> Outcome | Form | None:
    """End the session of a user, after asking once. --yes does not ask.

    A session goes by its user: whatever that user has open ends, whoever opened it, and
    what is published of it. One that is not sent yet is cancelled.
    """
    user = ask.value("user")
    if bool(user) == bool(ask.words.ids):
        raise UsageError(
            _("Say which session: its handle, or user=… alone."),
            usage=slash("car stop S41"),
        )
    text = user or ask.one(_("a render session: its handle or user")).text
    session = await _of(ask, service, text)
    if session is None:
        return await _end_of_nobody(ask, service, user or text)
    now = await present(ask, service, session)
    request = DestroySession.of({"UserId": now.subject.ref})
    order = order_about(now, request, service)
    if now.state not in LIVE | {State.QUEUED}:
        return await _end_of_nobody(ask, service, now.subject.ref, now)
    if ask.has("yes") or ask.has("dry-run"):
        return await service.submit(ask, order)
    if ask.in_home:
        return await _form(ask, service, now)
    return _asked(session, now)


@command.form("stop", permit=STOP)
async def submit_stop(ask: Ask, service: Service) -> Outcome | None:
    """End the session that the form asked about."""
    placed, kept = await service.returned(ask)
    session = await named(placed, service, kept[SESSION])
    request = DestroySession.of({"UserId": session.subject.ref})
    order = order_about(session, request, service)
    return shown_after(placed, await service.submit(placed, order))


async def _form(ask: Ask, service: Service, now: Intent) -> Form:
    """Ask in a form, where no message can: in the Home tab."""
    asked = _asked(now, now)
    return Form(
        command="car",
        subcommand="stop",
        title=_("Stop a session"),
        submit=_("Stop it"),
        fields=(line(*asked.headline), line(*asked.sentence, quiet=True)),
        form_id=await service.open_form(ask, {SESSION: now.handle}),
    )


async def _of(ask: Ask, service: Service, text: str) -> Intent | None:
    """Return the session that *text* names; None for a user who has none here."""
    thing = await service.thing(ask.who, text)
    if thing and thing.subject.kind == RENDER:
        return thing
    if handle_from(text) or is_intent_id(text):
        return await named(ask, service, text)  # which says that there is none
    return None


async def _end_of_nobody(
    ask: Ask, service: Service, user: str, over: Intent | None = None
) -> Outcome | None:
    """End what a user has open of which nothing is known here, after asking.

    *over* is what went by that user here before.
    """
    request = DestroySession.of({"UserId": user})
    if ask.has("yes") or ask.has("dry-run"):
        order = Order(id=service.new_id(), request=request, ref=user)
        return await service.submit(ask, order)
    question = _("Stop whatever user {user} has open?").format(user=user)
    remark = (
        _("{handle} is over, as far as is known. A session opened elsewhere would end.")
        if over
        else _("No session of this user is on record here; one opened elsewhere ends.")
    ).format(handle=over.handle if over else "")
    return Outcome(
        headline=(Bold(question),),
        tone=Tone.WARN,
        sentence=(remark,),
        buttons=(_yes(_("Stop it anyway"), user),),
    )


def _yes(label: str, user: str) -> Button:
    text = f'stop user="{user}" --yes'
    return Button(label, "car", text, danger=True, replaces=True)


def _asked(session: Intent, now: Intent) -> Outcome:
    """Ask before a stop, and say whom it ends."""
    question = _("Stop {handle}, the session of user {user}?")
    remark: tuple[Span, ...] = said(
        _("{who} opened it. Whoever plays it now is cut off."),
        who=Who(now.asker.user),
    )
    if session.id != now.id:
        remark = said(
            _(
                "{old} was replaced by {handle}, which {who} opened for the same user:"
                " that is one session. Whoever plays it now is cut off."
            ),
            old=session.handle,
            handle=now.handle,
            who=Who(now.asker.user),
        )
    button = Button(
        _("Stop {handle}").format(handle=now.handle),
        "car",
        f"stop {now.id} --yes",
        once=f"{now.id}:stop:{now.rev}",
        danger=True,
        replaces=True,
    )
    unknown = _("It is not known whether it was opened; an answered stop settles that.")
    user = now.subject.ref
    return Outcome(
        headline=(Bold(question.format(handle=now.handle, user=user)),),
        tone=Tone.WARN,
        sentence=remark,
        buttons=(button,),
        parts=(line(unknown),) if now.state is State.UNKNOWN else (),
    )
