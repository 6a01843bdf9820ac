"""What the judge of the trials of truth excuses, and what it finds beside that."""

import asyncio

from tests.trials.test_truth_judge import MORE, UNTRUE, statements
from tests.trials.test_truth_stage import of, record_of
from tests.trials.test_truth_undone import whole
from tests.trials.truth.cloud import START, Fault
from tests.trials.truth.judge.facts import STOP
from tests.trials.truth.stage import PEOPLE
from tests.trials.truth_tale import TASK, Tale, at

ANA, BEN, CID = PEOPLE
PROBABLY = "Probably not started. · room q1"
OTHER = {"task": TASK + "z", "agent": "pb_2", "url": "rtmp://p.example/q2", "at": 40.0}


# ── a callback that was turned away ──────────────────────────────────────────────


def unheard():
    """Return a tale of a start that is not answered; callbacks do arrive."""
    tale = Tale().asked().sent().later(30)
    return tale.enter("taken", by=200, status=1, **OTHER)


def test_a_callback_that_was_turned_away_and_came_again_left_no_gap():
    tale = unheard().enter("turned", by=503, status=2, **OTHER)

    tale.later(10).enter("taken", by=200, status=2, **OTHER)

    assert statements(tale.shown(PROBABLY)) == []


def test_a_callback_that_was_turned_away_for_good_left_one():
    turned = unheard().enter("turned", by=503, status=2, **OTHER)
    another = unheard().enter("turned", by=503, status=2, **OTHER)
    another.enter("taken", by=200, status=3, **OTHER)

    assert statements(turned.shown(PROBABLY)) == [MORE]
    assert statements(another.shown(PROBABLY)) == [MORE]


def test_a_callback_over_which_the_bot_died_may_have_been_kept():
    def called_back():
        return Tale().asked().sent().later(30).enter("sent", status=1, **OTHER)

    died = called_back().enter("killed")
    lives = called_back()
    turned = called_back().enter("turned", by=401, status=1, **OTHER).enter("killed")

    assert statements(died.shown(PROBABLY)) == []
    assert statements(lives.shown(PROBABLY)) == [MORE]
    assert statements(turned.shown(PROBABLY)) == [MORE]


# ── what a restored copy does not have ───────────────────────────────────────────


def restored(tale):
    return tale.later(9).enter("restored", copy=0).enter("born").shown("Card of q1")


def ended(tale):
    return tale.later(400).enter("killed")


def test_a_stop_of_a_journal_that_was_put_aside_is_lost_with_it():
    tale = Tale().started().enter("copied").asked("stop")

    assert whole(ended(restored(tale))) == []


def test_a_stop_that_the_copy_has_or_that_came_after_the_restore_is_not():
    before = Tale().started().asked("stop").enter("copied")
    after = restored(Tale().started().enter("copied")).asked("stop")
    after.shown("Card of q1")

    assert whole(ended(restored(before))) == ["stop refused or lost"]
    assert whole(ended(after)) == ["stop refused or lost"]


CARD = "🔵 R1 · started · room q1"


def test_a_handle_that_the_copy_does_not_have_is_known_to_nobody():
    tale = restored(Tale().enter("copied").started().shown(CARD))

    tale.asked("stop", ref=TASK).sent(STOP).later(9)

    assert statements(tale.shown("R1 is not known.")) == []
    assert statements(tale.shown(f"“{TASK}” is not known.")) == [UNTRUE]


def test_a_handle_that_the_copy_has_is_known():
    kept = restored(Tale().started().shown(CARD).enter("copied"))
    never = Tale().started().shown(CARD).later(9)

    assert statements(kept.later(9).shown("R1 is not known.")) == [UNTRUE]
    assert statements(never.shown("R1 is not known.")) == [UNTRUE]


# ── a moment that is shown to the second ─────────────────────────────────────────


def stopped_at_seven():
    tale = Tale().started().asked("stop").sent(STOP).ledger("stop")
    tale.answered(STOP, after=0.3)
    return tale.later(30)


