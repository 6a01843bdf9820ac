"""What a kind of thing in the cloud declares, so that generic code knows no product.

Accepting, sending, completing, recovering, reminding and drawing all ask the resource
of an intent. A new product is a package here, its requests and a command.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, ClassVar

from bot.dialogue.outcome import Audience, Bold, Button, Outcome, Part, Tone
from bot.i18n import _
from bot.ids import Kind
from bot.journal.model import Intent
from bot.journal.queries import Usage
from bot.resources.byhand import from_terminal
from bot.settings import App, Policy
from bot.states import State
from bot.tencent.models.base import Reply, Request

TONES: Mapping[State, Tone] = {
    State.QUEUED: Tone.WAIT,
    State.SENDING: Tone.WAIT,
    State.STARTED: Tone.GOOD,
    State.EXPIRING: Tone.WARN,
    State.STOPPING: Tone.WAIT,
    State.STOPPED: Tone.OVER,
    State.ENDED: Tone.OVER,
    State.CLOSED: Tone.OVER,
    State.NOT_STARTED: Tone.BAD,
    State.UNKNOWN: Tone.UNKNOWN,
    State.DONE: Tone.GOOD,
}


def state_word(state: State) -> str:
    """Return what people call *state*."""
    return {
        State.QUEUED: _("requested"),
        State.SENDING: _("sending"),
        State.STARTED: _("started"),
        State.EXPIRING: _("started, soon out of control"),
        State.STOPPING: _("stopping"),
        State.STOPPED: _("stopped"),
        State.ENDED: _("ended"),
        State.CLOSED: _("closed"),
        State.NOT_STARTED: _("not started"),
        State.UNKNOWN: _("unknown"),
        State.DONE: _("done"),
    }[state]


@dataclass(frozen=True, slots=True, kw_only=True)
class Yield:
    """What of a reply is kept: the thing's ID, a secret to be sealed, and the rest."""

    ref: str = ""
    secret: bytes | None = None
    kept: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """A notice that time makes due: *after* so long in one of *states*.

    Counted *since* "sent_at" or "settled_at" of the intents of *action*.
    *called_back*: only where Tencent would have told more, and been received.
    *alarms*: it goes to the operators; otherwise it is the card, drawn anew.
    """

    name: str
    action: str
    states: tuple[State, ...]
    since: str
    after: timedelta
    to: State | None = None
    called_back: bool = False
    alarms: bool = True


def alarm_of(intent: Intent, sentence: str, *parts: Part) -> Outcome:
    """Return the alarm *sentence* about *intent*, for the operators."""
    return Outcome(
        headline=(Bold(sentence),),
        tone=Tone.WARN,
        parts=parts,
        request_id=intent.settlement.request_id,
        handle=intent.handle,
        audience=Audience.OPS,
    )


Alarm = Callable[[Intent, Mapping[str, Any]], Outcome]


