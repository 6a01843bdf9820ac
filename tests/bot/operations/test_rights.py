"""Where a thing is told: in its workspace, to its readers, and where it was started."""

import re
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest

from bot.access.permits import Permit
from bot.dialogue.ask import Person, Place
from bot.resources.relay.resource import RELAY, Relay
from bot.settings import App, Policy, Rule
from bot.tencent.models.base import Level
from tests.world import TEAM, make_world

START = "/relay start {} url=rtmp://push.example.com/live/k{} --go"
ALL = Rule(name="all", actions=("*",), users=("U0ANA", "U0BOB"))
HERE = Policy(rules=(ALL,), visibility="channel")
KEPT_BACK = "Only what may be told to you here is shown."


@pytest.fixture
async def ruled(tmp_path):
    async with AsyncExitStack() as stack:
        number = 0

        async def make(policy, **more):
            nonlocal number
            number += 1
            return await make_world(
                stack, tmp_path / f"{number}.db", policy=policy, **more
            )

        yield make


async def two_channels(ruled):
    """Return a world in which R1 was started in C0OPS, and R2 in C0GAME."""
    world = await ruled(HERE)
    await world.typed(START.format(1, 1))
    await world.typed(START.format(2, 2), channel="C0GAME")
    return world


def without_ids(shown):
    """Return all that is *shown*, but for TaskIds and our own: those are random."""
    return re.sub(r"-m9[\w+/-]{60,}|\b0[0-9A-HJKMNP-TV-Z]{25}", "", repr(shown))


@pytest.mark.parametrize(
    "text",
    [
        "/relay list",
        "/relay recent",
        "/relay status R2",
        "/lookup",
        "/lookup R2",
        "/lookup 2 R2",
        "/patchbay history",
        "/patchbay history R2",
    ],
)
async def test_by_channel_a_thing_is_told_where_it_was_started_alone(ruled, text):
    world = await two_channels(ruled)

    here = without_ids(await world.typed(text, channel="C0GAME"))
    there = without_ids(await world.typed(text))

    assert "R2" in here
    assert "k2" not in there
    assert "R2 · " not in there
    assert "R2" not in there.replace("“R2”", "").replace("relay R2.", "").replace(
        "'R2'", ""
    )
    assert KEPT_BACK in there
    assert KEPT_BACK in here


async def test_an_answer_that_may_be_less_than_others_get_says_so(ruled):
    world = await two_channels(ruled)
    wide = await ruled(replace_policy(HERE, visibility="workspace"))

    assert KEPT_BACK in repr(await world.typed("/relay list"))
    assert KEPT_BACK not in repr(await world.typed("/patchbay doctor"))
    assert KEPT_BACK not in repr(await wide.typed("/relay list"))


def replace_policy(policy, **changed):
    return policy.model_copy(update=changed)


@pytest.mark.parametrize("name", ["R2", "task"])
async def test_a_stop_by_its_handle_or_id_goes_from_everywhere(ruled, name):
    world = await two_channels(ruled)
    relay = await world.handle("R2")

    text = name if name == "R2" else relay.subject.ref
    answer = await world.typed(f"/relay stop {text} --yes")

    assert answer.plain == "🟡 R2 is being stopped."
    assert [one.room for one in world.cloud.state.running] == ["1"]


async def test_a_form_offers_and_takes_what_was_started_where_it_was_asked_for(ruled):
    world = await two_channels(ruled)
    who = world.ask("/relay").who

    form = await world.typed("/relay stop", channel="C0GAME")
    options = await world.router.options("relay", "relays", "", who, form.form_id)
    await world.submitted(form, relay="R2")

    assert [one.value for one in options] == ["R2"]
    assert [one.room for one in world.cloud.state.running] == ["1"]


async def test_what_was_started_in_private_is_told_there_to_its_starter(ruled):
    world = await ruled(HERE)
    form = await world.typed("/relay start 3 url=rtmp://push.example.com/live/k3")
    placed = Place(channel="", direct=False)
    ask = replace(world.ask(START.format(3, 3)), where=placed)
    await world.router.answer(ask)
    await world.settled()

    ana, bob = ask.who, replace(ask.who, user="U0BOB")
    assert form.subcommand == "start"
    assert "R1" in repr(await world.router.home(ana))
    assert "R1" not in without_ids(await world.router.home(bob))
    assert "R1" not in without_ids((await world.typed("/relay list")).parts)


