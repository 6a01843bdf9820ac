"""A notice is delivered by whoever holds it, and by nobody beside them."""

import asyncio
import os
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.config.kinds import is_server
from bot.dialogue.outcome import Audience
from bot.journal.lives import Life
from bot.journal.model import ANSWER, CARD_NOTICE, Notice
from bot.journal.outbox import Outbox
from bot.journal.schema import outbox
from bot.journal.statement import Statement, database_now
from tests.bot.journal.conftest import ALARMED, ANSWERED, new_intent
from tests.fakes.journal import laid, opened

HERE, THERE = ("C", "1.1"), ("C", "2.2")


@pytest.fixture
async def three(url, clock, tmp_path):
    """Return a journal, and the outbox as two see it that deliver from it."""
    if is_server(url):
        both = [await opened(url, clock) for _ in range(2)]
        yield both[0], *(journal.outbox for journal in both)
        for journal in both:
            journal.close()
        return
    laid(tmp_path / "var/patchbay.db")
    journal = await opened(url, clock)
    of = journal._writer, journal._seal
    yield journal, *(Outbox(*of, life(journal, name)) for name in ("one", "other"))
    journal.close()


def life(journal, name):
    how = {"monotonic": time.monotonic, "random_bytes": os.urandom}
    return Life(journal._writer, name, shared=True, now=journal.now, **how)


@pytest.fixture
def journal(three):
    return three[0]


@pytest.fixture
def one(three):
    return three[1]


@pytest.fixture
def other(three):
    return three[2]


@pytest.fixture
def waiting(journal, clock):
    """Accept an intent with *notices*, a card unless given; return it."""
    numbers = iter(range(1000))

    async def put(*notices, **values):
        new = new_intent(clock(), next(numbers), **values)
        accepted, _ = await journal.accept(new, notices=notices or (CARD_NOTICE,))
        return accepted

    return put


async def over(journal):
    """Let the time of every hold be over."""
    ended = "UPDATE outbox SET held_until = 1 WHERE held_until > 0"
    await journal._writer.write(lambda c: c.run(ended))


async def ids(notifications):
    return [one.id for one in await notifications]


async def test_what_one_holds_no_other_is_told_of(one, other, waiting, clock):
    await waiting()
    due = await one.due(clock())

    assert await one.hold(due) == tuple(due)
    assert (await ids(one.due(clock())), await ids(other.due(clock()))) == ([1], [])
    assert (await one.waiting(), await other.waiting()) == (1, 0)


async def test_of_two_who_saw_the_same_one_holds_it(one, other, waiting, clock):
    await waiting()
    seen, seen_too = await one.due(clock()), await other.due(clock())

    assert await one.hold(seen) == tuple(seen)
    assert await other.hold(seen_too) == ()


async def test_a_newer_card_waits_for_whoever_posts_the_one_before(
    journal, one, other, waiting, clock
):
    intent = await waiting()
    first = await one.hold(await one.due(clock()))
    await journal.update(intent.id, notices=(CARD_NOTICE,))

    newer = await other.due(clock())
    assert await other.hold(newer) == ()
    await one.all_sent([(first[0], HERE)])

    (renewed,) = await other.hold(await other.due(clock()))
    assert renewed.intent.card == HERE


async def test_what_was_read_before_something_changed_is_not_held(
    journal, one, other, waiting, clock
):
    intent = await waiting()
    await journal.update(intent.id, notices=(ANSWERED,))
    stale = await other.due(clock())
    held = [each for each in await one.due(clock()) if each.name == "card"]
    await one.sent((await one.hold(held))[0], HERE)

    assert await other.hold(stale) == ()
    fresh = await other.due(clock())
    assert await other.hold(fresh) == tuple(fresh)


async def test_cards_that_stand_in_one_message_are_one_ones(
    one, other, journal, waiting, clock
):
    first, second = [await waiting() for _ in range(2)]
    together = await one.hold(await one.due(clock()))
    await one.all_sent([(each, HERE) for each in together])
    for intent in (first, second):
        await journal.update(intent.id, notices=(CARD_NOTICE,))
    of_first, of_second = await one.due(clock())

    assert await one.hold([of_first]) == (of_first,)
    assert await other.hold([of_second]) == ()
    assert await one.hold([of_second]) == (of_second,)


async def test_what_goes_elsewhere_or_is_of_another_is_free(
    journal, one, other, waiting, clock
):
    intent = await waiting(CARD_NOTICE, ALARMED)
    await waiting()
    await journal.outbox.put(ALARMED, clock(), app="live")
    card, alarm, another, of_app = await one.due(clock())

    assert await one.hold([card]) == (card,)
    rest = (alarm, another, of_app)
    assert await other.hold(rest) == rest
    assert card.intent == intent


async def test_of_what_belongs_together_the_rest_stays_with_its_holder(
    one, other, waiting, clock
):
    await waiting(ANSWERED, ANSWERED, ANSWERED)
    first, second, third = await one.due(clock())
    await one.hold([first, second])
    await one.sent(first)

    assert await other.hold([third]) == ()
    assert await one.hold([third]) == (third,)


