"""A fact, what it makes of its thing, and who is told of it are one commit."""

from dataclasses import replace

import pytest

from bot.dialogue.outcome import Audience
from bot.errors import IllegalMove, JournalUnavailable, TaskTaken
from bot.ids import Kind
from bot.journal.evidence import Fact, FactKind, Headline, Standing
from bot.journal.lifecycle import Ended
from bot.journal.model import CARD_NOTICE, Changes, Notice
from bot.journal.rows import millis
from bot.states import EDGES, State, sources
from tests.bot.journal.conftest import ALARMED, AT, fact, moved, new_intent
from tests.fakes.clock import FakeClock
from tests.fakes.journal import claimed, laid, opened

APP = 1400000001


class Lamp:
    """A thing that shines while the last fact says so; it tells each change."""

    def fold(self, _thing, facts):
        on = bool(facts and facts[-1].status)
        sent = any(one.kind is FactKind.WRITTEN for one in facts)
        state = State.STARTED if on else State.SENDING if sent else State.QUEUED
        texts = " ".join(one.text for one in facts)
        return Standing(state, Headline.LIVE, reason=texts, by="UANA")

    def news(self, before, after):
        words = f"{before.standing.reason}>{after.standing.reason}"
        yield Notice(name="news", audience=Audience.OPS, facts={"words": words})

    def ending(self, _thing):
        return Ended(request=b"{}")


@pytest.fixture
async def lamps(url, tmp_path):
    laid(tmp_path / "var/patchbay.db")
    journal = await opened(url, FakeClock(), lifecycles={Kind("L"): Lamp()})
    yield journal
    journal.close()


@pytest.fixture
async def lamp(lamps):
    intent, _ = await lamps.accept(new_intent(AT, 1, kind=Kind("L")))
    return intent


def said(number, status=1):
    return Fact(
        kind=FactKind.EVENT,
        at=number,
        came_at=number,
        key=f"fact-{number}",
        status=status,
        text=str(number),
    )


async def told(journal):
    due = await journal.outbox.due(AT, 500)
    for one in due:
        await journal.outbox.sent(one)
    return [(one.name, one.facts.get("words", "")) for one in due]


async def test_what_the_resource_folds_is_written_and_told(lamps, lamp):
    shining = await lamps.learn(lamp.id, said(1), notices=(ALARMED,), request_id="q")

    assert (shining.state, shining.rev) == (State.STARTED, lamp.rev + 1)
    assert shining.standing == Standing(
        State.STARTED, Headline.LIVE, reason="1", by="UANA"
    )
    assert shining.settlement == replace(
        lamp.settlement,
        request_id="q",
        settled_by="UANA",
        reason="1",
        settled_at=AT,
    )
    assert await told(lamps) == [("card", ""), ("news", ">1"), ("stuck", "")]
    assert await lamps.find.facts_of(lamp.id) == [said(1)]


async def test_a_fact_that_is_known_already_changes_and_tells_nothing(lamps, lamp):
    first = await lamps.learn(lamp.id, said(1))
    await told(lamps)

    again = await lamps.learn(lamp.id, said(1), notices=(ALARMED,), request_id="q")

    assert (again, await told(lamps)) == (first, [])


async def test_each_fact_is_folded_with_all_before_it(lamps, lamp):
    for number in (3, 1, 2):
        now = await lamps.learn(lamp.id, said(number, status=int(number != 2)))

    assert (now.standing.reason, now.state) == ("3 1 2", State.QUEUED)
    assert [words for name, words in await told(lamps) if name == "news"] == [
        ">3",
        "3>3 1",
        "3 1>3 1 2",
    ]


async def test_facts_that_came_together_are_one_change(lamps, lamp):
    await claimed(lamps, lamp.id)
    await told(lamps)

    now = await lamps.complete(
        lamp.id, State.STARTED, notices=(), evidence=(said(1), said(2), said(3))
    )

    # the first is the answer itself, so it is learnt last
    assert now.standing.reason.split()[-3:] == ["2", "3", "1"]
    assert [name for name, _words in await told(lamps)] == ["card", "news"]


