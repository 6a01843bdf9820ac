"""A journal walked at random, beside a cloud that knows what really happened.

Submissions and redeliveries, claims, answers of every kind, callbacks in any order,
stops, people who settle, time that passes, and crashes in between. The rules do what
the service, the executor, recovery and the jobs do; the invariants are promises.
"""

import asyncio
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
from bot.ids import Kind, agent_for, intent_id
from bot.journal.journal import Journal, Mark
from bot.journal.model import Letter, NewIntent, Notice, State
from bot.journal.states import EDGES
from bot.tencent.events import RelayEvent, RelayStatus
from tests.bot.journal.conftest import AT, Clock

APP = 1400000001
URL = SecretStr("rtmp://push.example.com/live/a")


def letters(intent):
    return [
        Letter(
            intent=intent.id,
            rev=intent.rev,
            channel=intent.channel,
            user=intent.user,
            audience="channel",
            body={"text": intent.state.value},
        )
    ]


def alarm(intent, task_id):
    return [
        Letter(
            intent=intent.id,
            rev=intent.rev,
            channel=intent.channel,
            user=intent.user,
            audience="ops",
            body={"text": f"alarm {task_id}"},
        )
    ]


class Machine(RuleBasedStateMachine):
    """The walk. `sent` counts writes to the cloud, `runs` is what they started."""

    intents = Bundle("intents")

    @initialize()
    def begin(self):
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.TemporaryDirectory()
        self.clock = Clock()
        self.keys = {}
        self.sent = Counter()
        self.runs = {}
        self.past = {}
        self.boot = 0
        self.journal = None
        self.open()

    def run(self, work):
        return self.loop.run_until_complete(work)

    def open(self):
        self.boot += 1
        self.journal = self.run(
            Journal.open(
                f"sqlite:///{Path(self.folder.name)}/p.db",
                now=self.clock,
                random_bytes=os.urandom,
            )
        )

    def get(self, intent):
        return self.run(self.journal.get(intent))

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
        new = NewIntent(
            id=identity,
            key=f"k{key}",
            digest=digest,
            action="StartPublishCdnStream",
            kind=Kind.RELAY,
            handle=None,
            team="T",
            user="U",
            home="T",
            channel="C",
            at=self.clock(),
            request=b"{}",
            sdk_app_id=APP,
            agent=agent_for(identity),
            callbacks=True,
            masked={"PublishCdnParams": [{"PublishCdnUrl": "masked"}]},
        )
        try:
            intent, fresh = self.run(self.journal.accept(new, letters=letters))
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
        if not self.tried(self.journal.move(intent, State.SENDING, owner=owner)):
            return
        self.sent[intent] += 1
        if starts:
            self.runs[intent] = f"-task.{len(self.runs)}."

    @rule(
        intent=intents,
        to=st.sampled_from([State.STARTED, State.UNKNOWN, State.NOT_STARTED]),
    )
    def answer(self, intent, to):
        """Bring an answer: true, or none, or a refusal where nothing was started."""
        known, task = self.get(intent), self.runs.get(intent)
        if known.state is State.QUEUED or not self.sent[intent]:
            return
        if (to is State.STARTED) != bool(task) and to is not State.UNKNOWN:
            return
        told = {"ref": task} if to is State.STARTED else {"error_code": "e"}
        self.run(self.journal.settle(intent, to, letters=letters, alarm=alarm, **told))

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
        self.run(self.journal.hear(event, APP, letters=letters, alarm=alarm))
        assert self.get(intent).ref in {task, ""}
        assert self.get(intent).state is not State.UNKNOWN

    @rule(intent=intents, attach=st.booleans())
    def settle_by_hand(self, intent, attach):
        task = self.runs.get(intent)
        if attach and task and self.get(intent).state is State.UNKNOWN:
            self.run(
                self.journal.move(intent, State.STARTED, letters=letters, ref=task)
            )
        elif not attach and not task:
            self.tried(self.journal.move(intent, State.CLOSED, letters=letters))

    @rule(intent=intents, works=st.booleans())
    def stop(self, intent, works):
        relay = self.get(intent)
        if relay.state not in {State.STARTED, State.EXPIRING}:
            return
        identity = intent_id(self.clock(), os.urandom(10))
        new = NewIntent(
            id=identity,
            key=f"stop {identity}",
            digest="d",
            action="StopPublishCdnStream",
            kind=Kind.RELAY,
            handle=relay.handle,
            about=relay.id,
            team="T",
            user="U",
            home="T",
            channel="C",
            at=self.clock(),
            request=b"{}",
            ref=relay.ref,
        )
        self.run(self.journal.accept(new))
        marks = Mark(State.STOPPING, letters)
        self.run(self.journal.move(identity, State.SENDING, marks=marks))
        end, relay_end = (
            (State.DONE, State.STOPPED) if works else (State.UNKNOWN, State.STARTED)
        )
        self.run(
            self.journal.settle(
                identity,
                end,
                letters=lambda _stop: (),
                alarm=alarm,
                marks=Mark(relay_end, letters),
            )
        )
        assert self.get(intent).state is relay_end

    @rule(hours=st.sampled_from([1, 26 * 24]))
    def time_passes(self, hours):
        self.clock.push(hours=hours)
        for intent, _digest in self.keys.values():
            if self.get(intent).state is State.STARTED:
                self.run(
                    self.journal.remind(
                        intent, Notice.EXPIRING, letters=letters, to=State.EXPIRING
                    )
                )

    @rule()
    def crash(self):
        """Die and live again: what was being sent is doubted, as recovery does."""
        self.journal.close()
        self.open()
        for intent in self.run(self.journal.unfinished(f"boot-{self.boot}")):
            if intent.state is State.SENDING:
                self.run(
                    self.journal.settle(
                        intent.id, State.UNKNOWN, letters=letters, alarm=alarm
                    )
                )

    # ── what is promised ────────────────────────────────────────────────────────

    @invariant()
    def one_submission_starts_at_most_one_relay(self):
        assert all(times <= 1 for times in getattr(self, "sent", {}).values())

    @invariant()
    def no_started_relay_is_lost_silently(self):
        for intent, task in getattr(self, "runs", {}).items():
            known = self.get(intent)
            assert known.ref == task or known.state in {State.SENDING, State.UNKNOWN}

    @invariant()
    def nothing_goes_back(self):
        for intent, _digest in getattr(self, "keys", {}).values():
            known = self.get(intent)
            before = self.past.get(intent, known.state)
            assert known.state is before or known.state in _after(before)
            self.past[intent] = known.state

    @invariant()
    def the_newest_card_tells_how_it_stands(self):
        if not getattr(self, "keys", None):
            return
        due = self.run(self.journal.outbox.due(self.clock() + timedelta(days=999), 500))
        cards = {one.intent: one for one in due if one.audience == "channel"}
        for intent, _digest in self.keys.values():
            known = self.get(intent)
            if known.state not in {State.QUEUED, State.SENDING}:
                assert cards[intent].body == {"text": known.state.value}

    def teardown(self):
        if getattr(self, "journal", None):
            self.journal.close()
            self.folder.cleanup()
            self.loop.close()


def _after(state):
    """Return every state that can be reached from *state*."""
    reached, front = set(), {state}
    while front:
        front = {to for one in front for to in EDGES[one]} - reached
        reached |= front
    return reached