async def test_what_is_not_due_yet_keeps_nobody_from_the_rest_for_ever(
    journal, one, other, waiting, clock
):
    later = replace(ANSWERED, not_before=clock() + timedelta(hours=1))
    await waiting(later, ANSWERED)
    (due,) = await one.due(clock())
    await one.hold([due])
    await one.sent(due)
    clock.push(hours=1)

    assert await other.due(clock()) == []
    await over(journal)
    (rest,) = await other.due(clock())
    assert await other.hold([rest]) == (rest,)


# ── who is gone ─────────────────────────────────────────────────────────────────────


async def test_when_its_time_is_over_another_delivers_and_its_place_is_kept(
    journal, one, other, waiting, clock
):
    intent = await waiting()
    (lost,) = await one.hold(await one.due(clock()))
    await over(journal)

    (again,) = await other.hold(await other.due(clock()))
    await other.sent(again, THERE)
    await one.sent(lost, HERE)  # it was only held up

    assert again == lost
    assert (await journal.find.get(intent.id)).card == THERE


async def test_whoever_was_held_up_has_the_card_drawn_anew_as_it_is_then(
    journal, one, other, waiting, clock
):
    intent = await waiting()
    (older,) = await one.hold(await one.due(clock()))
    await over(journal)
    newest = await journal.update(intent.id, room="8", notices=(CARD_NOTICE,))
    (newer,) = await other.hold(await other.due(clock()))
    await other.sent(newer, THERE)
    await one.sent(older, THERE)  # which is over the newer one now

    (anew,) = await other.hold(await other.due(clock()))
    assert (anew.name, anew.intent.rev) == ("card", newest.rev)
    assert anew.intent.card == THERE
    await other.sent(anew, THERE)
    assert await one.waiting() == 0


async def test_whoever_comes_too_late_lets_nothing_go_that_another_holds(
    journal, one, other, waiting, clock
):
    await waiting()
    (lost,) = await one.hold(await one.due(clock()))
    await over(journal)
    await other.hold(await other.due(clock()))

    await one.postpone(lost, clock())

    assert await one.due(clock()) == []
    (own,) = await other.due(clock())
    assert (own.id, own.tries) == (lost.id, 0)


async def test_a_hold_is_of_a_minute_by_the_databases_clock(
    journal, one, waiting, clock
):
    await waiting()
    await one.hold(await one.due(clock()))

    left = Statement(select(outbox.c.held_until - database_now()))
    milliseconds = await journal._writer.read(lambda c: c.execute(left).scalar())
    assert milliseconds == pytest.approx(60_000, abs=10_000)


async def test_what_is_put_off_or_released_anybody_may_deliver(
    one, other, waiting, clock
):
    await waiting()
    await waiting()
    first, second = await one.hold(await one.due(clock()))
    await one.postpone(first, clock(), tried=False)

    assert await ids(other.due(clock())) == [first.id]
    await one.release()
    assert await ids(other.due(clock())) == [first.id, second.id]


async def test_one_that_is_released_alone_keeps_its_place(one, other, waiting, clock):
    await waiting()
    clock.push(seconds=1)
    await waiting()
    first, second = await one.hold(await one.due(clock()))
    clock.push(seconds=1)
    await one.postpone(second, clock(), tried=False)

    await one.release(first)

    assert await ids(other.due(clock())) == [first.id, second.id]
    assert [n.tries for n in await other.due(clock())] == [0, 0]
    assert await other.hold([first]) == (first,)
    await one.release(first)  # which it does not hold any more
    assert await ids(one.due(clock())) == [second.id]


# ── lines ───────────────────────────────────────────────────────────────────────────


def line(count):
    facts = {"count": count}
    return Notice(name=ANSWER, audience=Audience.THREAD, line="flap", facts=facts)


async def test_a_newer_notice_of_a_line_goes_to_whoever_posts_the_one_before(
    journal, one, other, waiting, clock
):
    intent = await waiting(line(1))
    (first,) = await one.hold(await one.due(clock()))
    await journal.update(intent.id, notices=(line(2),))

    assert await other.due(clock()) == []
    await one.sent(first, HERE)
    (newer,) = await one.hold(await one.due(clock()))
    assert (newer.facts["count"], newer.stands) == (2, HERE)
    assert await one.waiting() == 1


# ── at once ─────────────────────────────────────────────────────────────────────────


async def test_of_many_who_ask_at_once_each_notice_is_one_ones(
    journal, one, other, waiting, clock
):
    for _ in range(20):
        await waiting(CARD_NOTICE, ANSWERED)
    due = await one.due(clock())

    async def take(box, name):
        held = [await box.hold([each]) for each in due]
        return [(name, each.id) for some in held for each in some]

    both = await asyncio.gather(take(one, "one"), take(other, "other"))

    held = sorted(number for some in both for _name, number in some)
    assert held == sorted(each.id for each in due)


async def test_where_several_have_clocks_what_waits_goes_by_none_of_them(
    one, waiting, clock
):
    await waiting(replace(CARD_NOTICE, not_before=clock() + timedelta(minutes=1)))

    for by in (timedelta(), timedelta(hours=-2), timedelta(hours=2)):
        await one.step(clock(), by)

    assert await one.next_due() == clock() + timedelta(minutes=1)
