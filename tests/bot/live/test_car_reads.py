"""What CAR says to requests of nobody: each right by itself, and nothing is ended."""

import pytest

from bot.live.car_reads import NO_USER, probes
from bot.tencent.models import REQUESTS
from bot.tencent.models.base import Level

ASKED = [one.action for one in probes()]
COSTLY = {"CreateSession", "ApplyConcurrent"}
OF_CAR = {name for name, one in REQUESTS.items() if one.service.name == "car"}


def test_every_action_is_asked_that_costs_nothing():
    assert {*ASKED} == OF_CAR - COSTLY
    assert all(REQUESTS[name].level is Level.BILLED for name in COSTLY)


async def test_nothing_is_opened_ended_or_published(rig):
    rig.cloud.state.renders["u1"] = {}

    await rig.doctor()

    assert set(rig.cloud.state.renders) == {"u1"}
    assert rig.cloud.renders.published == {}
    assert NO_USER not in rig.cloud.renders.held


@pytest.mark.parametrize("action", ASKED)
@pytest.mark.parametrize(
    "code", ["AuthFailure.UnauthorizedOperation", "UnauthorizedOperation.CamNoAuth"]
)
async def test_a_right_that_lacks_is_named_and_the_rest_is_well(rig, action, code):
    rig.cloud.state.fail_next(action, code)

    assert await rig.doctor() == 0
    line = rig.line(f"{action} of nobody")
    assert line.startswith("note")
    assert f"car:{action}" in line
    for other in ASKED:
        if other != action:
            assert rig.line(f"{other} of nobody").startswith("ok")
