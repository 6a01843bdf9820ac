"""How the trials of truth build the bot of this repository: by `bot.app.build`."""

import asyncio
import random

from pydantic import SecretStr

from bot import lifecycle
from bot.app import Ports, build
from bot.config.alerts import Alerts
from bot.errors import BotError
from bot.pace import Pace
from bot.settings import App, Limits, Policy, Rule, Second, Settings
from commands import COMMANDS
from tests.trials.truth import cloud as tencent
from tests.trials.truth.day import OFTEN
from tests.trials.truth.slack import OPS, SECRET, TEAM
from tests.trials.truth.stage import CROWD, GROUP, HOST, PEOPLE, Stillborn


async def born(stage, folder, stack):
    """Build a bot on the journal in *folder*; return what it runs, as coroutines."""
    dice = random.Random(f"{stage.seed} {stage.life}")  # noqa: S311 - not for secrets
    ports = Ports(
        now=stage.clock,
        monotonic=asyncio.get_running_loop().time,
        sleep=asyncio.sleep,
        random=dice.random,
        random_bytes=dice.randbytes,
    )
    try:
        bot = await build(settings_for(stage, folder), ports, COMMANDS, stack)
        port = await lifecycle.begin(bot)
    except BotError as error:
        raise Stillborn(str(error)) from error
    stack.push_async_callback(bot.server.close)
    return port, (bot.delivery.run(), lifecycle.upkeep(bot), lifecycle.greet(bot))


def settings_for(stage, folder):
    """Return the settings of a bot between the stage's Slack and Tencent."""
    channel, minutes = stage.alerts
    app = App(
        name="live-main",
        sdk_app_id=tencent.APP,
        usersig_key="k" * 64,
        callback_key=tencent.KEY if stage.called_back else None,
    )
    return Settings.model_construct(
        slack_bot_token=SecretStr("none"),
        slack_signing_secret=SecretStr(SECRET),
        slack_api_url=f"{stage.slack.origin}/api/",
        secret_id=SecretStr("AKIDtrial"),
        secret_key=SecretStr("secret"),
        database_url=SecretStr(f"sqlite:///{folder}/patchbay.db"),
        trtc_endpoint=stage.cloud.endpoint,
        apps=(app,),
        policy=policy_for(stage),
        pace=Pace(reads=1e9, changes=1e9),
        ops_channel=OPS,
        alerts=Alerts(channel=channel, group=GROUP, escalate_minutes=minutes),
        port=0,
    )


def policy_for(stage):
    """Let three people do everything, and everybody look."""
    limits = Limits(
        live_relays=stage.most_live, starts_per_person_a_day=10_000, idle_seconds=600
    )
    everything = Rule(name="on call", actions=("*",), users=(*PEOPLE, *CROWD))
    much = Second(name="much", actions=("relay.start",), bitrate_above=OFTEN)
    return Policy(
        teams=(TEAM,),
        rules=(everything,),
        second=(much,),
        push_hosts=(f".{HOST}", HOST),
        limits=limits,
    )
