"""Who may start and stop relays, and what whoever may not is told."""

from contextlib import AsyncExitStack

import pytest

from bot.errors import InvalidRequest
from bot.operations.recovery import recover
from bot.settings import Policy, Rule
from bot.states import State
from tests.commands.relay.samples import START, calls, words
from tests.world import live_again, make_world

ONCALL = Policy(
    rules=(
        Rule(
            name="on-call", actions=("relay.*",), users=("U0ANA",), channels=("C0OPS",)
        ),
    )
)


@pytest.fixture
async def ruled(tmp_path):
    async with AsyncExitStack() as stack:
        yield await make_world(stack, tmp_path / "p.db", policy=ONCALL)


@pytest.mark.parametrize(
    "who", [{"user": "U0BOB"}, {"channel": "C0OTHER"}, {"home": "T0ELSE"}]
)
@pytest.mark.parametrize("text", [START, "/relay start", "/relay stop R1 --yes"])
async def test_who_may_not_is_told_the_rule_and_nothing_is_opened_or_sent(
    ruled, text, who
):
    answer = await ruled.typed(text, **who)

    assert answer.plain == "🟠 You may not do that here."
    assert "Rule" in words(answer)
    if "user" in who:
        assert "Who(user='U0ANA')" in words(answer)
    assert await ruled.journal.find.counts() == {}


async def test_who_may_may(ruled):
    await ruled.typed(START)

    assert (await ruled.handle("R1")).state is State.STARTED


async def test_a_right_that_goes_while_the_work_waits_is_asked_for_again(tmp_path):
    path = tmp_path / "p.db"
    async with AsyncExitStack() as stack:
        async with AsyncExitStack() as first:
            before = await make_world(stack, tmp_path / "q.db")
            life = await live_again(first, path, before.cloud, policy=ONCALL)
            life.clock.hold()
            await life.router.answer(life.ask(START))
        after = await live_again(stack, path, before.cloud, policy=ONCALL)
        after.people.guests.add("U0ANA")  # of whom the new life knows nothing yet
        await recover(after.executor, after.hearing, after.clock())
        await after.settled()
        intent = await after.handle("R1")

    assert (intent.state, intent.settlement.error_code) == (
        State.NOT_STARTED,
        "patchbay.Denied",
    )
    assert calls(after) == 0


async def test_whoever_nobody_has_looked_up_is_looked_up_before_a_form_opens(ruled):
    ruled.people.guests.add("U0ANA")

    answer = await ruled.typed("/relay start")

    assert answer.plain == "🟠 You may not do that here."
    assert "Guests may not use this bot." in words(answer)
    assert await ruled.journal.find.counts() == {}


@pytest.mark.parametrize("surface", ["typed", "form"])
async def test_who_may_not_stop_a_relay_does_not_have_it_stopped_for_its_copy(
    tmp_path, surface
):
    rule = Rule(name="starts", actions=("relay.start",), users=("U0ANA",))
    copy = "/relay copy R1 room=8 url=rtmp://b.example.com/live/a"
    async with AsyncExitStack() as stack:
        path, policy = tmp_path / "p.db", Policy(rules=(rule,))
        world = await make_world(stack, path, policy=policy)
        await world.typed(START)

        if surface == "typed":
            answer = words(await world.typed(f"{copy} then=stop --go"))
        else:
            form = await world.typed(copy)
            with pytest.raises(InvalidRequest) as refused:
                await world.submitted(form, then="stop")
            answer = str(refused.value.faults)

        assert "No rule allows relay.stop here." in answer
        assert "then" in answer
        assert calls(world) == 1
