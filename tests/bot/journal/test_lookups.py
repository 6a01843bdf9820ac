"""Things are found by IDs and parts of them, within their workspace."""

import pytest

from bot.ids import Kind
from bot.states import State
from tests.bot.journal.conftest import moved

TASK = "-m97l2ZU7vxyBSmXYsRx1Xy9Kf4bVVfbbhSKC4K_4pycoZWKv542xbi139uTvGt1zAHoAQ.."


@pytest.fixture
async def relay(journal, new):
    intent, _ = await journal.accept(
        new(room="295066", agent="pb_1", sdk_app_id=7, duplicates="t")
    )
    await moved(journal, intent.id, State.SENDING)
    return await moved(
        journal, intent.id, State.STARTED, ref=TASK, request_id="a2f248c2-120d-436d"
    )


@pytest.mark.parametrize(
    "text",
    [
        TASK,
        TASK[:12],
        TASK[1:12],
        TASK[-10:],
        "295066",
        "UANA",
        "@UANA",
        "pb_1",
        "a2f248c2",
    ],
)
async def test_a_thing_is_found_by_whole_ids_and_by_parts_of_eight(
    journal, relay, text
):
    assert await journal.find.matching(text, "T") == [relay]


@pytest.mark.parametrize(
    "text", ["-m97l2Z", "29506", "%", "________", "xxxxxxxx", "KC4K%4pyc", ""]
)
async def test_what_is_too_short_or_has_wildcards_finds_nothing(journal, relay, text):
    assert await journal.find.matching(text, "T") == []


async def test_nothing_typed_finds_nothing_though_ids_are_empty_at_first(journal, new):
    await journal.accept(new())

    assert await journal.find.matching("", "T") == []


async def test_the_request_id_of_a_stop_finds_what_was_stopped(journal, relay, new):
    stop, _ = await journal.accept(new(handle="R1", about=relay.id))
    await moved(journal, stop.id, State.SENDING)
    await moved(journal, stop.id, State.DONE, request_id="b3f248c2-of-the-stop")

    assert await journal.find.matching("b3f248c2-of-the-stop", "T") == [relay]
    assert await journal.find.matching("b3f248c2-of-the-stop", "TOTHER") == []


async def test_another_workspace_finds_nothing(journal, relay):
    assert await journal.find.matching(TASK, "TOTHER") == []
    assert await journal.find.by_handle("R1", "TOTHER") is None
    assert await journal.find.by_ref(TASK, "TOTHER") is None


async def test_a_thing_is_found_by_its_whole_id(journal, relay):
    assert await journal.find.by_ref(TASK, "T") == relay
    assert await journal.find.by_ref("else", "T") is None


async def test_what_was_made_lately_can_be_narrowed(journal, relay, new, clock):
    clock.push(hours=1)
    bobs, _ = await journal.accept(new(user="UBOB", kind=Kind("S"), room="x"))

    assert await journal.find.recent("T") == [bobs, relay]
    for narrow in (
        {"user": "UBOB"},
        {"kind": Kind("S")},
        {"room": "x"},
        {"states": {State.QUEUED}},
        {"limit": 1},
    ):
        assert await journal.find.recent("T", **narrow) == [bobs]


async def test_the_history_of_a_thing_is_what_was_done_to_it(
    journal, relay, new, clock
):
    clock.push(seconds=5)
    stop, _ = await journal.accept(new(handle="R1", about=relay.id))

    assert await journal.find.history("R1", "T") == [stop, relay]
    assert await journal.find.history("R1", "TELSE") == []
    assert await journal.find.history("R2", "T") == []
    assert await journal.find.counts() == {State.STARTED: 1, State.QUEUED: 1}


async def test_the_last_failure_of_a_person_is_found_whatever_it_was_about(
    journal, relay, new
):
    stop, _ = await journal.accept(new(handle="R1", about=relay.id))
    await moved(journal, stop.id, State.SENDING)
    refused = await moved(journal, stop.id, State.NOT_STARTED, error_code="AuthFailure")
    answered, _ = await journal.accept(new(key="later"))
    await moved(journal, answered.id, State.SENDING)
    await moved(journal, answered.id, State.STARTED, ref="-another")

    assert await journal.find.last_failed("T", "UANA", 5) == [refused]
    assert await journal.find.last_failed("T", "UBOB", 5) == []
    assert await journal.find.last_failed("T2", "UANA", 5) == []
