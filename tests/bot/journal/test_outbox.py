"""Letters wait until they arrive; an old card never overwrites a new one."""

import os
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import SecretStr

from bot.journal.model import Letter, State
from bot.journal.outbox import put
from bot.journal.sqlite.writer import sqlite_file
from tests.bot.journal.conftest import AT, letter


async def bodies(journal, clock):
    return [one.body["text"] for one in await journal.outbox.due(clock())]


@pytest.fixture
async def sending(journal, new):
    intent, _ = await journal.accept(
        new(answer_url=SecretStr("https://hooks.slack.com/x")),
        letters=lambda one: [letter(one)],
    )
    return await journal.move(
        intent.id, State.SENDING, letters=lambda one: [letter(one)]
    )


async def test_of_two_cards_the_newer_is_delivered(journal, sending, clock):
    assert await bodies(journal, clock) == ["rev 2"]
    assert await journal.outbox.waiting() == 1


async def test_a_letter_knows_its_card_and_where_the_asker_can_be_told(
    journal, sending, clock
):
    (due,) = await journal.outbox.due(clock())

    assert due.card is None
    assert due.answer_url.get_secret_value() == "https://hooks.slack.com/x"
    assert due.asked_at == due.created_at == clock()


async def test_once_a_card_stands_the_next_one_updates_it(journal, sending, clock):
    (due,) = await journal.outbox.due(clock())
    await journal.outbox.sent(due, "CPOSTED", "1.5")
    await journal.move(sending.id, State.UNKNOWN, letters=lambda one: [letter(one)])

    (following,) = await journal.outbox.due(clock())

    assert (following.rev, following.card) == (3, ("CPOSTED", "1.5"))
    assert (await journal.by_card("CPOSTED", "1.5")).id == sending.id


async def test_a_card_that_is_overtaken_while_under_way_is_dropped(
    journal, sending, clock
):
    (due,) = await journal.outbox.due(clock())
    await journal.move(sending.id, State.UNKNOWN, letters=lambda one: [letter(one)])
    (newer,) = await journal.outbox.due(clock())

    await journal.outbox.sent(newer, "C", "1.5")
    await journal.outbox.postpone(due, clock())

    assert await bodies(journal, clock) == []


async def test_answers_are_all_delivered(journal, new, clock):
    await journal.accept(
        new(),
        letters=lambda one: [
            letter(one),
            letter(one, audience="asker", body={"text": "a"}),
            letter(one, audience="asker", body={"text": "b"}),
        ],
    )

    assert await bodies(journal, clock) == ["rev 1", "a", "b"]
    for one in await journal.outbox.due(clock()):
        await journal.outbox.sent(one, "C", None)
    assert await bodies(journal, clock) == []


async def test_a_letter_that_is_put_off_comes_back_at_its_time(journal, sending, clock):
    (due,) = await journal.outbox.due(clock())
    until = clock() + timedelta(seconds=30)

    await journal.outbox.postpone(due, until)

    assert await bodies(journal, clock) == []
    assert await journal.outbox.next_due() == until
    clock.push(seconds=30)
    (again,) = await journal.outbox.due(clock())
    assert again.tries == 1


async def test_a_letter_that_is_given_up_waits_no_more(journal, sending, clock):
    (due,) = await journal.outbox.due(clock())

    await journal.outbox.gave_up(due)

    assert await journal.outbox.next_due() is None
    assert await journal.outbox.waiting() == 0


async def test_letters_outlive_a_restart(reopen, new, clock):
    await (await reopen()).accept(new(), letters=lambda one: [letter(one)])

    assert await bodies(await reopen(), clock) == ["rev 1"]


async def test_a_letter_whose_address_does_not_open_is_delivered_another_way(
    reopen, sending, url, clock
):
    journal = await reopen()
    journal.close()
    sqlite_file(url).with_suffix(".key").write_bytes(os.urandom(32))

    (due,) = await (await reopen()).outbox.due(clock())

    assert (due.answer_url, due.body) == (None, {"text": "rev 2"})


