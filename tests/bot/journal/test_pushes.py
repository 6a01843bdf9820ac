"""One run in turn asks what a CDN gets, and what it was told stands with the thing."""

from datetime import timedelta

from bot.dialogue.outcome import Audience
from bot.journal.model import CARD_NOTICE, NEWS, Notice
from bot.journal.pushes import Kept, Poll
from bot.states import State
from tests.bot.journal.conftest import AT, moved
from tests.fakes.journal import opened

MINUTE = timedelta(minutes=1)
TOLD = Notice(name=NEWS, audience=Audience.THREAD, facts={"what": "still"})


async def test_a_turn_is_one_runs_until_the_next_is_due(url, journal):
    other = await opened(url, journal.now) if "postgresql" in url else None
    turns = [
        await run.pushes.take("account", at, at + MINUTE)
        for at in (AT, AT + MINUTE - timedelta(seconds=1), AT + MINUTE)
        for run in (journal, other or journal)
    ]
    if other:
        other.close()

    assert turns == [True, False, False, False, True, False]


async def test_accounts_have_turns_of_their_own(journal):
    assert await journal.pushes.take("one", AT, AT + MINUTE)
    assert await journal.pushes.take("other", AT, AT + MINUTE)


async def test_how_the_last_look_went_is_kept_and_when_one_was_answered(journal):
    seen = [await journal.pushes.poll("account")]
    await journal.pushes.take("account", AT, AT + MINUTE)
    seen.append(await journal.pushes.poll("account"))
    for at, code in ((AT, ""), (AT + MINUTE, "UnauthorizedOperation")):
        await journal.pushes.note("account", at, code)
        seen.append(await journal.pushes.poll("account"))
    await journal.pushes.note("account", AT + MINUTE)
    seen.append(await journal.pushes.poll("account"))

    assert seen == [
        None,
        Poll(None),
        Poll(AT),
        Poll(AT, "UnauthorizedOperation"),
        Poll(AT + MINUTE),
    ]


async def test_what_runs_and_pushes_somewhere_is_looked_at(journal, new):
    runs, _ = await journal.accept(new(targets=("a",)))
    await moved(journal, runs.id, State.SENDING)
    over, _ = await journal.accept(new(targets=("b",)))
    nowhere, _ = await journal.accept(new(targets=()))
    await moved(journal, nowhere.id, State.SENDING)

    assert over.state is State.QUEUED
    assert [one.id for one in await journal.pushes.running()] == [runs.id]


async def test_what_is_kept_quietly_changes_no_revision_and_tells_nothing(
    journal, new, notified
):
    first, _ = await journal.accept(new())

    drawn = await journal.pushes.keep([Kept(first.id, "samples")])

    after = await journal.find.get(first.id)
    assert (after.pushed, after.rev, drawn) == ("samples", first.rev, [])
    assert await notified() == []


async def test_what_is_told_goes_with_what_is_kept(journal, new, notified):
    first, _ = await journal.accept(new())
    second, _ = await journal.accept(new())
    each = [Kept(second.id, "quiet"), Kept(first.id, "fell", (TOLD, CARD_NOTICE))]

    (drawn,) = await journal.pushes.keep(each)

    assert (drawn.id, drawn.pushed, drawn.rev) == (first.id, "fell", first.rev + 1)
    assert (await journal.find.get(second.id)).pushed == "quiet"
    assert await notified() == ["news R1 queued", "card R1 queued"]
