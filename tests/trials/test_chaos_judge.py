"""The judge of several replicas sees what is wrong, and nothing else."""

import re
from pathlib import Path

import pytest

from tests.trials.chaos import history, judge

TASK, OTHER = "-m9" + "a" * 60, "-m9" + "b" * 60
START = history.START


class Tale:
    """A history that is made up: each line of it is one thing that happened."""

    def __init__(self):
        self.record = [{"kind": "began", "t": 0.0, "by": ""}]

    def note(self, at, kind, by="", **facts):
        self.record.append({"kind": kind, "t": at, "by": by, **facts})

    def asked(self, at, number):
        about = {"room": f"q{number}", "user": "U0ANA", "channel": "C0LIVE"}
        self.note(at, "asked", n=number, does="start", **about)

    def acked(self, at, number, by, *lines):
        self.note(at, "acked", by, n=number, status=200)
        said = lines or (f"🔵 R{number} requested…",)
        self.note(at, "shown", ask=number, lines=said, only="U0", way=f"ack {number}")
        self.record[-1]["channel"] = "C0LIVE"

    def ran(self, at, number, by, task=TASK):
        about = {"room": f"q{number}", "task": task}
        self.note(at, "received", by, action=START, room=f"q{number}")
        self.note(at, "ledger", by, what="start", **about)

    def card(self, at, number, word, message="1.1", more=(TASK,)):
        way = f"chat.postMessage C0LIVE {message}"
        lines = (f"🟢 R{number} · {word}   room q{number}", *more)
        self.note(at, "shown", lines=lines, way=way, channel="C0LIVE", thread="")

    def fine(self, number=1, at=1.0, by="a"):
        self.asked(at, number)
        self.acked(at + 0.1, number, by)
        self.ran(at + 0.2, number, by)
        self.card(at + 0.3, number, "live", message=f"{number}.1")

    @property
    def faults(self):
        return judge.verdict(self.record)["faults"]


@pytest.fixture
def tale():
    return Tale()


def test_what_is_known_to_all_is_well(tale):
    for number in range(1, 5):
        tale.fine(number, at=number, by="abc"[number % 3])

    found = judge.verdict(tale.record)

    assert (found["faults"], found["started"], found["replicas"]) == ({}, 4, 3)


def test_an_unknown_start_that_is_shown_as_such_is_well(tale):
    tale.asked(1, 1)
    tale.acked(1.1, 1, "a")
    tale.ran(1.2, 1, "a")
    tale.note(1.3, "killed", "a")
    tale.card(70, 1, "unknown: please look, callbacks are off", more=())

    found = judge.verdict(tale.record)

    assert (found["faults"], found["orphans told within, s"]) == ({}, [68.7, 68.7])


def test_what_was_never_taken_needs_no_answer(tale):
    tale.asked(1, 1)
    tale.note(4, "failed", n=1)

    assert tale.faults == {}


def test_who_is_told_at_once_that_nothing_was_sent_is_answered(tale):
    tale.asked(1, 1)
    tale.acked(1.1, 1, "a", "Busy. Nothing was sent.")

    assert tale.faults == {}


@pytest.mark.parametrize(("only", "faults"), [("U0ANA", {}), ("", {"unanswered": 1})])
def test_a_late_answer_does_not_undo_a_card_and_an_older_card_does(tale, only, faults):
    tale.fine()
    tale.card(2, 1, "sending", message="1.1")
    tale.record[-1] |= {"only": only}

    assert tale.faults == faults


def test_who_asked_in_a_message_is_told_below_it(tale):
    tale.asked(1, 1)
    tale.record[-1]["ts"] = "7.7"
    tale.note(1.1, "acked", "a", n=1, status=200)
    found = tale.faults
    line = "The journal cannot be written, so nothing was sent."
    where = {"channel": "C0LIVE", "thread": "7.7", "way": "chat.postEphemeral"}
    tale.note(1.2, "shown", "a", lines=[line], only="U0ANA", **where)

    assert (found, tale.faults) == ({"unanswered": 1}, {})


def test_two_relays_for_one_submission_are_found(tale):
    tale.fine()
    tale.ran(2, 1, "b", OTHER)
    tale.card(3, 1, "live", more=(TASK, OTHER))

    assert tale.faults == {"double": 1}


def test_two_handles_for_one_submission_are_found(tale):
    tale.fine()
    tale.acked(1.2, 1, "b", "🔵 R7 requested…")

    assert tale.faults == {"accepted twice": 1}


def test_a_relay_whose_id_nobody_has_is_found(tale):
    tale.fine()
    tale.note(9, "journal", rows=[["q1", "started", OTHER]])
    tale.fine(2, at=2)
    tale.record[-1]["lines"] = ("🟢 R2 · closed   room q2",)

    assert tale.faults == {"silent loss": 1}


