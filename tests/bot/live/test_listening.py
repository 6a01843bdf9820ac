"""What is heard is about one relay; anything else is left for the bot."""

import json

import aiohttp
import pytest

from bot.sandbox.cloud.state import Relay
from tests.bot.live.rig import PUSH

RELAY = {"app": "default", "push": PUSH, "yes": True}


async def posted(rig, body, sign, app="default"):
    url = f"http://127.0.0.1:{rig.port}/tencent/callbacks/{app}"
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=body, headers={"Sign": sign} if sign else {}) as answer,
    ):
        return answer.status


@pytest.fixture
async def during(rig):
    """Run a trial, and do something while its relay runs."""

    async def run(do):
        rig.hears()
        answers = []

        async def held():
            answers.extend(await do())

        rig.gate.before.add("StopPublishCdnStream")
        rig.gate.hook = held
        rig.gate.open()
        code = await rig.doctor(**RELAY)
        return code, answers

    return run


async def test_an_event_of_another_relay_is_to_come_again_for_the_bot(rig, during):
    calls = rig.cloud

    async def do():
        other = Relay("-m9other.", "pb_other", "1", calls.app_id, [PUSH], "", 0.0)
        raw = json.dumps(calls.callbacks._event(other, PUSH, 2)).encode()
        return [await posted(rig, raw, calls.callbacks.sign(raw))]

    code, answers = await during(do)

    assert (code, answers) == (0, [503])
    assert "pb_other" not in rig.recorded


async def test_what_is_not_signed_or_for_another_app_is_refused(rig, during):
    async def do():
        return [
            await posted(rig, b"{}", ""),
            await posted(rig, b"{}", "wrong"),
            await posted(rig, b"{}", "x", app="other"),
        ]

    code, answers = await during(do)

    assert (code, answers) == (0, [401, 401, 401])
    assert rig.line("Events:").startswith("ok")


async def test_an_app_without_a_key_is_not_listened_for(rig):
    assert await rig.doctor(**RELAY) == 0
    assert "callback_key" in rig.line("Events are not heard here")


async def test_another_port_can_be_listened_on(rig):
    rig.hears()
    rig.variables["BOT_PORT"] = "3000"

    assert await rig.doctor(port=rig.port, **RELAY) == 0
    assert rig.line("Events:").startswith("ok    Events: CONNECTING")
