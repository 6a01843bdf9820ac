"""Events: each is for the relay whose robot it names, and is kept whatever it says."""

from datetime import timedelta

import pytest
from pydantic import SecretStr

from bot.ids import agent_for, intent_id
from bot.journal.evidence import FactKind, Headline, Target
from bot.journal.rows import millis
from bot.states import State
from bot.tencent.events import RelayEvent, RelayStatus
from bot.tencent.models.trtc.output import target_digest
from tests.bot.journal.conftest import APP, AT, URL, fact, new_intent

MOMENT = millis(AT)


def event(second=0, status=RelayStatus.RUNNING, **values):
    at = AT + timedelta(seconds=second)
    return RelayEvent(
        **{
            "room": "lobby",
            "agent": "pb_a",
            "task_id": "task",
            "url": SecretStr(URL),
            "status": status,
            "at": at,
            "sent_at": at + timedelta(milliseconds=5),
            **values,
        }
    )


async def test_an_event_is_for_the_relay_whose_robot_it_names(journal, relay_of):
    made = [await relay_of(State.SENDING, agent=f"pb_{one}") for one in "abc"]
    running = event(agent="pb_b")

    current, news = await journal.apply_event(running, APP)
    foreign = await journal.apply_event(running, APP + 1)
    unknown = await journal.apply_event(event(agent="pb_z"), APP)
    again = await journal.apply_event(running, APP)

    assert (current.id, current.state) == (made[1].id, State.STARTED)
    assert (current.subject.ref, current.standing.headline) == ("task", Headline.LIVE)
    assert (news, foreign, unknown) == (True, (None, False), (None, False))
    assert again == (current, False)
    assert await journal.find.get(made[0].id) == made[0]


async def test_an_event_says_how_its_target_stands(journal, relay_of):
    await relay_of(State.SENDING)
    broken = event(4, RelayStatus.RECOVERING, error_code=12, error="reset")
    for one in (event(1, RelayStatus.CONNECTING), event(2), broken):
        current, _ = await journal.apply_event(one, APP)

    (target,) = current.standing.targets
    assert (target.status, target.since) == (Target.RECOVERING, MOMENT + 4000)
    assert (target.code, target.text) == ("12", "reset")
    assert current.standing.headline is Headline.RECOVERING


@pytest.mark.parametrize("expiring", [False, True])
async def test_a_relay_that_runs_ends_with_its_last_target(journal, relay_of, expiring):
    way = (State.SENDING, State.STARTED, State.EXPIRING)[: 2 + expiring]
    relay = await relay_of(*way)
    task = relay.subject.ref

    for number, status in enumerate((2, 5, 0)):
        one = event(number, RelayStatus(status), task_id=task)
        current, _ = await journal.apply_event(one, APP)

    assert current.state is State.ENDED


async def test_an_event_that_names_no_target_leaves_its_task_to_be_looked_at(
    journal, relay_of, notified
):
    await relay_of(State.SENDING, State.UNKNOWN)
    await notified()

    strange = event(url=SecretStr("rtmp://push.example.com/live/2"))
    current, news = await journal.apply_event(strange, APP)

    assert (current.state, current.subject.ref, news) == (State.UNKNOWN, "", True)
    assert current.standing.candidates == ("task",)
    assert await notified() == ["card R1 unknown", "contradiction R1 unknown"]
    assert (await journal.find.by_ref("task", "T")).id == current.id
    assert [one.id for one in await journal.find.matching("task", "T")] == [current.id]


async def test_a_task_belongs_to_one_relay_and_better_evidence_takes_it(
    journal, relay_of, notified, clock
):
    mine = await relay_of(State.SENDING, State.UNKNOWN)
    word = fact(FactKind.ATTACHED, clock(), ref="task", by="UBOB")
    claimed = await journal.learn(mine.id, word)
    await relay_of(State.SENDING, State.UNKNOWN, agent="pb_b")
    await notified()

    other, _ = await journal.apply_event(event(agent="pb_b"), APP)
    mine = await journal.find.get(mine.id)

    assert (claimed.state, claimed.subject.ref) == (State.STARTED, "task")
    assert (other.state, other.subject.ref) == (State.STARTED, "task")
    assert (mine.state, mine.subject.ref) == (State.UNKNOWN, "")
    assert sorted(await notified()) == ["card R1 unknown", "card R2 started"]


# ── what the journal does not know ───────────────────────────────────────────────


@pytest.mark.parametrize("skip", [0, 1000])
async def test_a_relay_that_was_forgotten_is_adopted_once(journal, new, clock, skip):
    await journal.accept(new())
    number = intent_id(AT - timedelta(days=1), bytes(10))
    agent = agent_for(number)
    forgotten = new_intent(
        clock(), 99, id=number, key=f"adopted:{agent}", agent=agent, sdk_app_id=APP
    )
    running = event(agent=agent)

    adopted = await journal.adopt(forgotten, running, skip)
    again = await journal.adopt(forgotten, running, skip)
    following, _ = await journal.accept(new())

    assert (adopted.handle, adopted.state) == (f"R{2 + skip}", State.STARTED)
    assert (adopted.subject.ref, adopted.standing.headline) == ("task", Headline.LIVE)
    assert again == adopted
    assert following.handle == f"R{3 + skip}"


async def test_targets_of_an_older_release_are_named_with_what_was_heard_of_them(
    journal, relay_of
):
    relay = await relay_of(State.SENDING, targets=())
    await journal.apply_event(event(), APP)
    named = target_digest(URL)
    heard = await journal.find.get(relay.id)

    await journal.name_targets(relay.id, {named: "new"})

    renamed = await journal.find.get(relay.id)
    assert (heard.state, heard.standing.candidates) == (State.SENDING, ("task",))
    assert (renamed.subject.targets, renamed.state) == (("new",), State.STARTED)
    assert renamed.standing.headline is Headline.LIVE
    assert await journal.find.nameless() == []
