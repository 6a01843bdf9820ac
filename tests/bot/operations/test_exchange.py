"""On SIGHUP secrets are exchanged: all of them, or none, and none is shown."""

import json
from dataclasses import replace

import pytest
from pydantic import SecretStr

from bot.runtime.secret import Current
from bot.settings import Reading, Settings
from tests.bot.operations.tencent import KEY, RUNNING, Tencent, lost
from tests.fakes.slack import refused
from tests.world import TEAM

START = "/relay start 295066 url=rtmp://push.example.com/live/the-secret --go"
BOT, APP = "xoxb" + "-2", "xapp" + "-1-A0PATCHBAY-2-new"


class Sockets:
    """Remembers with which token the next connections are opened."""

    token = ""

    def use(self, token):
        self.token = token.get_secret_value()


@pytest.fixture
async def world(world_with):
    return await world_with(key=SecretStr(KEY), signing="signing-1")


class Rig:
    """What exchanges the secrets of *world*; `fresh` is what stands there now."""

    def __init__(self, world):
        self.fresh, self.faults, self.sockets = {}, (), Sockets()
        own, old = world.bot.exchange, SecretStr("xapp" + "-old")
        self.settings = settings_with(own.settings, slack_app_token=old)
        more = {"sockets": self.sockets, "read": self.read}
        self.exchange = replace(own, settings=self.settings, **more)
        self.signing, self.again = own.signing, self.exchange.again

    def read(self):
        return Reading(settings_with(self.settings, **self.fresh), tuple(self.faults))


@pytest.fixture
def exchange(world):
    return Rig(world)


def settings_with(settings, **values):
    """Return *settings* with other *values*, as they are when they are read again."""
    same = {name: getattr(settings, name) for name in Settings.model_fields}
    return Settings.model_construct(**{**same, **values})


def app_with(exchange, **secrets):
    (app,) = exchange.settings.apps
    return (app.model_copy(update={k: SecretStr(v) for k, v in secrets.items()}),)


def in_use(world, exchange):
    """Return every secret that is in use now."""
    accounts = world.executor.client._accounts
    (app,) = world.executor.apps.values()
    return {
        "bot": {world.slack.token, world.directory.authorized.bot_token},
        "sockets": exchange.sockets.token,
        "signing": exchange.signing.get_secret_value(),
        "keys": {
            (one.credential.secret_id, one.credential.secret_key.get_secret_value())
            for one in accounts.values()
        },
        "usersig": app.usersig_key.get_secret_value(),
        "callback": app.callback_key.get_secret_value(),
    }


NEW = {
    "slack_bot_token": SecretStr(BOT),
    "slack_app_token": SecretStr(APP),
    "slack_signing_secret": SecretStr("signing-2"),
    "secret_id": SecretStr("AKID" + "second"),
    "secret_key": SecretStr("key-2"),
}


async def test_all_that_is_new_is_in_use_from_then_on(world, exchange):
    exchange.fresh = {
        **NEW,
        "apps": app_with(exchange, usersig_key="usersig-2", callback_key="c" * 16),
    }

    assert await exchange.again()

    assert in_use(world, exchange) == {
        "bot": {BOT},
        "sockets": APP,
        "signing": "signing-2",
        "keys": {("AKID" + "second", "key-2")},
        "usersig": "usersig-2",
        "callback": "c" * 16,
    }


async def test_a_callback_that_is_signed_with_the_new_key_is_taken_in(world, exchange):
    relay = await lost(world, START)
    key = "n" * 16
    exchange.fresh = {"apps": app_with(exchange, callback_key=key)}
    await exchange.again()

    tencent = Tencent(world)
    tencent.calls.key = key
    await tencent.tells(relay, RUNNING)

    assert (await world.handle("R1")).subject.ref == relay.task_id


async def test_a_start_is_signed_with_the_new_key(world, exchange):
    world.cloud.secret_key = "key-2"
    exchange.fresh = {"secret_key": SecretStr("key-2")}
    await exchange.again()

    await world.typed(START)

    assert (await world.handle("R1")).state == "started"


WRONG = {
    "a fault": ({}, ("SLACK_BOT_TOKEN: a bot token begins otherwise",), {}),
    "a secret that is gone": ({"slack_bot_token": None}, (), {}),
    "half a key": ({"secret_key": SecretStr("")}, (), {}),
    "a token that Slack refuses": ({}, (), {"auth.test": [refused("invalid_auth")]}),
    "a Slack that is away": ({}, (), {"auth.test": [refused("timeout")]}),
    "an app token that Slack refuses": (
        {},
        (),
        {"apps.connections.open": [refused("invalid_auth")]},
    ),
}


@pytest.mark.parametrize(("fresh", "faults", "answers"), WRONG.values(), ids=WRONG)
async def test_if_anything_is_wrong_everything_stays_as_it_was(
    world, exchange, fresh, faults, answers, capsys
):
    before = in_use(world, exchange)
    exchange.fresh, exchange.faults = {**NEW, **fresh}, faults
    world.slack.answers = {way: list(ends) for way, ends in answers.items()}

    assert not await exchange.again()

    assert in_use(world, exchange) == before
    assert "secrets.kept" in capsys.readouterr().out


async def test_a_token_of_another_workspace_is_not_taken(world, exchange, capsys):
    world.slack.data[BOT] = {"ok": True, "team_id": "T0OTHER"}
    exchange.fresh = NEW

    assert not await exchange.again()

    assert world.slack.token == ""
    assert "it is of another workspace" in capsys.readouterr().out
    world.slack.data[BOT] = {"ok": True, "team_id": TEAM}
    assert await exchange.again()


ORG = "E0ORG"
WIDE = {"ok": True, "enterprise_id": ORG, "is_enterprise_install": True}
ONE = {"ok": True, "enterprise_id": ORG, "team_id": TEAM}
NEXT = {**ONE, "team_id": "T0NEXT"}


@pytest.mark.parametrize(
    ("installed", "told", "taken"),
    [
        (ONE, ONE, True),
        (ONE, NEXT, False),
        (ONE, WIDE, False),
        (WIDE, WIDE, True),
        (WIDE, ONE, False),
    ],
)
async def test_of_an_organisation_a_token_is_taken_for_the_same_install_alone(
    world, exchange, installed, told, taken
):
    teams = [{"id": TEAM}, {"id": "T0NEXT"}]
    world.slack.data["auth.teams.list"] = {"ok": True, "teams": teams}
    world.slack.data["auth.test"] = {"user_id": "UBOT", **installed}
    await world.directory.identify("")
    world.slack.data[BOT] = told
    exchange.fresh = NEW

    assert await exchange.again() is taken
    assert world.slack.token == (BOT if taken else "")


async def test_what_is_no_secret_is_named_and_waits_for_a_restart(
    world, exchange, capsys
):
    exchange.fresh = {"host": "0.0.0.0", "ops_channel": "C0NEW"}  # noqa: S104 - it is not used

    assert await exchange.again()

    told = capsys.readouterr().out
    assert "settings.restart" in told
    assert "['BOT_HOST', 'ops_channel']" in told


async def test_no_secret_is_logged(world, exchange, capsys):
    exchange.fresh = NEW
    await exchange.again()
    exchange.fresh = {**NEW, "secret_key": SecretStr("")}
    await exchange.again()

    told = capsys.readouterr().out
    assert json.dumps(sorted(NEW)) not in told
    for secret in NEW.values():
        assert secret.get_secret_value() not in told


def test_whoever_holds_a_current_secret_sees_the_new_one():
    secret = Current(SecretStr("one"))

    secret.use(SecretStr("other"))

    assert secret.get_secret_value() == "other"
