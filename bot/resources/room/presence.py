"""Who is in a room and sends what, folded from what Tencent tells of it.

Events come in any order, more than once, to any replica, and some never come. So of
each person only the latest word on each matter is kept, by the event's own time: the
fold of some events joined with the fold of others is the fold of all of them, in
whatever order. Leaving ends all that was sent, with no event of its own.

Page: https://trtc.io/document/39558
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Self

from bot.ids import AGENT_PREFIX
from bot.journal.rows import millis
from bot.tencent.room_events import Role, RoomEvent, RoomEventKind, Terminal

MOST_LEAVINGS = 4  # of one person; those of earlier stays come late, if at all
MOST_PEOPLE = 5000  # of one room; of those that left the earliest are forgotten first
MOST_WRITTEN = 300  # people of one room in its row, those that left last among them
FORGOTTEN = MOST_PEOPLE // 10  # at once
RECONNECTED = {2, 3}  # reasons of entering: another network, again after a time-out

Mark = tuple[int, int]  # when, in milliseconds, and what; (0, 0) is never
NEVER: Mark = (0, 0)
_OFF = 1  # of one moment the end counts more than the beginning

_MEDIA = {
    RoomEventKind.CAMERA_ON: ("camera", 0),
    RoomEventKind.CAMERA_OFF: ("camera", _OFF),
    RoomEventKind.SOUND_ON: ("sound", 0),
    RoomEventKind.SOUND_OFF: ("sound", _OFF),
    RoomEventKind.SCREEN_ON: ("screen", 0),
    RoomEventKind.SCREEN_OFF: ("screen", _OFF),
}
MEDIA = ("camera", "sound", "screen")


@dataclass(frozen=True, slots=True)
class Person:
    """The latest word on each matter about one person; times are milliseconds.

    *acted* is when something was heard that only who is there does. *entered* is with
    what tells that stay from others; *joined* leaves out those that only reconnected.
    *left* are the latest leavings, with their stay and reason. *role* and *terminal*
    are as last named, the media as last switched.
    """

    acted: int = 0
    entered: tuple[int, str] = (0, "")
    joined: int = 0
    left: tuple[tuple[int, str, int], ...] = ()
    role: Mark = NEVER
    terminal: Mark = NEVER
    camera: Mark = NEVER
    sound: Mark = NEVER
    screen: Mark = NEVER

    def joined_with(self, other: "Person") -> "Person":
        """Return what is known of a person by both."""
        left = sorted({*self.left, *other.left}, reverse=True)[:MOST_LEAVINGS]
        latest = {
            name: max(getattr(self, name), getattr(other, name)) for name in _LATEST
        }
        return Person(left=tuple(left), **latest)

    @property
    def is_audience(self) -> bool:
        """Whether they may only watch, and have sent nothing."""
        return self.role[1] == Role.AUDIENCE and not any(
            getattr(self, one) != NEVER for one in MEDIA
        )

    def ended(self, dismissed: int = 0) -> int:
        """Return when their last stay ended, if it did, or the room was *dismissed*.

        A leaving of an earlier stay that comes late ends nothing.
        """
        at, stay = self.entered
        ends = [
            when
            for when, of, _why in self.left
            if of == stay or not (of and stay and at)
        ]
        return max([dismissed, *ends])

    def is_in(self, dismissed: int = 0) -> bool:
        """Tell whether the last that was heard of them is not that they left."""
        return self.acted > self.ended(dismissed)

    def sends(self, media: str, dismissed: int = 0) -> bool:
        """Tell whether *media* was switched on in this stay, and not off since."""
        at, off = getattr(self, media)
        before = [when for when, _of, _why in self.left if when < self.entered[0]]
        over = max([self.ended(dismissed), *before])
        return bool(at and not off and at > over and at >= self.joined)


_LATEST = tuple(one.name for one in fields(Person) if one.name != "left")


def after(person: Person, event: RoomEvent) -> Person:
    """Return what is known of *person* after an *event* about them."""
    return person.joined_with(_alone(event))


def _alone(event: RoomEvent) -> Person:
    """Return what is known of a person by *event* alone."""
    at = millis(event.at)
    if media := _MEDIA.get(event.kind):
        name, off = media
        switched: Mapping[str, Any] = {name: (at, off)}
        return Person(acted=at, **switched)
    role = (at, int(event.role)) if event.role else NEVER
    terminal = (at, int(event.terminal)) if event.terminal else NEVER
    if event.kind is RoomEventKind.LEFT:
        left = ((at, event.unique, event.reason),)
        return Person(left=left, role=role, terminal=terminal)
    if event.kind is RoomEventKind.ROLE:
        return Person(acted=at, role=role, terminal=terminal)
    return Person(
        acted=at,
        entered=(at, event.unique),
        joined=0 if event.reason in RECONNECTED else at,
        role=role,
        terminal=terminal,
    )


@dataclass(slots=True)
class Presence:
    """What is known of one room; times are milliseconds, 0 for never.

    *began* is the earliest that was heard of it, *deaf* until when something may have
    been missed, *heard_at* when the newest came. *watching* are those of the audience
    that whoever else kept this has counted, less those that left there without having
    come there.
    """

    created: int = 0
    dismissed: int = 0
    began: int = 0
    deaf: int = 0
    heard_at: int = 0
    watching: int = 0
    crowded: bool = False  # some people were forgotten
    people: dict[str, Person] = field(default_factory=dict)

    def take(self, event: RoomEvent, now: datetime) -> None:
        """Take in *event*, which came *now*; robots of relays are no people."""
        at = millis(event.at)
        self.began = min(self.began or at, at)
        self.heard_at = max(self.heard_at, millis(now))
        if event.kind is RoomEventKind.CREATED:
            self.created = max(self.created, at)
        elif event.kind is RoomEventKind.DISMISSED:
            self.dismissed = max(self.dismissed, at)
        elif not event.user.startswith(AGENT_PREFIX):
            before = self.people.get(event.user)
            alone = _alone(event)
            self.people[event.user] = before.joined_with(alone) if before else alone
            if len(self.people) > MOST_PEOPLE:
                self._forget()

    def _forget(self) -> None:
        """Forget those of whom least is missed: who left, then the audience."""
        self.crowded = True

        def worth(user: str) -> tuple[bool, bool, int]:
            one = self.people[user]
            return one.is_in(self.dismissed), not one.is_audience, one.acted

        for user in sorted(self.people, key=worth)[:FORGOTTEN]:
            del self.people[user]

    def joined_with(self, other: Self) -> "Presence":
        """Return what is known of a room by both."""
        people = dict(self.people)
        for user, one in other.people.items():
            before = people.get(user)
            people[user] = before.joined_with(one) if before else one
        began = min(filter(None, (self.began, other.began)), default=0)
        return Presence(
            created=max(self.created, other.created),
            dismissed=max(self.dismissed, other.dismissed),
            began=began,
            deaf=max(self.deaf, other.deaf),
            heard_at=max(self.heard_at, other.heard_at),
            watching=self.watching + other.watching,
            crowded=self.crowded or other.crowded,
            people=people,
        )

    @property
    def is_whole(self) -> bool:
        """Whether everybody is known: the room was made while it was listened to."""
        return bool(self.created > self.deaf and not self.crowded)

    @property
    def has_media(self) -> bool:
        """Whether it was heard of anybody what they send."""
        return any(
            getattr(one, media) != NEVER
            for one in self.people.values()
            for media in MEDIA
        )

    @property
    def since(self) -> int:
        """Since when everything was heard of it."""
        return self.created if self.is_whole else max(self.began, self.deaf)

    @property
    def is_over(self) -> bool:
        """Whether the last that was heard of it is that it was dismissed."""
        later = (one.acted for one in self.people.values())
        return self.dismissed > max(self.created, *later, 0)

    def audience(self, robots: Iterable[str] = ()) -> int:
        """Return how many watch, and may not send."""
        none = set(robots)
        watch = [
            one
            for user, one in self.people.items()
            if one.is_audience and user not in none
        ]
        here = sum(one.is_in(self.dismissed) for one in watch)
        return max(here, self._counted(watch) + self.watching)

    def _counted(self, watch: Iterable[Person]) -> int:
        """Return how many came here, less those that only left here."""
        return sum(
            1 if one.is_in(self.dismissed) else -(not one.acted) for one in watch
        )

    def written(self) -> str:
        """Return it as it is kept: the audience as a number."""
        kept = {user: one for user, one in self.people.items() if not one.is_audience}
        watch = (one for one in self.people.values() if one.is_audience)
        many = len(kept) > MOST_WRITTEN
        if many:
            newest = sorted(kept, key=lambda user: _worth(kept[user], self.dismissed))
            kept = {user: kept[user] for user in newest[-MOST_WRITTEN:]}
        row: dict[str, Any] = {
            name: getattr(self, name) for name in _PLAIN if getattr(self, name)
        }
        row["watching"] = self.watching + self._counted(watch)
        row["crowded"] = self.crowded or many
        row["people"] = {user: _as_json(one) for user, one in kept.items()}
        return json.dumps(row, separators=(",", ":"))


_PLAIN = ("created", "dismissed", "began", "deaf", "heard_at")
_ALWAYS = ("watching", "crowded")


def _worth(person: Person, dismissed: int) -> tuple[bool, int]:
    return person.is_in(dismissed), max(person.acted, person.ended())


def _as_json(person: Person) -> dict[str, Any]:
    empty = Person()
    values = ((name, getattr(person, name)) for name in (*_LATEST, "left"))
    return {name: value for name, value in values if value != getattr(empty, name)}


def presence_of(text: str) -> Presence:
    """Read what `Presence.written` wrote, of this release or of another one."""
    row = json.loads(text)
    people = {user: _person_of(one) for user, one in row["people"].items()}
    plain = {name: row[name] for name in (*_PLAIN, *_ALWAYS) if name in row}
    return Presence(**plain, people=people)


def _person_of(row: Mapping[str, Any]) -> Person:
    values: Mapping[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in row.items()
        if name in _LATEST
    }
    left = tuple((at, stay, why) for at, stay, why in row.get("left", ()))
    return Person(left=left, **values)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardRoom:
    """A room of an application, and what was heard of it; *numeric*: so is its ID.

    *media*: what people send in rooms of that application is heard of, so that what was
    not heard says something.
    """

    sdk_app_id: int
    numeric: bool
    room: str
    presence: Presence
    media: bool = True


# ── what may be said ────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """Somebody who is in a room, or was; times are milliseconds, 0 if not known.

    *since* is when they came. Of each medium it is when it was switched on, and when
    off, in this stay. *left* and *why* are of whoever is not there.
    """

    user: str
    role: Role
    terminal: Terminal
    since: int
    on: Mapping[str, int]
    off: Mapping[str, int]
    left: int = 0
    why: int = 0

    def sends(self, *media: str) -> bool:
        """Tell whether they send one of *media*."""
        return any(one in self.on for one in media)


def participants(
    presence: Presence, robots: Iterable[str] = ()
) -> tuple[list[Participant], list[Participant]]:
    """Return who is in the room, and who was; who sends comes first.

    The audience is left out: it is counted.
    """
    none = set(robots)
    listed = [
        _participant(user, one, presence.dismissed)
        for user, one in presence.people.items()
        if user not in none and not one.is_audience
    ]
    here = sorted((one for one in listed if not one.left), key=_by_what_is_sent)
    gone = sorted((one for one in listed if one.left), key=lambda one: -one.left)
    return here, gone


def _by_what_is_sent(one: Participant) -> tuple[bool, bool, int, str]:
    return not one.sends("camera", "screen"), not one.on, one.since, one.user


def _participant(user: str, person: Person, dismissed: int) -> Participant:
    inside = person.is_in(dismissed)
    start = person.joined or person.entered[0]
    over = person.ended(dismissed)
    own = person.ended()  # who left before the room was dismissed left then
    left = own if own >= person.acted else over
    switched = {one: getattr(person, one)[0] for one in MEDIA}
    on = {one: at for one, at in switched.items() if person.sends(one, dismissed)}
    off = {
        one: at
        for one, at in switched.items()
        if inside and one not in on and at > max(over, start)
    }
    return Participant(
        user=user,
        role=Role(person.role[1]),
        terminal=Terminal(person.terminal[1]),
        since=start if start > over else 0,
        on=on,
        off=off,
        left=0 if inside else left,
        why=next((why for at, _stay, why in person.left if at == left), 0),
    )
