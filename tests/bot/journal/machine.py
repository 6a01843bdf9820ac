"""A journal walked at random, beside a cloud that knows what really happened.

Submissions and redeliveries, claims, rejections, answers of every kind, callbacks in
any order and more than once, stops by several people before and after the TaskId is
known, people who settle, time that passes, and crashes in between. The rules do what
the service, the executor, recovery and the jobs do; the invariants are promises.
"""

import asyncio
import itertools
import os
import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    initialize,
    precondition,
    rule,
)
from pydantic import SecretStr

from bot.errors import IllegalMove, KeyReused
from bot.ids import agent_for, intent_id
from bot.journal.audit import Decision, Entry
from bot.journal.evidence import Does, FactKind
from bot.journal.former import left_changes
from bot.journal.model import CARD_NOTICE
from bot.journal.rows import millis
from bot.journal.stops import How
from bot.states import State
from bot.tencent.events import RelayEvent, RelayStatus
from bot.tencent.models.trtc.output import target_digest
from tests.bot.journal.conftest import ANSWERED, AT, fact, new_intent
from tests.bot.journal.promises import Promises
from tests.fakes.clock import FakeClock
from tests.fakes.journal import claimed, laid, opened

APP = 1400000001
URL = "rtmp://push.example.com/live/a"
CARDS = (CARD_NOTICE,)
PEOPLE = ["UANA", "UBOB", "UEVE"]
SETTLED = Entry(
    at=AT,
    team="T",
    user="UANA",
    home="T",
    channel="C",
    action="relay.settle",
    decision=Decision.ALLOWED,
)
# How a stop ends whose task is gone: it is done, and that is why.
GONE = {FactKind.GONE: How.GONE}
ENDS_IN = {
    FactKind.ANSWERED: State.DONE,
    FactKind.GONE: State.DONE,
    FactKind.REFUSED: State.NOT_STARTED,
    FactKind.NO_ANSWER: State.UNKNOWN,
}


