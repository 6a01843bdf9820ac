"""The state machine of an intent: which moves there are.

No edge leads from SENDING or UNKNOWN back to QUEUED: what may have left is never sent
again as if it had not. UNKNOWN is left through a callback, a late answer or a person.
"""

from collections.abc import Mapping

from bot.journal.record import State

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


def sources(to: State) -> frozenset[State]:
    """Return the states from which an intent may move *to*."""
    return frozenset(state for state, ways in EDGES.items() if to in ways)
