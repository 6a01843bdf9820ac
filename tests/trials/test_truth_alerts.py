"""Whom alerts call is judged, and each way to call wrongly or not at all is found."""

import pytest

from tests.trials.truth.judge.claims import MORE, UNTRUE
from tests.trials.truth.judge.forgotten import FORGOTTEN
from tests.trials.truth.judge.reading import words
from tests.trials.truth.judge.rings import WRONGLY
from tests.trials.truth.judge.verdict import judge
from tests.trials.truth.runner import scene
from tests.trials.truth_tale import ROOM, TASK, Tale, at

CHANNEL, GROUP = "C0CALL", "S0ONCALL"
FAILED = "🔴 R1 · 1 rtmp://push.example.com/live/**** failed · {when}"
AGAIN = "🟠 R1 · nobody has taken it: a target failed"
TAKEN, MUTED = "R1 · taken; nobody is called again", "R1 · muted until {until}"


class Ringing(Tale):
    """A tale of a relay that fails at 7 s; calls are posted with a ts of their own."""

    def __init__(self):
        super().__init__()
        wanted = {"channel": CHANNEL, "group": GROUP, "minutes": 2}
        self.record[0]["alerts"] = wanted
        self.started().event(2).shown(f"🟢 R1 · live · room {ROOM}")
        self.event(3).event(4)
        self.failed = self.now

    def posted(self, *lines, calls=(GROUP,), channel=CHANNEL, only="", **facts):
        about = {"channel": channel, "only": only, "drawn": self.now + 1}
        about |= {"calls": list(calls), "lines": list(lines)}
        about |= {"way": f"chat.postMessage {channel} {len(self.record)}"}
        return self.enter(
            "shown", buttons=[], thread="", ask=None, **{**about, **facts}
        )

    def rings(self, *more, **facts):
        head = FAILED.format(when=at(self.failed))
        return self.posted(head, f"As of {at(self.now)}", *more, **facts)

    def again(self, **facts):
        return self.posted(AGAIN, **facts)

    def take(self):
        ask = {"handle": "R1", "sure": False}
        return self.asked("take", "U0BEN", **ask).posted(
            TAKEN, calls=(), only="U0BEN", way="ack"
        )

    def mute(self, seconds):
        ask = {"handle": "R1", "sure": False, "seconds": seconds}
        line = MUTED.format(until=at(self.now + 1 + seconds))
        return self.asked("mute", "U0BEN", **ask).posted(
            line, calls=(), only="U0BEN", way="ack"
        )

    def lives(self, seconds):
        return self.event(2).later(seconds)


def faults(tale):
    """Return the faults of *tale* that are about alerts."""
    about = {WRONGLY, FORGOTTEN, UNTRUE, MORE}
    found = judge(tale.enter("end").record, words()).faults
    return [one.fault for one in found if one.fault in about]


