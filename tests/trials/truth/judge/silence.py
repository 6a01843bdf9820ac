"""What is claimed where no callback came, and what speaks against it."""

from itertools import pairwise

from tests.trials.truth.judge.claims import MORE, UNTRUE, judges, named
from tests.trials.truth.judge.facts import START


@judges("probably not started")
def probably_not(subject, _claim):
    """No callback came, and callbacks are proven to arrive."""
    sent = max(subject.sent(START), default=None)
    if sent is None:
        return
    came = [e for e in subject.facts.record if e["t"] > sent and e["seq"] < subject.seq]
    just = any(e["kind"] == "sent" and e["t"] > subject.drawn - 1 for e in came)
    proven = just or any(e["kind"] == "taken" for e in came) or _unanswered(came)
    if proven and not _lost(came):
        return
    began = subject.began
    if began is not None and began <= subject.drawn:
        yield UNTRUE, "very likely not started, and the ledger has it"
    else:
        yield MORE, "very likely not started, and no callback is proven to arrive"


def _lost(came):
    """Tell whether a callback among *came* was turned away, and never taken.

    One that Tencent repeats, and that is taken then, has told all that it had to tell:
    that it did not come the first time is no gap in what was heard.
    """
    turned = [_told(e) for e in came if e["kind"] == "turned" and e["by"] >= 500]
    taken = {_told(e) for e in came if e["kind"] == "taken"}
    return not taken.issuperset(turned)


def _unanswered(came):
    """Tell whether the bot died over a callback among *came*.

    It may have kept it, and said what follows from that, before anybody was answered.
    """
    waiting = set()
    for one in came:
        if one["kind"] == "sent":
            waiting.add(_told(one))
        elif one["kind"] in {"taken", "turned"}:
            waiting.discard(_told(one))
        elif one["kind"] == "killed" and waiting:
            return True
    return False


def _told(entry):
    """Return what makes two sendings of a callback the same one."""
    return tuple(entry.get(name) for name in ("task", "agent", "url", "status", "at"))


@judges("none has arrived")
def none_arrived(subject, claim):
    """Callbacks are set up, but none has arrived since the moment that is named."""
    since, slack = named(subject, claim), subject.facts.unsure
    for one in subject.facts.news:
        late = one.seq < subject.seq and one.t < subject.drawn - 1
        if one.what == "event" and one.certain and late and one.t > since + slack:
            yield UNTRUE, f"no callback since {since:.0f}, but one at {one.t:.0f}"
            return


@judges("away")
def away(subject, _claim):
    """The bot was away while Tencent may have told it more."""
    asked = [ask["t"] for ask in subject.asked("start")]
    sent = min(asked, default=subject.drawn)
    lives = subject.facts.alive
    gaps = [(one[3], two[2]) for one, two in pairwise(lives)]
    if not any(back > sent for _gone, back in gaps):
        yield UNTRUE, "said to have been away, and it was not"
