"""Each change to worse, each recovery and the end of a relay is told once."""

import itertools
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from bot.dialogue.outcome import Audience
from bot.journal.evidence import (
    HEADLINES,
    FactKind,
    Headline,
    Standing,
    Target,
    TargetStanding,
)
from bot.journal.model import CONTRADICTION, REVIVED, Notice
from bot.resources.relay import news as of_relays
from bot.resources.relay.live import fold
from bot.resources.relay.news import news
from bot.resources.relay.resource import Relay
from bot.states import OVER, State
from bot.tencent.events import RelayStatus
from tests.bot.resources.evidence import TASK, answer, event, moment, stopped, written
from tests.bot.resources.relay.lives import (
    FAILED,
    IDLE,
    RECOVERING,
    RUNNING,
    STOPPING,
    at,
    in_thread,
    stands,
    two,
)

MINUTE = timedelta(minutes=1)
BEGIN = (written(-100), answer(second=-99))


def folded(*facts, targets="ab"):
    thing = two(*targets)
    return stands(fold(thing, facts), thing)


def in_turn(course, *before, target="a", targets="ab"):
    """Return what is told at each status of *target* that comes, a second apart.

    *course* is of statuses, or of pairs of a second and a status.
    """
    steps = [
        one if isinstance(one, tuple) else (n, one) for n, one in enumerate(course)
    ]
    facts, notices = list(before), []
    thing = folded(*facts, targets=targets)
    for second, status in steps:
        facts.append(event(status, second, target, code=f"-{second}", text="reset"))
        after = folded(*facts, targets=targets)
        notices.append(list(news(thing, after)))
        thing = after
    return notices


# ── a target ─────────────────────────────────────────────────────────────────────


@dataclass
class Story:
    """What a target has said so far, without what changed nothing."""

    number: int
    said: tuple = ()

    def breaks(self):
        """Return the second of each change from no trouble into trouble."""
        before = [None, *(status for _second, status in self.said)]
        return [
            second
            for (second, status), last in zip(self.said, before, strict=False)
            if status in {RECOVERING, FAILED} and last not in {RECOVERING, FAILED}
        ]

    def given_up(self):
        """Return the second in which it was first given up since it was live, if so."""
        first = None
        for second, status in self.said:
            if status is RUNNING:
                first = None
            elif status is FAILED and first is None:
                first = second
        return first

    def tells(self, second, status):
        """Return what is to be told when *status* comes."""
        last = self.said[-1][1] if self.said else None
        if status is last or (last, status) == (FAILED, IDLE):
            return []
        given_up = self.given_up()
        self.said = (*self.said, (second, status))
        if status is FAILED:
            error = {"code": f"-{second}", "text": "reset"}
            return [] if given_up is not None else self.failed(second, **error)
        trouble = last in {RECOVERING, FAILED}
        if status is RECOVERING and not trouble:
            return [self.line("broke", second, code=f"-{second}", text="reset")]
        if status is RUNNING and trouble:
            return [self.line("back", second, code="", text="")]
        return []

    def facts(self, **error):
        breaks = self.breaks()
        return {**error, "count": len(breaks), "since": moment(breaks[0])}

    def failed(self, second, **error):
        facts = self.facts(**error)
        key = f"{self.number}:{facts['since']}:failed:{moment(second)}"
        at = {"target": self.number, "at": moment(second)}
        return [
            in_thread(key, "failed", second, target=self.number, **facts),
            Notice(
                name="push-failed",
                audience=Audience.OPS,
                facts={**at, "thread": key, **facts},
                cause="failed",
            ),
        ]

    def line(self, what, second, **error):
        """Return the line of a break or recovery: from the second break on, one."""
        facts, wait = self.facts(**error), None
        if facts["count"] > 1:
            first = what == "broke" and facts["count"] == 2
            what, wait = "flaps", None if first else at(second) + MINUTE
        key = f"{self.number}:{facts['since']}:{what}"
        return in_thread(
            key, what, second, target=self.number, not_before=wait, **facts
        )


@pytest.mark.parametrize("first", RelayStatus, ids=lambda one: one.name)
@pytest.mark.parametrize("then", RelayStatus, ids=lambda one: one.name)
def test_of_any_two_changes_of_a_target_the_news_is_told_and_nothing_else(first, then):
    for second, last in itertools.product(RelayStatus, repeat=2):
        course = (first, then, second, last)
        for number, targets in ((1, "ab"), (2, "ba")):
            story = Story(number)
            expected = [story.tells(n, status) for n, status in enumerate(course)]
            lives = event(RUNNING, -90, "b")

            assert in_turn(course, *BEGIN, lives, targets=targets) == expected, course


