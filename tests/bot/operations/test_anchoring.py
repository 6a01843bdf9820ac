"""The audit trail is anchored, checked and told of, by the clock."""

import json
import shutil
import tomllib
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from bot import VERSION
from bot.exit_table import NO_EXITS
from bot.journal.audit import INSTALLATION
from bot.lifecycle import begin, drain, take_up
from bot.operations.anchoring import policy_digest
from bot.settings import Policy, Rule, Workspace
from tests.bot.operations.accidents import JournalFile
from tests.bot.operations.tencent import IDLE, KEY, RUNNING, Tencent, lost
from tests.world import TEAM, live_again, make_world

START = "/relay start 295066 url=rtmp://push.example.com/live/k --go"
OPS = {"ops_channel": "C0OPS"}


@pytest.fixture
async def make(tmp_path):
    async with AsyncExitStack() as stack:

        async def world(**more):
            return await make_world(stack, tmp_path / "p.db", settings=OPS, **more)

        async def again(world, **more):
            world.journal.close()
            path = tmp_path / "p.db"
            more = {"settings": OPS, "clock": world.clock, **more}
            return await live_again(stack, path, world.cloud, **more)

        world.again = again
        yield world


@pytest.fixture
def lines(tmp_path):
    """Return the anchors so far, each as `occasion chain count`."""

    def read():
        text = (tmp_path / "p.db.anchors").read_text()
        read = [json.loads(line) for line in text.splitlines()]
        return [f"{one['occasion']} {one['chain']} {one['count']}" for one in read]

    return read


async def of_installation(world):
    records = await world.journal.audit.all(INSTALLATION)
    return [(one.action, one.rule, one.why, one.digest) for one in records]


async def test_a_start_and_a_stop_are_on_the_record_with_what_was_allowed(make, lines):
    world = await make()

    await begin(world.bot)
    await take_up(world.bot)
    await drain(world.bot)

    digest = policy_digest(world.bot.settings)
    assert (await of_installation(world))[1:] == [
        ("bot.started", f"version {VERSION}", "BOT_ALLOW_ALL", digest),
        ("bot.stopped", "", "", ""),
    ]
    assert lines() == [
        "start installation 1",
        "start installation 2",
        "stop installation 3",
    ]


def rule(user):
    return Policy(rules=(Rule(name="r", actions=("relay.*",), users=(user,)),))


async def test_the_digest_is_that_of_the_policy_and_of_no_secret(make):
    world = await make(policy=rule("U1"))
    settings = world.bot.settings

    other = settings.model_copy(update={"policy": rule("U2")})
    elsewhere = settings.model_copy(update={"exits": NO_EXITS})
    secret = settings.model_copy(update={"secret_key": None, "seal_key": None})

    assert policy_digest(other) != policy_digest(settings)
    assert policy_digest(elsewhere) != policy_digest(settings)
    assert policy_digest(secret) == policy_digest(settings)


def test_the_version_is_that_of_the_package():
    package = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())

    assert package["project"]["version"] == VERSION


async def test_what_grows_is_anchored_at_the_next_round_and_all_every_hour(make, lines):
    world = await make()
    await world.bot.anchoring.begin()
    await world.typed(START)

    await world.jobs.run_due()
    await world.jobs.run_due()
    soon = lines()
    world.clock.push(hours=1)
    await world.jobs.run_due()
    await world.bot.anchoring.end()

    assert soon == [
        "start installation 1",
        "start installation 2",
        f"grown {TEAM} 1",
    ]
    assert lines()[3:] == ["hourly installation 2", "stop installation 3"]


async def told(world):
    return [one.text for one in await world.alarms()]


async def test_once_a_day_the_heads_are_told_in_the_ops_channel(make):
    world = await make()
    await world.bot.anchoring.begin()
    await world.typed(START)
    await world.jobs.run_due()
    assert await told(world) == []

    world.clock.push(hours=1)
    await world.jobs.run_due()
    world.clock.push(hours=23)
    await world.jobs.run_due()
    (first,) = await world.alarms()
    world.clock.push(hours=1)
    await world.jobs.run_due()

    heads = (await world.journal.trail.report(deep=False)).heads
    assert first.text == "The audit trail is whole: 3 records."
    for head in heads:
        assert f"{head.chain} · {head.count} · " in json.dumps(
            first.body, ensure_ascii=False
        )
        assert head.head in json.dumps(first.body)
    assert await told(world) == [first.text] * 2