class Resource:
    """A kind of thing. Subclasses declare it; what they leave out is the usual.

    *kind* is the letter of its handles, *product* the one that errors and accounts go
    by, *command* the slash command that acts on it, *requests* all that may be sent.
    *settled_by_hand*: people may say what became of an unknown one. *on_apps*: each
    belongs to one of the configured applications, which rules may name.
    """

    kind: ClassVar[Kind]
    product: ClassVar[str]
    command: ClassVar[str]
    requests: ClassVar[tuple[type[Request[Any]], ...]]
    settled_by_hand: ClassVar[bool] = False
    on_apps: ClassVar[bool] = False
    timers: ClassVar[tuple[Timer, ...]] = ()

    # ── before it is sent ───────────────────────────────────────────────────────

    def check(self, request: Request[Any], policy: Policy) -> None:
        """Refuse a *request* that is larger than *policy* allows, or goes elsewhere.

        Raises:
            NotAllowed: with the limit.
        """

    def admit(self, usage: Usage, policy: Policy, *, again: bool) -> None:
        """Refuse one thing more, given what there is; *again* allows a twin.

        Raises:
            NotAllowed: with the limit.
            InvalidRequest: the same runs already.
        """

    def duplicates(self, request: Request[Any]) -> str:
        """Return what is equal for two requests that do the same; "" for none."""
        return ""

    def digested(self, wire: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return *wire* without what differs when the same is asked once more."""
        return wire

    def called_back(self, request: Request[Any], app: App | None) -> bool:
        """Tell whether Tencent tells by itself what becomes of *request*."""
        return False

    def signed(
        self, request: Request[Any], app: App | None, at: datetime
    ) -> Request[Any]:
        """Return *request* with the tickets that it needs, minted at *at*."""
        return request

    # ── when it was answered ────────────────────────────────────────────────────

    def yields(self, reply: Reply) -> Yield:
        """Return what of *reply* is kept."""
        return Yield()

    # ── how it looks ────────────────────────────────────────────────────────────

    def standing(self, intent: Intent) -> str:
        """Return in a word or two how *intent* stands."""
        return state_word(intent.state)

    def tone(self, intent: Intent) -> Tone:
        """Return the tone, and so the sign, of the headline of *intent*."""
        return TONES[intent.state]

    def body(self, intent: Intent) -> Iterable[Part]:
        """Yield what its card says beside the headline."""
        return ()

    def unknown(self, intent: Intent) -> Iterable[Part]:
        """Yield what helps to find out what became of an unknown *intent*."""
        return ()

    def end_button(self, intent: Intent) -> Button | None:
        """Return the button that ends the thing, with the question it asks first."""
        return None

    def menu(self, intent: Intent) -> Iterable[Button]:
        """Yield what the menu of its card offers beside the usual."""
        return ()

    def result(self, intent: Intent) -> str:
        """Return the sentence on how an action on the thing ended."""
        done = intent.state is State.DONE
        ends = self.request(intent.action).effect.ends
        if ends and done:
            sentence = _("{handle} is stopped.")
        elif ends:
            sentence = _("{handle} was not stopped.")
        elif done:
            sentence = _("{handle}: {action} is done.")
        elif intent.state is State.UNKNOWN:
            sentence = _("{handle}: it is not known whether {action} was done.")
        else:
            sentence = _("{handle}: {action} was not done.")
        return sentence.format(handle=intent.handle, action=intent.action)

    @property
    def alarms(self) -> Mapping[str, Alarm]:
        """The alarms that only this resource has, by the name of their notice."""
        return {}

    def repeated_by_hand(self, intent: Intent) -> str:
        """Return the lines that do by hand what *intent* is about, masked as it is."""
        request, region = self.request(intent.action), intent.subject.region
        line = from_terminal(request, region, intent.masked, self.unsent(intent))
        return "\n".join(filter(None, (line, self.retyped(intent))))

    def unsent(self, intent: Intent) -> Iterable[str]:
        """Yield the fields that are made for each sending of *intent* anew."""
        return ()

    def retyped(self, intent: Intent) -> str:
        """Return what is typed in Slack to ask for the same as *intent*."""
        return ""

    @property
    def can_be_ended(self) -> bool:
        """Whether people can end such a thing, so that "what runs" means something."""
        return any(request.effect.ends for request in self.requests)

    def request(self, action: str) -> type[Request[Any]]:
        """Return the request class of *action*."""
        return next(one for one in self.requests if one.action == action)


@dataclass(frozen=True)
class Registry:
    """Every resource that this bot knows."""

    resources: tuple[Resource, ...]

    @cached_property
    def requests(self) -> Mapping[str, type[Request[Any]]]:
        """Every request that may be sent, by its action."""
        return {r.action: r for one in self.resources for r in one.requests}

    @cached_property
    def _by_kind(self) -> Mapping[Kind, Resource]:
        return {one.kind: one for one in self.resources}

    @cached_property
    def _by_action(self) -> Mapping[str, Resource]:
        return {r.action: one for one in self.resources for r in one.requests}

    def of(self, intent: Intent) -> Resource:
        """Return the resource of *intent*."""
        return self._by_kind[intent.subject.kind]

    def sending(self, request: Request[Any]) -> Resource:
        """Return the resource that *request* belongs to."""
        return self._by_action[request.action]

    def request_of(self, intent: Intent) -> type[Request[Any]]:
        """Return the request class of *intent*."""
        return self.requests[intent.action]
