"""Of a backup that was put back nothing leaves: it is unknown, and told so."""

import pytest

from bot.dialogue.outcome import Audience
from bot.ids import Kind
from bot.journal.model import ANSWER, CARD_NOTICE, Notice
from bot.journal.restored import RESTORED, Withdrawn
from bot.states import OPEN, State
from tests.bot.journal.conftest import ALARMED, ANSWERED, APP, moved, summary
from tests.bot.journal.makers import stop_of
from tests.fakes.journal import claimed

TOLD = (
    "The journal was put back from a backup in which this was under way. "
    "Whether it was sent is not known; it is not sent again."
)


async def under_way(journal, new):
    """Return one of each kind, in each state in which something is to leave."""
    made = {}
    for name in ("queued start", "start being sent"):
        made[name], _ = await journal.accept(
            new(sdk_app_id=APP), notices=(CARD_NOTICE,)
        )
    await claimed(journal, made["start being sent"].id)
    look_up = {"kind": Kind("G"), "agent": "", "creates": False}
    for name in ("queued look-up", "look-up being sent"):
        made[name], _ = await journal.accept(new(**look_up))
    await claimed(journal, made["look-up being sent"].id)
    for name in ("queued stop", "stop being sent"):
        thing, _ = await journal.accept(new(sdk_app_id=APP))
        relay = await moved(
            journal, thing.id, State.SENDING, State.STARTED, ref=f"-{name}."
        )
        made[f"relay of the {name}"] = relay
        made[name], _ = await journal.accept(stop_of(new, relay))
    await claimed(journal, made["stop being sent"].id)
    thing, _ = await journal.accept(new(sdk_app_id=APP))
    sent = await claimed(journal, thing.id)
    made["relay of the wish"] = sent
    made["wish"], _ = await journal.accept(stop_of(new, sent))
    return made


@pytest.fixture
async def left(journal, new):
    return await under_way(journal, new)


async def state_of(journal, intents):
    return {
        name: (await journal.find.get(one.id)).state for name, one in intents.items()
    }


async def test_whatever_was_to_leave_is_unknown_and_nothing_else_changes(journal, left):
    assert (await journal.find.get(left["wish"].id)).state is State.WAITING

    done = await journal.restored.withdraw("uid 1")

    now = await state_of(journal, left)
    assert {name: one.value for name, one in now.items()} == {
        "queued start": "unknown",
        "start being sent": "unknown",
        "queued look-up": "unknown",
        "look-up being sent": "unknown",
        "queued stop": "unknown",
        "stop being sent": "unknown",
        "relay of the queued stop": "started",
        "relay of the stop being sent": "started",
        "wish": "unknown",
        "relay of the wish": "unknown",
    }
    assert done.unknown == 8
    assert not {*now.values()} & OPEN


async def test_each_says_that_the_journal_was_put_back_and_no_more(journal, left):
    await journal.restored.withdraw("uid 1")

    for name in ("queued start", "queued stop", "wish", "look-up being sent"):
        end = (await journal.find.get(left[name].id)).settlement
        assert (end.error_code, end.error_text) == (RESTORED, TOLD)


async def test_nothing_of_it_is_found_by_whoever_sends(journal, left):
    await journal.restored.withdraw("uid 1")

    assert await journal.find.unsent_stops() == []
    assert await journal.former.stops() == []
    for state in OPEN:
        assert await journal.former.unsettled(state) == []
    assert await claimed(journal, left["queued start"].id) is None


async def test_whoever_asked_is_told_once_and_the_cards_are_drawn(
    journal, left, notified
):
    del left
    await notified()  # what was told when it was asked for
    done = await journal.restored.withdraw("uid 1")
    told = await notified()

    assert done == Withdrawn(unknown=8, letters=0)
    assert sorted(told) == [
        "answer G1 unknown",
        "answer G2 unknown",
        "card R1 unknown",
        "card R2 unknown",
        "card R3 started",
        "card R4 started",
        "card R5 unknown",
        *["news R3 unknown", "news R4 unknown", "news R5 unknown"],  # of their alerts
        *["not-ended R3 unknown", "not-ended R4 unknown", "not-ended R5 unknown"],
        *["page R3 unknown", "page R4 unknown", "page R5 unknown"],
        *["result R3 unknown", "result R4 unknown", "result R5 unknown"],
    ]


async def test_of_letters_that_waited_the_askers_are_kept_and_cards_stand_for_others(
    journal, new, clock, notified
):
    thread = Notice(name="news", audience=Audience.THREAD)
    first, _ = await journal.accept(new(), notices=(CARD_NOTICE, thread, thread))
    await moved(journal, first.id, State.SENDING, State.STARTED)
    await journal.update(first.id, notices=(ANSWERED, ALARMED))
    await journal.outbox.put(Notice(name="heads", audience=Audience.OPS), clock())

    done = await journal.restored.withdraw("uid 1")

    due = await journal.outbox.due(clock())
    assert sorted(map(summary, due)) == ["card R1 started", "result R1 started"]
    assert done.letters >= 5
    assert ANSWER not in {one.name for one in due}


async def test_it_is_on_the_record_who_said_so_and_what_came_of_each(journal, left):
    await journal.restored.withdraw("uid 1")

    (record,) = [
        one
        for one in await journal.audit.all("installation")
        if one.action == "journal.restored"
    ]
    assert (record.user, record.why) == ("uid 1", "8 under way, 7 letters")
    settled = {
        one.intent: one.why
        for one in await journal.audit.all("T")
        if one.rule == "recovery"
    }
    assert settled[left["queued stop"].id] == "queued → unknown"
    assert settled[left["wish"].id] == "waiting → unknown"
    assert (await journal.trail.report(deep=True)).findings == ()


async def test_broken_off_it_is_done_again_and_changes_nothing_twice(journal, left):
    await journal.restored.withdraw("uid 1")
    before = await state_of(journal, left)

    again = await journal.restored.withdraw("uid 1")

    assert again.unknown == 0
    assert await state_of(journal, left) == before


async def test_no_handle_is_given_again_to_any_workspace(journal, new):
    await journal.accept(new(team="T1"))

    await journal.restored.withdraw("uid 1")

    given = [
        (await journal.accept(new(team=team, kind=Kind(kind))))[0].handle
        for team, kind in (("T1", "R"), ("T1", "S"), ("T2", "R"))
    ]
    assert given == ["R1002", "S1001", "R1001"]
