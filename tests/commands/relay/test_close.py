"""Who may settle a relay that stayed unknown: a right on one app is enough for it."""

from contextlib import AsyncExitStack

import pytest

from bot.settings import App, Policy, Rule
from bot.states import State
from tests.commands.relay.samples import START
from tests.world import make_world

TASK = "-m97l2ZU7AI-" + "x" * 58 + ".."
STARTS = Rule(name="starts", actions=("relay.start", "car.start"), users=("U0ANA",))


def policy(*actions, apps=()):
    settles = Rule(name="settles", actions=actions, users=("U0ANA",), apps=apps)
    return Policy(rules=(STARTS, settles))


async def unknown(world, line=START):
    world.cloud.state.fail_next("StartPublishCdnStream", "reset")
    await world.typed(line)
    return world


@pytest.mark.parametrize(
    ("typed", "state"),
    [
        ("/relay close R1 reason=“nothing there”", State.CLOSED),
        (f"/relay attach R1 {TASK}", State.STARTED),
    ],
)
async def test_whoever_may_settle_on_its_app_alone_settles_it(world_with, typed, state):
    world = await unknown(await world_with(policy("relay.settle", apps=("live-main",))))

    await world.typed(typed)

    assert (await world.handle("R1")).state is state


@pytest.mark.parametrize("text", ["close R1 reason=“nothing”", f"attach R1 {TASK}"])
async def test_whoever_may_settle_on_another_app_is_refused(tmp_path, text):
    other = App(name="other", sdk_app_id=1500000000, usersig_key="u" * 8)
    rules = policy("relay.settle", apps=("other",))
    async with AsyncExitStack() as stack:
        world = await make_world(stack, tmp_path / "p.db", policy=rules, apps=(other,))
        await unknown(world, f"{START} app=live-main")

        answer = await world.typed(f"/relay {text}")

        assert answer.plain == "🟠 You may not do that here."
        assert (await world.handle("R1")).state is State.UNKNOWN


@pytest.mark.parametrize("text", ["close", "attach"])
async def test_the_form_is_opened_for_whoever_may_settle_on_one_app(world_with, text):
    world = await unknown(await world_with(policy("relay.settle", apps=("live-main",))))

    form = await world.typed(f"/relay {text} R1")

    assert (form.command, form.subcommand) == ("relay", text)


async def test_the_right_to_settle_sessions_settles_no_relay(world_with):
    world = await unknown(await world_with(policy("car.settle")))

    answer = await world.typed("/relay close R1 reason=“nothing there”")

    assert answer.plain == "🟠 You may not do that here."
