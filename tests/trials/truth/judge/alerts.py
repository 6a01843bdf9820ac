"""What alerts say of an outage beside what rang: who has it, since when, how it ended.

Told from docs/alerts.md. What stands in the line of an alert's course is as of the
moment that the message names.
"""

import re

from tests.trials.truth.judge.claims import MORE, UNTRUE, judges, near
from tests.trials.truth.judge.facts import FAILED, RECOVERING, RUNNING, START
from tests.trials.truth.judge.rooms import IN, Room

WELL = 300.0  # seconds: an outage is over once it was well for so long
FLAPS_IN, FLAPS_AT = 900.0, 3  # so many that begin in so many seconds are one
JOBS = 20.0  # seconds in which what time makes due is done
LATE = 60.0  # seconds from a start, in which it is live, if all is well
DONE_IN = 12.0  # seconds from an ask to what it does
MARK = re.compile(r"As of (\{[^}]+\})")
T = r"(\{[^}]+\})"
LEAVES = {"leaves", "dismisses"}
PARTS = {}


def part(pattern):
    """Register the decorated function as the judge of what fits *pattern*."""

    def register(function):
        PARTS[re.compile(pattern)] = function
        return function

    return register


def slack(facts):
    """Return how wrong a span may be of which the bot names both ends, in seconds."""
    return JOBS + 2 * facts.unsure


def as_of(subject):
    """Return *subject* at the moment that its message names, if it names one."""
    for line in subject.facts.record[subject.seq]["lines"]:
        if mark := MARK.fullmatch(line):
            at = subject.facts.when(mark[1], subject.seq)
            room, earliest = subject.room, min(at, subject.earliest)
            return type(subject)(
                subject.facts, subject.seq, at + 1, room=room, earliest=earliest
            )
    return subject


@judges("course")
def course(subject, claim):
    """How an outage goes, part by part."""
    for pattern, judge in PARTS.items():
        for found in pattern.finditer(claim.line):
            yield from judge(subject, *found.groups())


def asks_of(subject, *does):
    """Return the asks of these kinds about the room, or about one that is not known."""
    return [
        ask
        for ask in subject.facts.asks.values()
        if ask.get("does") in does
        and ask["seq"] < subject.seq
        and ask.get("room") in {None, "", subject.room}
    ]


@part(rf"Taken by @(\w+) · {T}")
def taken_by(subject, user, text):
    """That person took it, then."""
    at, asks = subject.facts.moment(text), asks_of(subject, "take", "eyes")
    theirs = [one["t"] for one in asks if one["user"] == user and one["may"]]
    if not theirs:
        yield UNTRUE, f"taken by {user}, who did not ask for that"
    elif not any(near(subject, at, t) or t <= at <= t + DONE_IN for t in theirs):
        yield UNTRUE, f"taken at {at:.0f}, but it was asked at {theirs}"


@part(rf"Muted by @(\w+) until {T}")
def muted_by(subject, user, text):
    """That person muted it, until then."""
    at = subject.facts.moment(text)
    theirs = [
        ask["t"] + ask["seconds"]
        for ask in asks_of(subject, "mute")
        if ask["user"] == user and ask["may"] and ask["seconds"]
    ]
    if not any(near(subject, at, t) or t <= at <= t + DONE_IN for t in theirs):
        yield UNTRUE, f"muted by {user} until {at:.0f}, but they asked for {theirs}"


@part(r"Flapping: (\d+) outages")
def so_often(subject, number):
    """So many outages began within a quarter of an hour.

    Targets that fail; being live that breaks, of what was late to be live; or a room
    that people leave.
    """
    least, within = min(int(number), FLAPS_AT), FLAPS_IN + slack(subject.facts)
    events = subject.news("event", certain=False)
    fails, breaks = (  # each is news twice: as it is sent, and as it is taken
        {e.at for e in events if e.status == status} for status in (FAILED, RECOVERING)
    )
    late = {t + LATE for t in subject.sent(START)[:1]}
    left = {one["t"] for one in Room(subject).perhaps if one["does"] in LEAVES}
    every = [sorted(fails or left), sorted(late | breaks)]
    if not any(_so_close(begins, least, within) for begins in every):
        yield UNTRUE, f"said to flap, and it broke at {every}"


def _so_close(begins, least, within):
    """Tell whether *least* of *begins* are *within* so many seconds."""
    starts = range(len(begins) - least + 1)
    return any(begins[n + least - 1] - begins[n] <= within for n in starts)


@judges("flapping")
def flapping(subject, _claim):
    """It is the third time in a quarter of an hour."""
    yield from so_often(subject, FLAPS_AT)


