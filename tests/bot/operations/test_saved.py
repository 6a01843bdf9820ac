"""A change of what is saved needs its right, and is on the record by its rule."""

import pytest
from pydantic import SecretStr

from bot.access.policy import Wish
from bot.errors import NotAllowed
from bot.journal.presets import EVERYBODYS
from bot.settings import Policy, Rule
from bot.tencent.models.base import Level
from tests.world import TEAM

URL = SecretStr("rtmp://push.example.com/live/the-key")
TARGET, PRESET = ((Wish(f"relay.{one}", Level.CHANGE),) for one in ("target", "preset"))
ALL = Policy(rules=(Rule(name="all", actions=("relay.*",), users=("U0ANA",)),))


@pytest.fixture
async def ruled(world_with):
    return await world_with(ALL)


async def recorded(world):
    records = await world.journal.audit.all(TEAM)
    return [(one.user, one.action, one.rule, one.why) for one in records]


async def changes(world, user, **values):
    """Go through every change as *user*; return which were refused."""
    saved, ask = world.service.saved, world.ask("/relay target", user=user)
    target = saved.new_target(ask, "main")
    preset = saved.new_preset(ask, "talk", {})
    preset = preset if not values else type(preset)(**{**_fields(preset), **values})
    refused = []
    for name, work in {
        "add": lambda: saved.add_target(ask, target, URL, TARGET),
        "change": lambda: saved.change_target(ask, target, None, TARGET),
        "rotate": lambda: saved.change_target(ask, target, URL, TARGET),
        "keep": lambda: saved.keep_preset(ask, preset, PRESET),
        "delete": lambda: saved.delete_preset(ask, preset, PRESET),
        "remove": lambda: saved.remove_target(ask, "main", TARGET),
    }.items():
        try:
            await work()
        except NotAllowed:
            refused.append(name)
    return refused


def _fields(preset):
    return {name: getattr(preset, name) for name in preset.__dataclass_fields__}


async def test_whoever_may_changes_everything_and_all_of_it_is_on_the_record(ruled):
    assert await changes(ruled, "U0ANA", owner=EVERYBODYS) == []

    assert await recorded(ruled) == [
        ("U0ANA", "relay.target", "all", "added @main "),
        ("U0ANA", "relay.target", "all", "changed @main: all but its address"),
        ("U0ANA", "relay.target", "all", "changed @main: address "),
        ("U0ANA", "relay.preset", "all", "kept preset talk (everybody's)"),
        ("U0ANA", "relay.preset", "all", "deleted preset talk (everybody's)"),
        ("U0ANA", "relay.target", "all", "removed @main"),
    ]


async def test_whoever_may_not_changes_what_is_their_own_alone(ruled):
    targets = ["add", "change", "rotate"]
    assert await changes(ruled, "U0BOB", owner=EVERYBODYS) == [
        *targets,
        "keep",
        "delete",
        "remove",
    ]
    assert await recorded(ruled) == []

    assert await changes(ruled, "U0BOB") == [*targets, "remove"]
    assert await recorded(ruled) == [
        ("U0BOB", "relay.preset", "own", "kept preset talk (own)"),
        ("U0BOB", "relay.preset", "own", "deleted preset talk (own)"),
    ]