async def test_enough_is_looked_through_for_those_that_may_be_told(ruled):
    world = await ruled(HERE)
    await world.typed(START.format(1, 1))
    for number in range(2, 12):
        await world.typed(START.format(number, number), channel="C0GAME")

    assert "R1" in repr(await world.typed("/relay recent"))
    assert "R1" in repr(await world.typed("/lookup U0ANA"))


OTHER = App(name="other", sdk_app_id=1400000099, usersig_key="k" * 64)


async def test_a_rule_for_an_app_reads_the_things_of_that_app_alone(ruled):
    starts = Rule(name="starts", actions=("*",), users=("U0ANA",))
    reads = Rule(
        name="reads", actions=("relay.read",), users=("U0BOB",), apps=("live-main",)
    )
    none = Rule(name="none", actions=("relay.read",), users=("U0EVE",), apps=("other",))
    policy = Policy(rules=(starts, reads, none), reads_for_all=False)
    world = await ruled(policy, apps=(OTHER,))
    await world.typed(START.format(1, 1) + " app=live-main")

    told = {
        user: repr(await world.typed("/relay status R1", user=user))
        for user in ("U0BOB", "U0EVE", "U0ZOE")
    }

    assert "R1 · accepted" in told["U0BOB"]
    assert "No relay R1." in told["U0EVE"]
    assert KEPT_BACK in repr(await world.typed("/relay list", user="U0EVE"))
    assert "You may not do that here." in told["U0ZOE"]


async def test_without_a_permit_nothing_is_told(ruled):
    world = await ruled(Policy())
    await world.typed(START.format(1, 1))
    who = world.ask("/relay").who
    bare, open_ = world.service, Permit("patchbay.help", Level.READ, for_all=True)

    for service in (bare, await bare.admitted(who, Place(channel="C0OPS"), open_)):
        assert await service.thing(who, "R1") is None
        assert await service.find(who, "R1") == []
        assert await service.find(who, "U0ANA") == []
        assert await service.posted(who, "C0OPS", "1.5") is None
        assert await service.foreign_stops(who, "-m9") == []
        assert await service.aimed(who, "0" * 64) == []
        assert await service.live(who, RELAY) == []
        assert await service.recent(who) == []
        assert await service.history(who, "R1") == []
        assert await service.offered(who, RELAY, "") == []
        assert await service.audit(who) == []


async def test_the_things_of_another_workspace_are_told_to_nobody_here(ruled):
    world = await ruled(Policy(teams=("T2",), rules=(ALL,)))
    await world.typed(START.format(1, 1))
    ana = world.ask("/relay").who
    them = Person(team="T2", user="U0BOB", home="T2")

    seeing = await world.service.admitted(them, Place(channel="C0OPS"), Relay().read)

    assert await seeing.thing(ana, "R1") is None  # whoever is asked for
    assert await seeing.live(ana, RELAY) == []
    assert (await world.handle("R1")).asker.team == TEAM


async def test_while_slack_tells_nothing_those_whom_a_rule_names_may_read(ruled):
    world = await ruled(Policy(rules=(ALL,)), greeted=False)
    await world.journal.known.keep("installation", '{"team": "T0HOME"}')
    await world.directory.recall("")

    named = await world.typed("/relay list")
    others = await world.typed("/relay list", user="U0EVE")

    assert named.plain == "Relays that run, or may"
    assert "Slack did not say whether you are a guest." in repr(others.parts)


@pytest.mark.parametrize("line", ["take R1", "mute R1 1h", "history R1"])
async def test_who_is_not_known_well_enough_is_told_that_and_not_that_there_is_nothing(
    ruled, line
):
    world = await ruled(Policy(rules=(ALL,)))
    await world.typed(START.format(1, 1))
    world.slack.refusing["users.info"] = "internal_error"

    refused = await world.typed(f"/patchbay {line}", user="U0BOB")
    nothing = await world.typed(f"/patchbay {line}".replace("R1", "R7"), user="U0ANA")

    assert "Slack did not say whether you are a guest." in repr(refused.parts)
    assert "R7" in nothing.plain