async def test_what_was_put_off_can_be_hurried_and_the_rest_keeps_its_time(
    journal, new, clock
):
    intent, _fresh = await journal.accept(new(), letters=lambda one: [letter(one)])
    soon = AT + timedelta(hours=1)
    await journal.note(
        intent.id,
        letters=lambda one: [letter(one, audience="asker", not_before=soon)],
    )
    (first,) = await journal.outbox.due(clock())
    await journal.outbox.postpone(first, AT + timedelta(minutes=5))

    await journal.outbox.hurry(clock())

    due = await journal.outbox.due(clock())
    assert [one.id for one in due] == [first.id]
    assert due[0].tries == 1


# ── each letter for itself ───────────────────────────────────────────────────────


async def states(journal):
    """Return (state, tries) of every letter there ever was, oldest first."""
    query = "SELECT state, tries FROM outbox ORDER BY id"
    rows = await journal._writer.read(lambda c: c.exec_driver_sql(query).all())
    return [tuple(row) for row in rows]


@pytest.fixture
async def three(journal, new):
    """Three intents with a card each."""
    for number in "123":
        await journal.accept(
            new(), letters=lambda one, n=number: [letter(one, body={"text": n})]
        )


async def test_what_is_noted_of_a_letter_changes_no_other(journal, three, clock):
    first, second, third = await journal.outbox.due(clock())

    await journal.outbox.sent(first, "C", "1.1")
    await journal.outbox.gave_up(second)
    await journal.outbox.postpone(third, clock() + timedelta(seconds=1))

    assert await states(journal) == [("sent", 0), ("failed", 0), ("pending", 1)]
    cards = [(await journal.get(one.intent)).card_ts for one in (first, second, third)]
    assert cards == ["1.1", "", ""]


async def test_letters_come_in_the_order_of_their_times_and_no_more_than_asked_for(
    journal, three, clock
):
    first, _second, third = await journal.outbox.due(clock())
    await journal.outbox.postpone(first, clock() + timedelta(seconds=2))
    await journal.outbox.postpone(third, clock() + timedelta(seconds=1))

    assert await journal.outbox.next_due() == clock()
    clock.push(seconds=1)
    assert await bodies(journal, clock) == ["2", "3"]
    clock.push(seconds=1)
    assert await bodies(journal, clock) == ["2", "3", "1"]
    assert len(await journal.outbox.due(clock(), 2)) == 2
    assert await journal.outbox.waiting() == 3


async def test_fifty_letters_are_taken_at_once(journal, new, clock):
    intent, _ = await journal.accept(new())
    many = [letter(intent, audience="asker") for _ in range(51)]
    await journal.note(intent.id, letters=lambda _one: many)

    assert len(await journal.outbox.due(clock())) == 50
    assert await journal.outbox.waiting() == 51


async def test_a_letter_with_a_time_of_its_own_waits_for_it(journal, new, clock):
    until = clock() + timedelta(seconds=5)
    await journal.accept(new(), letters=lambda one: [letter(one, not_before=until)])

    assert await bodies(journal, clock) == []
    assert await journal.outbox.next_due() == until
    clock.push(seconds=5)
    (due,) = await journal.outbox.due(clock())
    assert (due.not_before, due.created_at) == (until, until - timedelta(seconds=5))


async def test_of_two_cards_of_one_revision_the_later_counts(journal, new, clock):
    def both(one):
        return [letter(one, body={"text": "a"}), letter(one, body={"text": "b"})]

    await journal.accept(new(), letters=both)

    assert await bodies(journal, clock) == ["b"]
    assert await journal.outbox.next_due() == clock()


