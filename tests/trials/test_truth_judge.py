"""The judge of the trials of truth finds what it is there to find, and nothing else."""

import re
from pathlib import Path

import pytest

from tests.trials.truth.judge import claims
from tests.trials.truth.judge.facts import STOP, target
from tests.trials.truth.judge.verdict import judge
from tests.trials.truth_tale import TASK, URL, WORDS, Tale, at


def statements(tale):
    """Return the faults of statements in *tale*."""
    found = judge(tale.record, WORDS).faults
    return [one.fault for one in found if one.seq >= 0 and one.line]


UNTRUE, MORE = claims.UNTRUE, claims.MORE


CASES = {
    "live by an event": (
        lambda: (
            Tale().started().event(2).shown(f"🟢 R1 · live since {at(5)} · room q1")
        ),
        [],
    ),
    "live at another time than it was": (
        lambda: (
            Tale().started().event(2).shown(f"🟢 R1 · live since {at(50)} · room q1")
        ),
        [UNTRUE],
    ),
    "green with no event": (
        lambda: Tale().started().shown("🟢 R1 · started · room q1"),
        [MORE],
    ),
    "green though the target is known to have failed": (
        lambda: Tale().started().event(2).event(4).shown("🟢 R1 · started · room q1"),
        [UNTRUE],
    ),
    "started by an answer": (
        lambda: Tale().started().shown("🔵 R1 · started · room q1"),
        [],
    ),
    "started with nothing heard": (
        lambda: Tale().asked().sent().ledger().shown("🔵 R1 · started · room q1"),
        [MORE],
    ),
    "unknown though the TaskId has come": (
        lambda: Tale().started().later(5).shown("⚠️ R1 · unknown · room q1"),
        [UNTRUE],
    ),
    "unknown while nothing has come": (
        lambda: Tale().asked().sent().ledger().shown("⚠️ R1 · unknown · room q1"),
        [],
    ),
    "not started though the ledger has it": (
        lambda: Tale().asked().sent().ledger().shown("🔴 R1 · not started · room q1"),
        [UNTRUE],
    ),
    "not started that may have": (
        lambda: Tale().asked().sent().shown("🔴 R1 · not started · room q1"),
        [MORE],
    ),
    "not started by a definite refusal": (
        lambda: (
            Tale()
            .asked()
            .sent()
            .answered(code="AuthFailure")
            .shown("🔴 R1 · not started · room q1")
        ),
        [],
    ),
    "stopped by the one who asked": (
        lambda: (
            Tale()
            .started()
            .stopped()
            .later(60)
            .shown(f"⚪ R1 · stopped by @U0BEN {at(7)} · room q1")
        ),
        [],
    ),
    "stopped by somebody else": (
        lambda: (
            Tale()
            .started()
            .stopped()
            .shown(f"⚪ R1 · stopped by @U0CID {at(7)} · room q1")
        ),
        [UNTRUE],
    ),
    "stopped at a time when it ran": (
        lambda: (
            Tale()
            .started()
            .later(60)
            .stopped()
            .shown(f"⚪ R1 · stopped by @U0BEN {at(20)} · room q1")
        ),
        [UNTRUE],
    ),
    "ended by way of stopping": (
        lambda: (
            Tale()
            .started()
            .event(2)
            .ledger("end")
            .event(5)
            .event(0)
            .shown("⚪ R1 · ended · room q1")
        ),
        [],
    ),
    "ended though it only went idle": (
        lambda: (
            Tale()
            .started()
            .event(2)
            .ledger("end")
            .event(0)
            .shown("⚪ R1 · ended · room q1")
        ),
        [MORE],
    ),
    "ended though its push only failed": (
        lambda: (
            Tale().started().event(2).event(4).event(0).shown("⚪ R1 · ended · room q1")
        ),
        [UNTRUE],
    ),
    "ended by an event of another target": (
        lambda: (
            Tale()
            .started()
            .event(2)
            .event(5, url="rtmp://else.example.com/live/q1", taken=True)
            .shown("⚪ R1 · ended · room q1")
        ),
        [UNTRUE],
    ),
    "push failed, as an event says": (
        lambda: Tale().started().event(4).shown("R1 · push failed · room q1"),
        [],
    ),
    "idle with no event": (
        lambda: Tale().started().shown("R1 · idle · room q1"),
        [MORE],
    ),
    "stopping though it is over": (
        lambda: Tale().started().stopped().later(9).shown("R1 · stopping · room q1"),
        [UNTRUE],
    ),
    "not stopped, and billed, though the stop was done": (
        lambda: (
            Tale()
            .started()
            .asked("stop")
            .sent(STOP)
            .ledger("stop")
            .shown("Card of q1", "R1 was not stopped, and goes on being billed.")
        ),
        [UNTRUE, UNTRUE],
    ),
    "not stopped by a definite refusal": (
        lambda: (
            Tale()
            .started()
            .asked("stop")
            .sent(STOP)
            .answered(STOP, "AuthFailure")
            .shown("Card of q1", "R1 was not stopped, and goes on being billed.")
        ),
        [],
    ),
    "not running though it runs": (
        lambda: (
            Tale()
            .asked()
            .sent()
            .ledger()
            .later(9)
            .shown("Card of q1", "R1 is not running.")
        ),
        [UNTRUE],
    ),
    "probably not started, and no callback is proven to arrive": (
        lambda: (
            Tale().asked().sent().later(130).shown("Probably not started. · room q1")
        ),
        [MORE],
    ),
    "none has arrived since, and one has": (
        lambda: (
            Tale().started().event(2).later(9).shown(f"None has arrived since {at(1)}.")
        ),
        [UNTRUE],
    ),
    "closed though an event says that it runs": (
        lambda: (
            Tale()
            .asked()
            .sent()
            .ledger()
            .asked("close")
            .later(5)
            .event(2)
            .later(5)
            .shown("⚪ R1 · closed · room q1")
        ),
        [UNTRUE],
    ),
    "nothing runs though something does": (
        lambda: Tale().started().later(9).shown("Nothing runs."),
        [UNTRUE],
    ),
    "not known though it has come": (
        lambda: Tale().started().later(9).shown(f"“{TASK}” is not known."),
        [UNTRUE],
    ),
    "nothing was sent though it was": (
        lambda: Tale().asked().sent().shown("Nothing was sent.", ask=1),
        [UNTRUE],
    ),
    "in reach until a day that is past": (
        lambda: (
            Tale()
            .started()
            .later(99)
            .shown("Card of q1", f"Can be stopped until {at(9)}.")
        ),
        [UNTRUE],
    ),
    "true as of the moment that it names": (
        lambda: (
            Tale()
            .started()
            .asked("stop")
            .later(60)
            .sent(STOP)
            .ledger("stop")
            .answered(STOP)
            .later(60)
            .shown("R1 · stopping · room q1", f"As of {at(9)}")
        ),
        [],
    ),
    "several things as of several moments": (
        lambda: (
            Tale()
            .started()
            .asked("stop")
            .later(60)
            .sent(STOP)
            .ledger("stop")
            .answered(STOP)
            .later(60)
            .shown(
                "R1 · stopping · room q1",
                f"As of {at(9)}",
                "R1 · stopping · room q1",
                f"As of {at(110)}",
            )
        ),
        [UNTRUE],
    ),
    "not stopped as of a moment, and a stop sent since": (
        lambda: (
            Tale()
            .started()
            .asked("stop")
            .sent(STOP)
            .answered(STOP, "AuthFailure")
            .later(60)
            .sent(STOP)
            .shown("R1 was not stopped, and goes on being billed.", f"As of {at(8)}")
        ),
        [],
    ),
    "less than a day is left, and it is": (
        lambda: (
            Tale()
            .started()
            .later(29.5 * 86_400)
            .shown("R1 can be stopped for less than a day.", "Card of q1")
        ),
        [],
    ),
    "less than a day is left, and none is": (
        lambda: (
            Tale()
            .started()
            .later(31 * 86_400)
            .shown("R1 can be stopped for less than a day.", "Card of q1")
        ),
        [UNTRUE],
    ),
    "words that the table does not know": (
        lambda: Tale().started().shown("All is well."),
        ["unread statement"],
    ),
    "a handle without a room, which was shown before": (
        lambda: (
            Tale()
            .asked()
            .sent()
            .ledger()
            .shown("⚠️ R1 · unknown · room q1")
            .later(9)
            .shown("R1 is not running.")
        ),
        [UNTRUE],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_statement_is_judged_by_what_was_true_and_what_had_come(name):
    tell, expected = CASES[name]

    assert statements(tell()) == expected


def test_what_a_restored_copy_does_not_have_cannot_be_held_against_it():
    tale = Tale().enter("copied").started().later(9).enter("restored", copy=0)

    tale.enter("born").shown("⚠️ R1 · unknown · room q1")

    assert statements(tale) == []


def test_an_answer_after_which_the_bot_was_killed_need_not_be_known():
    tale = Tale().started().enter("killed", after=0.1).enter("born")

    assert statements(tale.shown("⚠️ R1 · unknown · room q1")) == []


def test_a_target_is_known_by_host_default_port_and_path():
    same = {target(URL), target(URL.replace("push", "PUSH")), target(f"{URL}?txTime=1")}
    same.add(target(URL.replace(".com/", ".com:1935/")))

    assert len(same) == 1
    assert target(URL) != target(URL.replace("live", "other"))


def test_every_kind_of_claim_in_the_words_has_its_judge():
    file = Path(claims.__file__).parent.parent / "words.txt"
    kinds = {
        kind.strip()
        for line in file.read_text().splitlines()
        if line and not line.startswith("#")
        for kind in line.split(" | ")[0].split(" + ")
    }

    assert kinds - claims.JUDGES.keys() == {"neutral", "as of"}


def test_the_judge_shares_no_code_with_the_bot_nor_with_what_plays():
    imported = set()
    for file in Path(claims.__file__).parent.glob("*.py"):
        pattern = r"^ *(?:from|import) ([\w.]+)"
        imported |= set(re.findall(pattern, file.read_text(), re.MULTILINE))

    own = {name for name in imported if name.startswith("tests.trials.truth.judge")}
    tops = {name.partition(".")[0] for name in imported - own}
    assert not tops & {"bot", "commands", "tests", "sqlalchemy"}
