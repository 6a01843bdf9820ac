"""`/car publish`, `/car unpublish`: where a session may go, and what is known of it."""

import pytest

from bot.exit_table import Exits
from bot.journal.evidence import Headline, Perhaps
from bot.settings import Policy, Rule
from bot.states import State

START = "/car start user=u1 ip=8.8.8.8 --go"
KEY = "rtmp://push.example.com/live/" + "k3y" * 4
TO = f"/car publish S1 url={KEY}"
EVERYBODY = Policy(rules=(Rule(name="all", actions=("car.*",), users=("U0ANA",)),))


async def results(world):
    return [one for one in await world.notices() if one.audience == "asker"]


async def published(world):
    return (await world.handle("S1")).standing.beside.published


async def test_it_goes_to_the_address_and_says_what_that_does_not_mean(world):
    await world.typed(START)

    placed = await world.typed(TO)

    (result,) = await results(world)
    assert placed.plain == "🟡 S1: CAR is asked to publish it."
    assert world.cloud.renders.published == {"u1": KEY}
    assert result.text.startswith("🟢 S1: CAR took it to be published.")
    assert "Whether pictures arrive there, CAR does not say." in repr(result.body)
    assert await published(world) is Perhaps.YES


async def test_the_key_in_the_address_is_shown_to_nobody(world):
    await world.typed(START)
    await world.typed(TO)
    shown = [one.body for one in await world.notices()]
    details = await world.typed("/lookup S1 --details")
    dry = await world.typed(f"{TO} --dry-run")

    assert "k3yk3y" not in repr((shown, details, dry))


async def test_unpublish_ends_that_and_not_the_session(world):
    await world.typed(START)
    await world.typed(TO)
    world.clock.push(seconds=1)

    await world.typed("/car unpublish S1")

    assert world.cloud.renders.published == {}
    assert await published(world) is Perhaps.NO
    assert (await world.handle("S1")).state is State.STARTED


@pytest.mark.parametrize(
    ("action", "typed"),
    [("StartPublishStreamWithURL", TO), ("StopPublishStream", "/car unpublish S1")],
)
async def test_a_lost_answer_leaves_it_open_and_nothing_is_sent_twice(
    world, action, typed
):
    await world.typed(START)
    if action == "StopPublishStream":
        await world.typed(TO)
    world.clock.push(seconds=1)
    world.cloud.state.fail_next(action, "late")

    await world.typed(typed)

    calls = [name for _at, name in world.cloud.state.calls]
    assert calls.count(action) == 1
    assert await published(world) is Perhaps.MAYBE


async def test_that_car_has_no_session_of_the_user_ends_it(world):
    await world.typed(START)
    world.cloud.renders.end("u1")

    await world.typed(TO)

    session = await world.handle("S1")
    assert (session.state, session.standing.headline) == (State.ENDED, Headline.ENDED)


async def test_an_exit_that_is_not_listed_is_refused_and_nothing_is_sent(world_with):
    world = await world_with(EVERYBODY, exits=Exits(push=("push.example.com",)))
    await world.typed(START)
    await world.typed(TO)

    for typed in (TO.replace("push.", "other."), "/car publish S1 to=console"):
        refused = await world.typed(typed)
        assert "is not allowed here." in repr(refused)
        assert "exits.push" in repr(refused)

    assert world.cloud.renders.published == {"u1": KEY}


async def test_the_domain_of_the_console_is_an_exit_of_its_own(world_with):
    world = await world_with(EVERYBODY, exits=Exits(push=("car-console",)))
    await world.typed(START)

    await world.typed("/car publish S1 to=console args=a=1&b=2")

    assert world.cloud.renders.published == {"u1": "the bound domain"}
    assert "exits.push" in repr(await world.typed(TO))


async def test_a_named_target_leads_where_it_was_saved(world):
    await world.typed(START)
    form = await world.typed("/relay target add main")
    await world.submitted(form, url=KEY, cdn="other")

    await world.typed("/car publish S1 url=@main")

    assert world.cloud.renders.published == {"u1": KEY}


@pytest.mark.parametrize("typed", ["S1", f"S1 url={KEY} to=console", "S1 to=mars"])
async def test_it_has_to_be_said_where_to(world, typed):
    await world.typed(START)

    refused = await world.typed(f"/car publish {typed}")

    assert refused.plain.endswith("Say where to: url=rtmp://…, or to=console.")


async def test_what_is_over_is_not_published(world):
    await world.typed(START)
    await world.typed("/car stop S1 --yes")

    refused = await world.typed(TO)

    assert refused.plain.endswith("S1 is stopped, so there is nothing to publish.")


async def test_a_stop_ends_what_is_published_too(world):
    await world.typed(START)
    await world.typed(TO)

    await world.typed("/car stop S1 --yes")

    assert await published(world) is Perhaps.NO
    assert world.cloud.renders.published == {}
