"""What a kind of thing in the cloud declares, so that generic code knows no product.

Accepting, sending, completing, recovering, reminding and drawing all ask the resource
of an intent. A new product is a package here, its requests and a command.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, ClassVar

from bot.access import exits
from bot.access.limits import Over
from bot.access.permits import Permit
from bot.dialogue.outcome import Audience, Bold, Button, Outcome, Part, Span, Tone
from bot.errors import NotAllowed
from bot.i18n import _
from bot.ids import IntentId, Kind
from bot.journal.evidence import Fact, FactKind, Standing
from bot.journal.lifecycle import Ended
from bot.journal.model import NEWS, REVIVED, Intent, Notice
from bot.journal.usage import Usage
from bot.resources.byhand import from_terminal
from bot.resources.fold import fold
from bot.resources.headlines import TONES, headline_word, how_it_stopped
from bot.resources.push import PushAddress
from bot.settings import App, Policy, Terms
from bot.states import LIVE, OVER, State
from bot.tencent.models.base import Level, Reply, Request
from bot.tencent.models.exits import Row

LONGEST_NAME = 24  # characters of a room or an ID in the row of a list
ON_RECORD = 5  # of the sentences of one refusal; whoever asked gets all of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Yield:
    """What of a reply is kept: its thing's ID, what it says of it, a secret, more."""

    ref: str = ""
    secret: bytes | None = None
    says: str = ""
    kept: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """A notice that time makes due: *after* so long in one of *states*.

    Counted *since* "sent_at" or "settled_at" of the intents of *action*; told *before*
    so long, as it is not so later. *called_back*: only where Tencent would have told
    more; *unheard*: and has not. *learns*: the fact that it is, a SILENCE, or an AGED
    of *days*. *alarms*: it goes to the operators; otherwise the card is drawn anew.
    *forgets*: the secret part of the reply goes with it. *cause*: of the alert it is.
    """

    name: str
    action: str
    states: tuple[State, ...]
    since: str
    after: timedelta
    before: timedelta = timedelta.max
    learns: FactKind | None = None
    days: int = 0
    called_back: bool = False
    unheard: bool = False
    alarms: bool = True
    forgets: bool = False
    cause: str = ""


def alarm_of(
    intent: Intent,
    headline: str,
    *parts: Part,
    sentence: Iterable[Span] = (),
    buttons: Iterable[Button | None] = (),
) -> Outcome:
    """Return the alarm *headline* about *intent*, for the operators."""
    return Outcome(
        headline=(Bold(headline),),
        tone=Tone.WARN,
        sentence=tuple(sentence),
        buttons=tuple(filter(None, buttons)),
        parts=parts,
        request_id=intent.settlement.request_id,
        handle=intent.handle,
        audience=Audience.OPS,
    )


def shortened(text: str) -> str:
    """Return *text* with its middle left out, if it is longer than a row has room."""
    return text if len(text) <= LONGEST_NAME else f"{text[:12]}…{text[-6:]}"


Alarm = Callable[[Intent, Mapping[str, Any]], Outcome]


