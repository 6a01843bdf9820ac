"""`/relay stop`: asked once, of what runs, and until it is done."""

import pytest

from bot.dialogue.ask import Surface
from bot.dialogue.form import Form
from bot.errors import InvalidRequest
from bot.states import State
from tests.commands.relay.samples import START, buttons, calls


async def test_stop_asks_once_and_the_button_stops(world):
    await world.typed(START)

    asked = await world.typed("/relay stop r1")
    (button,) = buttons(asked)
    await world.typed(f"/{button.command} {button.text}", surface=Surface.BUTTON)

    assert "Viewers lose this stream." in asked.plain
    assert world.cloud.state.running == []
    assert (await world.handle("R1")).state is State.STOPPED


async def test_the_asker_is_told_and_the_card_shows_it(world):
    await world.typed(START)
    await world.typed("/relay stop R1 --yes", user="U0BOB")

    notices = [
        (one.audience, one.notification.intent.asker.user, one.text)
        for one in await world.notices()
    ]

    assert notices == [
        ("channel", "U0ANA", "⚪ R1 · stopped   room 295066"),
        ("asker", "U0BOB", "⚪ R1 is stopped."),
    ]


async def test_a_relay_that_is_gone_counts_as_stopped(world):
    await world.typed(START)
    world.cloud.state.relays.clear()

    await world.typed("/relay stop R1 --yes")

    assert (await world.handle("R1")).state is State.STOPPED


async def test_a_stop_that_is_refused_leaves_the_relay_running(world):
    await world.typed(START)
    world.cloud.state.fail_next("StopPublishCdnStream", "UnauthorizedOperation")

    await world.typed("/relay stop R1 --yes")

    assert (await world.handle("R1")).state is State.STARTED
    assert len(world.cloud.state.running) == 1


@pytest.mark.parametrize("failure", ["InternalError", "reset", "late", "html"])
async def test_a_stop_is_sent_again_until_it_is_done(world, failure):
    await world.typed(START)
    world.cloud.state.fail_next("StopPublishCdnStream", failure, times=3)

    await world.typed("/relay stop R1 --yes")

    assert (await world.handle("R1")).state is State.STOPPED
    assert world.cloud.state.running == []


async def test_stop_without_an_id_offers_what_runs(world):
    await world.typed(START)

    form = await world.typed("/relay stop")
    options = await world.router.options(
        "relay", "relays", "295", world.ask("/relay").who
    )
    await world.submitted(form, relay="R1")

    assert isinstance(form, Form)
    assert [(one.label, one.value) for one in options] == [
        ("R1 · 295066 · started", "R1")
    ]
    assert world.cloud.state.running == []


async def test_what_is_typed_into_the_select_can_be_an_id_itself(world):
    options = await world.router.options(
        "relay", "relays", "-m97x", world.ask("/relay").who
    )

    assert [(one.label, one.value) for one in options] == [
        ("Use “-m97x” as an ID", "-m97x")
    ]


async def test_a_choice_that_is_no_relay_is_told_at_the_select(world):
    form = await world.typed("/relay stop")

    with pytest.raises(InvalidRequest) as refused:
        await world.submitted(form, relay="R9")

    assert refused.value.faults == {"relay": "I know no relay by that ID."}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("stop R1", "R1 is not running: it is stopped."),
        ("stop R1 --yes", "R1 is not running: it is stopped."),
        ("stop R9", "I know no relay “R9”."),
        ("stop S1", "I know no relay “S1”."),
        ("stop R1 R2", "This takes one"),
        ("stop lobby", "I know no relay “lobby”."),
    ],
)
async def test_what_cannot_be_stopped_is_said(world, text, sentence):
    await world.typed(START)
    await world.typed("/relay stop R1 --yes")

    answer = await world.typed(f"/relay {text}")

    assert sentence in answer.plain
    assert calls(world, "StopPublishCdnStream") == 1


async def test_a_part_of_a_task_id_names_the_relay_and_is_never_sent(world):
    await world.typed(START)
    (relay,) = world.cloud.state.running

    asked = await world.typed(f"/relay stop {relay.task_id[:12]}")
    unknown = await world.typed("/relay stop -m97l2ZU7vx --yes")
    await world.typed(START.replace("/live/", "/live2/"))
    several = await world.typed("/relay stop 295066 --yes")

    assert asked.plain.startswith("🟠 Stop R1?")
    assert "paste its whole TaskId" in unknown.plain
    assert several.plain == "Which of these?"
    assert calls(world, "StopPublishCdnStream") == 0


async def test_a_relay_of_somebody_elses_tool_is_stopped_after_asking(world):
    await world.typed(START)
    (relay,) = world.cloud.state.running
    foreign = relay.task_id[:-6] + "zzzzz."
    world.cloud.state.relays[foreign] = relay
    world.cloud.state.relays.pop(relay.task_id)

    asked = await world.typed(f"/relay stop {foreign}")
    (button,) = buttons(asked)
    await world.typed(f"/{button.command} {button.text}", surface=Surface.BUTTON)

    assert "not in my journal" in asked.plain
    assert world.cloud.state.running == []
    assert (await world.handle("R2")).state is State.DONE
