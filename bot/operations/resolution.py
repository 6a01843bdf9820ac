"""Settling by hand what stayed unknown: only people do that, and they say why.

The subcommand close of every resource that has one is made of this.
"""

from dataclasses import dataclass

from bot.access.exits import exits_of
from bot.dialogue.ask import Ask
from bot.dialogue.form import Form, TextField
from bot.dialogue.outcome import Bold, Line, Outcome, Tone, line
from bot.errors import IllegalMove, InvalidRequest, NotFound, TaskTaken
from bot.i18n import _
from bot.journal.model import Intent
from bot.operations.service import Service
from bot.resources.base import Resource
from bot.resources.headlines import state_word
from bot.states import State

SHORTEST_REASON = 3

CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Resolution:
    """Settles by hand what stayed unknown of the things of *resource*."""

    resource: Resource

    async def close(self, ask: Ask, service: Service, what: str) -> Outcome | Form:
        """Close *what* was typed, for the reason that was; without one, ask for it."""
        intent = await self.unknown(ask, service, ask.one(what).text)
        if reason := ask.value("reason"):
            return await _close(ask, service, intent, reason)
        return await self._form(ask, service, intent)

    async def submit_close(self, ask: Ask, service: Service) -> Outcome:
        """Close the thing that the form is about, for the reason it says."""
        placed, kept = await service.returned(ask)
        intent = await self.unknown(placed, service, kept["handle"])
        reason = placed.submission.prose("reason") if placed.submission else ""
        return await _close(placed, service, intent, reason)

    async def unknown(self, ask: Ask, service: Service, text: str) -> Intent:
        """Return the thing that *text* names, whose end is not known.

        Raises:
            NotFound: there is none, or it is known by now how it ended.
        """
        intent = await service.thing(ask.who, text)
        if intent is None or intent.subject.kind != self.resource.kind:
            raise NotFound(_("Nothing here is called “{text}”.").format(text=text))
        if intent.state is not State.UNKNOWN:
            raise _known_by_now(intent)
        return intent

    def which(self, intent: Intent) -> Line:
        """Return which thing a form is about: its handle, its room, where it leads."""
        request = self.resource.request(intent.action)
        room = intent.subject.room
        named = (_("room {room}").format(room=room),) if room else ()
        places = (one.place for one in exits_of(request, intent.masked))
        words = (*named, *dict.fromkeys(places))
        return line(Bold(intent.handle), "".join(f" · {word}" for word in words))

    async def _form(self, ask: Ask, service: Service, intent: Intent) -> Form:
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
            title=_("Close {handle}").format(handle=intent.handle),
            submit=_("Close it"),
            fields=(self.which(intent), line(warning), field),
            form_id=await service.open_form(ask, {"handle": intent.handle}),
        )


async def _close(ask: Ask, service: Service, intent: Intent, reason: str) -> Outcome:
    """Close *intent* as not started, for *reason*.

    Raises:
        InvalidRequest: no reason was given.
    """
    if len(reason.strip()) < SHORTEST_REASON:
        sentence = _("Say how you know; a few words are enough.")
        raise InvalidRequest({"reason": sentence})
    return await settled(ask, service, intent, reason=reason.strip())


async def settled(
    ask: Ask,
    service: Service,
    intent: Intent,
    *,
    reason: str = "",
    ref: str = "",
) -> Outcome:
    """Settle *intent* by hand and return the answer.

    Raises:
        NotAllowed: policy said no.
        NotFound: it is known by now how it ended.
    """
    try:
        settled = await service.settle(ask, intent, reason=reason, ref=ref)
    except IllegalMove:
        now = await service.thing(ask.who, intent.handle)
        raise _known_by_now(now or intent) from None
    except TaskTaken as taken:
        own = _("That is the TaskId of {handle}.").format(handle=taken.handle)
        sentence = own if taken.handle else _("Another workspace has that TaskId.")
        raise InvalidRequest({"task": sentence}) from None
    standing = service.resources.of(settled).standing(settled)
    sentence = _("{handle} is settled: {state}.").format(
        handle=settled.handle, state=standing
    )
    return Outcome(
        headline=(Bold(sentence),),
        tone=Tone.ACCEPTED if ref else Tone.OVER,
        parts=(line(_("Its card says so, and the audit trail.")),),
        handle=settled.handle,
    )


def _known_by_now(intent: Intent) -> NotFound:
    sentence = _("{handle} is not unknown: it is {state}.")
    state = state_word(intent.state)
    return NotFound(sentence.format(handle=intent.handle, state=state))
