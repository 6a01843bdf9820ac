"""Each kind of claim, and what speaks against it.

A judge gets the subject and the claim, and yields pairs (fault, why). *untrue*: it
contradicts the ledger at the time that it names, or news that had come for good.
*more than the evidence*: nothing that had come by then supports it.
"""

from tests.trials.truth.judge.facts import (
    DAY,
    FAILED,
    IDLE,
    RECOVERING,
    RUNNING,
    START,
    STOP,
    UPDATE,
)

UNTRUE, MORE = "untrue", "more than the evidence"
REACH = 30 * DAY
JUDGES = {}


def judges(*kinds):
    """Register the decorated function as the judge of *kinds*."""

    def register(function):
        JUDGES.update(dict.fromkeys(kinds, function))
        return function

    return register


def named(subject, claim, name="time"):
    """Return the moment that *claim* names, or None."""
    if name not in claim.found:
        return None
    return subject.facts.moment(claim.found[name])


def near(subject, one, other):
    """Tell whether two moments are the same as far as the bot's clock can tell."""
    return abs(one - other) <= subject.facts.unsure


@judges("green")
def green(subject, _claim):
    """🟢: live, by a callback."""
    last, _every = subject.statuses(certain=True)
    if last and not any(RUNNING in one for one in subject.allowed().values()):
        yield UNTRUE, f"green, and {said(last)}"
    elif subject.over(certain=True) is not None:
        yield UNTRUE, "green, and it is known to be over"
    elif not subject.heard(RUNNING, certain=False):
        yield MORE, "green, and no event says that a target is live"


@judges("live")
def live(subject, claim):
    """All targets are live, since the moment that is named."""
    yield from green(subject, claim)
    last, _every = subject.statuses(certain=True)
    allowed = subject.allowed()
    if not all(RUNNING in allowed[where] for where in last):
        yield UNTRUE, f"live, and {said(last)}"
    at = named(subject, claim)
    went = [
        t for task in subject.tasks for t, _u, status in task.went if status == RUNNING
    ]
    if at is not None and not any(near(subject, at, t) for t in went):
        yield UNTRUE, f"live since {at:.0f}, but it went live at {went}"


@judges("requested", "sending")
def before(subject, claim):
    """It is still to be sent, or just being sent."""
    if subject.news("started", "event", certain=True):
        yield UNTRUE, f"told as {claim.kind}, and its TaskId is known"
    sent = min(subject.sent(START), default=subject.drawn)
    if claim.kind == "requested" and sent < subject.drawn - 1:
        yield UNTRUE, "told as requested, and it was sent"


@judges("accepted", "connecting", "running")
def accepted(subject, claim):
    """Tencent has accepted it, and it is not known to be over."""
    if not (subject.vouched(certain=False) or subject.attached):
        yield MORE, f"told as {claim.kind}, and nobody vouches for it"
    if subject.over(certain=True) is not None:
        yield UNTRUE, f"told as {claim.kind}, and it is known to be over"


@judges("silent so far")
def silent_so_far(subject, claim):
    """Accepted, and no callback has come."""
    yield from accepted(subject, claim)
    last, _every = subject.statuses(certain=True)
    if last:
        yield UNTRUE, f"no callback yet, but {said(last)}"


@judges("tells")
def tells(subject, _claim):
    """Tencent will tell when it ends: not so once its targets have failed."""
    last, _every = subject.statuses(certain=True)
    allowed = subject.allowed()
    if last and all(allowed[where] <= {FAILED, IDLE} for where in last):
        yield UNTRUE, f"Tencent would tell when it ends, but {said(last)}"


@judges("recovering")
def recovering(subject, _claim):
    """A target was cut off, and Tencent tries again."""
    if not subject.heard(RECOVERING, certain=False):
        yield MORE, "recovering, and no event says so"
    if subject.over(certain=True) is not None:
        yield UNTRUE, "recovering, and it is known to be over"


@judges("target failed", "push failed")
def failed(subject, claim):
    """A target has failed; nothing says that the relay is over."""
    if not subject.heard(FAILED, certain=False):
        yield MORE, f"{claim.kind}, and no event says so"
    last, _every = subject.statuses(certain=True)
    if claim.kind == "push failed" and last and _is_just_live(subject):
        yield UNTRUE, "push failed, and a target is live"