@pytest.mark.parametrize("first", RelayStatus, ids=lambda one: one.name)
@pytest.mark.parametrize("then", RelayStatus, ids=lambda one: one.name)
def test_of_what_is_learnt_at_once_the_outage_is_told_that_lasts(first, then):
    for second, last in itertools.product(RelayStatus, repeat=2):
        course = (first, then, second, last)
        story, facts = Story(1), [*BEGIN, event(RUNNING, -90, "b")]
        before = folded(*facts)
        for n, status in enumerate(course):
            story.tells(n, status)
            facts.append(event(status, n, code=f"-{n}", text="reset"))
        since, stands_so = story.said[-1]
        error = {"code": f"-{since}", "text": "reset"}
        if stands_so not in {RECOVERING, FAILED}:
            error = {"code": "", "text": ""}
        expected = []
        if (given_up := story.given_up()) is not None:
            expected = story.failed(given_up, **error)
        elif stands_so is RECOVERING:
            expected = [story.line("broke", since, **error)]

        assert list(news(before, folded(*facts))) == expected, course


def test_what_is_told_of_a_target_that_breaks_comes_back_and_breaks_again():
    course = (RUNNING, RECOVERING, RUNNING, RECOVERING, RUNNING, RECOVERING, FAILED)
    since = moment(1)
    key = f"1:{since}:failed:{moment(6)}"
    flaps = {"key": f"1:{since}:flaps", "what": "flaps", "target": 1, "since": since}
    broken, back = {"text": "reset"}, {"code": "", "text": ""}
    failed = {"code": "-6", "text": "reset", "count": 3, "since": since}

    assert in_turn(course, *BEGIN) == [
        [],
        [
            in_thread(
                f"1:{since}:broke",
                "broke",
                1,
                target=1,
                code="-1",
                count=1,
                since=since,
                **broken,
            )
        ],
        [
            in_thread(
                f"1:{since}:back", "back", 2, target=1, count=1, since=since, **back
            )
        ],
        [in_thread(second=3, code="-3", count=2, **flaps, **broken)],
        [in_thread(second=4, count=2, not_before=at(4) + MINUTE, **flaps, **back)],
        [
            in_thread(
                second=5,
                code="-5",
                count=3,
                not_before=at(5) + MINUTE,
                **flaps,
                **broken,
            )
        ],
        [
            in_thread(key, "failed", 6, target=1, **failed),
            Notice(
                name="push-failed",
                audience=Audience.OPS,
                facts={"target": 1, "at": moment(6), "thread": key, **failed},
                cause="failed",
            ),
        ],
    ]


def test_however_often_a_target_breaks_it_has_one_line_of_which_one_goes_at_once():
    story, course = Story(1), (RUNNING, RECOVERING) * 30

    notices = in_turn(course, *BEGIN)

    assert notices == [story.tells(n, status) for n, status in enumerate(course)]
    lines = [one for told_at_once in notices for one in told_at_once]
    flaps = [one for one in lines if one.facts["what"] == "flaps"]
    assert {one.line for one in flaps} == {f"1:{moment(1)}:flaps"}
    assert [one.not_before for one in flaps].count(None) == 1
    assert [one.facts["count"] for one in flaps][-1] == 30


def test_after_ten_quiet_minutes_a_break_is_the_first_of_a_new_line():
    course = ((0, RUNNING), (1, RECOVERING), (2, RUNNING), (700, RECOVERING))

    *_before, first, _back, again = in_turn(course, *BEGIN)

    assert [one.line for one in (*first, *again)] == [
        f"1:{moment(1)}:broke",
        f"1:{moment(700)}:broke",
    ]


@pytest.mark.parametrize("between", RelayStatus, ids=lambda one: one.name)
def test_a_failure_is_told_once_in_an_outage_and_again_in_the_next(between):
    course = (RUNNING, FAILED, between, FAILED)

    *_before, last = in_turn(course, *BEGIN)

    names = ["news", "push-failed"] if between is RUNNING else []
    assert [one.name for one in last] == names


# ── the whole ────────────────────────────────────────────────────────────────────

LIVES = (State.SENDING, State.UNKNOWN, State.STARTED, State.STOPPING, State.EXPIRING)
ENDS = (State.STOPPED, State.ENDED)
NEVER = (State.NOT_STARTED, State.CLOSED)
WHOLES = {
    state.value: (state, HEADLINES[state])
    for state in (State.QUEUED, *LIVES, *ENDS, *NEVER)
} | {"idle": (State.STARTED, Headline.IDLE)}


