"""Stops that nobody asks for at the time: a timer is due, or a copy has gone live.

They are as good as asked for by whoever set the time, or asked for the copy; never
before that time, as far as clocks can tell.
"""

from tests.trials.truth.judge.facts import RUNNING

SET_IN = 15.0  # seconds from an ask to the timer that it sets
BORN = 200.0  # seconds from the ask for a start to its answer, or its last try


def ways(facts, room, seq):
    """Return the asks before *seq* that say when *room* is to be stopped, in order."""
    return [
        ask
        for ask in facts.asks.values()
        if ask["seq"] < seq
        and ask.get("room") == room
        and (ask.get("does") == "timer" or "after" in ask)
    ]


def earliest(facts, ask):
    """Return the first moment at which what *ask* sets may be due, or None."""
    if "at" in ask:
        return ask["at"] - facts.unsure
    return ask["t"] + ask["after"] - facts.unsure if "after" in ask else None


def latest(facts, ask):
    """Return the last moment at which it is due, by the bot's clock."""
    if "at" in ask:
        return ask["at"] + facts.unsure
    begins = BORN if ask["does"] == "start" else SET_IN
    return ask["t"] + ask["after"] + begins + facts.unsure


def stops_due(facts, room, seq, t):
    """Return the asks by which a stop of *room* may have been placed until *t*."""
    timed = [
        ask
        for ask in ways(facts, room, seq)
        if (due := earliest(facts, ask)) is not None and due <= t
    ]
    copied = [
        ask
        for ask in facts.asks.values()
        if ask.get("stops") == room and ask["seq"] < seq and went_live(facts, ask, seq)
    ]
    return timed + copied


def went_live(facts, ask, seq):
    """Tell whether an event said before *seq* that what *ask* starts is live."""
    agents = facts.agents.get(ask["room"], set())
    return any(
        one.what == "event" and one.status == RUNNING and one.seq < seq
        for one in facts.news
        if one.agent in agents
    )


def overdue(facts, room, task, quiet):
    """Yield the ask by which *task* was to be stopped long ago, and is not.

    Only what was said last of its room counts, and only if nothing that was asked for
    later might have been taken for it.
    """
    asks = ways(facts, room, len(facts.record))
    if not asks or not asks[-1].get("may"):
        return
    last = asks[-1]
    if earliest(facts, last) is None or last.get("clock"):
        return  # none is due any more, or a clock may have been that of tomorrow
    due = latest(facts, last)
    if due + quiet < facts.end and not task.ended_since(last["t"]):
        yield last, due
