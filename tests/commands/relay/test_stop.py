"""`/relay stop`: asked once, of what runs, and until it is done."""

import pytest

from bot.dialogue.ask import Surface
from bot.dialogue.form import Form
from bot.errors import InvalidRequest
from bot.journal.evidence import Ending
from bot.settings import Policy, Rule
from bot.states import State
from tests.commands.relay.samples import START, buttons, calls


async def test_stop_asks_once_and_the_button_stops(world):
    await world.typed(START)

    asked = await world.typed("/relay stop r1")
    (button,) = buttons(asked)
    await world.typed(f"/{button.command} {button.text}", surface=Surface.BUTTON)

    assert "Viewers lose this stream." in asked.plain
    assert button.replaces
    assert world.cloud.state.running == []
    assert (await world.handle("R1")).state is State.STOPPED


async def test_the_asker_is_told_and_the_card_shows_it(world):
    await world.typed(START)
    await world.typed("/relay stop R1 --yes", user="U0BOB")

    notices = [
        (one.audience, one.notification.intent.asker.user, one.text)
        for one in await world.notices()
    ]

    at = f"{world.clock():%Y-%m-%d %H:%M} UTC"
    told = f"⚪ R1 · Stopped by U0BOB · {at} · after 0 s · started by U0ANA"
    assert sorted(notices) == [
        ("asker", "U0BOB", "⚪ R1 is stopped."),
        ("channel", "U0ANA", "⚪ R1 · stopped · room 295066"),
        ("thread", "U0ANA", told),
    ]


async def test_a_relay_that_is_gone_is_over_and_not_told_as_stopped(world):
    await world.typed(START)
    world.cloud.state.relays.clear()

    await world.typed("/relay stop R1 --yes")

    intent = await world.handle("R1")
    assert (intent.state, intent.standing.ending) == (State.ENDED, Ending.GONE)
    told = [one.text for one in await world.notices() if one.audience == "asker"]
    assert told == ["⚪ R1 is over: Tencent knows no such task any more."]


async def test_a_stop_that_is_refused_leaves_the_relay_running(world):
    await world.typed(START)
    world.cloud.state.fail_next("StopPublishCdnStream", "UnauthorizedOperation")

    await world.typed("/relay stop R1 --yes")

    assert (await world.handle("R1")).state is State.STARTED
    assert len(world.cloud.state.running) == 1


@pytest.mark.parametrize(
    ("failure", "state"),
    [
        ("InternalError", State.STOPPED),
        ("reset", State.STOPPED),
        ("html", State.STOPPED),
        ("late", State.ENDED),  # nobody knows whether it was the stop that ended it
    ],
)
async def test_a_stop_is_sent_again_until_it_is_done(world, failure, state):
    await world.typed(START)
    world.cloud.state.fail_next("StopPublishCdnStream", failure, times=3)

    await world.typed("/relay stop R1 --yes")

    assert (await world.handle("R1")).state is state
    assert world.cloud.state.running == []


async def test_stop_without_an_id_offers_what_runs(world):
    await world.typed(START)

    form = await world.typed("/relay stop")
    options = await world.router.options(
        "relay", "relays", "295", world.ask("/relay").who, form.form_id
    )
    await world.submitted(form, relay="R1")

    assert isinstance(form, Form)
    assert [(one.label, one.value) for one in options] == [
        ("R1 · 295066 · accepted, callbacks are off", "R1")
    ]
    assert world.cloud.state.running == []


async def test_what_is_typed_into_the_select_can_be_an_id_itself(world):
    form = await world.typed("/relay stop")
    options = await world.router.options(
        "relay", "relays", "-m97x", world.ask("/relay").who, form.form_id
    )

    assert [(one.label, one.value) for one in options] == [
        ("Use “-m97x” as an ID", "-m97x")
    ]


async def test_a_choice_that_is_no_relay_is_told_at_the_select(world):
    form = await world.typed("/relay stop")

    with pytest.raises(InvalidRequest) as refused:
        await world.submitted(form, relay="R9")

    assert refused.value.faults == {"relay": "No relay goes by that ID."}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("stop R9", "No relay is called “R9” here."),
        ("stop S1", "No relay is called “S1” here."),
        ("stop R1 R2", "One is needed ("),
        ("stop lobby", "No relay is called “lobby” here."),
    ],
)
async def test_what_cannot_be_stopped_is_said(world, text, sentence):
    await world.typed(START)

    answer = await world.typed(f"/relay {text}")

    assert sentence in answer.plain
    assert calls(world, "StopPublishCdnStream") == 0


async def test_a_stop_of_what_seems_to_be_over_is_asked_about_and_goes(world):
    await world.typed(START)
    await world.typed("/relay stop R1 --yes")

    asked = await world.typed("/relay stop R1")
    (button,) = buttons(asked)
    going = await world.typed(f"/{button.command} {button.text}")

    assert asked.plain == "🟠 R1 seems to be over. Stop it all the same?"
    assert going.plain == "🟡 R1 is being stopped."
    assert calls(world, "StopPublishCdnStream") == 2
    assert (await world.handle("R1")).state is State.STOPPED


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

    assert asked.plain == "🟠 That TaskId is not on record here."
    assert world.cloud.state.running == []
    assert await world.handle("R2") is None  # it makes no relay, and takes no handle
    told = [one.text for one in await world.notices() if one.audience == "asker"]
    assert told == [f"⚪ {foreign} is stopped."]


async def test_in_the_home_tab_a_form_asks_first_and_stops_what_was_chosen(world):
    await world.typed(START)

    form = await world.typed("/relay stop R1", surface=Surface.BUTTON, channel="")
    before = calls(world, "StopPublishCdnStream")
    (field, _warning) = form.fields
    await world.submitted(form, relay=field.initial[0].value)

    assert (form.title, field.initial[0].value) == ("Stop a relay", "R1")
    assert (before, calls(world, "StopPublishCdnStream")) == (0, 1)


CHOSEN = [("/relay stop", {"relay": "R1"}), ("/relay stop all", {"relays1": ("R1",)})]


@pytest.mark.parametrize(("typed", "chosen"), CHOSEN)
async def test_a_stop_is_never_too_late_however_long_its_form_was_open(
    world, typed, chosen
):
    await world.typed(START)
    await world.typed(f"{START} again=R1")
    form = await world.typed(typed)
    world.clock.push(hours=5)

    answer = await world.submitted(form, key="modal:T0HOME:V1", **chosen)
    again = await world.submitted(form, key="modal:T0HOME:V1", **chosen)

    assert answer.plain == "🟡 R1 is being stopped."
    assert "That was asked already" in repr(again)
    states = [(await world.handle(name)).state for name in ("R1", "R2")]
    assert states == [State.STOPPED, State.STARTED]
    assert calls(world, "StopPublishCdnStream") == 1


@pytest.mark.parametrize(("typed", "chosen"), CHOSEN)
async def test_who_may_stop_in_one_channel_alone_does_so_in_a_form_on_record(
    world_with, typed, chosen
):
    there = Rule(name="there", actions=("*",), users=("U0ANA",), channels=("C0OPS",))
    world = await world_with(Policy(rules=(there,)))
    await world.typed(START)
    form = await world.typed(typed)
    world.clock.push(hours=5)

    with pytest.raises(InvalidRequest, match="too old"):
        await world.submitted(form, **chosen)
