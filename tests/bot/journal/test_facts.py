"""Facts: each is kept once, whole, in the order in which it came."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from sqlalchemy import create_engine
from sqlalchemy.schema import CreateTable

from bot.journal import facts as table
from bot.journal.evidence import Fact, FactKind
from bot.journal.rows import millis
from bot.journal.schema import metadata
from bot.journal.sqlite.driver import Connection
from bot.states import State
from bot.tencent.events import RelayStatus
from bot.tencent.models.trtc.output import target_digest
from tests.bot.journal.conftest import APP, AT, URL, fact
from tests.bot.journal.strategies import facts
from tests.bot.journal.test_events import event

MOMENT = millis(AT)


@pytest.fixture(scope="module")
def empty():
    engine = create_engine("sqlite://")
    connection = Connection(":memory:")
    for one in metadata.sorted_tables:
        connection.run(str(CreateTable(one).compile(engine)))
    yield connection
    connection.close()


@given(known=facts)
def test_a_fact_comes_back_whole(empty, known):
    with empty.reading():  # which is undone
        fresh = [table.put(empty, "thing", (known,)) for _ in range(2)]
        back = table.of(empty, "thing")

    assert (fresh, back) == ([True, False], [known])


async def test_facts_are_of_their_thing_in_the_order_in_which_they_came(
    journal, relay_of
):
    first = await relay_of(State.SENDING)
    second = await relay_of(agent="pb_b")
    late = fact(FactKind.AWAY, AT + timedelta(seconds=9))
    early = fact(FactKind.SILENCE, AT)
    for one in (late, early, late):
        await journal.learn(first.id, one)

    _written, *others = await journal.find.facts_of(first.id)
    assert others == [late, early]
    assert await journal.find.facts_of(second.id) == []


async def test_of_a_long_text_the_beginning_is_kept(journal, relay_of):
    relay = await relay_of(State.SENDING, State.STARTED)
    failed = event(status=RelayStatus.FAILED, error="e" * 501, error_code=7)

    await journal.apply_event(replace(failed, task_id="-task-R1"), APP)

    kept = (await journal.find.facts_of(relay.id))[-1]
    assert kept == Fact(
        kind=FactKind.EVENT,
        key=replace(failed, task_id="-task-R1").key,
        ref="-task-R1",
        target=target_digest(URL),
        status=4,
        code="7",
        text="e" * 500,
        at=MOMENT,
        came_at=MOMENT,
    )
