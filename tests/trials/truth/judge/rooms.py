"""What is said of a room, and what speaks against it.

What had come for good is known; whatever came near the bot may be. Of what an earlier
life heard it may know nothing: that was kept in memory, and written once a second.
"""

import re

from tests.trials.truth.judge.claims import MORE, UNTRUE, judges

IN = {"joins", "watches", "camera on", "camera off", "sound on", "sound off"}
IN |= {"screen on", "screen off"}
PICTURES = ("camera", "screen")
MEDIA = re.compile(r"(camera|sound|screen) (since|off) (\{[^}]+\})")


class Room:
    """What was told of the room of *subject* by the moment at which it was drawn."""

    def __init__(self, subject):
        facts, self.subject = subject.facts, subject
        life = facts.life_at(subject.seq)
        latest = subject.earliest - facts.grace
        mine = [
            one
            for one in facts.of_rooms
            if one["room"] == subject.room and one["seq"] < subject.seq
        ]
        self.perhaps = [one for one in mine if one["t"] <= subject.drawn]
        self.surely = [
            one
            for one in mine
            if one["kind"] == "room taken"
            and one["t"] <= latest
            and facts.life_at(one["seq"]) == life
        ]

    @property
    def users(self):
        people = {one["user"] for one in self.perhaps}
        return {one for one in people if one and not one.startswith("pb_")}

    def last(self, user, does, *, certain):
        """Return when *user* last did one of *does*, by the event's own time; or -1."""
        told = self.surely if certain else self.perhaps
        at = (o["at"] for o in told if o["does"] in does and o["user"] in {user, ""})
        return max(at, default=-1.0)

    def may_be_in(self, user):
        left = self.last(user, {"leaves", "dismisses"}, certain=True)
        came = self.last(user, IN, certain=False)
        return came > left

    def is_in(self, user):
        left = self.last(user, {"leaves", "dismisses"}, certain=False)
        return self.last(user, IN, certain=True) > left

    def may_send(self, user, media):
        off = {"leaves", "dismisses", f"{media} off"}
        on = self.last(user, {f"{media} on"}, certain=False)
        return on > self.last(user, off, certain=True)

    def sends(self, user, media):
        off = {"leaves", "dismisses", f"{media} off"}
        on = self.last(user, {f"{media} on"}, certain=True)
        return on > self.last(user, off, certain=False)

    def did(self, user, does, text):
        """Tell whether *user* was told to have done that at the moment *text*."""
        at, unsure = self.subject.facts.moment(text), self.subject.facts.unsure
        return any(
            one["user"] in {user, ""} and one["does"] in does
            for one in self.perhaps
            if abs(one["at"] - at) < unsure
        )


@judges("guest")
def guest(subject, claim):
    """Somebody is in the room, and sends what stands there since then."""
    room, user = Room(subject), claim.found["guest"]
    if not room.may_be_in(user):
        yield UNTRUE, f"{user} is told to be in the room, and was heard to be away"
    for media, how, text in MEDIA.findall(claim.line):
        if not room.did(user, {f"{media} {'on' if how == 'since' else 'off'}"}, text):
            yield MORE, f"{user}'s {media} {how} then, and no event says so"
        elif how == "since" and not room.may_send(user, media):
            yield UNTRUE, f"{user} is told to send the {media}, and it was heard off"
        elif how == "off" and room.sends(user, media):
            yield UNTRUE, f"{user} is told not to send the {media}, and it was heard on"


@judges("guest left")
def guest_left(subject, claim):
    """Somebody left the room at that moment."""
    room, user = Room(subject), claim.found["guest"]
    if not room.did(user, {"leaves", "dismisses"}, claim.found["time"]):
        yield MORE, f"{user} is told to have left then, and no event says so"
    elif room.is_in(user):
        yield UNTRUE, f"{user} is told to have left, and was heard to be there"


@judges("guests")
def guests(subject, claim):
    """So many are in the room, and so many of them send a picture."""
    room, n = Room(subject), int(claim.found.get("n", 0))
    least = sum(map(room.is_in, room.users))
    most = sum(map(room.may_be_in, room.users))
    if not least <= n + int(claim.found.get("watching", 0)) <= most:
        yield UNTRUE, f"{n} in the room, where {least} to {most} were heard to be"
    if "sending" in claim.found:
        yield from _sending(room, int(claim.found["sending"]))


def _sending(room, n):
    least = sum(any(room.sends(u, m) for m in PICTURES) for u in room.users)
    most = sum(any(room.may_send(u, m) for m in PICTURES) for u in room.users)
    if not least <= n <= most:
        yield UNTRUE, f"{n} send a picture, where {least} to {most} were heard to"


@judges("nobody is in")
def nobody_is_in(subject, _claim):
    """Nobody is in the room: it was made while it was listened to."""
    room = Room(subject)
    yield from guests(subject, _claim)
    if room.last("", {"makes"}, certain=False) < 0:
        yield MORE, "nobody is in the room, and it was not heard to be made"


@judges("nobody sends")
def nobody_sends(subject, claim):
    """Nobody in the room sends a picture; who stopped last stands behind it."""
    room = Room(subject)
    yield from _sending(room, 0)
    if room.last("", {"makes"}, certain=False) < 0 and "since" not in claim.found:
        yield MORE, "nobody sends a picture, and the room was not heard to be made"


@judges("does not send")
def does_not_send(subject, claim):
    """The one whom a relay shows is away, or does not send it; unnamed for others."""
    user, media = claim.found.get("guest"), claim.found["media"]
    if user and Room(subject).sends(user, media):
        yield UNTRUE, f"{user} is told not to send the {media}, and was heard to"


@judges("dismissed")
def dismissed(subject, _claim):
    """The room was dismissed."""
    if Room(subject).last("", {"dismisses"}, certain=False) < 0:
        yield MORE, "told as dismissed, and no event says so"


@judges("room not heard of")
def not_heard_of(subject, _claim):
    """Nothing was heard of the room, by this life."""
    if Room(subject).surely:
        yield UNTRUE, "nothing was heard of it, and it was"