EDIT = f"chat.update {CHANNEL} 9"
BY_BEN = "Taken by @U0BEN · {when}"
CASES = {
    "it rings once": (lambda: Ringing().rings(), []),
    "again, after its time": (lambda: Ringing().rings().later(120).again(), []),
    "twice": (lambda: Ringing().rings().later(30).rings(), [WRONGLY]),
    "twice, after a restart": (
        lambda: Ringing().rings().later(9).enter("killed").enter("born").rings(),
        [WRONGLY],
    ),
    "twice, when Slack did not answer": (
        lambda: Ringing().rings().enter("unanswered", after=0).rings(),
        [],
    ),
    "anew, once it was live for five minutes": (
        lambda: Ringing().rings().lives(310).event(4).rings(),
        [],
    ),
    "anew, though it was live for one": (
        lambda: Ringing().rings().lives(60).event(4).rings(),
        [WRONGLY],
    ),
    "again, too soon": (lambda: Ringing().rings().later(30).again(), [WRONGLY]),
    "five times": (
        lambda: (
            Ringing()
            .rings()
            .later(120)
            .again()
            .later(120)
            .again()
            .later(120)
            .again()
            .later(120)
            .again()
        ),
        [WRONGLY],
    ),
    "again, though it is taken": (
        lambda: Ringing().rings().take().later(120).again(),
        [WRONGLY],
    ),
    "again, though it is muted": (
        lambda: Ringing().rings().mute(600).later(120).again(),
        [WRONGLY],
    ),
    "again, once it is not muted any more": (
        lambda: Ringing().rings().mute(60).later(120).again(),
        [],
    ),
    "again, though it is over": (
        lambda: Ringing().rings().later(20).stopped().later(120).again(),
        [WRONGLY],
    ),
    "by an edit": (lambda: Ringing().rings(way=EDIT).rings(), [WRONGLY]),
    "others": (lambda: Ringing().rings(calls=("here",)), [WRONGLY]),
    "in a channel that is only told": (
        lambda: Ringing().rings().rings(channel="C0SHOW"),
        [WRONGLY],
    ),
    "for nothing": (lambda: Ringing().rings().posted("Nothing runs."), [WRONGLY]),
    "not at all": (lambda: Ringing().later(500), [FORGOTTEN]),
    "not at all, after a restart": (
        lambda: Ringing().later(2).enter("killed").enter("born").later(500),
        [FORGOTTEN],
    ),
    "nobody": (lambda: Ringing().rings(calls=()), [FORGOTTEN]),
    "nobody again": (lambda: Ringing().rings().later(500), [FORGOTTEN]),
    "nobody again, as somebody has it": (
        lambda: Ringing().rings().take().later(500),
        [],
    ),
    "taken by somebody else": (
        lambda: Ringing().rings().rings("Taken by @U0CID · " + at(9), way=EDIT),
        [WRONGLY, UNTRUE],
    ),
    "over, and it is not": (
        lambda: (
            Ringing()
            .rings()
            .posted(
                "⚪ R1 · alert: a target failed",
                f"As of {at(20)}",
                f"Over {at(20)} · since {at(8)}",
                calls=(),
                way=EDIT,
            )
        ),
        [MORE],
    ),
    "over, and it is not, by its TaskId": (
        lambda: (
            Ringing()
            .rings()
            .posted(
                f"⚪ {TASK[:10]}…{TASK[-6:]} · alert: a stop did not get through",
                f"As of {at(20)}",
                f"Over {at(20)} · since {at(8)}",
                calls=(),
                way=EDIT,
            )
        ),
        [MORE],
    ),
    "flapping, after one failure": (
        lambda: Ringing().rings("Flapping: 3 outages in 15 minutes"),
        [UNTRUE],
    ),
    "flapping, as it was late to be live and broke twice": (
        lambda: (
            Ringing()
            .event(2)
            .event(3)
            .event(2)
            .event(3)
            .rings("Flapping: 3 outages in 15 minutes")
        ),
        [],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_whom_an_alert_calls_and_when_is_held_against_what_was_promised(name):
    tell, expected = CASES[name]

    assert sorted(set(faults(tell()))) == sorted(set(expected))


def calls(name):
    record = scene(name).record
    return [one for one in record if one["kind"] == "shown" and one["calls"]]


def test_what_somebody_has_before_slack_is_back_calls_nobody():
    name = "an alert waits for Slack, and somebody takes it before it comes"

    assert calls(name) == []


def test_what_is_muted_before_slack_is_back_calls_once_that_is_over():
    name = "an alert waits for Slack, and somebody mutes it before it comes"

    assert min(one["t"] for one in calls(name)) > 41 + 180


def test_calls_that_wait_for_slack_are_none_once_somebody_has_it():
    name = "nobody takes it while Slack is away for some minutes"

    assert len(calls(name)) == 1


def test_the_third_failure_in_a_quarter_of_an_hour_calls_nobody_and_says_so():
    name = "a target fails three times in a quarter of an hour"
    record = scene(name).record

    told = [one for one in record if one["kind"] == "shown"]
    assert len(calls(name)) == 2
    assert any("flapping" in line for one in told for line in one["lines"])


def test_the_scene_of_all_causes_has_them_all():
    name = "every cause rings, is told elsewhere as well, and somebody sees to it"
    heads = "\n".join(one["lines"][0] for one in calls(name))

    parts = ("failed", "60 s after", "nobody is in room", "unknown", "not stopped")
    assert [part in heads for part in parts] == [True] * len(parts)