@pytest.mark.parametrize("at", [1.15, 5])
def test_who_was_told_not_started_of_what_ran_is_found(tale, at):
    tale.fine()
    tale.card(at, 1, "not started: something went wrong")
    tale.card(6, 1, "live")

    assert tale.faults == {"told not started, and ran": 1}


def test_who_was_told_that_nothing_was_sent_of_what_ran_is_found(tale):
    tale.fine()
    tale.acked(1.2, 1, "b", "The journal cannot be written, so nothing was sent.")

    assert tale.faults == {"told nothing was sent, and ran": 1}


@pytest.mark.parametrize("word", ["requested", "sending"])
def test_who_hears_nothing_more_is_found(tale, word):
    tale.asked(1, 1)
    tale.acked(1.1, 1, "a")
    tale.card(1.2, 1, word)

    assert tale.faults == {"unanswered": 1}


def test_a_card_that_no_channel_has_is_found(tale):
    tale.fine()
    tale.record[-1] |= {"only": "U0ANA"}

    assert tale.faults == {"lost card": 1}


def test_a_second_card_is_one_too_many_unless_somebody_was_killed(tale):
    tale.fine()
    tale.card(2, 1, "live", message="9.9")
    found = tale.faults
    tale.note(0.5, "killed", "c")

    assert (found, tale.faults) == ({"extra cards": 1}, {})


def test_a_message_of_several_cards_that_comes_again_is_one_too_many(tale):
    for number in (1, 2):
        tale.asked(1, number)
        tale.acked(1.1, number, "a")
        tale.ran(1.2, number, "a", TASK if number == 1 else OTHER)
        tale.card(1.3, number, "live", message="7.7", more=(TASK, OTHER))
    tale.note(2, "killed", "a")
    for number in (1, 2):
        tale.card(70, number, "live", message=f"{number}.1", more=(TASK, OTHER))

    found = judge.verdict(tale.record)

    assert (found["faults"], found["extra cards"]) == ({}, 1)


def test_an_alarm_that_one_person_gets_is_no_card(tale):
    tale.fine()
    way = "chat.postMessage D0ANA 9.9"
    lines = ("⚠️ R1 · unknown: probably nothing started   room q1",)
    tale.note(400, "shown", "b", lines=lines, way=way, channel="D0ANA")
    tale.card(401, 1, "live")

    assert judge.verdict(tale.record)["extra cards"] == 0


def test_the_same_message_changed_is_no_second_card(tale):
    tale.fine()
    tale.card(2, 1, "live", message="1.1")
    tale.record[-1]["way"] = "chat.update C0LIVE 1.1"

    assert tale.faults == {}


def test_an_alarm_that_is_given_twice_is_found(tale):
    tale.fine()
    line = "🟠 R1 is still unknown: it may be running, and billed."
    for at in (400, 400.1):
        way = f"chat.postMessage C0OPS {at}"
        tale.note(at, "shown", lines=(line,), way=way, channel="C0OPS", thread="")

    assert tale.faults == {"alarm given twice": 1}


@pytest.mark.parametrize(("count", "found"), [(20, {}), (21, {"too fast": 1})])
def test_more_than_twenty_in_any_second_are_found(tale, count, found):
    for number in range(1, count + 1):
        tale.fine(number, at=5.5 + number * 0.04)

    assert tale.faults == found


@pytest.mark.parametrize(("after", "found"), [(2.9, {}), (3.2, {"late takeover": 1})])
def test_an_answer_that_comes_late_after_a_kill_is_found(tale, after, found):
    tale.note(10, "killed", "b")
    tale.asked(10, 1)
    tale.acked(10 + after, 1, "a")
    tale.ran(14, 1, "a")
    tale.card(14.1, 1, "live")

    assert tale.faults == found


@pytest.mark.parametrize(("after", "found"), [(74, {}), (77, {"late orphan": 1})])
def test_what_a_dead_one_left_has_to_be_told_in_time(tale, after, found):
    tale.asked(1, 1)
    tale.acked(1.1, 1, "b")
    tale.note(2, "killed", "b")
    tale.card(2 + after, 1, "not started: it waited too long")

    assert tale.faults == found


LATE = {"late orphan": 1}


@pytest.mark.parametrize(
    ("room", "after", "found"), [("q1", 64, {}), ("q1", 77, LATE), ("q2", 64, LATE)]
)
def test_what_two_dead_left_has_to_be_told_in_time_after_both(tale, room, after, found):
    tale.asked(1, 1)
    tale.acked(1.1, 1, "b")
    tale.note(2, "killed", "b")
    tale.note(66, "killed", "a")
    tale.note(66, "left", of="a", rooms=[room])
    tale.card(66 + after, 1, "not started: it waited too long")

    assert tale.faults == found


