"""The one place in which the trials build lives of the bot and look into them.

A life is made by `bot.app.build`, between a Slack and a Tencent on loopback, by a
clock that stands still.
"""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from pydantic import SecretStr

from bot.app import Ports, build
from bot.journal.evidence import Does, Fact, FactKind, fact_key
from bot.journal.rows import millis
from bot.operations.recovery import recover
from bot.resources.registry import RESOURCES
from bot.sandbox.run import PREFIXES
from bot.states import ACTIVE, State
from bot.tencent.client import Account, Client
from bot.tencent.tc3 import Credential
from commands import COMMANDS
from tests.fakes.clock import FakeClock
from tests.fakes.journal import laid, opened
from tests.world import World, settings_for

OPS = "C0OPS"
GENEROUS = """\
[policy.limits]
live_relays = 1000000
starts_per_person_a_day = 1000000

[pace]
reads = 1000000
changes = 1000000
"""
SHORT_DEADLINES: dict[tuple[type, float], type] = {}


async def live(stack, path, cloud, slack, *, policy=None, key=None, clock=None):  # noqa: PLR0913 - what a life may differ in
    """Build a life of the bot; *slack* are the variables that lead it to its Slack."""
    token = SecretStr(slack["SLACK_BOT_TOKEN"])
    settings = settings_for(
        path, cloud, policy, key, signing=slack["SLACK_SIGNING_SECRET"]
    ).model_copy(
        update={
            "slack_bot_token": token,
            "slack_api_url": slack["SLACK_API_URL"],
            "ops_channel": OPS,
        }
    )
    clock = clock or FakeClock(datetime.now(UTC))
    ports = Ports(now=clock, monotonic=clock.monotonic, sleep=clock.sleep)
    laid(path)
    bot = await build(settings, ports, COMMANDS, stack)
    stack.push_async_callback(bot.tasks.drain, 0)
    await bot.directory.identify(token.get_secret_value())
    return World(bot, cloud, None, None, clock)


def variables(folder, port, *edges):
    """Return the environment of a bot in *folder*, which its *edges* are told to."""
    config = folder / "bot.toml"
    config.write_text(GENEROUS, encoding="utf-8")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(PREFIXES)}
    return {
        **kept,
        **{name: value for edge in edges for name, value in edge.items()},
        "BOT_CONFIG": str(config),
        "BOT_DATABASE_URL": f"sqlite:///{folder}/patchbay.db",
        "BOT_PORT": str(port),
        "BOT_ALLOW_ALL": "true",
    }


def client(endpoints, secret_id, secret_key, now, resolver=None):
    """Return the bot's client, not entered yet, for *endpoints* by product."""
    credential = Credential(secret_id, SecretStr(secret_key))
    accounts = {name: Account(url, credential) for name, url in endpoints.items()}
    return Client(accounts, now=now, resolver=resolver)


def exchange(world, **parts):
    """Let the executor of *world* send by another client, or run in other tasks.

    What a callback lets go takes the same way.
    """
    bot = world.bot
    executor = replace(bot.operations.executor, **parts)
    operations = replace(bot.operations, executor=executor)
    router = replace(bot.router, service=operations)
    callbacks = replace(bot.callbacks, take_up=executor.take_up)
    world.bot = replace(bot, operations=operations, router=router, callbacks=callbacks)


async def recovered(world):
    """Take up what the life before *world* left."""
    await recover(world.executor, world.hearing, world.clock())
    await world.tasks.drain(60)


def hurried(request, haste):
    """Return *request* with its deadlines made shorter by the factor *haste*.

    Connecting keeps its time: a busy machine takes that long for good roads too.
    """
    kind = type(request)
    if haste == 1.0:
        return request
    if (kind, haste) not in SHORT_DEADLINES:
        usual = kind.deadline
        deadline = replace(
            usual,
            attempt=max(usual.attempt * haste, usual.connect),
            read=usual.read * haste,
        )
        body = {"deadline": deadline, "__module__": __name__}
        name = f"Hurried{kind.__name__}"
        SHORT_DEADLINES[kind, haste] = type(name, (kind,), body)
    fields = {name: getattr(request, name) for name in request.model_fields_set}
    return SHORT_DEADLINES[kind, haste].model_construct(**fields)


async def open_journal(url):
    """Open the journal at *url*, which no life holds."""
    return await opened(url, FakeClock())


async def signed(world, handle):
    """Return the request of *handle* as it is sent."""
    intent = await world.handle(handle)
    (app,) = world.bot.operations.apps
    raw = await world.journal.find.request_of(intent.id)
    request = RESOURCES.request_of(intent).of_json(raw)
    return RESOURCES.of(intent).signed(request, app, world.clock())


async def unfinished(world):
    """Return the states of the intents that nothing has ended yet."""
    counts = await world.journal.find.counts()
    return [one for one in (State.QUEUED, State.SENDING) if counts.get(one)]


LATER = timedelta(days=366)  # after every event that a trial makes up


async def end_all(world, team):
    """End all that is queued, sent, unknown or running in the journal."""
    journal, late = world.journal, millis(world.clock() + LATER)
    for intent in await unfinished(world):
        if intent.state is State.QUEUED:
            await journal.reject(intent.id, notices=())
        else:
            await journal.complete(intent.id, State.UNKNOWN, notices=())
    for intent in await journal.find.recent(team, states=ACTIVE, limit=1000):
        await journal.learn(intent.id, _end(intent, late))
    left = await journal.find.recent(team, states=ACTIVE, limit=1)
    assert not left, f"{left[0].handle} goes on, {left[0].state}"


def _end(intent, at):
    """Return as a fact that *intent* is over: told by somebody, or by Tencent.

    One whose TaskId is another's as well is over by that.
    """
    unknown = intent.state is State.UNKNOWN
    ref = (intent.subject.ref, *intent.standing.candidates)[-1]
    return Fact(
        kind=FactKind.CLOSED if unknown else FactKind.ANSWERED,
        does=Does.CREATE if unknown else Does.END,
        key=fact_key(intent.id, "end of the trial", at),
        ref="" if unknown else intent.subject.ref or ref,
        at=at,
        came_at=at,
    )
