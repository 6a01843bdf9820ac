"""`/relay stop room=… | app=… | all`: ticked, asked once, and told in one message."""

from contextlib import AsyncExitStack
from itertools import count

import pytest

from bot.dialogue.form import ChecksField, Form, TextField
from bot.dialogue.outcome import plain
from bot.errors import InvalidRequest
from bot.operations.recovery import recover
from bot.states import State
from tests.commands.relay.samples import calls
from tests.fakes.journal import claimed
from tests.world import TEAM, live_again, make_world

TO = "url=rtmp://push.example.com/live"


async def running(world, *rooms):
    """Start a relay of each of *rooms*: R1, R2 …"""
    for number, room in enumerate(rooms, 1):
        await world.typed(f"/relay start {room} {TO}/{number} --go")


def ticks(form):
    return [one.ticked for one in form.fields if isinstance(one, ChecksField)]


async def batch(world):
    """Return the message of the batch as it would be drawn now: who to, and lines."""
    (told,) = [n for n in await world.notices() if n.notification.name == "batch"]
    lines = [
        element["text"]["text"] if "text" in element else str(element)
        for element in told.body["blocks"]
    ]
    return told.audience, told.text, lines


async def states(world, count):
    handles = [f"R{n}" for n in range(1, count + 1)]
    return [(await world.handle(one)).state for one in handles]


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("room=7", ("R3", "R1")),
        ("app=live-main", ("R3", "R2", "R1")),
        ("all", ("R3", "R2", "R1")),
        ("room=7 app=live-main", ("R3", "R1")),
        ("all room=8", ("R2",)),
    ],
)
async def test_what_runs_and_fits_is_offered_with_a_tick_each(world, typed, offered):
    await running(world, "7", "8", "7")

    form = await world.typed(f"/relay stop {typed}")

    assert isinstance(form, Form)
    assert [sorted(one) for one in ticks(form)] == [sorted(offered)]
    assert await states(world, 3) == [State.STARTED] * 3


@pytest.mark.parametrize("sending", [0, 1, 3])
async def test_a_restart_in_the_middle_goes_on_with_all_of_them(tmp_path, sending):
    async with AsyncExitStack() as outer:
        first = await make_world(outer, tmp_path / "p.db")
        await running(first, "7", "7", "7")
        form = await first.typed("/relay stop room=7")
        first.clock.hold()  # no stop gets its turn
        await first.submitted(form)
        for number in range(1, sending + 1):
            (stop, _start) = await first.journal.find.history(f"R{number}", TEAM)
            await claimed(first.journal, stop.id, owner="then")
        await first.tasks.drain(0)
        first.journal.close()

        again = await live_again(outer, tmp_path / "p.db", first.cloud)
        await recover(again.executor, again.hearing, again.clock())
        await again.settled()

        assert first.cloud.state.running == []
        _audience, text, _lines = await batch(again)
        assert text == "⚪ 3 stops: all are over"


async def test_what_is_ticked_is_stopped_and_nothing_else(world):
    await running(world, "7", "7", "7")
    form = await world.typed("/relay stop room=7")

    answer = await world.submitted(form, relays1=("R1", "R3"))

    assert answer.plain == "🟡 2 stops are placed."
    assert await states(world, 3) == [State.STOPPED, State.STARTED, State.STOPPED]
    assert len(world.cloud.state.running) == 1


async def test_one_message_says_how_all_of_them_ended_and_nobody_is_told_each(world):
    await running(world, "7", "7")
    form = await world.typed("/relay stop room=7")
    await world.submitted(form)

    told = [(one.audience, one.notification.name) for one in await world.notices()]

    audience, text, _lines = await batch(world)
    assert (audience, text) == ("channel", "⚪ 2 stops: all are over")
    assert ("asker", "result") not in told


async def test_each_of_them_is_on_the_record_by_itself(world):
    await running(world, "7", "7")
    form = await world.typed("/relay stop room=7")
    await world.submitted(form)

    records = await world.journal.audit.lately("T0HOME", handle=None, user="", limit=50)

    stops = {(r.handle, r.decision.value) for r in records if r.action == "relay.stop"}
    assert stops == {("R1", "allow"), ("R2", "allow")}


async def test_one_that_fails_stands_first(world):
    await running(world, "7", "7", "7")
    form = await world.typed("/relay stop room=7")
    world.cloud.state.fail_next("StopPublishCdnStream", "UnauthorizedOperation")

    await world.submitted(form)

    audience, text, lines = await batch(world)
    assert (audience, text) == ("channel", "🔴 1 of 3 stops need a look; 2 are over")
    points = next(one for one in lines if "was not stopped" in one)
    first, *others = points.splitlines()
    assert "was not stopped by this." in first
    assert "UnauthorizedOperation" in first
    assert all("is stopped." in one for one in others)
    assert len(world.cloud.state.running) == 1