@pytest.mark.parametrize(("pause", "found"), [(60, {}), (0, {"late takeover": 1})])
def test_how_long_slack_waits_to_send_it_again_is_no_takeover(tale, pause, found):
    tale.asked(9, 1)
    tale.note(10, "killed", "b")
    tale.note(69, "sent again", n=1, after=pause)
    tale.acked(69.1, 1, "a")
    tale.ran(69.2, 1, "a")
    tale.card(69.3, 1, "live")

    assert tale.faults == found


@pytest.mark.parametrize(
    ("at", "healed", "found"),
    [(30, 60, {}), (50, 60, {"called while cut off": 1}), (50, 45, {})],
)
def test_a_call_of_one_that_has_no_database_for_long_is_found(tale, at, healed, found):
    tale.note(10, "cut off", "a")
    tale.note(healed, "healed", "a")
    tale.fine(1, at=at, by="a")

    assert tale.faults == found


def test_a_relay_that_nobody_asked_for_and_a_new_word_are_found(tale):
    tale.fine()
    tale.ran(2, 9, "a")
    tale.card(3, 1, "well")

    assert tale.faults == {"nobody's": 1, "unread": 1}


def test_a_server_error_is_found(tale):
    tale.asked(1, 1)
    tale.note(1.1, "turned", "a", n=1, status=503)

    assert tale.faults == {"server error": 1}


def idle(tale, *statuses):
    for number, status in enumerate(statuses):
        facts = {"url": f"rtmp://{number}", "status": status, "task": TASK}
        tale.record.append({"kind": "taken", "t": 2, "by": 200, "at": 2.0, **facts})


@pytest.mark.parametrize(
    ("statuses", "found"), [((0, 0), {"told as running, and idle": 1}), ((0, 2), {})]
)
def test_a_relay_whose_targets_are_all_over_may_not_be_told_as_running(
    tale, statuses, found
):
    tale.fine()
    idle(tale, *statuses)

    assert tale.faults == found


def test_an_end_that_is_told_is_well(tale):
    tale.fine()
    idle(tale, 0, 0)
    tale.card(3, 1, "ended", message="1.1")

    assert tale.faults == {}


def test_more_than_a_person_may_start_are_found(tale):
    tale.record[0]["most_a_day"] = 1
    tale.fine(1)
    tale.fine(2)
    tale.record[-6]["user"] = "U0BEN"
    found = tale.faults
    tale.fine(3)

    assert (found, tale.faults) == ({}, {"over the limit": 1})


def test_an_audit_trail_that_is_not_whole_is_found(tale):
    tale.note(1, "audit", whole=False, says="record 7 was rewritten")

    assert tale.faults == {"audit trail": 1}


@pytest.mark.parametrize(("after", "found"), [(9, {}), (11, {"late back": 1})])
def test_something_is_accepted_soon_after_the_database_is_back(tale, after, found):
    tale.fine()
    tale.note(5, "database back")
    tale.asked(6, 7)
    tale.acked(6.1, 7, "a", "The journal cannot be written, so nothing was sent.")
    tale.fine(2, at=5 + after)

    assert tale.faults == found


def test_a_replica_that_is_not_ready_at_the_end_is_found(tale):
    tale.note(1, "unwell", "a")

    assert tale.faults == {"is not ready at the end": 1}


def test_who_is_dead_is_not_expected_to_be_ready_until_it_is_born_again(tale):
    tale.note(1, "killed", "a")
    tale.note(1.1, "unwell", "a")  # of a look that was on its way
    found = tale.faults
    tale.note(2, "born", "a")

    assert (found, tale.faults) == ({}, {"is not ready at the end": 1})


def test_what_is_sent_of_itself_after_a_restore_is_found(tale):
    tale.fine()
    tale.note(2, "restored", code=0, says="")
    found = tale.faults
    tale.note(3, "received", "a", action=START, room="q1")

    assert (found, tale.faults) == ({}, {"sent after a restore": 1})


def test_a_replica_that_does_not_start_is_found(tale):
    tale.note(1, "stillborn", "c", says="the table is there already")

    assert tale.faults == {"does not start": 1}


@pytest.mark.parametrize("module", [history, judge])
def test_the_judge_shares_no_code_with_the_bot(module):
    source = Path(module.__file__).read_text(encoding="utf-8")
    imported = re.findall(r"^ *(?:from|import) ([\w.]+)", source, re.MULTILINE)

    others = set(imported) - {"tests.trials.chaos.history"}
    tops = {name.partition(".")[0] for name in others}
    assert not tops & {"bot", "commands", "tests", "sqlalchemy", "psycopg"}
