"""What people read of a render session: how it stands, and how what was asked ended."""

from collections.abc import Callable, Iterable, Mapping

from bot.dialogue.outcome import (
    Bold,
    Button,
    Clock,
    Part,
    Span,
    When,
    Who,
    in_lines,
    line,
    said,
)
from bot.i18n import _
from bot.ids import SlackUserId
from bot.journal.evidence import Headline, Perhaps, moment_of
from bot.journal.model import Intent
from bot.journal.stops import How
from bot.resources.byhand import quoted
from bot.resources.headlines import goes_on, headline_word
from bot.states import LIVE, RUNNING, State

HIDDEN = "hidden"  # the notice that its server session is not shown any more


def standing(intent: Intent) -> str:
    """Return in a few words how it stands; of one that was opened no more is known."""
    now = intent.standing
    if now.headline is Headline.ACCEPTED:
        return _("opened")
    if now.headline is Headline.REPLACED and now.successor:
        return _("replaced by {handle}").format(handle=now.successor)
    return headline_word(now.headline)


def sentence(intent: Intent) -> Iterable[Span]:
    """Yield what its headline cannot say."""
    say = _HOW.get(intent.standing.headline)
    return in_lines(say(intent) if say else (), _published(intent))


def _opened(intent: Intent) -> Iterable[Span]:
    at = intent.sent_at or intent.created_at
    text = _("Opened {when}, {age}. Whether it still runs, CAR does not tell.")
    yield from said(text, when=When(at), age=When(at, Clock.AGO))
    if intent.noticed(HIDDEN):
        yield from (" ", _("Its server session is not shown any more."))


def _unknown(_intent: Intent) -> Iterable[Span]:
    yield Bold(_("No answer came back; the session may exist, and be billed."))
    yield " "
    yield _("Starting it for the same user again reconnects to it.")


def _replaced(intent: Intent) -> Iterable[Span]:
    text = (
        _(
            "{who} opened {handle} for the same user {when}: that is one session, and"
            " it goes by {handle} now."
        )
        if intent.standing.successor
        else _(
            "{who} opened it for the same user {when}, in another workspace: that is"
            " one session."
        )
    )
    return said(
        text, who=_by(intent), when=_since(intent), handle=intent.standing.successor
    )


def _stopped(intent: Intent) -> Iterable[Span]:
    by = intent.standing.by
    text = _("Stopped by {who} · {when}") if by else _("Stopped · {when}")
    return said(text, who=_by(intent), when=_since(intent))


def _ended(intent: Intent) -> Iterable[Span]:
    text = _("CAR had no session of this user {when}.")
    return said(text, when=_since(intent))


def _stopping(intent: Intent) -> Iterable[Span]:
    text = (
        _("Being stopped, asked by {who} · since {when}")
        if intent.standing.by
        else _("Being stopped since {when}")
    )
    return said(text, who=_by(intent), when=_since(intent))


def _may_run(_intent: Intent) -> Iterable[Span]:
    yield _("A stop was sent, and not answered for certain: please look.")


_HOW: Mapping[Headline, Callable[[Intent], Iterable[Span]]] = {
    Headline.ACCEPTED: _opened,
    Headline.UNKNOWN: _unknown,
    Headline.REPLACED: _replaced,
    Headline.STOPPED: _stopped,
    Headline.ENDED: _ended,
    Headline.STOPPING: _stopping,
    Headline.MAY_RUN: _may_run,
}


def _published(intent: Intent) -> Iterable[Span]:
    beside = intent.standing.beside
    if beside.published is Perhaps.NO:
        return ()
    text = (
        _(
            "CAR took it to be published {when}. Whether pictures arrive, it does not"
            " say."
        )
        if beside.published is Perhaps.YES
        else _("It may be published: a request of {when} was not answered.")
    )
    return said(text, when=When(moment_of(beside.since)))


def _since(intent: Intent) -> When:
    return When(moment_of(intent.standing.since))


def _by(intent: Intent) -> Who:
    return Who(SlackUserId(intent.standing.by))


# ── below the sentence ───────────────────────────────────────────────────────────


def body(intent: Intent) -> Iterable[Part]:
    """Yield what is known of the concurrency that it needs."""
    beside = intent.standing.beside
    over = intent.state is State.NOT_STARTED
    if over and beside.reserved is Perhaps.YES:
        yield line(
            _(
                "Concurrency was reserved for this user before. It stays reserved"
                " until that runs out; starting again in time uses it."
            )
        )
    elif over and beside.reserved is Perhaps.MAYBE:
        yield line(
            _(
                "Concurrency may be reserved for this user: that request was not"
                " answered. What is reserved and not used runs out by itself."
            )
        )
    if over and beside.count:
        running, _slash, total = beside.count.partition("/")
        text = _("Concurrency then: {running} of {total} not idle.")
        yield line(text.format(running=running, total=total))


def unknown(_intent: Intent) -> Iterable[Part]:
    """Yield what settles an unknown one, and what does not."""
    yield line(
        _(
            "What settles it: an answered start or stop for the same user. A count of"
            " concurrency does not: it says nothing of one user."
        ),
        quiet=True,
    )


# ── what can be done ─────────────────────────────────────────────────────────────