async def test_a_card_that_stands_drops_older_cards_of_its_intent_only(
    journal, new, three, clock
):
    def all_of(one):
        return [letter(one), letter(one, audience="asker")]

    intent, _ = await journal.accept(new(), letters=all_of)
    await journal.move(intent.id, State.SENDING, letters=all_of)
    due = await journal.outbox.due(clock())

    newest = next(one for one in due if one.rev == 2 and one.audience == "channel")
    await journal.outbox.sent(newest, "C", "1.1")

    kept = [("pending", 0)]
    assert await states(journal) == [
        *kept * 3,
        ("dropped", 0),
        *kept,
        ("sent", 0),
        *kept,
    ]


async def test_an_answer_that_arrived_drops_no_card_and_is_none(journal, new, clock):
    await journal.accept(
        new(), letters=lambda one: [letter(one), letter(one, audience="asker")]
    )
    card, answer = await journal.outbox.due(clock())

    await journal.outbox.sent(replace(answer, rev=9), "D", "7.7")

    assert await states(journal) == [("pending", 0), ("sent", 0)]
    assert (await journal.get(card.intent)).card_ts == ""


@pytest.mark.parametrize(
    ("told", "card"),
    [(("CNEW", "1.1"), ("CNEW", "1.1")), ((None, "1.1"), ("C", "1.1"))],
)
async def test_a_card_is_where_it_was_posted_or_where_it_was_to_go(
    journal, sending, clock, told, card
):
    (due,) = await journal.outbox.due(clock())

    await journal.outbox.sent(due, *told)

    kept = await journal.get(sending.id)
    assert (kept.card_channel, kept.card_ts) == card


async def test_what_arrived_without_a_place_keeps_the_card_where_it_was(
    journal, sending, clock
):
    (due,) = await journal.outbox.due(clock())
    await journal.outbox.sent(due, "CPOSTED", "1.5")
    await journal.outbox.sent(due, "CELSE", None)

    assert (await journal.by_card("CPOSTED", "1.5")).id == sending.id


async def test_a_letter_comes_back_as_it_was_written(journal, new, clock):
    await journal.accept(new(), letters=lambda one: [letter(one, thread="1.2")])

    (due,) = await journal.outbox.due(clock())

    assert due == Letter(
        id=1,
        intent=due.intent,
        rev=1,
        channel="C",
        thread="1.2",
        user="UANA",
        audience="channel",
        body={"text": "rev 1"},
        asked_at=clock(),
        not_before=clock(),
        created_at=clock(),
    )


async def test_a_card_that_arrived_stays_arrived_when_the_next_one_does(
    journal, sending, clock
):
    (due,) = await journal.outbox.due(clock())
    await journal.outbox.sent(due, "C", "1.1")
    await journal.move(sending.id, State.UNKNOWN, letters=lambda one: [letter(one)])
    (following,) = await journal.outbox.due(clock())
    await journal.outbox.sent(following, "C", "1.1")

    assert await states(journal) == [("dropped", 0), ("sent", 0), ("sent", 0)]


@pytest.mark.parametrize("rev", [2, 3])
async def test_what_is_written_while_a_card_is_under_way_still_goes(
    journal, sending, clock, rev
):
    (due,) = await journal.outbox.due(clock())
    later = letter(sending, rev=rev, body={"text": "later"})
    await journal._writer.write(lambda c: put(c, later, 0))

    await journal.outbox.sent(due, "C", "1.1")

    assert await bodies(journal, clock) == ["later"]


async def test_a_card_that_comes_too_late_overtakes_nothing(journal, sending, clock):
    late = letter(sending, rev=1, body={"text": "late"})
    await journal._writer.write(lambda c: put(c, late, 0))

    assert await bodies(journal, clock) == ["rev 2"]


async def test_a_newer_card_does_not_overtake_an_answer(journal, new, clock):
    intent, _ = await journal.accept(
        new(), letters=lambda one: [letter(one, audience="asker")]
    )
    await journal.move(intent.id, State.SENDING, letters=lambda one: [letter(one)])

    assert await bodies(journal, clock) == ["rev 1", "rev 2"]
