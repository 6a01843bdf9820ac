"""The claims that a card makes beside its headline, and those about single targets."""

import re

from tests.trials.truth.judge.claims import (
    MORE,
    UNTRUE,
    accepted,
    judges,
    named,
    near,
    said,
    unknown,
)
from tests.trials.truth.judge.due import earliest, latest, ways
from tests.trials.truth.judge.facts import (
    CONNECTING,
    DAY,
    DISCONNECTING,
    FAILED,
    IDLE,
    RECOVERING,
    RUNNING,
    START,
    target,
)

UP = {CONNECTING, RUNNING, RECOVERING}
STANDS = {
    "connecting since": {CONNECTING},
    "live since": {RUNNING},
    "recovered": {RUNNING},
    "reconnecting since": {RECOVERING},
    "lost its connection": {RECOVERING},
    "failed": {FAILED},
    "disconnecting since": {DISCONNECTING},
    "disconnected": {IDLE},
    "idle since": {IDLE},
}
UNITS = {"d": 86_400, "h": 3600, "min": 60, "s": 1}
SOON, LAST_DAY = 25 * DAY, 29 * DAY
JOBS = 20.0  # seconds in which what time makes due is done


@judges("target")
def one_target(subject, claim):
    """One target stands as the word says, since the moment that is named."""
    yield from went(subject, claim)
    where = subject.target(int(claim.found.get("n", 1)))  # one has no number
    allowed, wanted = subject.allowed().get(where, {None}), STANDS[claim.found["word"]]
    if FAILED in wanted:
        wanted = wanted | {IDLE}  # given up: that is how it stays
    if None not in allowed and not allowed & wanted:
        yield UNTRUE, f"“{claim.found['word']}”, and the events say {sorted(allowed)}"


@judges("target is live")
def target_is_live(subject, claim):
    """One target is live, by an event about it."""
    where = subject.target(int(claim.found.get("n", 1)))
    allowed = subject.allowed().get(where, {None})
    if None not in allowed and RUNNING not in allowed:
        yield UNTRUE, f"{where} shown as live, and the events say {sorted(allowed)}"
    if not subject.heard(RUNNING, certain=False):
        yield MORE, f"{where} shown as live, and no event says so"


@judges("went")
def went(subject, claim):
    """One target went that way, at the moment that is named."""
    at, wanted = named(subject, claim), STANDS[claim.found["word"]]
    where = subject.target(int(claim.found.get("n", 1)))  # one has no number
    news = subject.news("event", certain=False)
    times = [
        one.at
        for one in news
        if one.status in wanted and where in {target(one.url), None}
    ]
    if not times:
        yield MORE, f"“{claim.found['word']}”, and no event says so"
    elif not any(near(subject, at, t) for t in times):
        yield UNTRUE, f"“{claim.found['word']}” at {at:.0f}, but at {times}"


@judges("ran again")
def ran_again(subject, claim):
    """It ran, at the moment that is named, and had been idle before."""
    at, news = named(subject, claim), subject.news("event", certain=False)
    times = [one.at for one in news if one.status in UP]
    if not any(one.status == IDLE and one.at <= at + 1 for one in news):
        yield MORE, "said to run again, and no event says that it was idle"
    if not any(near(subject, at, t) for t in times):
        yield UNTRUE, f"said to run again at {at:.0f}, but it ran at {times}"


@judges("flaps")
def flaps(subject, _claim):
    """A target has broken more than once."""
    if not (subject.heard(RECOVERING, certain=False) or subject.has_failed()):
        yield MORE, "said to break again and again, and no event says so"


@judges("targets failed", "targets ended")
def some_targets(subject, claim):
    """These targets failed, or ended; the others did not."""
    wanted = {FAILED} if claim.kind.endswith("failed") else {IDLE, DISCONNECTING}
    _last, every = subject.statuses(certain=False)
    for number in claim.found["numbers"].split(", "):
        where = subject.target(int(number))
        heard = every.get(where, set()) if where else set().union(*every.values())
        if not heard & wanted:
            yield MORE, f"target {number}: {claim.kind}, and no event says so"
    if subject.over(certain=True) is not None:
        yield UNTRUE, f"{claim.kind}, and it is known to be over"


@judges("may run")
def may_run(subject, _claim):
    """A stop was sent, and whether it was done is not known."""
    if subject.over(certain=True) is not None:
        yield UNTRUE, "said to run perhaps, and it is known to be over"
    if not subject.asked("stop"):
        yield MORE, "said to run perhaps, and nobody stopped it"


@judges("billed as known", "runs or may")
def billed_as_known(subject, claim):
    """As far as is known it goes on running, and is billed."""
    if subject.over(certain=True) is not None:
        yield UNTRUE, f"told as {claim.kind}, and it is known to be over"


