"""The state machine of an intent, and what an action does to the thing it is about.

No edge leads from SENDING or UNKNOWN back to QUEUED: what may have left is never sent
again as if it had not. UNKNOWN is left through a callback, a late answer or a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum, auto


class State(StrEnum):
    """Where an intent stands; `EDGES` says where it may go."""

    QUEUED = "queued"  # committed, nothing sent
    SENDING = "sending"  # the request may be leaving
    STARTED = "started"  # what it starts is running
    NOT_STARTED = "not started"  # certainly nothing was done
    UNKNOWN = "unknown"  # sent, and no answer that can be trusted
    DONE = "done"  # an action that starts nothing was carried out
    STOPPING = "stopping"
    EXPIRING = "expiring"  # still running, soon out of Tencent's reach
    STOPPED = "stopped"  # we ended it
    ENDED = "ended"  # it ended by itself
    CLOSED = "closed"  # a person settled what stayed unknown


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

# Vouched for: an answer or a callback said so, and it can be stopped.
RUNNING = frozenset({State.STARTED, State.EXPIRING})
# It runs, or may: sent and not known to be over.
LIVE = RUNNING | {State.SENDING, State.UNKNOWN, State.STOPPING}
# Accepted and not known to be over: what a second one like it is compared with.
ACTIVE = LIVE | {State.QUEUED}
OVER = frozenset(state for state, targets in EDGES.items() if not targets)


def sources(to: State) -> frozenset[State]:
    """Return the states from which an intent may move *to*."""
    return frozenset(state for state, targets in EDGES.items() if to in targets)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a request does to things in the cloud.

    *creates*: a success means that a new thing is STARTED. The others say where the
    thing that the request is about goes: when the request leaves (*on_send*), when it
    was carried out (*on_done*), and when it was not, as far as known (*on_failed*);
    None leaves it where it is. *ends*: it ends the thing, and so saves money: it is
    wanted however long it waits.
    """

    creates: bool = False
    on_send: State | None = None
    on_done: State | None = None
    on_failed: State | None = None
    ends: bool = False

    @property
    def succeeded(self) -> State:
        """Where the intent itself goes when the request was carried out."""
        return State.STARTED if self.creates else State.DONE

    def after(self, state: State) -> tuple[State | None, frozenset[State]]:
        """Return where the thing goes when the intent is in *state*, and from where.

        A failure takes back only what sending did.
        """
        if state is State.SENDING and self.on_send:
            return self.on_send, sources(self.on_send)
        if state is State.DONE and self.on_done:
            return self.on_done, sources(self.on_done)
        if state not in {State.SENDING, State.DONE} and self.on_failed:
            return self.on_failed, frozenset({self.on_send} if self.on_send else ())
        return None, frozenset()


NO_EFFECT = Effect()
CREATES = Effect(creates=True)
ENDS = Effect(
    on_send=State.STOPPING,
    on_done=State.STOPPED,
    on_failed=State.STARTED,
    ends=True,
)


class Reaction(Enum):
    """What is done with news of an intent."""

    MOVE = auto()  # it goes where the news says
    KEEP = auto()  # that is known already, or better known
    ALARM = auto()  # it contradicts what people were told: they have to look


def on_answer(state: State, ref: str, to: State, answered: str) -> Reaction:
    """Decide on an answer that says *to* and brings the TaskId *answered*, if any.

    A callback may have come first, so an intent in *state* with the TaskId *ref* may
    be past SENDING. No TaskId is ever overwritten, and nothing goes back.
    """
    if state in sources(to):
        return Reaction.MOVE
    if to is State.STARTED and answered:
        return _on_task(state, ref, answered)
    return Reaction.KEEP


def on_event(state: State, ref: str, task_id: str) -> Reaction:
    """Decide on a callback which says that the relay *task_id* runs, or ran."""
    if state in {State.SENDING, State.UNKNOWN}:
        return Reaction.MOVE
    return _on_task(state, ref, task_id)


def _on_task(state: State, ref: str, task_id: str) -> Reaction:
    unsent = {State.QUEUED, State.NOT_STARTED, State.CLOSED}
    return Reaction.ALARM if state in unsent or ref != task_id else Reaction.KEEP