@judges("idle")
def idle(subject, _claim):
    """All is idle, and why is not known."""
    if not subject.heard(IDLE, certain=False):
        yield MORE, "idle, and no event says so"
    known, _every = subject.statuses(certain=True)
    if known and _is_just_live(subject):
        yield UNTRUE, "idle, and a target is live"


@judges("replaced")
def replaced(_subject, claim):
    """Another goes by its ID now: so it is with sessions, which people name."""
    if claim.found.get("handle", "S").startswith("R"):
        yield MORE, "a relay has an ID of its own, and nothing replaces it"


@judges("ended")
def ended(subject, claim):
    """It is over, by itself or because somebody stopped it."""
    at = named(subject, claim)
    supported = subject.over(certain=False) is not None
    runs = subject.runs_at(subject.drawn if at is None else at + subject.facts.unsure)
    if not supported:
        yield (UNTRUE if runs else MORE), "told as ended, and no end has been heard"
    elif at is not None and runs:
        yield UNTRUE, f"ended at {at:.0f}, and it ran then"
    elif _rose(subject):
        yield UNTRUE, "told as ended, and an event says that it runs since"


@judges("stopped")
def stopped(subject, claim):
    """Somebody stopped it, at the moment that is named."""
    yield from ended(subject, claim)
    user = claim.found.get("user")
    askers = {ask["user"] for ask in subject.asked("stop")}
    if user and askers and user not in askers:
        yield UNTRUE, f"stopped by {user}, but {sorted(askers)} asked for it"


@judges("not started")
def not_started(subject, claim):
    """It did not start, and nothing is billed."""
    if any(task.began <= subject.drawn for task in subject.tasks):
        yield UNTRUE, "told as not started, and the ledger has it"
    elif subject.lost_starts():
        yield MORE, "told as not started, and it may have"


@judges("nothing sent")
def nothing_sent(subject, _claim):
    """Nothing was sent."""
    if subject.sent(START) and not subject.named:
        yield UNTRUE, "nothing was sent, but Tencent had it"


@judges("approved")
def approved(subject, _claim):
    """Somebody else than whoever asked has approved it."""
    if not subject.asked("approve"):
        yield MORE, "told as approved, and nobody did"


@judges("unknown")
def unknown(subject, _claim):
    """It is not known whether it runs."""
    last, _every = subject.statuses(certain=True)
    if last or subject.news("started", certain=True):
        yield UNTRUE, "told as unknown, and its TaskId is known"


@judges("stop under way")
def under_way(subject, claim):
    """A stop is under way, whatever is known of the relay."""
    if not subject.asked("stop"):
        yield MORE, f"told as {claim.kind}, and nobody asked for it"


@judges("stopping")
def stopping(subject, claim):
    """A stop is under way, and it is not known to be over."""
    if subject.over(certain=True) is not None:
        yield UNTRUE, f"told as {claim.kind}, and it is known to be over"
    if not subject.asked("stop"):
        yield MORE, f"told as {claim.kind}, and nobody asked for it"


@judges("not stopped")
def not_stopped(subject, _claim):
    """A stop came to nothing: it runs on."""
    if subject.tasks and not subject.runs_at(subject.drawn):
        yield UNTRUE, "told as not stopped, and the ledger says that it is over"
    elif subject.lost_stops():
        yield MORE, "told as not stopped, and a stop was not answered"


@judges("billed")
def billed(subject, _claim):
    """It goes on running, and being billed."""
    if not subject.runs_at(subject.drawn):
        yield UNTRUE, "said to go on being billed, and the ledger says that it is over"


@judges("not running")
def not_running(subject, _claim):
    """It is not running, so a stop makes no sense."""
    if subject.runs_at(subject.drawn):
        yield UNTRUE, "said not to run, and it runs"
    elif subject.lost_starts() and not (
        subject.over(certain=False) is not None or subject.asked("close")
    ):
        yield MORE, "said not to run, and it may"


@judges("no such")
def no_such(subject, claim):
    """The bot knows nothing of it.

    A handle is given by the journal alone: no callback and no answer brings back one
    that was given after the copy from which the journal was restored.
    """
    if "handle" in claim.found and subject.is_handle_lost:
        return
    news = subject.news("started", "event", certain=True)
    if any(one.agent.startswith("pb_") for one in news) or subject.sent(STOP):
        yield UNTRUE, f"“{claim.line}”, and it was told of, or stopped from here"


