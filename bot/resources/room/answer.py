"""The answer about a room: who is in it, who sends, where it leads, why it is black."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.dialogue.outcome import (
    Bold,
    Button,
    Buttons,
    Clock,
    Outcome,
    Part,
    Points,
    Row,
    Span,
    Tone,
    When,
    line,
    said,
)
from bot.i18n import _, n_
from bot.journal.evidence import moment_of
from bot.journal.model import Intent
from bot.resources.base import Resource
from bot.resources.byhand import quoted
from bot.resources.relay.targets import every_target
from bot.resources.room.actions import action_buttons
from bot.resources.room.history import history_button
from bot.resources.room.presence import (
    HeardRoom,
    Participant,
    Presence,
    participants,
)
from bot.resources.room.why import Cause, Pushes, causes
from bot.resources.room.words import Names, at, sent, terminal
from bot.tencent.room_events import Role

MOST_PEOPLE = 12  # of one room that are listed
MOST_GONE = 3
MOST_CAUSES = 6
MOST_BUTTONS = 4  # that mend something

Line = tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was asked, and what there is about it.

    *heard* are the rooms that are written *room*, *relays* what mixes one of them, as
    *resource* shows it. *apps* are the names of applications by their SdkAppId.
    *pushes* are what CDNs get of them. *since* is when this bot began to hear what
    happens in rooms. *shared*: others read it, so nobody is named.
    """

    room: str
    heard: Sequence[HeardRoom]
    relays: Sequence[Intent]
    resource: Resource
    apps: Mapping[int, str]
    since: datetime
    pushes: Pushes = field(default_factory=dict)
    shared: bool = False

    @property
    def names(self) -> Names:
        """How people are spoken of."""
        return Names(hidden=self.shared)


def answer(asked: Asked) -> Outcome:
    """Return all that is known of the rooms that are written as was asked."""
    reasons = _reasons(asked)
    likely = [one for one in reasons if one.sure]
    return Outcome(
        headline=(Bold(_headline(asked)),),
        tone=Tone.WARN if likely else Tone.PLAIN,
        sentence=tuple(_sentence(asked, likely)),
        buttons=tuple(_buttons(asked, likely)),
        parts=tuple(_parts(asked, reasons)),
        context=(tuple(_context(asked)),),
    )


def _reasons(asked: Asked) -> list[Cause]:
    """Return why the relays may be black, each cause once."""
    reasons: dict[Line, Cause] = {}
    for relay in asked.relays:
        for one in causes(relay, asked.heard, asked.names, asked.pushes):
            reasons.setdefault(one.line, one)
    return list(reasons.values())


def _headline(asked: Asked) -> str:
    if len(asked.heard) == 1:
        return _named(asked.heard[0], asked)
    if not asked.heard:
        return _("Room {room} · nothing was heard of it").format(room=asked.room)
    count = len(asked.heard)
    text = n_(
        "{n} room is called {room}", "{n} different rooms are called {room}", count
    )
    return text.format(n=count, room=asked.room)


def _named(one: HeardRoom, asked: Asked) -> str:
    text = (
        _("Room {room} (number) · {app}")
        if one.numeric
        else _("Room “{room}” (text) · {app}")
    )
    app = asked.apps.get(one.sdk_app_id, str(one.sdk_app_id))
    return text.format(room=one.room, app=app)


def _sentence(asked: Asked, likely: Sequence[Cause]) -> Iterator[Span]:
    if likely:
        yield from said(_("Most likely: {why}"), why=_as_heard(likely[0]))
    elif not asked.heard:
        text = _(
            "No room or media callback of it was heard since {since}. They are set in"
            " the TRTC console, with the address and the key of the relay callbacks."
        )
        yield from said(text, since=When(asked.since, Clock.TIME))


def _as_heard(one: Cause) -> Line:
    """Return a cause with how old what was heard of its room is."""
    if not one.heard_at:
        return one.line
    when = When(moment_of(one.heard_at), Clock.AGO)
    return said(_("{why} Heard {when}."), why=one.line, when=when)


def _buttons(asked: Asked, likely: Sequence[Cause]) -> Iterator[Button]:
    mending = [button for one in likely for button in one.buttons]
    yield from list(dict.fromkeys(mending))[:MOST_BUTTONS]
    stops = (asked.resource.end_button(one) for one in asked.relays)
    yield from list(filter(None, stops))[:1]
    text = f"{quoted(asked.room)} --room"
    yield Button(_("Refresh"), "lookup", text)
    if not asked.shared:
        yield Button(_("Share"), "lookup", f"{text} --public")