@part(rf"Live since {T}; over")
def live_again(subject, text):
    """It is live, since that moment."""
    at = subject.facts.moment(text)
    times = [e.at for e in subject.news("event", certain=False) if e.status == RUNNING]
    if not any(near(subject, at, t) or t <= at <= t + JOBS for t in times):
        yield UNTRUE, f"live again at {at:.0f}, and the events say {times}"
    allowed = as_of(subject).allowed().values()
    if not all(one & {RUNNING, None} for one in allowed):
        yield UNTRUE, f"live again at {at:.0f}, and then the events say {allowed}"


@part(rf"Somebody is there since {T}")
def somebody(subject, text):
    """Somebody is in the room, since that moment at the latest."""
    room, at = Room(subject), subject.facts.moment(text)
    came = [one["t"] for one in room.perhaps if one["does"] in IN]
    if not any(t <= at + subject.facts.unsure for t in came):
        yield MORE, f"somebody is there since {at:.0f}, and nobody was heard to come"


@part(rf"(?<!\w)Over {T} · since {T}")
def over(subject, text, began):
    """It is over: the relay is, or it was well for five minutes."""
    at, since = subject.facts.moment(text), subject.facts.moment(began)
    if since > at + 1:
        yield UNTRUE, f"over at {at:.0f}, and began at {since:.0f}"
    elif not (
        may_be_settled(subject)
        # it may have been live all the while, and its callbacks were late
        or was_well(subject, 0 if _is_called(subject, "not live") else since)
        or (_is_called(subject, "unknown") and subject.vouched(certain=False))
    ):
        yield MORE, "an outage is told as over, and nothing says so"


def _is_called(subject, cause):
    return f"alert: {cause}" in subject.facts.record[subject.seq]["lines"][0]


def may_be_settled(subject):
    """Tell whether something says that the relay is over, or what became of it."""
    over = subject.over(certain=False) is not None
    return over or bool(
        subject.asked("close") or subject.refused("refused", certain=False)
    )


def was_well(subject, since):
    """Tell whether it may have been live, or somebody there, for five minutes.

    That is between *since* and the moment of *subject*.
    """
    least = WELL - slack(subject.facts)
    return any(
        end - max(begin, since) >= least and end > since
        for begin, end in (*_live(subject), *_visited(subject))
    ) or (least <= 0)


def _live(subject):
    """Yield when it may have been live: from an event until another that is certain."""
    events = subject.news("event", certain=False)
    broken = [e for e in subject.news("event", certain=True) if e.status != RUNNING]
    for one in events:
        if one.status == RUNNING:  # which one that was late does not end
            ends = [e.t for e in broken if e.t > one.t and e.at > one.at]
            yield min(one.at, one.t), min(ends, default=subject.drawn)


def _visited(subject):
    """Yield when somebody may have been in its room."""
    room = Room(subject)
    left = [one["t"] for one in room.surely if one["does"] in LEAVES]
    for one in room.perhaps:
        if one["does"] in IN:
            ends = [t for t in left if t > one["t"]]
            yield min(one["at"], one["t"]), min(ends, default=subject.drawn)


@judges("room is empty")
def room_is_empty(subject, claim):
    """Nobody is in the room, which was made or dismissed while this bot listened."""
    room = Room(subject)
    there = [user for user in room.users if room.is_in(user)]
    if there:
        yield UNTRUE, f"nobody is told to be there, and {there} are heard to be"
    ends = {"makes", "dismisses"}
    if room.last("", ends, certain=False) < 0:
        yield MORE, "nobody is told to be there, and the room was not heard to be made"
    if "time" in claim.found:
        at, unsure = subject.facts.moment(claim.found["time"]), subject.facts.unsure
        ends |= LEAVES
        times = [one["at"] for one in room.perhaps if one["does"] in ends]
        if not any(abs(at - t) <= unsure for t in times):
            yield UNTRUE, f"empty since {at:.0f}, and the events say {times}"


@judges("taken")
def taken(subject, _claim):
    """Somebody has it."""
    if not asks_of(subject, "take", "eyes"):
        yield MORE, "told as taken, and nobody asked for that"


@judges("muted")
def muted(subject, claim):
    """Nobody is called until then, as somebody asked."""
    at = subject.facts.moment(claim.found["time"])
    asked = [one["t"] + one["seconds"] for one in asks_of(subject, "mute")]
    if not any(near(subject, at, t) or t <= at <= t + DONE_IN for t in asked):
        yield UNTRUE, f"muted until {at:.0f}, but it was asked for {asked}"


@judges("alert", "nobody has it", "no alert open", "subscribed")
def of_an_outage(_subject, _claim):
    """What rang, or not: judged over the whole history, by `rings`."""
    return ()