class Machine(Promises):
    """The walk. Between two steps pass 10 s, so that all times can be told apart.

    `sent` counts the writes of starts; `runs` are the tasks that they made, by intent,
    `over` those of them that have ended, `told` the events that Tencent may send.
    `truth` is what the cloud did to each stop that was sent, and when; `late` are those
    that were asked for of what was over.
    """

    intents = Bundle("intents")
    stops = Bundle("stops")

    @initialize()
    def begin(self):
        self.loop = asyncio.new_event_loop()
        # In memory, as pytest's own folders: a disk would be waited for.
        place = os.environ.get("PYTEST_DEBUG_TEMPROOT")
        self.folder = tempfile.TemporaryDirectory(dir=place)
        self.clock = FakeClock()
        self.numbers = itertools.count()
        self.keys = {}
        self.sent = Counter()
        self.runs, self.over, self.told = {}, set(), []
        self.rejected, self.truth, self.asked, self.late = set(), {}, [], set()
        self.past, self.stood = {}, {}
        self.journal = None
        self.open()

    def run(self, work):
        self.clock.push(seconds=5)
        return self.loop.run_until_complete(work)

    def open(self):
        path = laid(Path(self.folder.name) / "p.db")
        self.journal = self.run(opened(f"sqlite:///{path}", self.clock))

    def at(self, _intent):
        """Return the journal of whoever has an intent in its hands."""
        return self.journal

    # ── what the cloud does ─────────────────────────────────────────────────────

    def tell(self, intent, *statuses):
        for status in statuses:
            self.clock.push(seconds=1)
            self.told.append(
                RelayEvent(
                    room="1",
                    agent=agent_for(intent),
                    task_id=self.runs[intent],
                    url=SecretStr(URL),
                    status=status,
                    at=self.clock(),
                    sent_at=self.clock(),
                )
            )

    def end(self, intent):
        self.over.add(intent)
        self.tell(intent, RelayStatus.DISCONNECTING, RelayStatus.IDLE)

    @rule(intent=intents, status=st.sampled_from([2, 3, 4]))
    def change(self, intent, status):
        """Let a relay break, heal or be given up; it runs all the same."""
        if intent in self.runs and intent not in self.over:
            self.tell(intent, RelayStatus(status))

    @rule(intent=intents)
    def end_by_itself(self, intent):
        if intent in self.runs and intent not in self.over:
            self.end(intent)

    @precondition(lambda self: getattr(self, "told", None))
    @rule(data=st.data())
    def call_back(self, data):
        event = data.draw(st.sampled_from(self.told))
        self.run(self.journal.apply_event(event, APP))
        intent = next(one for one in self.runs if agent_for(one) == event.agent)
        relay = self.get(intent)
        assert relay.subject.ref == event.task_id
        assert relay.state not in {State.UNKNOWN, State.SENDING}

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
            targets=(target_digest(URL),),
        )
        try:
            intent, fresh = self.run(self.journal.accept(new, notices=CARDS))
        except KeyReused:
            assert self.keys[key][1] != digest
            return self.keys[key][0]
        assert fresh == (key not in self.keys)
        assert self.keys.setdefault(key, (intent.id, digest)) == (intent.id, digest)
        return intent.id

    @rule(intent=intents, starts=st.booleans(), reads=st.booleans())
    def send(self, intent, starts, reads):
        """Claim it, as the last act before the write; then the cloud does as it may."""
        before = self.get(intent)
        seen = None if reads else before
        sending = self.run(claimed(self.at(intent), intent, seen=seen))
        assert (sending is not None) == (before.state is State.QUEUED)
        if sending is None:
            return
        self.sent[intent] += 1
        if starts:
            self.runs[intent] = f"-task.{len(self.runs)}."
            self.tell(intent, RelayStatus.CONNECTING, RelayStatus.RUNNING)

    @rule(intent=intents)
    def reject(self, intent):
        """Shed it, as the executor does; only what was never sent can be."""
        before = self.get(intent)
        rejected = self.run(self.at(intent).reject(intent, notices=CARDS))
        if before.state is State.QUEUED:
            assert rejected.state is State.NOT_STARTED
            self.rejected.add(intent)
        else:
            assert (rejected, self.get(intent)) == (None, before)

    @rule(
        intent=intents,
        to=st.sampled_from([State.STARTED, State.UNKNOWN, State.NOT_STARTED]),
    )
    def answer(self, intent, to):
        """Bring an answer: true, or none, or a refusal where nothing was started."""
        before, task = self.get(intent), self.runs.get(intent)
        completing = self.at(intent).complete
        if before.state is State.QUEUED:
            try:
                self.run(completing(intent, to, notices=CARDS))
            except IllegalMove:
                return
            raise AssertionError("what was never sent had an answer")
        if not self.sent[intent]:
            return
        if (to is State.STARTED) != bool(task) and to is not State.UNKNOWN:
            return
        changes = {"ref": task} if to is State.STARTED else {"error_code": "e"}
        after = self.run(completing(intent, to, notices=CARDS, **changes))
        assert after.state is not State.SENDING
        assert not task or to is not State.STARTED or after.subject.ref == task

    @rule(intent=intents, attach=st.booleans())
    def settle_by_hand(self, intent, attach):
        task = self.runs.get(intent)
        if self.get(intent).state is not State.UNKNOWN or attach != bool(task):
            return
        kind = FactKind.ATTACHED if attach else FactKind.CLOSED
        said = fact(kind, self.clock(), ref=task or "", by="UEVE")
        self.run(self.journal.settle(intent, said, audit=SETTLED))

    @rule(target=stops, intent=intents, user=st.sampled_from(PEOPLE))
    def stop(self, intent, user):
        """Ask for the end of a relay, whatever is known of it."""
        relay = self.get(intent)
        about = {"about": relay.id, "handle": relay.handle, "ref": relay.subject.ref}
        stop = self.ask(user, **about)
        if relay.state is State.QUEUED:
            assert stop.state is State.DONE
            assert stop.settlement.reason == How.CANCELLED
            assert self.get(intent).state is State.NOT_STARTED
        return stop.id

    @precondition(lambda self: getattr(self, "runs", None))
    @rule(target=stops, user=st.sampled_from(PEOPLE), data=st.data())
    def stop_by_id(self, user, data):
        """Ask for the end of a task; the journal may not know whose it is."""
        ref = data.draw(st.sampled_from(list(self.runs.values())))
        known = self.run(self.journal.find.by_ref(ref, "T"))
        about = {"about": known.id, "handle": known.handle} if known else {}
        return self.ask(user, ref=ref, **about).id

    def ask(self, user, **about):
        number = next(self.numbers)
        new = new_intent(
            self.clock(),
            number,
            key=f"stop-{number}",
            action="StopPublishCdnStream",
            ends=True,
            user=user,
            agent="",
            sdk_app_id=APP,
            **about,
        )
        thing = new.subject.about and self.get(new.subject.about)
        stop, fresh = self.run(self.journal.accept(new))
        assert fresh
        self.asked.append(stop.id)
        if thing and thing.state in {State.STOPPED, State.ENDED}:
            self.late.add(stop.id)  # it is sent all the same
        return stop

    @rule(stop=stops, carried_out=st.booleans())
    def send_stop(self, stop, carried_out):
        sending = self.run(claimed(self.at(stop), stop))
        if sending is None:
            return
        self.clock.push(seconds=5)
        ref, since = sending.subject.ref, self.clock()
        intent = next(one for one, task in self.runs.items() if task == ref)
        if intent in self.over:
            kind = FactKind.GONE
        else:
            kind = FactKind.ANSWERED if carried_out else FactKind.REFUSED
        if kind is FactKind.ANSWERED:
            self.end(intent)
        self.truth[stop] = (kind, since, self.clock())

    @rule(stop=stops, lost=st.booleans())
    def answer_stop(self, stop, lost):
        act = self.get(stop)
        if stop not in self.truth or act.state is not State.SENDING:
            return
        kind, since, at = self.truth[stop]
        kind = FactKind.NO_ANSWER if lost else kind
        said = fact(
            kind,
            at,
            does=Does.END,
            ref=act.subject.ref,
            job=stop,
            by=act.asker.user,
            since=millis(since),
            came_at=millis(self.clock()),
        )
        changes = {"reason": GONE[kind]} if kind in GONE else {}
        completing = self.at(stop).complete(
            stop, ENDS_IN[kind], notices=(ANSWERED,), evidence=(said,), **changes
        )
        assert self.run(completing).state is ENDS_IN[kind]

    @rule(hours=st.sampled_from([1, 26 * 24]))
    def time_passes(self, hours):
        self.clock.push(hours=hours)
        for intent, _digest in self.keys.values():
            before = self.get(intent)
            if before.state not in {State.STARTED, State.STOPPING}:
                continue
            aged = fact(FactKind.AGED, self.clock(), status=25)
            changed = self.run(
                self.journal.notify(intent, CARD_NOTICE, mark="expiring", fact=aged)
            )
            assert (changed is None) == before.noticed("expiring")

    @rule()
    def crash(self):
        """Die and live again: a start being sent is UNKNOWN, a stop is sent again."""
        self.die()
        for state in (State.QUEUED, State.SENDING):
            while self.run(self.journal.former.taken(state)):
                pass
        left = self.run(self.journal.former.unsettled(State.SENDING))
        ends = [(one, FactKind.NO_ANSWER, left_changes(one)) for one in left]
        self.run(self.journal.former.settle(ends))

    def die(self):
        self.journal.close()
        self.open()

    def teardown(self):
        if getattr(self, "journal", None):
            self.journal.close()
            self.folder.cleanup()
            self.loop.close()