def test_what_came_within_the_second_that_is_named_need_not_be_in_what_is_said():
    tale = stopped_at_seven()
    came = int(tale.record[-1]["t"])

    within = tale.shown("R1 · stopping · room q1", f"As of {at(came)}")

    assert statements(within) == []


def test_what_came_before_that_second_has_to_be():
    tale = stopped_at_seven()
    came = int(tale.record[-1]["t"])

    after = tale.shown("R1 · stopping · room q1", f"As of {at(came + 1)}")

    assert statements(after) == [UNTRUE]


# ── a TaskId that somebody attached ──────────────────────────────────────────────

SILENT = "By hand; silent on that TaskId. · room q1"


def attached(task):
    """Return a tale in which *task* is attached, and an event tells of `TASK`."""
    return Tale().asked().sent().ledger().event(1).asked("attach", ref=task).later(9)


def test_of_the_task_id_that_was_attached_nothing_was_said():
    other = TASK[:-1] + "y"

    assert statements(attached(other).shown(SILENT)) == []


def test_of_the_task_id_that_was_attached_an_event_has_told():
    assert statements(attached(TASK).shown(SILENT)) == [UNTRUE]


# ── a task that is gone ──────────────────────────────────────────────────────────

GONE = f"Tencent knows no task {TASK}."


def told_gone():
    tale = Tale().asked().sent().ledger().event(1).asked("stop", ref=TASK).sent(STOP)
    return tale.ledger("stop").answered(STOP, code="ResourceNotFound")


def test_that_a_task_is_gone_may_be_said_as_soon_as_it_is_heard():
    at_once, later = told_gone(), told_gone().later(30)
    at_once.record[-1]["t"] += 0.8  # it is drawn a moment after that

    assert statements(at_once.shown(GONE)) == []
    assert statements(later.shown(GONE)) == []


def test_that_a_task_is_gone_is_not_said_before_it_is_heard():
    unheard = Tale().asked().sent().ledger().event(1).later(9)

    assert statements(unheard.shown(GONE)) == [MORE, UNTRUE]


# ── a button that was shown before its relay had a TaskId ────────────────────────


def test_a_button_in_a_list_means_the_room_of_its_row():
    async def history(stage, people):
        stage.cloud.fail_next(START, Fault("late", seconds=3))
        starting = asyncio.ensure_future(people.start(ANA))
        await asyncio.sleep(1)
        await people.look(BEN, "/lookup")
        await asyncio.sleep(5)
        await starting
        shown, button = people.buttons("Stop R1")[0]
        await people.press(CID, shown, button)
        await asyncio.sleep(5)

    asks = of(record_of(history, called_back=False), "asked")

    pressed = [ask for ask in asks if ask["does"] == "stop"]
    assert [(ask["user"], ask["room"]) for ask in pressed] == [(CID, "q1")]
    assert all("ref" not in ask for ask in pressed)


# ── what runs again ──────────────────────────────────────────────────────────────


def test_that_a_relay_runs_again_is_judged_by_when_it_did():
    idle = Tale().started().event(2).later(9).event(0).later(9)
    since = round(idle.now) + 1
    ran = idle.event(2).later(9)

    assert statements(ran.shown(f"R1 · runs again {at(since)} · room q1")) == []
    assert statements(ran.shown(f"R1 · runs again {at(since + 8)} · room q1")) == [
        UNTRUE
    ]


def test_that_a_relay_runs_again_takes_word_that_it_was_idle():
    ran = Tale().started().event(2).later(9)

    told = ran.shown(f"R1 · runs again {at(5)} · room q1")

    assert statements(told) == [MORE]


# ── a moment that stands below, by a clock that was set since ────────────────────


def test_what_is_said_as_of_a_moment_is_judged_by_the_clock_of_that_moment():
    tale = stopped_at_seven()
    came = int(tale.record[-1]["t"])
    tale.later(30).enter("stepped", ahead=100.0).later(9)

    within = tale.shown("R1 · stopping · room q1", f"As of {at(came)}")
    assert statements(within) == []
    after = tale.shown("R1 · stopping · room q1", f"As of {at(came + 9)}")
    assert statements(after) == [UNTRUE]