@judges("none runs")
def none_runs(subject, _claim):
    """Nothing that was started from here runs."""
    for room in subject.facts.agents:
        one = type(subject)(subject.facts, subject.seq, subject.drawn, room=room)
        known = one.news("started", certain=True)
        if known and one.over(certain=False) is None and one.runs_at(one.drawn):
            yield UNTRUE, f"nothing runs, but that of {room} does"
            return


@judges("runs all the same")
def runs_all_the_same(subject, _claim):
    """It runs, against what was told before."""
    if not subject.news("event", certain=False):
        yield MORE, "said to run, and no event says so"


@judges("second")
def second(subject, _claim):
    """There are two relays for it."""
    ids = {one.task for one in subject.news("started", "event", certain=False)}
    if len(ids) < 2:
        yield MORE, f"said to have a second relay, and {sorted(ids)} is known"


@judges("stop is stuck")
def stuck(subject, _claim):
    """The stop does not get through, and is tried on."""
    if subject.over(certain=True) is not None:
        yield UNTRUE, "said to be stuck, and it is known to be over"


@judges("closed")
def closed(subject, claim):
    """Somebody has said that it did not start."""
    closes = subject.asked("close")
    if not closes:
        yield MORE, "told as closed, and nobody closed it"
        return
    at = closes[-1]["t"]
    heard = [one for one in subject.news("event", certain=True) if one.t > at + 1]
    if any(one.status in {RUNNING, RECOVERING} for one in heard):
        yield UNTRUE, "told as closed, and Tencent says that it runs"


@judges("attached")
def by_hand(subject, _claim):
    """It runs, says somebody."""
    if not subject.asked("attach"):
        yield MORE, "said to be attached by hand, and nobody did"
    if subject.over(certain=True) is not None:
        yield UNTRUE, "said to run by somebody, and it is known to be over"


@judges("change under way")
def change_under_way(subject, _claim):
    """Somebody asked for a change."""
    if not subject.asked("change"):
        yield MORE, "told as being changed, and nobody asked for it"


@judges("changed")
def changed(subject, _claim):
    """A change of it was made, says an answer."""
    if not any(task.changed_by(subject.drawn) for task in subject.tasks):
        yield UNTRUE, "told as changed, and the ledger has no change"
    elif not subject.news("changed", certain=False):
        yield MORE, "told as changed, and no answer says so"


@judges("perhaps changed")
def perhaps_changed(subject, _claim):
    """A change of it was sent, and nobody knows what became of that."""
    if not (subject.sent(UPDATE) or subject.asked("change")):
        yield MORE, "told as perhaps changed, and no change was sent"


@judges("not changed")
def not_changed(subject, _claim):
    """A change that was asked for was certainly not made."""
    sent = len(subject.sent(UPDATE))
    made = sum(len(task.changed_by(subject.drawn)) for task in subject.tasks)
    if sent and made >= len(subject.asked("change")):
        yield UNTRUE, "told as not changed, and every change was made"


@judges("until")
def until(subject, claim):
    """It can be stopped until the moment that is named."""
    ahead = subject.facts.bots_clock(subject.seq)
    if subject.facts.slept_at(subject.drawn):
        return
    if named(subject, claim) < subject.drawn + ahead - subject.facts.unsure:
        yield UNTRUE, "said to be in reach until a day that is past"


@judges("out of reach")
def out_of_reach(subject, _claim):
    """It cannot be stopped any more: thirty days are over."""
    began = subject.began
    if began is not None and subject.drawn - began < REACH - subject.facts.unsure - 120:
        yield UNTRUE, f"out of reach after {(subject.drawn - began) / DAY:.1f} days"


@judges("stop unsent")
def stop_unsent(subject, _claim):
    """A stop was not sent."""
    if subject.sent(STOP):
        yield UNTRUE, "a stop is said not to be sent, and Tencent had one"


def _is_just_live(subject):
    """Tell whether a target is live, and nothing has come that says otherwise."""
    return any(one == {RUNNING} for one in subject.allowed().values())


def _rose(subject):
    """Tell whether certain news says that it runs, later than its end."""
    end = subject.over(certain=False)
    risen = subject.news("event", certain=True)
    return any(
        one.status in {RUNNING, RECOVERING} and one.at > end + 2 * 5 for one in risen
    )


def said(last):
    """Return what the events say, target by target."""
    return f"the events say {sorted({event.status for event in last.values()})}"