async def test_what_cannot_be_told_is_not_learnt(lamps, lamp):
    unwritable = Notice(name="n", audience=Audience.OPS, line="l" * 10)
    broken = replace(unwritable, name=None)

    with pytest.raises(JournalUnavailable):
        await lamps.learn(lamp.id, said(1), notices=(broken,))

    assert await lamps.find.facts_of(lamp.id) == []
    assert await lamps.find.get(lamp.id) == lamp
    assert await told(lamps) == []


# ── one thing of an ID ───────────────────────────────────────────────────────────


@pytest.fixture
def relay_of(journal, new):
    async def make(*way, **changes):
        intent, _ = await journal.accept(new(sdk_app_id=APP))
        return await moved(journal, intent.id, State.SENDING, *way, **changes)

    return make


@pytest.mark.parametrize("owner_by_hand", [False, True])
async def test_a_person_cannot_give_an_id_that_is_anothers(
    journal, relay_of, clock, owner_by_hand
):
    word = fact(FactKind.ATTACHED, clock(), ref="-task..", by="UEVE")
    owner = await relay_of(State.UNKNOWN)
    if owner_by_hand:
        owner = await journal.learn(owner.id, replace(word, key="one"))
    else:
        answer = fact(FactKind.ANSWERED, clock(), ref="-task..")
        owner = await journal.learn(owner.id, answer)
    other = await relay_of(State.UNKNOWN)

    with pytest.raises(TaskTaken, match=owner.handle):
        await journal.learn(other.id, word)

    assert await journal.find.get(owner.id) == owner
    assert await journal.find.get(other.id) == other
    assert word not in await journal.find.facts_of(other.id)


async def test_of_two_that_tencent_gave_one_id_the_first_keeps_it(
    journal, relay_of, clock
):
    first = await relay_of(State.STARTED, ref="-task..")
    second = await relay_of(State.UNKNOWN)

    answer = fact(FactKind.ANSWERED, clock(), ref="-task..", key="a")
    second = await journal.learn(second.id, answer)

    assert await journal.find.get(first.id) == first
    assert (second.subject.ref, second.standing.candidates) == ("", ("-task..",))


async def test_the_same_id_in_another_app_is_another(journal, relay_of):
    one = await relay_of(State.STARTED, ref="-task..")
    other = await relay_of(State.STARTED, ref="-task..")
    elsewhere, _ = await journal.accept(
        new_intent(AT, 9, key="else", sdk_app_id=APP + 1)
    )
    elsewhere = await moved(
        journal, elsewhere.id, State.SENDING, State.STARTED, ref="-task.."
    )

    refs = [await journal.find.get(each.id) for each in (one, other, elsewhere)]
    assert [each.subject.ref for each in refs] == ["-task..", "", "-task.."]


# ── what is sent ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("to", State)
@pytest.mark.parametrize("state", [State.QUEUED, State.SENDING, *EDGES])
async def test_what_is_sent_moves_along_edges_only(journal, new, state, to):
    action, _ = await journal.accept(new(creates=False))
    await journal._writer.write(
        lambda c: c.run(
            f"UPDATE intents SET state = '{state}', owner = '{journal.boot}'"  # noqa: S608 - our own
            f" WHERE id = '{action.id}'"
        )
    )

    moving = journal._write(lambda tx: tx.move(action.id, to, Changes()))

    if state in sources(to):
        moved_to = await moving
        assert moved_to.state is to
        dated = "sent_at" if to is State.SENDING else "settled_at"
        at = {
            "sent_at": moved_to.sent_at,
            "settled_at": moved_to.settlement.settled_at,
        }
        assert [name for name, value in at.items() if value] == [dated]
        assert millis(at[dated]) == millis(AT)
    else:
        with pytest.raises(IllegalMove):
            await moving
        assert (await journal.find.get(action.id)).state is state


async def test_a_card_is_told_once_for_one_change(journal, relay_of, notified):
    await relay_of(State.STARTED)

    assert await notified() == ["card R1 started"]
    assert CARD_NOTICE.audience is Audience.CHANNEL
