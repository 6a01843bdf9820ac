"""What is looked at may be named loosely; what is named exactly goes before."""

import pytest

from tests.commands.relay.samples import START
from tests.commands.test_gs import FULL

PHONE = "RK8S37P1402445261_95de5774-0f9f-4cc2-aa67-58d41378d209"


@pytest.mark.parametrize("typed", ["R01", "#r001", "R1.1", "@R1.1", "why is @r1.2 off"])
async def test_a_handle_is_read_with_noughts_and_as_a_part_of_a_target(world, typed):
    await world.typed(START)

    assert (await world.typed(f"/lookup {typed}")).handle == "R1"


async def test_what_is_really_called_so_goes_before(world):
    await world.typed(START)
    await world.typed("/car start user=r01 ip=125.127.178.228 --go")

    assert (await world.typed("/lookup R01")).handle == "R1"
    assert (await world.typed("/lookup r01")).handle == "S1"


@pytest.mark.parametrize("typed", ["stop R01 --yes", "stop @R1.1 --yes", "update R01"])
async def test_nothing_is_changed_by_a_handle_that_is_not_one(world, typed):
    await world.typed(START)
    before = len(world.cloud.state.calls)

    answer = await world.typed(f"/relay {typed}")

    assert "No relay is called" in answer.plain
    assert len(world.cloud.state.calls) == before


@pytest.mark.parametrize("typed", [PHONE, PHONE.partition("_")[2], PHONE.upper()])
async def test_a_phone_leads_to_the_session_that_it_is_in(world, typed):
    await world.typed(f"/gs {FULL}")

    told = await world.typed(f"/lookup {typed}")

    assert told.plain == "🔴 G1 · 1 of 3 selected is offline"
    assert f"{typed} was selected but offline." in repr(told.parts[0])
    assert len(world.cloud.state.calls) == 1


async def test_only_the_last_look_up_of_a_session_counts(world):
    await world.typed(f"/gs {FULL}")
    world.clock.push(seconds=1)
    world.cloud.state.phones.happen(FULL, "gone")
    await world.typed(f"/gs {FULL}")

    assert "is not on record here" in (await world.typed(f"/lookup {PHONE}")).plain
