"""Settling by hand what stayed unknown: it runs, under this TaskId, or it does not.

Only people do that, and they say why: the machine never leaves UNKNOWN by itself.
"""

from bot.cards import intent as cards
from bot.dialogue.ask import Ask
from bot.dialogue.form import Form, TextField
from bot.dialogue.outcome import Bold, Outcome, Tone, line
from bot.errors import IllegalMove, InvalidRequest, NotFound
from bot.i18n import _
from bot.ids import Kind
from bot.journal.model import Intent, State
from bot.operations.service import Service
from bot.runtime.redact import Redactor

SHORTEST_TASK_ID = 60  # those seen have 72 to 76; a part of one attaches nothing
LONGEST_TASK_ID = 512
SHORTEST_REASON = 3

HIDE = Redactor()
ATTACH, CLOSE = "attach", "close"


async def unknown(ask: Ask, service: Service, kind: Kind, text: str) -> Intent:
    """Return the thing of *kind* that *text* names, whose end is not known.

    Raises:
        NotFound: there is none, or it is known by now how it ended.
    """
    found = await service.thing(text, ask.who.team)
    if found is None or found.kind is not kind:
        raise NotFound(_("I know nothing “{text}” here.").format(text=text))
    if found.state is not State.UNKNOWN:
        raise _known_by_now(found)
    return found


async def attach_form(ask: Ask, service: Service, intent: Intent) -> Form:
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
        subcommand=ATTACH,
        title=_("{handle} is running").format(handle=intent.handle),
        submit=_("Attach"),
        fields=(line(_("Then it can be stopped from here."), quiet=True), field),
        draft=await service.open_form(ask, {"handle": intent.handle}),
    )


async def close_form(ask: Ask, service: Service, intent: Intent) -> Form:
    """Return the form that asks why *intent* is held not to have started."""
    field = TextField(
        name="reason",
        label=_("How do you know that it did not start?"),
        hint=_("For whoever reads this tomorrow; it stands on the card."),
        multiline=True,
        longest=300,
        focus=True,
    )
    warning = _("If it runs after all, nobody here will see it, and it is billed.")
    return Form(
        command=ask.command,
        subcommand=CLOSE,
        title=_("{handle} did not start").format(handle=intent.handle),
        submit=_("Close it"),
        fields=(line(warning), field),
        draft=await service.open_form(ask, {"handle": intent.handle}),
    )


async def attach(ask: Ask, service: Service, intent: Intent, task_id: str) -> Outcome:
    """Attach *task_id* to *intent*, which is running then.

    Raises:
        InvalidRequest: that is no whole TaskId, or another relay's.
    """
    if not SHORTEST_TASK_ID <= len(task_id) <= LONGEST_TASK_ID or not _is_id(task_id):
        sentence = _("That is not a whole TaskId: it has some 72 characters.")
        raise InvalidRequest({"task": sentence})
    other = await service.journal.by_ref(task_id, ask.who.team)
    if other:
        sentence = _("That is the TaskId of {handle}.").format(handle=other.handle)
        raise InvalidRequest({"task": sentence})
    return await _settled(ask, service, intent, State.STARTED, ref=task_id)


async def close(ask: Ask, service: Service, intent: Intent, reason: str) -> Outcome:
    """Close *intent* as not started, for *reason*.

    Raises:
        InvalidRequest: no reason was given.
    """
    if len(reason.strip()) < SHORTEST_REASON:
        sentence = _("Say how you know; a few words are enough.")
        raise InvalidRequest({"reason": sentence})
    told = HIDE(reason.strip())  # it stands in a channel
    return await _settled(ask, service, intent, State.CLOSED, reason=told)


async def close_or_ask(ask: Ask, service: Service, intent: Intent) -> Outcome | Form:
    """Close *intent* for the reason that was typed; without one, ask for it."""
    if reason := ask.value("reason"):
        return await close(ask, service, intent, reason)
    return await close_form(ask, service, intent)


async def submit_close(ask: Ask, service: Service, kind: Kind) -> Outcome:
    """Close the thing of *kind* that the form is about, for the reason it says."""
    placed, kept = await service.placed(ask)
    intent = await unknown(placed, service, kind, kept["handle"])
    reason = placed.submission.text("reason") if placed.submission else ""
    return await close(placed, service, intent, reason)


async def _settled(
    ask: Ask,
    service: Service,
    intent: Intent,
    to: State,
    *,
    reason: str = "",
    ref: str = "",
) -> Outcome:
    try:
        settled = await service.settle(ask, intent, to, reason=reason, ref=ref)
    except IllegalMove:
        now = await service.journal.get(intent.id)
        raise _known_by_now(now or intent) from None
    sentence = _("{handle} is settled: {state}.").format(
        handle=settled.handle, state=cards.state_word(settled.state)
    )
    return Outcome(
        headline=(Bold(sentence),),
        tone=Tone.GOOD if to is State.STARTED else Tone.OVER,
        parts=(line(_("Its card says so, and the audit trail.")),),
        handle=settled.handle,
    )


def _known_by_now(intent: Intent) -> NotFound:
    sentence = _("{handle} is not unknown: it is {state}.")
    state = cards.state_word(intent.state)
    return NotFound(sentence.format(handle=intent.handle, state=state))


def _is_id(text: str) -> bool:
    return text.isascii() and text.isprintable() and " " not in text