def whole(name, status, since):
    state, headline = WHOLES[name]
    broke = {"broke_at": moment(8), "breaks": 1} if status is Target.RECOVERING else {}
    target = TargetStanding(status, since=moment(8), **broke)
    return stands(Standing(state, headline, targets=(target,), since=moment(since)))


@pytest.mark.parametrize("status", [Target.LIVE, Target.RECOVERING])
@pytest.mark.parametrize("was", WHOLES)
@pytest.mark.parametrize("now", WHOLES)
def test_of_any_change_of_the_whole_the_news_is_told_and_nothing_twice(
    was, now, status
):
    before, after = whole(was, Target.LIVE, 1), whole(now, status, 9)
    expected = []
    if before.state in {*ENDS, *NEVER} and after.state in LIVES:
        revived = {"was": before.state.value}
        expected += [Notice(name=REVIVED, audience=Audience.OPS, facts=revived)]
    if status is Target.RECOVERING and after.state not in {*ENDS, *NEVER}:
        facts = {"code": "", "text": "", "count": 1, "since": moment(8)}
        expected += [in_thread(f"1:{moment(8)}:broke", "broke", 8, target=1, **facts)]
    if now == "idle" != was:
        expected += [in_thread(f"idle:{moment(9)}", "idle", 9)]
    if after.state in ENDS and before.state not in ENDS:
        expected += [in_thread(f"over:{moment(9)}", "over", 9)]

    assert list(news(before, after)) == expected
    assert list(news(after, after)) == []


BEFORE = {"idle": Target.IDLE, "live": Target.LIVE, "failed": Target.FAILED}


@pytest.mark.parametrize("now", Target)
@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("was", BEFORE)
def test_that_a_relay_runs_again_is_told_in_place_of_that_it_was_idle(was, state, now):
    def of(targets, state):
        standing = Standing(state, HEADLINES[state], targets=targets, since=moment(5))
        return stands(standing)

    before = tuple(TargetStanding(BEFORE[was], since=moment(n)) for n in (4, 5))
    after = (before[0], TargetStanding(now, since=moment(9)))
    runs = {Target.CONNECTING, Target.LIVE, Target.RECOVERING}

    told = news(of(before, State.STARTED), of(after, state))

    again = [one for one in told if one.facts.get("what") == "again"]
    wanted = was == "idle" and now in runs and state not in OVER
    assert again == [in_thread(f"idle:{moment(5)}", "again", 9)] * wanted


IDS = [(), ("-x..",), ("-x..", "-y.."), ("-y..",)]


@pytest.mark.parametrize(("was", "now"), [*itertools.product(IDS, IDS)])
def test_the_operators_are_told_in_one_message_how_many_task_ids_came(was, now):
    before, after = (
        stands(Standing(State.STARTED, Headline.LIVE, ref=TASK, candidates=candidates))
        for candidates in (was, now)
    )

    came = [one for one in now if one not in was]
    facts = {"task_id": came[-1], "count": len(now)} if came else {}
    alarm = Notice(
        name=CONTRADICTION, audience=Audience.OPS, facts=facts, line=CONTRADICTION
    )
    assert list(news(before, after)) == ([alarm] if came else [])


@pytest.mark.parametrize(("rivals", "alarms"), [(("-y..",), 0), ((), 1)])
def test_a_task_id_is_no_news_if_another_was_chosen_among_those_told(rivals, alarms):
    one = Standing(
        State.STARTED, Headline.LIVE, ref="-x..", candidates=("-y..",), rivals=rivals
    )
    other = replace(one, ref="-y..", candidates=("-x..",))

    assert len(list(news(stands(one), stands(other)))) == alarms


def test_an_end_is_told_once_by_an_answer_or_by_its_targets_and_not_as_trouble():
    lives = [event(RUNNING, -90, one) for one in "ab"]
    facts = [*BEGIN, *lives, event(STOPPING, 1), event(STOPPING, 1, "b")]
    before = folded(*facts)
    by_answer = folded(*facts, stopped(FactKind.ANSWERED, 2))
    by_targets = folded(*facts, event(IDLE, 2), event(IDLE, 2, "b"))

    over = [in_thread(f"over:{moment(2)}", "over", 2)]
    assert list(news(before, by_answer)) == list(news(before, by_targets)) == over
    assert list(news(by_answer, by_targets)) == []


def test_all_that_operators_are_told_has_its_alarm():
    assert {CONTRADICTION, REVIVED, of_relays.PUSH_FAILED} <= Relay().alarms.keys()
