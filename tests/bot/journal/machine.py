"""A journal walked at random, beside a cloud that knows what really happened.

Submissions and redeliveries, claims, rejections, answers of every kind, callbacks in
any order, stops and updates, people who settle, time that passes, and crashes in
between. The rules do what the service, the executor, recovery and the jobs do; the
invariants are promises.
"""

import asyncio
import itertools
import os
import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
)
from pydantic import SecretStr

from bot.errors import IllegalMove, KeyReused
from bot.ids import agent_for, intent_id
from bot.journal.model import CARD, CARD_NOTICE, CONTRADICTION
from bot.states import CREATES, EDGES, ENDS, NO_EFFECT, RUNNING, Reaction, State
from bot.tencent.events import RelayEvent, RelayStatus
from tests.bot.journal.conftest import ANSWERED, AT, new_intent
from tests.fakes.clock import FakeClock
from tests.fakes.journal import opened

APP = 1400000001
URL = SecretStr("rtmp://push.example.com/live/a")
CARDS = (CARD_NOTICE,)
ENDINGS = [State.DONE, State.UNKNOWN, State.NOT_STARTED]


class Machine(RuleBasedStateMachine):
    """The walk. `sent` counts writes to the cloud, `runs` is what they started.

    `rejected` is what was said not to have been sent, `alarms` the contradictions.
    """

    intents = Bundle("intents")
    stops = Bundle("stops")

    @initialize()
    def begin(self):
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.TemporaryDirectory()
        self.clock = FakeClock()
        self.numbers = itertools.count()
        self.keys = {}
        self.sent = Counter()
        self.runs = {}
        self.rejected = set()
        self.answers = Counter()
        self.alarms = 0
        self.past = {}
        self.boot = 0
        self.journal = None
        self.open()

    def run(self, work):
        return self.loop.run_until_complete(work)

    def open(self):
        self.boot += 1
        self.journal = self.run(
            opened(f"sqlite:///{Path(self.folder.name)}/p.db", self.clock)
        )

    def get(self, intent):
        return self.run(self.journal.find.get(intent))

    def tried(self, work):
        """Return what *work* gave; None where it asked for an edge there is not."""
        try:
            return self.run(work)
        except IllegalMove:
            return None

    # ── what people and the bot do ──────────────────────────────────────────────

    @rule(target=intents, key=st.integers(0, 12), digest=st.sampled_from("ddde"))
    def submit(self, key, digest):
        identity = intent_id(self.clock(), os.urandom(10))
        new = new_intent(
            self.clock(),
            next(self.numbers),
            id=identity,
            key=f"k{key}",
            digest=digest,
            sdk_app_id=APP,
            agent=agent_for(identity),
            callbacks=True,
            masked={"PublishCdnParams": [{"PublishCdnUrl": "masked"}]},
        )
        try:
            intent, fresh = self.run(self.journal.accept(new, notices=CARDS))
        except KeyReused:
            assert self.keys[key][1] != digest
            return self.keys[key][0]
        assert fresh == (key not in self.keys)
        assert self.keys.setdefault(key, (intent.id, digest)) == (intent.id, digest)
        return intent.id

    @rule(intent=intents, starts=st.booleans())
    def send(self, intent, starts):
        """Claim it, as the last act before the write; then the cloud does as it may."""
        owner = f"boot-{self.boot}"
        sending = self.journal.move(intent, State.SENDING, effect=CREATES, owner=owner)
        if not self.tried(sending):
            return
        self.sent[intent] += 1
        if starts:
            self.runs[intent] = f"-task.{len(self.runs)}."

    @rule(intent=st.one_of(intents, stops))
    def reject(self, intent):
        """Shed it, as the executor does; only what was never sent can be."""
        before = self.get(intent)
        rejected = self.run(
            self.journal.reject(intent, notices=(CARD_NOTICE, ANSWERED))
        )
        if before.state is State.QUEUED:
            assert (rejected.state, rejected.rev) == (State.NOT_STARTED, before.rev + 1)
            self.rejected.add(intent)
            self.answers[intent] += 1
        else:
            assert (rejected, self.get(intent)) == (None, before)

    @rule(
        intent=intents,
        to=st.sampled_from([State.STARTED, State.UNKNOWN, State.NOT_STARTED]),
    )
    def answer(self, intent, to):
        """Bring an answer: true, or none, or a refusal where nothing was started."""
        before, task = self.get(intent), self.runs.get(intent)
        if before.state is State.QUEUED:
            assert self.tried(self.journal.complete(intent, to, notices=CARDS)) is None
            return
        if not self.sent[intent]:
            return
        if (to is State.STARTED) != bool(task) and to is not State.UNKNOWN:
            return
        changes = {"ref": task} if to is State.STARTED else {"error_code": "e"}
        _, reaction = self.run(
            self.journal.complete(intent, to, notices=CARDS, effect=CREATES, **changes)
        )
        assert (reaction is Reaction.MOVE) == (to in EDGES[before.state])
        self.alarms += reaction is Reaction.ALARM

    @rule(intent=intents, status=st.sampled_from(RelayStatus), at=st.integers(0, 30))
    def call_back(self, intent, status, at):
        task = self.runs.get(intent)
        if task is None:
            return
        event = RelayEvent(
            room="1",
            agent=agent_for(intent),
            task_id=task,
            url=URL,
            status=status,
            at=AT + timedelta(seconds=at),
            sent_at=AT,
        )
        self.run(self.journal.apply_event(event, APP))
        relay = self.get(intent)
        assert relay.subject.ref in {task, ""}
        assert relay.state is not State.UNKNOWN

    @rule(intent=intents, attach=st.booleans())
    def settle_by_hand(self, intent, attach):
        task = self.runs.get(intent)
        move = self.journal.move
        if attach and task and self.get(intent).state is State.UNKNOWN:
            self.run(move(intent, State.STARTED, notices=CARDS, ref=task))
        elif not attach and not task:
            self.tried(move(intent, State.CLOSED, notices=CARDS))

    @rule(target=stops, intent=intents, ends=st.booleans())
    def act(self, intent, ends):
        """Accept a stop or an update of a relay; several may be under way."""
        relay = self.get(intent)
        number = next(self.numbers)
        new = new_intent(
            self.clock(),
            number,
            key=f"act-{number}",
            action="Stop" if ends else "Update",
            handle=relay.handle,
            about=relay.id,
            ref=relay.subject.ref,
        )
        return self.run(self.journal.accept(new))[0].id

    @rule(intent=stops)
    def send_act(self, intent):
        act = self.get(intent)
        before = self.get(act.subject.about)
        effect = ENDS if act.action == "Stop" else NO_EFFECT
        owner = f"boot-{self.boot}"
        sending = self.journal.move(intent, State.SENDING, effect=effect, owner=owner)
        if not self.tried(sending):
            assert self.get(before.id) == before
            return
        stopped = effect is ENDS and before.state in RUNNING
        relay = self.get(before.id)
        assert relay.state is (State.STOPPING if stopped else before.state)

    @rule(intent=stops, to=st.sampled_from(ENDINGS))
    def answer_act(self, intent, to):
        act = self.get(intent)
        if act.state is State.QUEUED:
            return
        before = self.get(act.subject.about)
        effect = ENDS if act.action == "Stop" else NO_EFFECT
        _, reaction = self.run(
            self.journal.complete(intent, to, notices=(ANSWERED,), effect=effect)
        )
        relay = self.get(before.id)
        if reaction is not Reaction.MOVE or effect is NO_EFFECT:
            assert relay == before
        elif to is State.DONE:
            assert relay.state is _stopped(before.state)
        elif before.state is State.STOPPING:
            assert relay.state is State.STARTED
        else:
            assert relay == before
        self.answers[intent] += reaction is Reaction.MOVE

    @rule(hours=st.sampled_from([1, 26 * 24]))
    def time_passes(self, hours):
        self.clock.push(hours=hours)
        for intent, _digest in self.keys.values():
            before = self.get(intent)
            changed = self.run(
                self.journal.notify(
                    intent, CARD_NOTICE, mark="expiring", to=State.EXPIRING
                )
            )
            due = before.state is State.STARTED and not before.marks
            assert (changed is not None) == due

    @rule()
    def crash(self):
        """Die and live again: what was being sent is UNKNOWN, as in recovery."""
        self.journal.close()
        self.open()
        for intent in self.run(self.journal.find.unfinished(f"boot-{self.boot}")):
            if intent.state is State.SENDING:
                act = intent.subject.about is not None
                effect = ENDS if intent.action == "Stop" else NO_EFFECT
                self.run(
                    self.journal.complete(
                        intent.id,
                        State.UNKNOWN,
                        notices=(ANSWERED,) if act else CARDS,
                        effect=effect,
                    )
                )
                self.answers[intent.id] += act

    # ── what is promised ────────────────────────────────────────────────────────

    @invariant()
    def one_submission_starts_at_most_one_relay(self):
        assert all(times <= 1 for times in getattr(self, "sent", {}).values())

    @invariant()
    def what_was_said_not_to_be_sent_was_not(self):
        for intent in getattr(self, "rejected", ()):
            assert not self.sent[intent]
            assert self.get(intent).state is State.NOT_STARTED

    @invariant()
    def no_started_relay_is_lost_silently(self):
        for intent, task in getattr(self, "runs", {}).items():
            relay = self.get(intent)
            lost = relay.subject.ref != task
            assert not lost or relay.state in {State.SENDING, State.UNKNOWN}

    @invariant()
    def nothing_goes_back(self):
        for intent, _digest in getattr(self, "keys", {}).values():
            relay = self.get(intent)
            before = self.past.get(intent, relay.state)
            assert relay.state is before or relay.state in _after(before)
            self.past[intent] = relay.state

    @invariant()
    def the_newest_card_knows_the_state_and_every_answer_is_kept(self):
        if not getattr(self, "keys", None):
            return
        later = self.clock() + timedelta(days=999)
        due = self.run(self.journal.outbox.due(later, 500))
        cards = {one.intent.id: one for one in due if one.name == CARD}
        for intent, _digest in self.keys.values():
            relay = self.get(intent)
            if relay.state not in {State.QUEUED, State.SENDING}:
                assert cards[intent].intent == relay
                assert cards[intent].rev == relay.rev
        assert len(cards) == len([one for one in due if one.name == CARD])
        answers = Counter(one.intent.id for one in due if one.name == ANSWERED.name)
        assert answers == +self.answers
        alarms = [one for one in due if one.name == CONTRADICTION]
        assert len(alarms) >= self.alarms

    def teardown(self):
        if getattr(self, "journal", None):
            self.journal.close()
            self.folder.cleanup()
            self.loop.close()


def _stopped(state):
    """Return where a relay in *state* goes when a stop of it was carried out."""
    return State.STOPPED if State.STOPPED in EDGES[state] else state


def _after(state):
    """Return every state that can be reached from *state*."""
    reached, front = set(), {state}
    while front:
        front = {to for one in front for to in EDGES[one]} - reached
        reached |= front
    return reached
