"""The render session as a resource."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
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
    Who,
    line,
    said,
)
from bot.errors import AlreadyRuns
from bot.i18n import _
from bot.ids import Kind, SlackUserId
from bot.journal.evidence import Fact, Headline, Standing
from bot.journal.lifecycle import Ended
from bot.journal.model import Intent, Notice
from bot.journal.usage import Usage
from bot.resources.base import Resource, Timer, Yield
from bot.resources.byhand import in_slack
from bot.resources.render import card, standing
from bot.settings import Policy
from bot.states import State
from bot.tencent.models.base import Reply, Request
from bot.tencent.models.car import (
    ApplyConcurrent,
    CreateSession,
    DescribeConcurrentCount,
    DestroySession,
    RenderSessionCreated,
    StartPublishStream,
    StartPublishStreamWithURL,
    StopPublishStream,
)
from bot.tencent.models.trtc.output import target_digest

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
# Refused for want of concurrency: none is idle, or none was reserved in time.
WANTING = {"ResourceNotFound.NoIdle", "FailedOperation.LockTimeout"}
REVEALED = timedelta(hours=1)
HIDDEN = Timer(
    name=card.HIDDEN,
    action=CreateSession.action,
    states=(State.STARTED,),
    since="sent_at",
    after=REVEALED,
    alarms=False,
    forgets=True,
)


class Render(Resource):
    """A CAR session: `CreateSession` makes it, the user it runs for is its ID.

    So what is opened for the same user again is the same session, and the newest that
    CAR has answered is the one that there is: see `bot.journal.namesakes`.
    """

    kind = RENDER
    product = "car"
    command = "car"
    requests = (
        CreateSession,
        ApplyConcurrent,
        DestroySession,
        StartPublishStream,
        StartPublishStreamWithURL,
        StopPublishStream,
    )
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

    def targets(self, request: Request[Any]) -> tuple[str, ...]:
        """Return the digest of where *request* publishes to, if it does."""
        if isinstance(request, StartPublishStreamWithURL):
            return (target_digest(request.publish_stream_url.get_secret_value()),)
        if isinstance(request, StartPublishStream):
            return (hashlib.sha256(request.user_id.encode()).hexdigest(),)
        return ()

    def yields(self, reply: Reply) -> Yield:
        """Keep the server session, sealed: a client joins with it."""
        if not isinstance(reply, RenderSessionCreated) or not reply.server_session:
            return Yield()
        return Yield(secret=reply.server_session.get_secret_value().encode())

    def asks_after(
        self, ended: Intent, part: Intent | None
    ) -> DescribeConcurrentCount | None:
        """Return the count of concurrency, if *ended* was refused for want of it."""
        if ended.settlement.error_code not in WANTING:
            return None
        project = str(part.masked.get("ProjectId", "")) if part else ""
        return DescribeConcurrentCount.of({"ProjectId": project} if project else {})

    # ── what is known of it ─────────────────────────────────────────────────────

    def fold(self, thing: Intent, facts: Sequence[Fact]) -> Standing:
        """Return what *facts* say of it, and of what else goes by its user."""
        return standing.fold(thing, facts)

    def news(self, before: Intent, after: Intent) -> Iterable[Notice]:
        """Yield its end; that it is replaced was told when that was asked for."""
        if after.standing.headline is not Headline.REPLACED:
            yield from super().news(before, after)

    def ending(self, thing: Intent) -> Ended | None:
        """Return the request that ends the session of its user."""
        request = self.stop_of(thing)
        return Ended(request=request.to_json(), masked=request.masked())

    def stop_of(self, thing: Intent) -> DestroySession:
        """Return the request that ends the session of its user."""
        return DestroySession.of({"UserId": thing.subject.ref})

    # ── how it looks ────────────────────────────────────────────────────────────

    def wanted(self, action: str, room: str) -> str:
        """Return what somebody asks for who wants *action*."""
        return card.titles(room).get(action) or super().wanted(action, room)

    def place(self, intent: Intent) -> str:
        """Return whom it runs for: a session has no other name."""
        return _("user {user}").format(user=intent.subject.ref)

    def sentence(self, intent: Intent) -> Iterable[Span]:
        """Yield since when it is open, or that it may be."""
        return card.sentence(intent)

    def body(self, intent: Intent) -> Iterable[Part]:
        """Yield what is known of the concurrency that it needs."""
        return card.body(intent)

    def unknown(self, intent: Intent) -> Iterable[Part]:
        """Yield what settles it, and what does not."""
        return card.unknown(intent)

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
        return card.offers(intent)

    def menu(self, intent: Intent) -> Iterable[Button]:
        """Yield that it is published no more, where it is."""
        return card.menu(intent)

    def open_button(self, intent: Intent) -> Button:
        """Return the button that shows it, of the command that ends it."""
        return Button(_("Open"), self.command, f"status {intent.id}")

    def end_button(self, intent: Intent) -> Button | None:
        """Return the button that ends it."""
        return card.stop_button(intent)

    def result(self, intent: Intent) -> str:
        """Return the sentence on how a stop, or what publishes it, ended."""
        ends = intent.subject.ends
        return card.stop_result(intent) if ends else card.published_result(intent)

    def result_buttons(self, intent: Intent) -> Iterable[Button]:
        """Yield what ends a session that a stop did not end."""
        return card.stop_again(intent) if intent.subject.ends else ()

    def result_parts(self, intent: Intent) -> Iterable[Part]:
        """Yield where it was to be published to."""
        return () if intent.subject.ends else card.published_parts(intent)

    def standing(self, intent: Intent) -> str:
        """Return in a few words how it stands, as far as CAR tells."""
        return card.standing(intent)

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
