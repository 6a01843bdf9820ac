"""Where a name leads is told to those whom it is for, each time it is asked."""

import pytest
from pydantic import SecretStr

from bot.errors import InvalidRequest, NotAllowed
from bot.resources.push import PushAddress
from bot.settings import Policy, Rule
from bot.tencent.models.trtc.output import target_digest
from tests.bot.journal.test_audit import entry
from tests.bot.journal.test_named_targets import target
from tests.world import TEAM

URL = "rtmp://push.example.com/live/the-key"
APP = "live-main"
ALL = Rule(name="all", actions=("*",), users=("U0ANA", "U0BOB"))


async def named(world, number=1, **values):
    one = target(number, team=TEAM, digest=target_digest(f"{URL}{number}"), **values)
    await world.journal.saved.targets.add(one, SecretStr(f"{URL}{number}"), entry(1))
    return one.name


async def places(world, *names, user="U0ANA", app=APP):
    """Return where *names* lead, as whoever was let in to start a relay is told."""
    ask = world.ask("/relay start", user=user)
    permit = world.router.commands["relay"].subcommands["start"].permit
    service = await world.service.admitted(ask.who, ask.where, permit)
    return await service.places(ask, names, app)


@pytest.fixture
async def shared(world_with):
    return await world_with(Policy(rules=(ALL,)))


async def test_each_name_leads_to_its_address_in_the_order_asked(world):
    await named(world, 1)
    await named(world, 2, cdn="tencent")

    assert await places(world, "target-2", "target-1") == {
        "target-2": PushAddress(SecretStr(f"{URL}2"), "tencent"),
        "target-1": PushAddress(SecretStr(f"{URL}1"), "other"),
    }


async def test_a_target_of_a_relay_leads_where_that_does(world):
    await world.typed(f"/relay start 7 url={URL} cdn=tencent --go")

    found = await places(world, "r1.1")

    assert found == {"r1.1": PushAddress(SecretStr(URL), "tencent")}


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("target-9", "There is no target @target-9; the nearest is @target-1."),
        ("r9.1", "There is no relay R9 here."),
        ("r1.0", "There is no target @r1.0. See /relay target list."),
        ("s1.1", "S1 has 0 targets."),
    ],
)
async def test_what_there_is_not_is_told_at_the_field(world, name, sentence):
    await named(world)
    await world.typed("/car start user=cg_player ip=125.127.178.228 --go")

    with pytest.raises(InvalidRequest) as refused:
        await places(world, name)

    assert refused.value.faults == {"url": sentence}


async def test_what_is_for_one_app_is_refused_on_another_and_on_none(world):
    name = await named(world, apps=("other",))

    for app in (APP, ""):
        with pytest.raises(InvalidRequest) as refused:
            await places(world, name, app=app)
        assert refused.value.faults == {"url": "@target-1 is for other only."}
    assert list(await places(world, name, app="other")) == [name]


async def test_what_is_for_others_is_refused_by_name_and_as_a_relays_target(shared):
    name = await named(shared, users=("U0ANA",))
    await shared.typed(f"/relay start 7 url={URL}1 --go")

    for way in (name, "r1.1"):
        assert list(await places(shared, way)) == [way]
        with pytest.raises(NotAllowed) as refused:
            await places(shared, way, user="U0BOB")
        assert refused.value.rule == "target"
        assert refused.value.may == ("U0ANA",)
        assert list(refused.value.faults) == ["url"]


async def test_of_a_group_of_which_nothing_is_known_nobody_is(shared):
    name = await named(shared, users=("S0CREW",))

    with pytest.raises(NotAllowed):
        await places(shared, name)
