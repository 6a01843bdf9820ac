"""When a start is due, by what is known of it, and what is told of its timer."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.journal.model import Asker, Timing
from bot.journal.rows import millis
from bot.journal.timer_rows import (
    DROPPED,
    MOVED,
    PLACED,
    SET,
    WARNED,
    StopTimer,
    begun,
    news,
)
from bot.journal.unread import accepted_of
from bot.states import State
from tests.bot.journal.conftest import AT, new_intent

HOUR = timedelta(hours=1)


def timer_set_at(at):
    asker = Asker(team="T", user="UBO", home="T", channel="C", locale="en-US")
    return StopTimer(thing="X", asker=asker, set_at=at, due_at=AT + HOUR, rev=1)


@pytest.mark.parametrize("what", [MOVED, DROPPED, WARNED, PLACED])
def test_what_is_told_of_a_timer_as_it_was_set_once_is_one_message(what):
    first, again = (
        news(what, "UBO", AT + HOUR, AT, timer_set_at(at)) for at in (AT, AT + HOUR)
    )

    assert first.line == news(WARNED, "UBO", AT, None, timer_set_at(AT)).line != ""
    assert first.line != again.line  # though it may be due at the same time


def test_that_a_timer_is_set_where_there_was_none_is_a_message_of_its_own():
    assert news(SET, "UBO", AT + HOUR, None).line == ""


SENT, BY, NOW = AT, AT + timedelta(seconds=20), AT + timedelta(seconds=3)
LATE = AT + timedelta(minutes=10)  # could its answer be written


@pytest.mark.parametrize(
    ("was", "state", "now", "since"),
    [
        (State.SENDING, State.STARTED, NOW, NOW),
        (State.SENDING, State.STARTED, LATE, BY),
        (State.SENDING, State.UNKNOWN, NOW, SENT),
        (State.UNKNOWN, State.STARTED, NOW, SENT),
        (State.QUEUED, State.SENDING, NOW, None),
        (State.QUEUED, State.NOT_STARTED, NOW, None),
        (State.SENDING, State.NOT_STARTED, NOW, None),
    ],
)
def test_a_length_counts_from_the_answer_and_of_a_lost_one_from_the_sending(
    was, state, now, since
):
    new = new_intent(AT, 1, timing=Timing(after=HOUR))
    before = replace(accepted_of(new, "R1", was, None, ""), sent_at=SENT, send_by=BY)

    columns = begun(before, state, now)

    assert columns == ({"stop_at": millis(since + HOUR)} if since else {})


def test_once_it_is_known_it_stays():
    new = new_intent(AT, 1, timing=Timing(after=HOUR, at=AT))
    before = accepted_of(new, "R1", State.UNKNOWN, None, "")

    assert begun(before, State.STARTED, NOW) == {}
