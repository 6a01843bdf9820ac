"""What is promised of a journal, whatever happens to it: held after every step."""

from collections import Counter
from datetime import timedelta

from hypothesis.stateful import RuleBasedStateMachine, invariant

from bot.journal.evidence import Headline, standing_of
from bot.journal.model import CARD, RESULT
from bot.states import ACTIVE, EDGES, LIVE, OPEN, State

ACTIVE_THINGS = (
    "FROM intents WHERE creates AND about IS NULL AND NOT ends AND state IN ("
    + ", ".join(f"'{state}'" for state in ACTIVE)
    + ")"
)
# What limits are held against, and what it counts.
COUNTS = (
    (
        """SELECT team, name, number FROM tallies
        WHERE name LIKE 'live:%' AND number <> 0""",
        f"SELECT team, 'live:' || kind, count(*) {ACTIVE_THINGS} GROUP BY team, kind",
    ),
    (
        "SELECT digest, intent FROM targets",
        f"SELECT DISTINCT value, id {ACTIVE_THINGS}".replace(
            "intents", "intents, json_each(targets)"
        ).replace("value, id", "json_each.value, intents.id"),
    ),
    (
        "SELECT sum(number) FROM tallies WHERE name NOT LIKE 'live:%'",
        """SELECT nullif(count(*), 0) FROM intents
        WHERE creates AND about IS NULL AND NOT ends""",
    ),
)


class Promises(RuleBasedStateMachine):
    """What holds of every walk; a walk is a subclass.

    It has a `journal`, a `clock`, and `run`, which waits for what it is given. `keys`
    are the submissions, `asked` the stops, and `sent`, `runs`, `over` and `rejected`
    what happened to them. `past` and `stood` are kept here, from step to step.
    """

    def get(self, intent):
        return self.run(self.journal.find.get(intent))

    def rows(self, text):
        return self.journal._writer._at_once.run(text).all()

    @invariant()
    def what_is_counted_is_what_there_is(self):
        if getattr(self, "journal", None):
            for counted, there in COUNTS:
                assert sorted(self.rows(counted)) == sorted(self.rows(there))

    @invariant()
    def what_is_undecided_is_known_as_that(self):
        if getattr(self, "journal", None):
            rows = self.rows(
                "SELECT state, standing, undecided FROM intents WHERE creates"
            )
            for state, standing, undecided in rows:
                stands = standing_of(standing, State(state))
                assert bool(undecided) is stands.undecided

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
    def nothing_contradicts_what_the_cloud_knows(self):
        for intent, _digest in getattr(self, "keys", {}).values():
            relay = self.get(intent)
            if intent in self.runs and intent not in self.over:
                assert relay.state in LIVE
            elif intent in self.runs:
                assert relay.state not in {State.NOT_STARTED, State.CLOSED}
            else:
                assert relay.subject.ref == ""
                assert relay.state not in {State.STOPPED, State.ENDED}
            if relay.standing.headline is Headline.LIVE:
                assert intent in self.runs

    @invariant()
    def nothing_goes_back(self):
        """What was sent is not sent again; a stop goes along its edges alone."""
        everything = [one for one, _digest in getattr(self, "keys", {}).values()]
        for intent in (*everything, *getattr(self, "asked", ())):
            now = self.get(intent)
            before = self.past.get(intent, now.state)
            if now.subject.ends:
                assert now.state is before or now.state in _after(before)
            elif before is not State.QUEUED:
                assert now.state is not State.QUEUED
                assert now.state is not State.SENDING or before is State.SENDING
            self.past[intent] = now.state

    @invariant()
    def one_call_ends_a_thing_and_an_id_is_one_things(self):
        if not getattr(self, "journal", None):
            return
        open_stops = Counter()
        for stop in map(self.get, self.asked):
            if stop.joins is None and stop.state in {State.QUEUED, State.SENDING}:
                open_stops[stop.subject.ref] += 1
        refs = Counter(
            self.get(intent).subject.ref for intent, _digest in self.keys.values()
        )
        del refs[""]
        assert all(count == 1 for count in (*open_stops.values(), *refs.values()))
        assert open_stops[""] == 0

    @invariant()
    def every_stop_is_open_or_answered_once_as_the_one_that_it_joined(self):
        if not getattr(self, "asked", None):
            return
        later = self.clock() + timedelta(days=999)
        due = self.run(self.journal.outbox.due(later, 5000))
        answers = Counter(one.intent.id for one in due if one.name == RESULT)
        for stop in map(self.get, self.asked):
            assert answers[stop.id] == (stop.state not in OPEN)
            if stop.joins:
                job = self.get(stop.joins)
                assert job.joins is None
                if stop.state is State.WAITING:
                    assert job.state in OPEN
                else:
                    assert stop.state is job.state
                    assert stop.settlement.reason == job.settlement.reason
            thing = stop.subject.about and self.get(stop.subject.about)
            over = thing and thing.state in {State.STOPPED, State.ENDED}
            if over and stop.id not in self.late:
                assert stop.state not in OPEN
            if thing and thing.state is State.NOT_STARTED:
                assert stop.state not in OPEN

    @invariant()
    def whoever_reads_the_newest_card_reads_what_is_known(self):
        if not getattr(self, "keys", None):
            return
        later = self.clock() + timedelta(days=999)
        due = self.run(self.journal.outbox.due(later, 5000))
        cards = {one.intent.id: one for one in due if one.name == CARD}
        for intent, _digest in self.keys.values():
            relay = self.get(intent)
            standing, rev = self.stood.get(intent, (relay.standing, 0))
            if relay.state is not State.SENDING and relay.standing != standing:
                assert rev < cards[intent].rev <= relay.rev
            self.stood[intent] = (relay.standing, relay.rev)
        assert len(cards) == len([one for one in due if one.name == CARD])


def _after(state):
    """Return every state that can be reached from *state* along the edges."""
    reached, front = set(), {state}
    while front:
        front = {to for one in front for to in EDGES.get(one, ())} - reached
        reached |= front
    return reached