async def test_after_a_restart_the_day_goes_on(make):
    world = await make()
    await world.bot.anchoring.begin()
    await world.jobs.run_due()
    world.clock.push(hours=1)
    await world.jobs.run_due()

    world = await make.again(world)
    await world.bot.anchoring.begin()
    world.clock.push(hours=2)
    await world.jobs.run_due()
    early = await told(world)
    world.clock.push(hours=22)
    await world.jobs.run_due()

    assert (len(early), len(await told(world))) == (1, 2)


OWN = (Workspace(team="T0NEXT"), Workspace(team=TEAM, ops_channel="C0OWN"))


@pytest.mark.parametrize(
    ("settings", "ways"),
    [({}, []), (OPS, ["post C0OPS"]), ({"workspaces": OWN}, ["post C0OWN"])],
)
async def test_what_is_of_no_workspace_is_told_where_there_is_a_channel_and_logged(
    tmp_path, capsys, settings, ways
):
    async with AsyncExitStack() as stack:
        world = await make_world(stack, tmp_path / "p.db", settings=settings)
        await world.bot.anchoring.begin()
        world.clock.push(hours=1)
        await world.jobs.run_due()
        await world.bot.delivery.deliver()

        assert world.slack.ways == ["auth.test", *ways]
        assert "audit.heads" in capsys.readouterr().out


async def test_a_journal_put_back_from_a_copy_is_told_at_the_start_and_by_the_doctor(
    make, tmp_path
):
    world = await make()
    await world.bot.anchoring.begin()
    await world.bot.anchoring.end()
    world.journal.close()
    shutil.copy(tmp_path / "p.db", tmp_path / "copy.db")
    world = await make.again(world)
    await world.bot.anchoring.begin()
    await world.typed(START)
    await world.bot.anchoring.end()
    world.journal.close()
    for stale in ("p.db-wal", "p.db-shm"):
        (tmp_path / stale).unlink(missing_ok=True)
    shutil.copy(tmp_path / "copy.db", tmp_path / "p.db")

    world = await make.again(world)
    await world.bot.anchoring.begin()
    await world.bot.anchoring.round()

    (alarm,) = [one for one in await world.alarms() if "not whole" in one.text]
    assert f"{TEAM}: it ends at record 0, and had 1" in json.dumps(alarm.body)
    assert "python -m bot audit settle" in json.dumps(alarm.body)
    doctor = repr((await world.typed("/patchbay doctor")).parts)
    assert "❌ The audit trail is not whole. See python -m bot audit verify." in doctor
    assert "put back from a copy: python -m bot recover --restored." in doctor


async def test_what_was_changed_in_the_middle_is_told_with_the_heads_of_the_day(
    make, tmp_path
):
    world = await make()
    await world.bot.anchoring.begin()
    await world.typed(START)
    await world.typed("/relay stop R1 --yes")
    JournalFile(tmp_path / "p.db").run(
        "DROP TRIGGER audit_no_update",
        "UPDATE audit SET user = 'U9' WHERE number = 1 AND chain <> 'installation'",
    )

    world.clock.push(hours=1)
    await world.jobs.run_due()

    first, second = await told(world)
    assert first == "🔴 The audit trail is not whole."
    assert second == "🔴 The audit trail is not whole."


async def test_where_the_anchors_cannot_be_written_the_bot_goes_on(
    make, tmp_path, capsys
):
    world = await make()
    (tmp_path / "p.db.anchors").unlink()
    (tmp_path / "p.db.anchors").mkdir()

    await world.bot.anchoring.begin()
    await world.jobs.run_due()
    await world.bot.anchoring.end()

    assert capsys.readouterr().out.count("audit.unanchored") == 3
    assert "R1" in (await world.typed(START)).plain


# ── what no person did ───────────────────────────────────────────────────────────────


async def settlements(world):
    records = await world.journal.audit.all(TEAM)
    return [
        (one.rule, one.why, one.handle, one.user)
        for one in records
        if one.decision == "settled"
    ]


async def test_what_a_callback_settles_is_on_the_record(make):
    world = await make(key=KEY)
    relay = await lost(world, START)
    tencent = Tencent(world)

    await tencent.tells(relay, RUNNING)
    await tencent.tells(relay, IDLE)

    assert ("callback", "unknown → started", "R1", "") in await settlements(world)
    history = repr((await world.typed("/patchbay history R1")).parts)
    assert "⚙️" in history
    assert "callback" in history


async def test_what_time_settles_is_on_the_record(make):
    world = await make()
    await world.typed(START)

    world.clock.ahead += timedelta(days=25, seconds=5)
    await world.jobs.run_due()

    assert await settlements(world) == [("job", "started → expiring", "R1", "")]