def _parts(asked: Asked, reasons: Sequence[Cause]) -> Iterator[Part]:
    for one in asked.heard:
        yield from _section(one, asked)
    for relay in asked.relays:
        yield from _relay(relay, asked.resource)
    if len(reasons) > 1 or not all(one.sure for one in reasons):
        lines = tuple(_as_heard(one) for one in reasons[:MOST_CAUSES])
        yield Points(_("Why the picture may be black"), lines, numbered=True)
    elif asked.relays and not reasons:
        text = _("Nothing that was heard since {since} explains a black picture.")
        yield line(*said(text, since=When(_since(asked), Clock.TIME)), quiet=True)


def _since(asked: Asked) -> datetime:
    """Return since when the rooms are heard of: the latest of them."""
    heard = [moment_of(one.presence.since) for one in asked.heard]
    return max(heard, default=asked.since)


def _section(one: HeardRoom, asked: Asked) -> Iterator[Part]:
    """Yield who is in a room and who was, and how old that is."""
    heard = one.presence
    robots = [relay.subject.agent for relay in asked.relays]
    here, gone = participants(heard, robots)
    if len(asked.heard) > 1:
        yield line(Bold(_named(one, asked)))
    yield line(*_counted(one, here, robots), " · ", *_last_heard(one))
    if not asked.shared:
        shown = here[:MOST_PEOPLE]
        more = len(here) - len(shown)
        lines = [_person(each, heard, asked.names) for each in shown]
        if more:
            lines.append((_("and {n} more").format(n=more),))
        if lines:
            yield Points(_("In the room"), tuple(lines))
        if gone:
            left = tuple(asked.names.left(each) for each in gone[:MOST_GONE])
            yield Points(_("Left"), left)
    yield line(*_freshness(one), quiet=True)
    if not asked.shared and (app := asked.apps.get(one.sdk_app_id)):
        yield Buttons((history_button(one, app), *action_buttons(one, app)))


def _counted(
    one: HeardRoom, here: Sequence[Participant], robots: Iterable[str]
) -> Line:
    """Return how many are in the room and send a picture, as far as was heard."""
    heard, sending = one.presence, sum(p.sends("camera", "screen") for p in here)
    if heard.is_over:
        when = When(moment_of(heard.dismissed), Clock.TIME)
        return said(_("The room was dismissed {when}"), when=when)
    watching = heard.audience(robots)
    if not here and not watching:
        return (
            (_("Nobody is in the room"),)
            if heard.is_whole
            else said(
                _("Who is in the room is not known: it is heard of since {when}"),
                when=When(moment_of(heard.since), Clock.TIME),
            )
        )
    people = _("{n} in the room, {sending} sending a picture")
    if not one.media and watching:
        people = _("{n} in the room; who sends what is not heard of; {watch} watching")
    elif not one.media:
        people = _("{n} in the room; who sends what is not heard of")
    elif watching:
        people = _("{n} in the room, {sending} sending a picture; {watch} watching")
    return (people.format(n=len(here), sending=sending, watch=watching),)


def _person(one: Participant, heard: Presence, names: Names) -> Line:
    role = {
        Role.ANCHOR: _("anchor"),
        Role.AUDIENCE: _("audience"),
    }.get(one.role, "")
    about = "".join(f" · {text}" for text in (role, terminal(one)) if text)
    came = (" · ", *said(_("in since {when}"), when=at(one.since))) if one.since else ()
    return (names.of(one.user), about, *came, *sent(one, heard))


def _last_heard(one: HeardRoom) -> Line:
    """Return how old the newest is that was heard of the room."""
    when = When(moment_of(one.presence.heard_at), Clock.AGO)
    return said(_("heard {when}"), when=when)


def _freshness(one: HeardRoom) -> Line:
    """Return since when the room is heard of, and whether that is all of it."""
    heard = one.presence
    text = (
        _("From callbacks. The room was made {since}.")
        if heard.is_whole
        else _(
            "From callbacks, heard since {since}: who came before, and did nothing"
            " since, is not known."
        )
    )
    return said(text, since=When(moment_of(heard.since), Clock.TIME))


def _relay(relay: Intent, resource: Resource) -> Iterator[Part]:
    """Yield how a relay of the room stands, and each of its targets."""
    sign = (f"{resource.tone(relay).value} ",) if resource.tone(relay).value else ()
    name = f"{relay.handle} · {resource.standing(relay)}"
    menu = (Button(_("Open"), "lookup", relay.id),)
    yield Row((*sign, Bold(name)), menu)
    for target in every_target(relay):
        yield line(*target)


def _context(asked: Asked) -> Iterator[Span]:
    yield (
        _("IDs of people are left out here.")
        if asked.shared
        else _("Only you see this; Share leaves out the IDs of people.")
    )