@judges("not stopped by this")
def not_stopped_by_this(subject, _claim):
    """The stop that was asked for came to nothing."""
    asked = max((ask["t"] for ask in subject.asked("stop")), default=subject.drawn)
    stopped = [t for t in subject.tasks if t.how == "stop" and t.ended >= asked]
    other = any(ask["does"] != "stop" for ask in subject.asked("stop"))  # that was due
    if not other and any(task.ended <= subject.drawn for task in stopped):
        yield UNTRUE, "told as not stopped by that, and the ledger says that it was"
    elif subject.lost_stops():
        yield MORE, "told as not stopped, and a stop was not answered"


@judges("soon out of reach")
def soon_out_of_reach(subject, claim):
    """It runs as far as is known, for more than twenty-five days."""
    yield from accepted(subject, claim)
    began = subject.began
    slack = subject.facts.unsure
    if began is not None and subject.drawn - began < SOON - slack:
        yield UNTRUE, f"soon out of reach after {(subject.drawn - began) / DAY:.1f} d"


@judges("last day")
def last_day(subject, claim):
    """Tencent takes a stop of it for less than a day more."""
    yield from accepted(subject, claim)
    age, slack = subject.earliest - (subject.began or 0.0), subject.facts.unsure
    if not LAST_DAY - slack <= age < LAST_DAY + DAY + slack:
        yield UNTRUE, f"less than a day is left after {age / DAY:.1f} d"


@judges("none arrives")
def none_arrives(subject, _claim):
    """No callbacks of its app arrive, since it was sent."""
    sent = max(subject.sent(START), default=None)
    for one in subject.facts.news:
        before = one.seq < subject.seq and one.t < subject.drawn - JOBS
        if one.what == "event" and one.certain and before and sent and one.t > sent:
            yield UNTRUE, f"no callbacks arrive, but one came at {one.t:.0f}"
            return


@judges("candidate")
def candidate(subject, _claim):
    """A TaskId came under its name."""
    if not subject.news("event", "started", certain=False):
        yield MORE, "a TaskId is said to have come, and none has"


@judges("no such task")
def no_such_task(subject, claim):
    """Tencent knows no task of the ID that somebody attached, or asked to stop."""
    gone = subject.news("gone", certain=False)
    if not gone:
        yield MORE, "Tencent is said to know no such task, and has not said so"
    told = subject.news("started", "event", certain=True)
    # that a task is gone is said as soon as it is heard, if that is what came last
    heard = gone and not any(one.t > gone[-1].t for one in told)
    if not heard and not subject.news("gone", certain=True):
        yield from unknown(subject, claim)


@judges("for so long")
def for_so_long(subject, claim):
    """It ran for so long before it was stopped."""
    text, at, began = claim.found.get("for"), named(subject, claim), subject.began
    if not text or began is None or at is None:
        return
    pairs = re.findall(r"(\d+) (d|h|min|s)", text)
    seconds = sum(int(number) * UNITS[unit] for number, unit in pairs)
    slack = subject.facts.unsure + UNITS[pairs[-1][1]]
    longest = at - min([began, *subject.sent(START)])  # it counts from the sending
    if not at - began - slack <= seconds <= longest + slack:
        yield UNTRUE, f"said to have run for {text}, and ran {at - began:.0f} s"


@judges("by itself")
def by_itself(subject, _claim):
    """It ended by itself, and nobody here stopped it."""
    if any(task.how == "stop" for task in subject.tasks):
        done = subject.news("stopped", certain=True)
        if done:
            yield UNTRUE, "said to have ended by itself, and it was stopped"


@judges("silent")
def silent(subject, _claim):
    """Tencent has not said anything of the TaskId that somebody attached.

    What it said of another TaskId of the same robot stands beside that.
    """
    told = {one.task for one in subject.news("started", "event", certain=True)}
    if told & subject.attached:
        yield UNTRUE, "Tencent is said to be silent, and has told of it"


@judges("not live")
def not_live(subject, _claim):
    """It is not live a minute after its start, though callbacks arrive."""
    if subject.heard(RUNNING, certain=True):
        last, _every = subject.statuses(certain=True)
        yield UNTRUE, f"said not to be live, and it was: {said(last)}"


@judges("due")
def due(subject, claim):
    """A stop of it is, or was, due at the moment that is named, as somebody said."""
    at, slack = named(subject, claim), subject.facts.unsure
    asks = ways(subject.facts, subject.room, subject.seq)
    spans = [
        (earliest(subject.facts, one) - slack, latest(subject.facts, one) + slack)
        for one in asks
        if earliest(subject.facts, one) is not None
    ]
    clocks = any(one.get("clock") for one in asks)
    spans += [(a + DAY, b + DAY) for a, b in spans if clocks]
    if at is not None and not any(a <= at <= b for a, b in spans):
        yield UNTRUE, f"a stop is said to be due at {at:.0f}, and nobody asked for that"
