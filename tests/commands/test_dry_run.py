"""`--dry-run` shows what would be sent, of every subcommand that changes something."""

import json
import re
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest

from bot.dialogue.outcome import Code, Line, Outcome, Tone, When, plain
from bot.settings import App, Limits, Policy, Rule
from bot.tencent.models.base import Level
from commands import COMMANDS
from tests.world import make_world

START = "/relay start 295066 url=rtmp://push.example.com/live/a --go"
SESSION = "/car start user=alice ip=125.127.178.228 --go"
# The same, of rooms whose ID is a text, and to an address of its own.
ALSO = {f"{one}ByStrRoomId": one for one in ("RemoveUser", "DismissRoom")}
ALSO |= {"StartPublishStreamWithURL": "StartPublishStream"}
HANDLE = re.compile(r"\b([RS])\d+")
SHOWN = "Nothing was sent. This is what would be."
CHANGES = [
    (command.name, subcommand)
    for command in COMMANDS.values()
    for subcommand in command.subcommands.values()
    if subcommand.does and subcommand.does.level is not Level.READ
]


async def kept(world):
    """Return all that the journal holds, and all that the cloud was asked."""
    find = world.journal.find
    return (
        await find.recent("T0HOME", limit=100),
        await find.counts(),
        await world.journal.audit.all(),
        await world.journal.outbox.waiting(),
        list(world.cloud.state.calls),
    )


def shown_request(answer):
    """Return the request that *answer* shows, and the action above it."""
    action, *_leads, body = answer.parts
    assert isinstance(body, Code)
    return action.spans[0].split()[0], json.loads(body.text)


@pytest.mark.parametrize(
    ("command", "subcommand"),
    CHANGES,
    ids=[f"{command} {subcommand.name}" for command, subcommand in CHANGES],
)
async def test_what_would_change_something_is_shown_and_nothing_is_kept_or_sent(
    world, command, subcommand
):
    await world.typed(START)
    await world.typed(SESSION)
    before = await kept(world)

    examples = [HANDLE.sub(r"\g<1>1", one) for one in subcommand.examples]
    answers = [await world.typed(f"/{command} {one} --dry-run") for one in examples]

    shown = [one for one in answers if isinstance(one, Outcome) and one.plain == SHOWN]
    assert shown
    for one in shown:
        action, request = shown_request(one)
        assert ALSO.get(action, action) == subcommand.does.action
        assert "/live/a" not in json.dumps(request)
    assert await kept(world) == before


def test_there_are_such_subcommands():
    assert [f"{command} {one.name}" for command, one in CHANGES] == [
        "relay start",
        "relay update",
        "relay stop",
        "relay copy",
        "relay remove-user",
        "relay dismiss-room",
        "car start",
        "car stop",
        "car publish",
        "car unpublish",
    ]


async def test_a_stop_that_would_not_ask_is_shown_too(world):
    await world.typed(START)
    before = await kept(world)

    answer = await world.typed("/relay stop R1 --yes --dry-run")

    task_id = (await world.handle("R1")).subject.ref
    app_id = world.cloud.app_id
    assert answer.plain == SHOWN
    assert shown_request(answer) == (
        "StopPublishCdnStream",
        {"SdkAppId": app_id, "TaskId": task_id},
    )
    assert await kept(world) == before


async def test_the_stop_of_somebody_elses_relay_is_shown_too(world):
    task_id = "-m97l2ZU7vxyB" + "x" * 60

    answer = await world.typed(f"/relay stop {task_id} --dry-run")

    assert shown_request(answer)[1]["TaskId"] == task_id
    assert world.cloud.state.calls == []


@pytest.mark.parametrize(
    "typed",
    [START, "/car start user=u ip=125.127.178.228 --go"],
)
async def test_whoever_may_not_do_it_is_shown_nothing(world_with, typed):
    rule = Rule(name="stops", actions=("relay.stop",), users=("U0ANA",))
    world = await world_with(Policy(rules=(rule,)))

    answer = await world.typed(f"{typed} --dry-run")

    assert answer.plain == "🟠 You may not do that here."


async def test_whoever_may_do_it_on_another_app_is_shown_nothing(tmp_path):
    other = App(name="other", sdk_app_id=1500000000, usersig_key="u" * 8)
    rule = Rule(
        name="others", actions=("relay.start",), users=("U0ANA",), apps=("other",)
    )
    policy, path = Policy(rules=(rule,)), tmp_path / "p.db"
    async with AsyncExitStack() as stack:
        world = await make_world(stack, path, policy=policy, apps=(other,))

        here = await world.typed(f"{START} app=live-main --dry-run")
        there = await world.typed(f"{START} app=other --dry-run")

    assert here.plain == "🟠 You may not do that here."
    assert there.plain == SHOWN


async def test_what_is_over_a_limit_is_not_shown_as_what_would_be_sent(world_with):
    rule = Rule(name="all", actions=("*",), users=("U0ANA",))
    policy = Policy(rules=(rule,), limits=Limits(idle_seconds=60))
    world = await world_with(policy)

    answer = await world.typed(f"{START} idle=61 --dry-run")

    assert answer.tone is Tone.WARN
    assert "61 is over the limit of 60 here." in repr(answer.parts)


async def test_a_look_up_takes_no_dry_run(world):
    answer = await world.typed("/gs 1326515201117065216 --dry-run")

    assert answer.tone is Tone.WARN
    assert world.cloud.state.calls == []


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("for=2h", "Stop due 2 h 0 min after its start"),
        ("", ""),
    ],
)
async def test_when_it_would_be_stopped_is_shown_beside_the_request(world, typed, told):
    answer = await world.typed(f"{START[:-5]} {typed} --dry-run")
    shown = [plain(one.spans) for one in answer.parts if isinstance(one, Line)]

    assert [text for text in shown if text.startswith("Stop due")] == [told] * bool(
        told
    )


async def test_a_moment_at_which_it_would_be_stopped_is_shown_as_one(world):
    at = world.clock() + timedelta(hours=3)

    answer = await world.typed(f"{START[:-5]} until={at:%Y-%m-%dT%H:%MZ} --dry-run")

    (due,) = [one for one in answer.parts if isinstance(one, Line) and one.spans[1:]]
    assert due.spans == ("Stop due ", When(at.replace(second=0, microsecond=0)))
