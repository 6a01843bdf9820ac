"""A doctor between a Slack and a Tencent on loopback."""

import pytest

from bot.sandbox.cloud import LoopbackCloud
from bot.sandbox.slack.loopback import LoopbackSlack
from tests.bot.live.rig import Gate, Rig


@pytest.fixture
async def rig(tmp_path, monkeypatch):
    tmp_path.chmod(0o700)
    gate = Gate()
    cloud = LoopbackCloud(middlewares=[gate.middleware])
    await cloud.start()
    async with LoopbackSlack() as slack:
        yield Rig(cloud, slack, tmp_path, monkeypatch, gate)
    gate.open()
    await cloud.close()