async def test_the_same_form_sent_in_again_stops_nothing_twice(world):
    await running(world, "7", "7")
    form = await world.typed("/relay stop room=7")

    first = await world.submitted(form, key="modal:T0HOME:V1")
    second = await world.submitted(form, key="modal:T0HOME:V1")

    assert (first.plain, second.plain) == ("🟡 2 stops are placed.",) * 2
    assert calls(world, "StopPublishCdnStream") == 2


async def test_a_form_that_was_used_up_stops_nothing(world):
    await running(world, "7", "7")
    form = await world.typed("/relay stop room=7")
    await world.submitted(form)

    with pytest.raises(InvalidRequest, match="sent in already"):
        await world.submitted(form, relays1=("R1",))


async def test_a_second_person_joins_the_stops_under_way_and_their_message(world):
    await running(world, "7", "7")
    mine = await world.typed("/relay stop room=7")
    theirs = await world.typed("/relay stop room=7", user="U0BOB")
    world.clock.hold()  # no stop gets its turn
    await world.submitted(mine)
    answer = await world.submitted(theirs, by="U0BOB")
    world.clock.release()
    await world.settled()

    assert answer.plain == (
        "🟡 These are being stopped already: one message says how each ends."
    )
    assert calls(world, "StopPublishCdnStream") == 2
    _audience, text, lines = await batch(world)
    assert text == "⚪ 2 stops: all are over"
    assert any("U0BOB" in one for one in lines)


@pytest.mark.parametrize(
    ("ticked", "field", "sentence"),
    [
        ((), "relays1", "None has a tick"),
        (("R9",), "relays1", "No relay is called “R9” here."),
    ],
)
async def test_ticks_that_cannot_be_are_told_at_their_field(
    world, ticked, field, sentence
):
    await running(world, "7", "7")
    form = await world.typed("/relay stop room=7")

    with pytest.raises(InvalidRequest) as refused:
        await world.submitted(form, relays1=ticked)

    assert list(refused.value.faults) == [field]
    assert sentence in refused.value.faults[field]
    assert len(world.cloud.state.running) == 2


async def test_one_tick_is_a_stop_like_any_other(world):
    await running(world, "7", "7")
    form = await world.typed("/relay stop room=7")

    await world.submitted(form, relays1=("R2",))

    told = [one.text for one in await world.notices() if one.audience == "asker"]
    assert told == ["⚪ R2 is stopped."]


async def test_nothing_that_fits_is_said(world):
    await running(world, "7")

    answer = await world.typed("/relay stop room=8")

    assert answer.plain == "No relay that runs, or may, fits room=8."


async def test_an_application_that_there_is_not_is_refused(world):
    answer = await world.typed("/relay stop app=live-mian")

    assert "live-mian" in plain(answer.headline) + str(answer.parts)


async def test_a_dry_run_lists_them_and_stops_none(world):
    await running(world, "7", "8")

    answer = await world.typed("/relay stop all --dry-run")

    assert answer.plain == "Nothing was sent. These would be offered to be stopped:"
    assert len(answer.parts) == 2
    assert len(world.cloud.state.running) == 2


async def test_more_than_twenty_are_offered_twenty_at_a_time(world):
    seconds = count()
    world.cloud.state.clock = lambda: float(next(seconds))  # so many at once it refuses
    await running(world, *(str(n % 3) for n in range(23)))

    form = await world.typed("/relay stop all")

    assert [len(one) for one in ticks(form)] == [10, 10]
    lines = [plain(one.spans) for one in form.fields if hasattr(one, "spans")]
    assert lines == [
        "23 relays run, or may. Viewers lose the stream.",
        "The newest 20 are shown. Narrow it by room= or app=, or ask again.",
        "/relay stop room=1 (8)",
        "/relay stop room=0 (8)",
        "/relay stop room=2 (7)",
    ]
    await world.submitted(form)
    assert len(world.cloud.state.running) == 3


@pytest.mark.parametrize("typed", ["", "1", "3", "two"])
async def test_in_production_the_number_is_typed(world_with, typed):
    world = await world_with(production=True)
    await running(world, "7", "7")
    form = await world.typed("/relay stop room=7")
    assert [one.optional for one in form.fields if isinstance(one, TextField)] == [
        False
    ]

    with pytest.raises(InvalidRequest) as refused:
        await world.submitted(form, count=typed)

    assert refused.value.faults == {"count": "2 have a tick: type 2."}
    assert len(world.cloud.state.running) == 2
    await world.submitted(form, count="2")
    assert world.cloud.state.running == []