def offers(intent: Intent) -> Iterable[Button]:
    """Yield what settles an unknown one; the server session, for an hour."""
    if intent.state is State.UNKNOWN:
        yield Button(_("Close as not started"), "car", f"close {intent.id}")
    elif intent.state is State.STARTED and not intent.noticed(HIDDEN):
        yield Button(_("Reveal server session"), "car", f"reveal {intent.id}")
    elif intent.state is State.NOT_STARTED and intent.standing.beside.count:
        yield Button(_("Count again"), "car", "capacity")


def menu(intent: Intent) -> Iterable[Button]:
    """Yield that it is published no more, where it is, or may be."""
    if intent.state in RUNNING and intent.standing.beside.published is not Perhaps.NO:
        yield Button(_("Stop publishing"), "car", f"unpublish {intent.id}")


def stop_button(intent: Intent) -> Button | None:
    """Return the button that ends the session; none where it is over."""
    if intent.state not in LIVE - {State.STOPPING}:
        return None
    question = _("Stop {handle}? It ends whatever user {user} has open.")
    return Button(
        _("Stop {handle}").format(handle=intent.handle),
        "car",
        f"stop {intent.id} --yes",
        once=f"{intent.id}:stop:{intent.rev}",
        confirm=question.format(handle=intent.handle, user=intent.subject.ref),
        danger=True,
    )


def stop_again(stop: Intent) -> tuple[Button, ...]:
    """Return the button that asks once more for what *stop* did not end, if it did not.

    Of a session that is not on record it names the user.
    """
    if not goes_on(stop):
        return ()
    about, user = stop.subject.about, stop.subject.ref
    text = f"stop {about} --yes" if about else f"stop user={quoted(user)} --yes"
    question = _("Stop {handle}? It ends whatever user {user} has open.")
    named = stop.handle or user
    button = Button(
        _("Stop {handle}").format(handle=named),
        "car",
        text,
        once=f"{stop.id}:again:{stop.rev}",
        confirm=question.format(handle=named, user=user),
        danger=True,
    )
    return (button,)


# ── how what was asked ended ─────────────────────────────────────────────────────


def stop_result(intent: Intent) -> str:
    """Return how a stop of a session ended."""
    reason = intent.settlement.reason
    if reason in _REASONS:
        text = _REASONS[reason]()
    elif intent.state is State.DONE and not intent.handle:
        text = _("CAR took the stop: whatever user {user} had open is over.")
    elif intent.state is State.DONE:
        text = _("{handle} is stopped: CAR ended the session of user {user}.")
    elif intent.state is State.UNKNOWN:
        text = _("{handle} may still run: it is not known whether it was stopped.")
    else:
        text = _("{handle} was not stopped by this.")
    user = intent.subject.ref
    return text.format(handle=intent.handle or user, user=user)


_REASONS: Mapping[str, Callable[[], str]] = {
    How.CANCELLED: lambda: _("{handle} was cancelled before it was sent."),
    How.NOT_STARTED: lambda: _("{handle} did not start; there is nothing to stop."),
    How.OVER: lambda: _("{handle} is over; this stop did not end it."),
    How.PERHAPS: lambda: _("{handle} is over; this stop may have ended it."),
    How.ENDED: lambda: _("{handle} is over by now; nothing was sent."),
    How.GONE: lambda: _("{handle}: CAR knows no session of user {user}."),
    How.NO_SUCH_TASK: lambda: _("{handle}: CAR knows no session of user {user}."),
    How.CONTESTED: lambda: _(
        "CAR took the stop of {handle}, which was being opened at that moment: it may "
        "run."
    ),
}


def published_result(intent: Intent) -> str:
    """Return how a request to publish a session, or not any more, ended."""
    on = bool(intent.subject.targets)
    if intent.state is State.DONE:
        text = (
            _("{handle}: CAR took it to be published.")
            if on
            else _("{handle} is not published any more; the session goes on.")
        )
    elif intent.state is State.UNKNOWN:
        text = (
            _("{handle}: it is not known whether it is published.")
            if on
            else _("{handle}: it is not known whether it is still published.")
        )
    else:
        text = (
            _("{handle} is not published by this.")
            if on
            else _("{handle}: that it is published no more was not done.")
        )
    return text.format(handle=intent.handle or intent.subject.ref)


def published_parts(intent: Intent) -> Iterable[Part]:
    """Yield what was asked to be published to, masked; and what that does not say."""
    if url := intent.masked.get("PublishStreamURL"):
        yield line(_("To {place}").format(place=url), quiet=True)
    if intent.subject.targets and intent.state is State.DONE:
        yield line(_("Whether pictures arrive there, CAR does not say."), quiet=True)


def titles(user: str) -> Mapping[str, str]:
    """Return what somebody asks for, by the action: titles, and no facts."""
    texts = {
        "CreateSession": _("Open a session for user {user}"),
        "DestroySession": _("Stop the session of user {user}"),
        "StartPublishStream": _("Publish the session of user {user}"),
        "StartPublishStreamWithURL": _("Publish the session of user {user}"),
        "StopPublishStream": _("Publish the session of user {user} no more"),
    }
    return {action: text.format(user=user) for action, text in texts.items()}
