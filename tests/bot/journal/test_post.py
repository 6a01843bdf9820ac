"""Letters wait until they arrive; an old card never overwrites a new one."""

import os
from datetime import timedelta

import pytest
from pydantic import SecretStr

from bot.journal.engine import sqlite_file
from bot.journal.record import State
from tests.bot.journal.conftest import AT, letter


async def bodies(journal, clock):
    return [one.body["text"] for one in await journal.post.due(clock())]


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
    assert await journal.post.waiting() == 1


async def test_a_letter_knows_its_card_and_where_the_asker_can_be_told(
    journal, sending, clock
):
    (due,) = await journal.post.due(clock())

    assert due.card is None
    assert due.answer_url.get_secret_value() == "https://hooks.slack.com/x"
    assert due.asked_at == due.created_at == clock()


async def test_once_a_card_stands_the_next_one_updates_it(journal, sending, clock):
    (due,) = await journal.post.due(clock())
    await journal.post.sent(due, "CPOSTED", "1.5")
    await journal.move(sending.id, State.UNKNOWN, letters=lambda one: [letter(one)])

    (following,) = await journal.post.due(clock())

    assert (following.rev, following.card) == (3, ("CPOSTED", "1.5"))
    assert (await journal.by_card("CPOSTED", "1.5")).id == sending.id


async def test_a_card_that_is_overtaken_while_under_way_is_dropped(
    journal, sending, clock
):
    (due,) = await journal.post.due(clock())
    await journal.move(sending.id, State.UNKNOWN, letters=lambda one: [letter(one)])
    (newer,) = await journal.post.due(clock())

    await journal.post.sent(newer, "C", "1.5")
    await journal.post.postpone(due, clock())

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
    for one in await journal.post.due(clock()):
        await journal.post.sent(one, "C", None)
    assert await bodies(journal, clock) == []


async def test_a_letter_that_is_put_off_comes_back_at_its_time(journal, sending, clock):
    (due,) = await journal.post.due(clock())
    until = clock() + timedelta(seconds=30)

    await journal.post.postpone(due, until)

    assert await bodies(journal, clock) == []
    assert await journal.post.next_due() == until
    clock.push(seconds=30)
    (again,) = await journal.post.due(clock())
    assert again.tries == 1


async def test_a_letter_that_is_given_up_waits_no_more(journal, sending, clock):
    (due,) = await journal.post.due(clock())

    await journal.post.gave_up(due)

    assert await journal.post.next_due() is None
    assert await journal.post.waiting() == 0


async def test_letters_outlive_a_restart(reopen, new, clock):
    await (await reopen()).accept(new(), letters=lambda one: [letter(one)])

    assert await bodies(await reopen(), clock) == ["rev 1"]


async def test_a_letter_whose_address_does_not_open_is_delivered_another_way(
    reopen, sending, url, clock
):
    journal = await reopen()
    journal.close()
    sqlite_file(url).with_suffix(".key").write_bytes(os.urandom(32))

    (due,) = await (await reopen()).post.due(clock())

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
    (first,) = await journal.post.due(clock())
    await journal.post.postpone(first, AT + timedelta(minutes=5))

    await journal.post.hurry(clock())

    due = await journal.post.due(clock())
    assert [one.id for one in due] == [first.id]
    assert due[0].tries == 1
