"""The render session as a resource."""

from collections.abc import Iterable

from bot.dialogue.outcome import (
    Bold,
    Button,
    Buttons,
    Facts,
    Mono,
    Part,
    Span,
    When,
    line,
)
from bot.i18n import _
from bot.ids import Kind
from bot.journal.evidence import Headline
from bot.journal.model import Intent
from bot.resources.base import Resource, Yield
from bot.resources.byhand import in_slack
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


class Render(Resource):
    """A CAR session: `CreateSession` makes it, the user it runs for is its ID."""

    kind = RENDER
    product = "car"
    command = "car"
    requests = (CreateSession,)
    settled_by_hand = True

    def yields(self, reply: Reply) -> Yield:
        """Keep the server session, sealed: a client joins with it."""
        if not isinstance(reply, RenderSessionCreated) or not reply.server_session:
            return Yield()
        return Yield(secret=reply.server_session.get_secret_value().encode())

    def body(self, intent: Intent) -> Iterable[Part]:
        """Yield whom it runs for, and how."""
        user = (Mono(intent.subject.ref),)
        pairs: list[tuple[str, tuple[Span, ...]]] = [(_("User"), user)]
        if mode := intent.masked.get("RunMode"):
            pairs.append((_("Run mode"), (mode,)))
        if host := intent.masked.get("HostUserId"):
            role = intent.masked.get("Role", "")
            pairs.append((_("Host"), (Mono(host), f"  {role}".rstrip())))
        yield Facts(tuple(pairs))
        if intent.state is State.STARTED:
            opened = When(intent.sent_at or intent.created_at)
            unknown = _("Whether it still runs is not known: Tencent tells of no end.")
            yield line(_("Opened"), " ", opened, ". ", unknown)
            yield line(_("A session is keyed by its user; it has no ID."), quiet=True)

    def standing(self, intent: Intent) -> str:
        """Return in a word how it stands; of one that was opened no more is known."""
        opened = intent.standing.headline is Headline.ACCEPTED
        return _("opened") if opened else super().standing(intent)

    def unknown(self, intent: Intent) -> Iterable[Part]:
        """Yield that it may exist, and how to settle it."""
        yield line(
            Bold(_("No answer came back; the session may exist, and be billed.")),
            " ",
            _("Starting it for the same user again reconnects to it."),
        )
        close = f"close {intent.id}"
        yield Buttons((Button(_("Close as not started"), "car", close),))

    def retyped(self, intent: Intent) -> str:
        """Return the `/car start …` that asks for the same session."""
        masked = intent.masked
        pairs = {key: str(masked.get(field) or "") for field, key in KEYS.items()}
        pairs["mode"] = "alone" if masked.get("RunMode") else "watched"
        return in_slack("car start", (), pairs)

    def menu(self, intent: Intent) -> Iterable[Button]:
        """Offer the server session to whoever may see it."""
        if intent.state is State.STARTED:
            text = f"reveal {intent.id}"
            yield Button(_("Reveal server session"), "car", text)
