"""The state machine of an intent: which moves there are.

No edge leads from SENDING or UNKNOWN back to QUEUED: what may have left is never sent
again as if it had not. UNKNOWN is left through a callback, a late answer or a person.
"""

from collections.abc import Mapping
from enum import Enum, auto

from bot.journal.model import State

EDGES: Mapping[State, frozenset[State]] = {
    State.QUEUED: frozenset({State.SENDING, State.NOT_STARTED}),
    State.SENDING: frozenset(
        {State.STARTED, State.NOT_STARTED, State.UNKNOWN, State.DONE}
    ),
    State.UNKNOWN: frozenset({State.STARTED, State.CLOSED}),
    State.STARTED: frozenset(
        {State.STOPPING, State.STOPPED, State.ENDED, State.EXPIRING}
    ),
    State.EXPIRING: frozenset({State.STOPPING, State.STOPPED, State.ENDED}),
    # back to STARTED only when a stop has certainly failed
    State.STOPPING: frozenset({State.STOPPED, State.ENDED, State.STARTED}),
    State.NOT_STARTED: frozenset(),
    State.DONE: frozenset(),
    State.STOPPED: frozenset(),
    State.ENDED: frozenset(),
    State.CLOSED: frozenset(),
}

# A relay in one of these runs, or may.
LIVE = frozenset(
    {
        State.SENDING,
        State.UNKNOWN,
        State.STARTED,
        State.STOPPING,
        State.EXPIRING,
    }
)

# From where a relay may be moved by the stop that is about it.
MARKS: Mapping[State, frozenset[State]] = {
    State.STOPPING: frozenset({State.STARTED, State.EXPIRING}),
    State.STOPPED: frozenset({State.STARTED, State.EXPIRING, State.STOPPING}),
    State.STARTED: frozenset({State.STOPPING}),
}

OVER = frozenset(state for state, ways in EDGES.items() if not ways)


def sources(to: State) -> frozenset[State]:
    """Return the states from which an intent may move *to*."""
    return frozenset(state for state, ways in EDGES.items() if to in ways)


class Reaction(Enum):
    """What is done with news of an intent."""

    MOVE = auto()  # it goes where the news says
    KEEP = auto()  # that is known already, or better known
    ALARM = auto()  # it contradicts what people were told: they have to look


def on_answer(state: State, ref: str, to: State, told: str) -> Reaction:
    """Decide on an answer that says *to* and brings the TaskId *told*, if any.

    A callback may have come first, so an intent in *state* with the TaskId *ref* may
    be past SENDING. No TaskId is ever overwritten, and nothing goes back.
    """
    if state in sources(to):
        return Reaction.MOVE
    if to is State.STARTED:
        return _on_task(state, ref, told)
    return Reaction.KEEP


def on_event(state: State, ref: str, told: str) -> Reaction:
    """Decide on a callback which says that the relay *told* runs, or ran."""
    if state in {State.SENDING, State.UNKNOWN}:
        return Reaction.MOVE
    return _on_task(state, ref, told)


def _on_task(state: State, ref: str, told: str) -> Reaction:
    if state in {State.QUEUED, State.NOT_STARTED, State.CLOSED} or ref != told:
        return Reaction.ALARM
    return Reaction.KEEP