class Resource:
    """A kind of thing. Subclasses declare it; what they leave out is the usual.

    *kind* is the letter of its handles, *product* the one that errors and accounts go
    by, *command* the slash command that acts on it, *requests* all that may be sent,
    *looks* those that ask another product about it and are kept nowhere.
    *settled_by_hand*: people may say what became of an unknown one. *on_apps*: each
    belongs to one of the configured applications, which rules may name. *drawn* are the
    kinds of exit that `body` shows. *reveals* is for how long whoever made one may be
    shown the secret part of the reply, if at all. *untimed* is the action that makes
    what is asked about if it runs for long without a timer. *named_by_room*: its room
    finds it. *personal*: it names people, so it is shared with nobody. *kept* is for
    how long it is on record, if for less than the rest; it is never unfinished then.
    """

    kind: ClassVar[Kind]
    product: ClassVar[str]
    command: ClassVar[str]
    requests: ClassVar[tuple[type[Request[Any]], ...]]
    looks: ClassVar[tuple[type[Request[Any]], ...]] = ()
    settled_by_hand: ClassVar[bool] = False
    on_apps: ClassVar[bool] = False
    timers: ClassVar[tuple[Timer, ...]] = ()
    untimed: ClassVar[str] = ""
    named_by_room: ClassVar[bool] = True
    personal: ClassVar[bool] = False
    kept: ClassVar[timedelta | None] = None
    drawn: ClassVar[frozenset[Row]] = frozenset()
    reveals: ClassVar[timedelta | None] = None

    @cached_property
    def read(self) -> Permit:
        """What whoever is told of such a thing has to be allowed."""
        return Permit(f"{self.command}.read", Level.READ, on_apps=self.on_apps)

    # ── before it is sent ───────────────────────────────────────────────────────

    def over(self, request: Request[Any], policy: Policy) -> dict[str, Over]:
        """Return what of *request* is over a limit of *policy*, by dotted path."""
        return {}

    def bitrate(self, request: Request[Any]) -> int | None:
        """Return the video bit rate that *request* asks for, in kbit/s, if it does."""
        return None

    def wanted(self, action: str, room: str) -> str:
        """Return what somebody asks for who wants *action*: a title, and no fact."""
        return f"{action} · {room}" if room else action

    def check(self, request: Request[Any], terms: Terms, app: str) -> None:
        """Refuse a *request*, on *app*, that is too large or lets something go astray.

        Raises:
            NotAllowed: by the first rule, with a fault for each field.
        """
        over = self.over(request, terms.policy)
        if refused := {**over, **exits.refused(request, terms.exits, app)}:
            faults = {path: one.sentence for path, one in refused.items()}
            rule = next(iter(refused.values())).rule
            sentences = list(dict.fromkeys(faults.values()))[:ON_RECORD]
            raise NotAllowed(" ".join(sentences), rule=rule, faults=faults)

    def admit(
        self, usage: Usage, policy: Policy, *, again: frozenset[str]
    ) -> Iterable[Intent]:
        """Refuse one thing more, given what there is.

        *again* are the handles of the like of it that the asker knows of.

        Returns:
            The things whose askers are told of the new one.

        Raises:
            NotAllowed: with the limit.
            AlreadyRuns: the same runs already, or may.
        """
        return ()

    def admit_change(
        self, about: IntentId, usage: Usage, *, again: frozenset[str]
    ) -> Iterable[Intent]:
        """Refuse a change of the thing *about*, given what there is; as `admit`."""
        return ()

    def duplicates(self, request: Request[Any]) -> str:
        """Return what is equal for two requests that do the same; "" for none."""
        return ""

    def digested(self, wire: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return *wire* without what differs when the same is asked once more."""
        return wire

    def targets(self, request: Request[Any]) -> tuple[str, ...]:
        """Return the digests of where *request* pushes to."""
        return ()

    def places(self, request: Request[Any]) -> tuple[PushAddress, ...]:
        """Return where *request* pushes to: the same, in the same order, as secrets."""
        return ()

    def former_targets(self, request: Request[Any]) -> Mapping[str, str]:
        """Return `targets` by the digests that releases before 0.3 gave them."""
        return {}

    def called_back(self, request: Request[Any], app: App | None) -> bool:
        """Tell whether Tencent tells by itself what becomes of *request*."""
        return False

    def signed(
        self, request: Request[Any], app: App | None, at: datetime
    ) -> Request[Any]:
        """Return *request* with the tickets that it needs, minted at *at*."""
        return request

    def numbered(self, request: Request[Any], sending: Intent) -> Request[Any]:
        """Return *request* under the number that *sending* was given, if it has one."""
        return request

    def asks_after(self, ended: Intent, part: Intent | None) -> Request[Any] | None:
        """Return what to ask about how *ended*, or *part* sent before it, ended."""
        return None

    # ── when it was answered ────────────────────────────────────────────────────

    def yields(self, reply: Reply) -> Yield:
        """Return what of *reply* is kept."""
        return Yield()

    # ── what is known of it ─────────────────────────────────────────────────────

    def fold(self, thing: Intent, facts: Sequence[Fact]) -> Standing:
        """Return what *facts* say of *thing*; where Tencent tells nothing by itself."""
        return fold(thing, facts)

    def was_live(self, facts: Sequence[Fact]) -> bool:
        """Tell whether by *facts* Tencent has ever said that a thing is live."""
        return False

    def news(self, before: Intent, after: Intent) -> Iterable[Notice]:
        """Yield what is to be told of a thing beside its card, now that it changed."""
        was, now = before.standing, after.standing
        if before.state in OVER and after.state in LIVE:
            yield Notice(name=REVIVED, audience=Audience.OPS)
        if now.state in {State.STOPPED, State.ENDED} and was.state is not now.state:
            yield Notice(name=NEWS, audience=Audience.THREAD)

    def ending(self, thing: Intent) -> Ended | None:
        """Return the request that ends *thing*, whose ID is known by now."""
        return None

    def stop_of(self, thing: Intent) -> Request[Any] | None:
        """Return what ends *thing*, or waits for its ID; None if none can."""
        return None

    # ── how it looks ────────────────────────────────────────────────────────────

    def standing(self, intent: Intent) -> str:
        """Return in a few words how *intent* stands."""
        return headline_word(intent.standing.headline)

    def tone(self, intent: Intent) -> Tone:
        """Return the tone of how *intent* stands."""
        return TONES[intent.standing.headline]

    def place(self, intent: Intent) -> str:
        """Return where *intent* plays, as `room 7`; "" if it has no room."""
        room = intent.subject.room
        return _("room {room}").format(room=room) if room else ""

    def sentence(self, intent: Intent) -> Iterable[Span]:
        """Yield the one sentence under the headline of its card: what that means."""
        return ()

    def towards(self, intent: Intent) -> Sequence[tuple[Span, ...]]:
        """Return a line for each of the *drawn* exits of *intent*, the worst first."""
        return ()

    def offers(self, intent: Intent) -> Iterable[Button]:
        """Yield what can be done now about *intent*, beside ending it."""
        return ()

    def body(self, intent: Intent) -> Iterable[Part]:
        """Yield what is read below the buttons of its card."""
        return ()

    def facts(self, intent: Intent) -> Iterable[tuple[Span, ...]]:
        """Yield what does not change, in a word or two each, for the small print."""
        return ()

    def details(self, intent: Intent) -> Iterable[Part]:
        """Yield the technical half of its card, which stands behind *Details*."""
        return ()

    def leads(self, intent: Intent) -> Iterable[Part]:
        """Yield every place that *intent* lets things go to or come from."""
        for request in self._sent(intent):
            yield from exits.shown(request, intent.masked)

    def led(self, intent: Intent) -> int:
        """Return how many places `leads` tells of that `towards` does not."""
        return sum(
            exits.count(request, intent.masked, but=self.drawn)
            for request in self._sent(intent)
        )

    def _sent(self, intent: Intent) -> Iterable[type[Request[Any]]]:
        """Yield the class of the request of *intent*, if it is known what that said."""
        mine = (one for one in self.requests if one.action == intent.action)
        return mine if intent.masked else ()

    def unknown(self, intent: Intent) -> Iterable[Part]:
        """Yield what helps to find out what became of an unknown *intent*."""
        return ()

    def gist(self, intent: Intent) -> str:
        """Return what *intent* is about, as it stands in the row of a list."""
        return shortened(intent.subject.room or intent.subject.ref)

    def measured(self, intent: Intent) -> tuple[Span, ...]:
        """Return what was last measured of *intent*, for the row of a list."""
        return ()

    def open_button(self, intent: Intent) -> Button:
        """Return what shows it in full; of the command of `end_button`, for a menu."""
        return Button(_("Open"), "lookup", intent.id)

    def end_button(self, intent: Intent) -> Button | None:
        """Return the button that ends the thing, with the question it asks first."""
        return None

    def menu(self, intent: Intent) -> Iterable[Button]:
        """Yield what the menu of its card offers beside the usual."""
        return ()

    def again(self, intent: Intent) -> Iterable[Button]:
        """Yield what opens the form for another one, filled in as *intent* was."""
        return ()

    def previews(self, intent: Intent) -> Iterable[Button]:
        """Yield what its details offer to look at."""
        return ()

    def result(self, intent: Intent) -> str:
        """Return the sentence on how an action on the thing ended."""
        if self.request(intent.action).effect.ends:
            sentence = how_it_stopped(intent)
        elif intent.state is State.DONE:
            sentence = _("{handle}: {action} is done.")
        elif intent.state is State.UNKNOWN:
            sentence = _("{handle}: it is not known whether {action} was done.")
        else:
            sentence = _("{handle}: {action} was not done.")
        name = intent.handle or intent.subject.ref
        return sentence.format(handle=name, action=intent.action)

    def result_parts(self, intent: Intent) -> Iterable[Part]:
        """Yield what is read below the sentence on how an action ended."""
        return ()

    def result_buttons(self, intent: Intent) -> Iterable[Button]:
        """Yield what can be done now about an action that ended."""
        return ()

    @property
    def alarms(self) -> Mapping[str, Alarm]:
        """The alarms that only this resource has, by the name of their notice."""
        return {}

    def told(
        self, intent: Intent, facts: Mapping[str, Any], *, runs: bool = True
    ) -> Outcome:
        """Return the line in the thread of its card that says what became of it.

        *intent* is as it was then. *runs*: it does, or may, at the time of drawing.
        """
        name = f"{intent.handle} · {self.standing(intent)}"
        return Outcome(headline=(Bold(name),), tone=self.tone(intent))

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
