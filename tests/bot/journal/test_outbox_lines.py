"""Notices of one line are one message, and due times go with the wall clock."""

from datetime import timedelta

import pytest

from bot.dialogue.outcome import Audience
from bot.journal.model import CARD_NOTICE, Notice
from bot.states import State
from tests.bot.journal.conftest import AT, moved

MINUTE = timedelta(minutes=1)


def flap(count, *, line="1:flap", not_before=None):
    return Notice(
        name="line",
        audience=Audience.THREAD,
        line=line,
        facts={"count": count},
        not_before=not_before,
    )


async def waiting(journal, now):
    return [
        (one.line, one.facts["count"], one.stands)
        for one in await journal.outbox.due(now)
    ]


async def test_of_one_line_the_newest_goes_when_the_first_would_have(
    journal, new, clock
):
    intent, _ = await journal.accept(new())
    for count in range(1, 4):
        notice = flap(count, not_before=clock() + MINUTE)
        await journal.update(intent.id, notices=(notice,))
        clock.push(seconds=20)
    clock.push(seconds=-1)

    assert await journal.outbox.next_due() == AT + MINUTE
    assert await waiting(journal, clock()) == []
    assert await waiting(journal, AT + MINUTE) == [("1:flap", 3, None)]


async def test_other_lines_and_other_intents_wait_for_themselves(journal, new, clock):
    notices = (flap(1), flap(2, line="2:flap"), flap(3))
    await journal.accept(new(), notices=notices)
    await journal.accept(new(), notices=(flap(4),))

    assert await waiting(journal, clock()) == [
        ("2:flap", 2, None),
        ("1:flap", 3, None),
        ("1:flap", 4, None),
    ]


async def test_where_a_line_stands_is_known_to_those_that_follow(journal, new, clock):
    intent, _ = await journal.accept(new(), notices=(flap(1),))
    for place in (("C", "1.5"), ("C", "1.7")):  # posted, then posted anew
        (due,) = await journal.outbox.due(clock())
        await journal.outbox.sent(due, place)
        notices = (flap(2), flap(3, line="2:flap"))
        await journal.update(intent.id, notices=notices)

        assert await waiting(journal, clock()) == [
            ("1:flap", 2, place),
            ("2:flap", 3, None),
        ]
        (_one, other) = await journal.outbox.due(clock())
        await journal.outbox.gave_up(other)


async def test_a_line_that_is_under_way_is_not_taken_over(journal, new, clock):
    intent, _ = await journal.accept(new(), notices=(flap(1),))
    (under_way,) = await journal.outbox.due(clock())
    await journal.update(intent.id, notices=(flap(2),))

    await journal.outbox.sent(under_way, ("C", "1.5"))

    assert await waiting(journal, clock()) == [("1:flap", 2, ("C", "1.5"))]


async def test_where_a_line_stands_is_forgotten_with_its_intent(journal, new, clock):
    over, _ = await journal.accept(new(), notices=(flap(1),))
    (due,) = await journal.outbox.due(clock())
    await journal.outbox.sent(due, ("C", "1.5"))
    await moved(journal, over.id, State.NOT_STARTED)

    gone = await journal.maintenance.prune(AT + timedelta(days=181))

    assert gone == 4  # the intent, the line, its end and the card of that


async def test_cards_that_share_a_message_are_found_in_order(journal, new, clock):
    both = [(await journal.accept(new(), notices=(CARD_NOTICE,)))[0] for _ in "ab"]
    for card in await journal.outbox.due(clock()):
        await journal.outbox.sent(card, ("C", "1.5"))

    shared = await journal.outbox.cards_at(("C", "1.5"))

    assert [one.id for one in shared] == [one.id for one in both]
    assert await journal.outbox.cards_at(("C", "1.6")) == []


@pytest.mark.sqlite
@pytest.mark.parametrize("by", [-200, -1, 0, 1, 200])
async def test_due_times_go_with_the_wall_clock(journal, new, clock, by):
    waits = (0, 1, 300)
    notices = [flap(n, line=str(n), not_before=AT + n * MINUTE / 60) for n in waits]
    await journal.accept(new(), notices=notices)
    step = timedelta(seconds=by)

    await journal.outbox.step(AT + step, step)

    for passed in (0, 1, 299, 300):
        due = await waiting(journal, AT + step + timedelta(seconds=passed))
        assert sorted(n for _line, n, _stands in due) == [
            n for n in waits if n <= passed
        ]


@pytest.mark.sqlite
async def test_what_was_written_before_the_clock_was_set_back_goes_at_once(
    journal, new, clock
):
    await journal.accept(new(), notices=(flap(1, not_before=AT + MINUTE),))
    earlier = AT - timedelta(hours=1)

    await journal.outbox.step(earlier, timedelta())

    assert await waiting(journal, earlier) == [("1:flap", 1, None)]
