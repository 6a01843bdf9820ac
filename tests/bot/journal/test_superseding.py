"""An old card never overwrites a new one; everything else is delivered."""

from dataclasses import replace

import pytest

from bot.journal.model import CARD_NOTICE
from bot.journal.outbox import put
from bot.states import State
from tests.bot.journal.conftest import (
    ALARMED,
    ANSWERED,
    delivery_states,
    moved,
    summary,
)

ALL = (CARD_NOTICE, ANSWERED, ALARMED)


@pytest.fixture
async def sending(journal, new):
    intent, _ = await journal.accept(new(), notices=(CARD_NOTICE,))
    return await moved(journal, intent.id, State.SENDING, notices=(CARD_NOTICE,))


@pytest.fixture
def due(journal, clock):
    """Return (revision, name) of what can be delivered now."""

    async def waiting():
        return [(one.rev, one.name) for one in await journal.outbox.due(clock())]

    return waiting


async def test_of_two_cards_the_newer_is_delivered(journal, sending, due):
    assert await due() == [(sending.rev, "card")]
    assert await journal.outbox.waiting() == 1


async def test_of_two_cards_of_one_revision_the_later_counts(journal, new, clock, due):
    await journal.accept(new(), notices=(CARD_NOTICE, CARD_NOTICE))

    (card,) = await journal.outbox.due(clock())
    assert (card.rev, card.id) == (1, 2)
    assert await journal.outbox.next_due() == clock()


async def test_answers_results_and_alarms_are_all_delivered(journal, new, notified):
    intent, _ = await journal.accept(new(), notices=ALL)
    await moved(journal, intent.id, State.SENDING, notices=ALL)
    await moved(journal, intent.id, State.UNKNOWN, notices=(*ALL, ANSWERED))

    assert await journal.outbox.waiting() == 8
    assert sorted(await notified()) == [
        "card R1 unknown",
        "result R1 queued",
        "result R1 sending",
        "result R1 unknown",
        "result R1 unknown",
        "stuck R1 queued",
        "stuck R1 sending",
        "stuck R1 unknown",
    ]
    assert await notified() == []


async def test_a_card_that_is_overtaken_while_under_way_is_dropped(
    journal, sending, clock, due
):
    (card,) = await journal.outbox.due(clock())
    await moved(journal, sending.id, State.UNKNOWN, notices=(CARD_NOTICE,))
    (newer,) = await journal.outbox.due(clock())

    await journal.outbox.sent(newer, ("C", "1.5"))
    await journal.outbox.postpone(card, clock())

    assert await due() == []


async def test_a_card_that_stands_drops_older_cards_of_its_intent_only(
    journal, new, clock
):
    for _ in range(3):
        await journal.accept(new(), notices=(CARD_NOTICE,))
    intent, _ = await journal.accept(new(), notices=(CARD_NOTICE, ANSWERED))
    await moved(journal, intent.id, State.SENDING, notices=(CARD_NOTICE, ANSWERED))
    newest = (await journal.outbox.due(clock()))[-2]

    await journal.outbox.sent(newest, ("C", "1.1"))

    assert summary(newest) == "card R4 sending"
    assert await delivery_states(journal) == [("pending", 0)] * 5
    left = [summary(one) for one in await journal.outbox.due(clock())]
    assert "card R4 sending" not in left
    assert "card R4 queued" not in left


async def test_an_answer_that_arrived_drops_no_card_and_is_none(journal, new, clock):
    intent, _ = await journal.accept(new(), notices=(CARD_NOTICE, ANSWERED))
    _card, answer = await journal.outbox.due(clock())

    await journal.outbox.sent(replace(answer, rev=9), ("D", "7.7"))

    assert await delivery_states(journal) == [("pending", 0)]
    assert (await journal.find.get(intent.id)).card is None


async def test_of_what_arrived_or_is_overtaken_nothing_is_kept(journal, sending, clock):
    (card,) = await journal.outbox.due(clock())
    await journal.outbox.sent(card, ("C", "1.1"))
    await moved(journal, sending.id, State.UNKNOWN)
    (following,) = await journal.outbox.due(clock())
    await journal.outbox.sent(following, ("C", "1.1"))

    assert await delivery_states(journal) == []


@pytest.mark.parametrize("more", [0, 1])
async def test_what_is_written_while_a_card_is_under_way_still_goes(
    journal, sending, clock, due, more
):
    (card,) = await journal.outbox.due(clock())
    later = replace(sending, rev=sending.rev + more)
    await journal._writer.write(lambda c: put(c, (CARD_NOTICE,), later, 0))

    await journal.outbox.sent(card, ("C", "1.1"))

    assert await due() == [(later.rev, "card")]


async def test_a_card_that_comes_too_late_overtakes_nothing(journal, sending, due):
    late = replace(sending, rev=1)
    await journal._writer.write(lambda c: put(c, (CARD_NOTICE,), late, 0))

    assert await due() == [(sending.rev, "card")]


async def test_a_newer_card_does_not_overtake_an_answer(journal, new, due):
    intent, _ = await journal.accept(new(), notices=(ANSWERED,))
    sent = await moved(journal, intent.id, State.SENDING, notices=(CARD_NOTICE,))

    assert await due() == [(1, "result"), (sent.rev, "card")]


async def test_it_is_known_since_when_a_card_does_not_say_what_became_of_a_start(
    journal, new, clock
):
    intent, _ = await journal.accept(new(), notices=(CARD_NOTICE,))
    await moved(journal, intent.id, State.SENDING)

    async def since():
        (due,) = await journal.outbox.due(clock())
        return due, due.since

    await journal.outbox.sent((await since())[0], ("CPOSTED", "1.5"))
    clock.push(seconds=1)
    started = await moved(journal, intent.id, State.STARTED)
    settled_at = started.settlement.settled_at
    clock.push(seconds=1)
    await journal.update(intent.id, notices=(CARD_NOTICE,))

    due, of_both = await since()
    await journal.outbox.sent(due, ("CPOSTED", "1.5"))
    clock.push(seconds=1)
    await journal.update(intent.id, notices=(CARD_NOTICE,))

    assert (of_both, (await since())[1]) == (settled_at, clock())
