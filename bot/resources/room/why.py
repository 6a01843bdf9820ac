"""Why the picture of a relay may be black: what was heard that would explain it.

Each cause is said with its evidence and with the button that mends it, and the most
likely one first. What was not heard of a room proves nothing unless the room was made
while it was listened to, and then it is said since when it was.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from bot.dialogue.outcome import Button, Clock, Span, When, said
from bot.i18n import _
from bot.ids import IntentId
from bot.journal.evidence import Target, moment_of
from bot.journal.model import Intent
from bot.resources.byhand import typed_after
from bot.resources.relay.plan import NUMBER, TEXT
from bot.resources.relay.targets import (
    explaining,
    how_target_stands,
    target_name,
)
from bot.resources.relay.update import may_change, replace_address
from bot.resources.relay.wanted import (
    Wanted,
    has_images,
    has_picture,
    is_numeric,
    wanted,
)
from bot.resources.room.presence import (
    HeardRoom,
    Participant,
    Presence,
    participants,
)
from bot.resources.room.words import Names
from bot.tencent.room_events import Role

Line = tuple[Span, ...]

MEGA = 1000  # kbit/s

_BROKEN = {Target.CONNECTING, Target.RECOVERING, Target.FAILED}


@dataclass(frozen=True, slots=True, kw_only=True)
class PushFacts:
    """What a CDN gets of a relay for one target, when that was last asked: *at*.

    *fps* are frames a second and *kbps* kbit/s of the picture. Where two readings were
    a small fraction of what was *usual* before, *fell_at* is the first of them. Times
    are UTC milliseconds; 0 is never, or not known.
    """

    at: int
    fps: float
    kbps: int
    usual: int = 0
    fell_at: int = 0


# By the relay and the number of the target, from 1; a target not in it is not told of.
Pushes = Mapping[tuple[IntentId, int], PushFacts]


@dataclass(frozen=True, slots=True)
class Cause:
    """What may make the picture of a relay black, and what mends it, if that is known.

    *sure*: it was heard, and would do it; the others are possible, and no more.
    *heard_at*, in UTC milliseconds: when the room that it is of was last heard of.
    """

    line: Line
    buttons: tuple[Button, ...] = ()
    sure: bool = True
    heard_at: int = 0


def causes(
    relay: Intent,
    rooms: Iterable[HeardRoom],
    names: Names,
    pushes: Pushes | None = None,
) -> list[Cause]:
    """Return why the picture of *relay* may be black, the most likely first.

    *rooms* are all that were heard of that are written like its own, *pushes* what the
    CDNs get.
    """
    if not has_picture(relay):
        return []
    same = [one for one in rooms if one.sdk_app_id == relay.subject.sdk_app_id]
    own = next((one for one in same if one.numeric is is_numeric(relay)), None)
    other = next((one for one in same if one.numeric is not is_numeric(relay)), None)
    heard = own.presence if own else Presence()
    robots = (relay.subject.agent,)
    here, gone = participants(heard, robots)
    likely = _heard(_other_type(relay, other, here), other)
    if own:
        likely += _heard(_nobody_sends(own, here, gone, names), own)
        likely += _heard(_missing(relay, own, _People(here, gone), names), own)
    likely += [*_pushed_badly(relay), *_gets_little(relay, pushes or {})]
    surely = [one for one in likely if one.sure]
    perhaps = [one for one in likely if not one.sure]
    return [*surely, *perhaps, *_unheard(own), *_images(relay)]


def _heard(reasons: Iterable[Cause], room: HeardRoom | None) -> list[Cause]:
    """Return *reasons* with when *room*, which they are of, was last heard of."""
    at = room.presence.heard_at if room else 0
    return [replace(one, heard_at=at) for one in reasons]


@dataclass(frozen=True, slots=True)
class _People:
    """Who is in a room, and who was."""

    here: list[Participant]
    gone: list[Participant]

    def of(self, user: str) -> tuple[Participant | None, Participant | None]:
        """Return *user* as they are there, and as they left."""
        there = next((each for each in self.here if each.user == user), None)
        return there, next((each for each in self.gone if each.user == user), None)


def _other_type(
    relay: Intent, other: HeardRoom | None, here: Iterable[Participant]
) -> Iterator[Cause]:
    """Yield that people are in the room of the other type, and none in this one."""
    there = participants(other.presence, (relay.subject.agent,))[0] if other else []
    if not there or list(here):
        return
    text = (
        _("People are in the room of that text, and {handle} mixes that number.")
        if is_numeric(relay)
        else _("People are in the room of that number, and {handle} mixes that text.")
    )
    yield Cause((text.format(handle=relay.handle),), (other_type(relay),))


def other_type(relay: Intent) -> Button:
    """Return the button that opens the form of *relay*, with the other type of room."""
    kind = TEXT if is_numeric(relay) else NUMBER
    text = typed_after("start", (), {"like": relay.id, "type": kind})
    return Button(_("Start again with the other type"), "relay", text)


def _nobody_sends(
    own: HeardRoom,
    here: list[Participant],
    gone: list[Participant],
    names: Names,
) -> Iterator[Cause]:
    if not own.media or any(one.sends("camera", "screen") for one in here):
        return
    since = When(moment_of(own.presence.since), Clock.TIME)
    text = (
        _("Nobody in the room sends a picture.")
        if own.presence.is_whole
        else _("Since {since} no camera and no screen was heard of that is on.")
    )
    last = _last_to_stop(here, gone, names)
    spans = (*said(text, since=since), *((" ", *last) if last else ()))
    yield Cause(spans, sure=own.presence.is_whole or bool(last))


def _last_to_stop(
    here: list[Participant], gone: list[Participant], names: Names
) -> Line:
    """Return who stopped last to send a picture, and how, if that was heard."""
    stopped = [
        (at, media, one)
        for one in here
        for media, at in one.off.items()
        if media != "sound"
    ]
    left = gone[:1]
    if stopped:
        at, media, one = max(stopped, key=lambda each: each[0])
        if not left or at > left[0].left:
            return names.off(one.user, media, at)
    return names.left(left[0]) if left else ()


def _missing(
    relay: Intent, own: HeardRoom, people: _People, names: Names
) -> Iterator[Cause]:
    """Yield each picture that *relay* names and that is not sent."""
    for one in wanted(relay):
        there, left = people.of(one.user)
        if there and (there.sends(one.media) or not own.media):
            continue
        why = _why_missing(one, own.presence, there, left, names)
        spans = (*names.waits(relay.handle, one), " ", *why)
        is_known = left is not None or _watches(own.presence, one.user)
        if there:
            is_known |= bool(there.since) or one.media in there.off
        # or else it may be sent since before the room was heard of
        is_known |= own.presence.is_whole
        yield Cause(spans, change_layout(relay), sure=is_known)


def _watches(heard: Presence, user: str) -> bool:
    """Tell whether *user* is in the room as one of the audience."""
    one = heard.people.get(user)
    is_in = one is not None and one.is_in(heard.dismissed)
    return one is not None and is_in and one.role[1] == Role.AUDIENCE


def change_layout(relay: Intent) -> tuple[Button, ...]:
    """Return the button that opens the form of changes of *relay*, if it may be."""
    if not may_change(relay):
        return ()
    return (Button(_("Change layout"), "relay", f"update {relay.id}"),)


def _why_missing(
    one: Wanted,
    heard: Presence,
    person: Participant | None,
    left: Participant | None,
    names: Names,
) -> Line:
    """Return what was heard of the user that *one* waits for."""
    if _watches(heard, one.user):
        at = When(moment_of(heard.people[one.user].role[0]), Clock.TIME)
        text = _("{user} is in the audience since {when}, which may not send.")
        return said(text, user=names.first(one.user), when=at)
    if person is None:
        return names.left(left) if left else names.absent(one.user, heard)
    other = "camera" if one.screen else "screen"
    if one.media in person.off:
        return names.off(one.user, one.media, person.off[one.media])
    return names.only(one.user, other) if person.sends(other) else names.none(one)


def _pushed_badly(relay: Intent) -> Iterator[Cause]:
    """Yield each target that is not live, whatever is sent in the room."""
    for number, target in enumerate(relay.standing.targets, 1):
        if target.status in _BROKEN:
            stands = how_target_stands(relay, target)
            buttons = [replace_address(relay, number)] if may_change(relay) else []
            line = (target_name(relay, number), *stands)
            yield Cause(line, (*buttons, *explaining(target.code)))


def _gets_little(relay: Intent, pushes: Pushes) -> Iterator[Cause]:
    """Yield each target whose CDN is reached and gets a small part of what it got."""
    for number, push in _of(relay, pushes):
        if not push.fell_at:
            continue
        text = _(
            "{target}: the CDN gets {rate} since {when}, and got {usual} before, as of"
            " a picture that is still or black."
        )
        spans = said(
            text,
            target=target_name(relay, number),
            rate=rate(push.kbps),
            when=When(moment_of(push.fell_at), Clock.TIME),
            usual=rate(push.usual),
        )
        yield Cause(spans, change_layout(relay))


def _of(relay: Intent, pushes: Pushes) -> list[tuple[int, PushFacts]]:
    """Return what is told of each target of *relay*, by its number."""
    own = ((number, push) for (of, number), push in pushes.items() if of == relay.id)
    return sorted(own, key=lambda one: one[0])


def rate(kbps: int) -> str:
    """Return a bit rate as it is read: 38 kbit/s, 1.5 Mbit/s."""
    if kbps < MEGA:
        return _("{n} kbit/s").format(n=kbps)
    return _("{n} Mbit/s").format(n=f"{kbps / MEGA:.1f}")


def _unheard(own: HeardRoom | None) -> Iterator[Cause]:
    """Yield that it is not known who sends what, where that is not told."""
    if own and not own.media:
        text = _("No media callback of this app was heard: who sends what is unknown.")
        yield Cause((text,), sure=False)


def _images(relay: Intent) -> Iterator[Cause]:
    if has_images(relay):
        text = _(
            "{handle} names an image. One that Tencent cannot fetch is left out, and"
            " that is told nowhere."
        )
        yield Cause((text.format(handle=relay.handle),), sure=False)
