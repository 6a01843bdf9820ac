"""The states of an intent, and what an action does to the thing it is about.

What is sent follows `EDGES`, compare-and-set: no edge leads from SENDING or UNKNOWN
back to QUEUED, since what may have left is never sent again as if it had not. What
became of a thing once its request was sent follows from evidence, in any direction:
see `journal/evidence.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Where an intent stands, as far as queries need to know."""

    QUEUED = "queued"  # committed, nothing sent
    WAITING = "waiting"  # a stop without a call of its own: for a TaskId, or another's
    SENDING = "sending"  # the request may be leaving
    STARTED = "started"  # what it starts runs, as far as is known
    NOT_STARTED = "not started"  # certainly nothing was done
    UNKNOWN = "unknown"  # sent, and no answer that can be trusted
    DONE = "done"  # an action that starts nothing was carried out
    STOPPING = "stopping"  # somebody asked for its end, and it has not come
    EXPIRING = "expiring"  # still running, soon out of Tencent's reach, or beyond it
    STOPPED = "stopped"  # it was ended by somebody
    ENDED = "ended"  # it ended by itself
    CLOSED = "closed"  # a person settled what stayed unknown


# What is sent: a request on its way. A thing whose request was sent goes where the
# evidence says.
EDGES: Mapping[State, frozenset[State]] = {
    State.QUEUED: frozenset({State.SENDING, State.NOT_STARTED, State.DONE}),
    State.WAITING: frozenset(
        {State.QUEUED, State.DONE, State.NOT_STARTED, State.UNKNOWN}
    ),
    State.SENDING: frozenset({State.NOT_STARTED, State.UNKNOWN, State.DONE}),
}

# Vouched for, and not known to be over: it can be stopped.
RUNNING = frozenset({State.STARTED, State.EXPIRING})
# It runs, or may: sent and not known to be over.
LIVE = RUNNING | {State.SENDING, State.UNKNOWN, State.STOPPING}
# Accepted and not known to be over: what a second one like it is compared with.
ACTIVE = LIVE | {State.QUEUED}
# Nothing is expected to come; news from Tencent takes a thing out of it all the same.
OVER = frozenset(
    {State.NOT_STARTED, State.DONE, State.STOPPED, State.ENDED, State.CLOSED}
)
# An action on its way, or waiting to be.
OPEN = frozenset({State.QUEUED, State.WAITING, State.SENDING})


def sources(to: State) -> frozenset[State]:
    """Return the states from which what is sent may move *to*."""
    return frozenset(state for state, targets in EDGES.items() if to in targets)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a request does to things in the cloud.

    *creates*: a success means that a new thing runs. *ends*: it ends the thing that it
    is about, and so saves money: it is wanted however long it waits, unless *soon*:
    later the same name may be that of another thing. *changes*: it
    makes another of the thing that it is about, which goes on: one at a time.
    """

    creates: bool = False
    ends: bool = False
    soon: bool = False
    changes: bool = False

    @property
    def lasts(self) -> bool:
        """Whether it is wanted for ever, and not only by somebody who waits."""
        return self.ends and not self.soon

    @property
    def succeeded(self) -> State:
        """Where the intent goes when the request was carried out."""
        return State.STARTED if self.creates else State.DONE


NO_EFFECT = Effect()
CREATES = Effect(creates=True)
ENDS = Effect(ends=True)
ENDS_SOON = Effect(ends=True, soon=True)
CHANGES = Effect(changes=True)
