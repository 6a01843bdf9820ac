"""The render session as a resource."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from itertools import takewhile
from typing import Any

from bot.dialogue.outcome import (
    Bold,
    Button,
    Facts,
    Mono,
    Outcome,
    Part,
    Span,
    Tone,
    When,
    Who,
    line,
    said,
)
from bot.errors import AlreadyRuns
from bot.i18n import _
from bot.ids import Kind, SlackUserId
from bot.journal.evidence import Headline
from bot.journal.model import Intent
from bot.journal.usage import Usage
from bot.resources.base import Resource, Timer, Yield
from bot.resources.byhand import in_slack
from bot.settings import Policy
from bot.states import State
from bot.tencent.models.base import Reply
from bot.tencent.models.car import CreateSession, RenderSessionCreated

RENDER = Kind("S")
KEYS = {  # what is typed, by the field of the request
    "UserId": "user",
    "UserIp": "ip",
    "ClientSession": "client",
    "RunMode": "mode",
    "ApplicationParameters": "params",
    "HostUserId": "host",
    "Role": "role",
}
REVEALED = timedelta(hours=1)
HIDDEN = Timer(
    name="hidden",
    action=CreateSession.action,
    states=(State.STARTED,),
    since="sent_at",
    after=REVEALED,
    alarms=False,
    forgets=True,
)


class Render(Resource):
    """A CAR session: `CreateSession` makes it, the user it runs for is its ID."""

    kind = RENDER
    product = "car"
    command = "car"
    requests = (CreateSession,)
    settled_by_hand = True
    timers = (HIDDEN,)
    reveals = REVEALED

    def admit(
        self,
        usage: Usage,
        policy: Policy,  # noqa: ARG002 - which has no limits for sessions
        *,
        again: frozenset[str],
    ) -> Iterable[Intent]:
        """Refuse a session of a user who has one, by somebody else who is not known of.

        The same user reconnects to the session, so it is taken from whoever opened it:
        they are told. What is older than one's own last session is over for its owner.
        """
        newest: dict[str, Intent] = {}
        for one in takewhile(lambda it: it.asker.user != usage.by, usage.alike[::-1]):
            newest.setdefault(one.asker.user, one)
        theirs = tuple(newest.values())[::-1]
        names = usage.names(theirs)
        if not again.issuperset(names):
            raise AlreadyRuns(names)
        return theirs

    def yields(self, reply: Reply) -> Yield:
        """Keep the server session, sealed: a client joins with it."""
        if not isinstance(reply, RenderSessionCreated) or not reply.server_session:
            return Yield()
        return Yield(secret=reply.server_session.get_secret_value().encode())

    def place(self, intent: Intent) -> str:
        """Return whom it runs for: a session has no other name."""
        return _("user {user}").format(user=intent.subject.ref)

    def sentence(self, intent: Intent) -> Iterable[Span]:
        """Yield since when it is open, or that it may be."""
        if intent.state is State.UNKNOWN:
            yield Bold(_("No answer came back; the session may exist, and be billed."))
            yield " "
            yield _("Starting it for the same user again reconnects to it.")
        elif intent.state is State.STARTED:
            text = _("Opened {when}. Whether it still runs, CAR does not tell.")
            yield from said(text, when=When(intent.sent_at or intent.created_at))
            if intent.noticed(HIDDEN.name):
                yield from (" ", _("Its server session is not shown any more."))

    def details(self, intent: Intent) -> Iterable[Part]:
        """Yield whom it runs for, and how."""
        user = (Mono(intent.subject.ref),)
        pairs: list[tuple[str, tuple[Span, ...]]] = [(_("User"), user)]
        if mode := intent.masked.get("RunMode"):
            pairs.append((_("Run mode"), (mode,)))
        if host := intent.masked.get("HostUserId"):
            role = intent.masked.get("Role", "")
            pairs.append((_("Host"), (Mono(host), f"  {role}".rstrip())))
        yield Facts((*pairs, (_("Submission"), (Mono(intent.id),))))
        yield line(_("A session is keyed by its user; it has no ID."), quiet=True)

    def offers(self, intent: Intent) -> Iterable[Button]:
        """Yield what settles an unknown one; the server session, for an hour."""
        if intent.state is State.UNKNOWN:
            yield Button(_("Close as not started"), "car", f"close {intent.id}")
        elif intent.state is State.STARTED and not intent.noticed(HIDDEN.name):
            text = f"reveal {intent.id}"
            yield Button(_("Reveal server session"), "car", text)

    def standing(self, intent: Intent) -> str:
        """Return in a word how it stands; of one that was opened no more is known."""
        opened = intent.standing.headline is Headline.ACCEPTED
        return _("opened") if opened else super().standing(intent)

    def told(
        self, intent: Intent, facts: Mapping[str, Any], *, runs: bool = True
    ) -> Outcome:
        """Return the line in its thread; also that somebody else takes it over."""
        if "another" not in facts:
            return super().told(intent, facts, runs=runs)
        here = _(
            "{owner}: {other} asked for its user again ({handle}), which reconnects"
            " to it."
        )
        elsewhere = _(
            "{owner}: {other} asked for its user again in another workspace, which"
            " reconnects to it."
        )
        spans = said(
            here if facts["another"] else elsewhere,
            owner=Who(intent.asker.user),
            other=Who(SlackUserId(facts["asked_by"])),
            handle=str(facts["another"]),
        )
        return Outcome(headline=(Bold(intent.handle), " · ", *spans), tone=Tone.WARN)

    def retyped(self, intent: Intent) -> str:
        """Return the `/car start …` that asks for the same session."""
        masked = intent.masked
        pairs = {key: str(masked.get(field) or "") for field, key in KEYS.items()}
        pairs["mode"] = "alone" if masked.get("RunMode") else "watched"
        return in_slack("car start", (), pairs)
