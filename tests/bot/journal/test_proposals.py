"""What a second person is asked: sealed, decided once, and told where it was asked."""

import asyncio
from dataclasses import replace

import pytest

from bot.dialogue.ask import Person
from bot.errors import Decided, KeyReused, Unreadable
from bot.journal.audit import Decision
from bot.journal.model import PROPOSAL
from bot.journal.proposals import Asking
from tests.bot.journal.makers import a_proposal, form_at

BOB = Person(team="T", user="UBOB", home="T", enterprise="E1")
DECISIONS = (Asking.APPROVED, Asking.DENIED, Asking.WITHDRAWN)


def record(proposal, at, what="asked"):
    return proposal.entry(proposal.asker, at, Decision.DID, f"approval.{what}")


@pytest.fixture
def ask(journal, clock):
    """Ask something of a second person."""

    async def put(orders=b"[]", form=None, **values):
        new = a_proposal(clock, **values)
        return await journal.proposals.ask(
            new, orders, audit=record(new, clock()), form=form
        )

    return put


@pytest.fixture
def decide(journal, clock):
    async def put(proposal, to, reason="so"):
        by = BOB if to in DECISIONS else None
        done = proposal.decided(to, by, reason, clock())
        return await journal.proposals.decide(done, record(done, clock(), to))

    return put


@pytest.fixture
def letters(journal, clock):
    """Return what waits to be told: to whom, where, and how it stands."""

    async def read():
        return [
            (one.audience.value, one.asker.channel, one.facts["state"], one.line)
            for one in await journal.outbox.due(clock())
            if one.name == PROPOSAL
        ]

    return read


async def test_what_is_asked_is_kept_as_it_is(journal, ask, reopen):
    asked = await ask()

    journal = await reopen()

    assert await journal.proposals.get(asked.id, "T") == asked
    assert await journal.proposals.get(asked.id, "T2") is None
    assert await journal.proposals.get("nothing", "T") is None


async def test_what_would_be_sent_is_sealed(journal, ask, url):
    asked = await ask(orders=b"rtmp://push.example.com/live/its-key")

    assert await journal.proposals.orders(asked.id) == (
        b"rtmp://push.example.com/live/its-key"
    )
    with pytest.raises(Unreadable):
        await journal.proposals.orders("01K0ABCDEFGHJKMNPQRSTVWXYZ")


async def test_the_same_ask_again_is_the_first(ask, letters):
    first = await ask()

    again = await ask()

    assert again == first
    assert await letters() == [("channel", "C", "asked", "proposal")]


async def test_a_form_asks_for_one_thing(journal, clock, ask):
    form = form_at(clock)
    await journal.open_forms.keep(form)
    first = await ask(form=form.id)

    assert await ask(form=form.id) == first
    with pytest.raises(KeyReused):
        await ask(number=1, form=form.id)


@pytest.mark.parametrize("to", DECISIONS)
async def test_a_decision_is_kept_with_who_and_why(journal, ask, decide, to):
    asked = await ask()

    await decide(asked, to)

    kept = await journal.proposals.get(asked.id, "T")
    assert (kept.state, kept.by, kept.reason) == (to, BOB, "so")


@pytest.mark.parametrize("first", DECISIONS)
@pytest.mark.parametrize("second", DECISIONS)
async def test_the_first_decision_is_the_only_one(journal, ask, decide, first, second):
    asked = await ask()
    await decide(asked, first)

    with pytest.raises(Decided):
        await decide(asked, second)

    assert (await journal.proposals.get(asked.id, "T")).state is first


async def test_of_many_that_decide_at_once_one_does(ask, decide):
    asked = await ask()

    ends = await asyncio.gather(
        *(decide(asked, to) for to in DECISIONS * 2), return_exceptions=True
    )

    assert sum(isinstance(one, Decided) for one in ends) == 5


async def test_the_message_that_asks_shows_the_decision_and_the_asker_is_told(
    ask, decide, letters
):
    asked = await ask()
    await decide(asked, Asking.DENIED)

    assert await letters() == [
        ("channel", "C", "denied", "proposal"),
        ("asker", "C", "denied", ""),
    ]


async def test_where_it_is_asked_elsewhere_it_is_asked_outside_of_threads(
    journal, ask, clock
):
    await ask(asked_in="C9")

    (card,) = await journal.outbox.due(clock())
    assert (card.asker.channel, card.asker.thread) == ("C9", None)


async def test_the_message_is_changed_where_it_stands(journal, ask, decide, clock):
    asked = await ask()
    (card,) = await journal.outbox.due(clock())
    await journal.outbox.sent(card, ("C", "1.5"))

    await decide(asked, Asking.WITHDRAWN)

    (card,) = await journal.outbox.due(clock())
    assert (card.stands, card.proposal) == (("C", "1.5"), asked.id)


@pytest.mark.parametrize(("minutes", "over"), [(14, False), (15, True), (60, True)])
async def test_its_time_is_over_once(journal, ask, clock, minutes, over):
    asked = await ask()
    clock.push(minutes=minutes)

    counts = [await journal.proposals.expire() for _ in range(2)]

    assert counts == ([1, 0] if over else [0, 0])
    kept = await journal.proposals.get(asked.id, "T")
    assert (kept.state is Asking.EXPIRED) is over


async def test_nobody_decides_when_its_time_is_over(ask, decide, clock):
    asked = await ask()
    clock.push(minutes=15, seconds=1)

    with pytest.raises(Decided):
        await decide(asked, Asking.APPROVED)


async def test_two_runs_end_it_once(journal, ask, clock):
    await ask()
    clock.push(minutes=16)

    await asyncio.gather(*(journal.proposals.expire() for _ in range(3)))

    records = await journal.audit.all("T")
    assert [one.action for one in records] == [
        "approval.asked",
        "approval.expired",
    ]


async def test_what_is_old_is_thrown_away(journal, ask, clock):
    asked = await ask()
    clock.push(days=2)

    await journal.proposals.prune(clock())

    assert await journal.proposals.get(asked.id, "T") is None


async def test_of_a_journal_that_was_put_back_nothing_is_approved(journal, ask, decide):
    asked = await ask()

    await journal.restored.withdraw("root")

    assert (await journal.proposals.get(asked.id, "T")).state is Asking.EXPIRED
    with pytest.raises(Decided):
        await decide(replace(asked), Asking.APPROVED)
