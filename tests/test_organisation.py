"""Installed for an organisation, one workspace never answers for the other.

The ways in are made from the commands' registry: a new one is in here by itself.
"""

import re
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest

from bot.dialogue.ask import Person, Surface
from bot.runtime.tasks import Tasks
from bot.settings import Policy, Rule
from bot.slack.directory import SlackDirectory
from bot.states import State
from commands import COMMANDS
from tests.bot.operations.accidents import busy
from tests.fakes.slack import org_wide
from tests.ways import REFUSED, Stage, Way, other_ways, typed_ways
from tests.world import TEAM, make_world

ORG, NEXT = "E0ORG", "T0NEXT"
ON_CALL = "S0ONCALL"  # a group of that ID is in both
ROOMS = {TEAM: "918273", NEXT: "646464"}
CHIEFS = {
    TEAM: Person(team=TEAM, user="W0ANA", home=TEAM, enterprise=ORG),
    NEXT: Person(team=NEXT, user="W0TED", home=NEXT, enterprise=ORG),
}
STRANGERS = {  # on call in the other workspace, and by no rule here
    TEAM: Person(team=TEAM, user="W0TED", home=TEAM, enterprise=ORG),
    NEXT: Person(team=NEXT, user="W0ANA", home=NEXT, enterprise=ORG),
}
NOBODIES = {
    TEAM: Person(team=TEAM, user="U0BOB", home=TEAM, enterprise=ORG),
    NEXT: Person(team=NEXT, user="U0TEA", home=NEXT, enterprise=ORG),
}
BOTH = (TEAM, NEXT)
TEAMS_OF = {"W0ANA": [*BOTH], "W0TED": [*BOTH], "U0BOB": [TEAM], "U0TEA": [NEXT]}
RULES = (Rule(name="on-call", actions=("*",), groups=(ON_CALL,)),)
START = COMMANDS["relay"].subcommands["start"].permit


def slack_of(call):
    """Return users.info of an organisation."""
    user = call["user"]
    grid = {"enterprise_id": ORG, "teams": TEAMS_OF[user]}
    return {"user": {"id": user, "team_id": TEAMS_OF[user][0], "enterprise_user": grid}}


def members(call):
    """Return who is in the group of the workspace that an org-wide token names."""
    return {"users": [CHIEFS[call["team_id"]].user]}


class Twin(Stage):
    """One of the two workspaces, with things of its own on record."""

    def __init__(self, world, team):
        super().__init__(world)
        self.team = team
        self.asked = 10**6 * BOTH.index(team)  # a key is of one ask

    async def set(self):
        chief, room = CHIEFS[self.team], ROOMS[self.team]
        host = f"ingest-{room}.example.com"
        url = f"url=rtmp://{host}/live/key"
        await self.told(f"start {room} {url} --go", chief)
        await self.told("1326515201117065216", chief, command="gs")
        self.things = await self.world.journal.find.recent(self.team, limit=10)
        (relay,) = [one for one in self.things if one.subject.room == room]
        self.relay = relay
        self.markers = {one.id for one in self.things} | {host, relay.subject.ref}
        self.names = ["R1", "G1", "R2", "G2", room, relay.subject.ref]
        return self

    async def told(self, text, who, command="relay"):
        way = Way("typed", command, text.partition(" ")[0], text, START)
        answer = await self.ask(way, who)
        await self.world.settled()
        return answer

    async def state(self):
        """Return what nobody of the other workspace may change."""
        find = self.world.journal.find
        things = [await find.get(one.id) for one in self.things]
        records = await self.world.journal.audit.all(self.team)
        running = [one.room for one in self.world.cloud.state.running]
        own = ROOMS[self.team] in running
        return things, [one.number for one in records], own


@pytest.fixture
async def twins(tmp_path):
    async with AsyncExitStack() as stack:
        policy = Policy(rules=RULES)
        world = await make_world(
            stack, tmp_path / "p.db", policy=policy, key="k" * 16, greeted=False
        )
        world.slack.data |= {
            **org_wide(ORG, {one: one.lower() for one in BOTH}),
            "users.info": slack_of,
            "usergroups.users.list": members,
        }
        await world.directory.identify("")
        yield {team: await Twin(world, team).set() for team in BOTH}


def all_ways(on):
    """Return every way in but what stops a relay by the ID that Tencent gave it.

    By that whoever has the right on the app may stop what is nobody's here.
    """
    task = on.relay.subject.ref
    return [
        way
        for way in (*typed_ways(on.names), *other_ways())
        if "--go" not in way.text and not (way.name == "stop" and task in way.text)
    ]


@pytest.mark.parametrize("team", BOTH)
@pytest.mark.parametrize("kind", ["chief", "on call elsewhere", "nobody"])
async def test_whatever_is_asked_in_one_workspace_tells_nothing_of_the_other(
    twins, kind, team
):
    own = twins[team]
    other = twins[next(one for one in BOTH if one != team)]
    whose = {"chief": CHIEFS, "on call elsewhere": STRANGERS, "nobody": NOBODIES}[kind]
    before, shown, ways = await other.state(), [], all_ways(other)

    for way in ways:
        answer = await own.ask(way, whose[team])
        typed = way.text if way.kind == "typed" else ""
        if seen := other.shown(answer, typed):
            shown.append((way.label, seen, repr(answer)[:300]))
    await own.world.settled()

    assert shown == []
    assert await other.state() == before
    assert len(ways) > 500


@pytest.mark.parametrize("team", BOTH)
async def test_a_group_of_one_workspace_gives_no_right_in_the_other(twins, team):
    own = twins[team]

    answers = {
        who.user: await own.told("start 5 url=rtmp://a.example.com/b/c --dry-run", who)
        for who in (CHIEFS[team], STRANGERS[team], NOBODIES[team])
    }

    refused = {user for user, one in answers.items() if one.plain == REFUSED}
    assert refused == {STRANGERS[team].user, NOBODIES[team].user}


async def test_each_workspace_finds_its_own_thing_under_a_handle(twins):
    find = twins[TEAM].world.journal.find

    for team, own in twins.items():
        assert (await find.by_handle(own.relay.handle, team)).id == own.relay.id
        assert {one.id for one in await find.live(team, own.relay.subject.kind)} == {
            own.relay.id
        }
        for other in twins.values():
            there = await find.by_handle(other.relay.handle, team)
            assert (there is None) or there.asker.team == team


@pytest.mark.parametrize("team", BOTH)
async def test_a_stop_by_handle_stops_the_relay_of_the_workspace(twins, team):
    own = twins[team]
    other = twins[next(one for one in BOTH if one != team)]
    before = await other.state()

    await own.told(f"stop {own.relay.handle} --yes", CHIEFS[team])

    assert [one.room for one in own.world.cloud.state.running] == [ROOMS[other.team]]
    assert await other.state() == before


@pytest.mark.parametrize("team", BOTH)
async def test_a_stop_by_the_id_of_the_other_relay_is_of_no_handle_here(twins, team):
    """Both have a R1: that of whoever stops the other one goes on."""
    own = twins[team]
    other = twins[next(one for one in BOTH if one != team)]
    find, audit = own.world.journal.find, own.world.journal.audit
    handle, task = own.relay.handle, other.relay.subject.ref
    before = [await find.get(own.relay.id), await find.history(handle, team)]
    text = f"stop {task} app=live-main --yes"

    answer = await own.told(text, CHIEFS[team])
    again = await own.told(text.removesuffix(" --yes"), CHIEFS[team])

    assert own.relay.handle == other.relay.handle
    assert answer.plain == f"🟡 {task} is being stopped."
    assert [one.room for one in own.world.cloud.state.running] == [ROOMS[team]]
    assert [await find.get(own.relay.id), await find.history(handle, team)] == before
    assert (await find.get(other.relay.id)).state is State.STOPPED
    (stop,) = await find.foreign_stops(task, team)
    records = await audit.all(team)
    assert (stop.handle, stop.subject.about) == ("", other.relay.id)
    assert (records[-1].action, records[-1].handle) == ("relay.stop", "")
    told = [one.text for one in await own.world.notices() if task in one.text]
    assert told == [f"⚪ {task} is stopped."]
    assert not {other.relay.id, ROOMS[other.team]} & set(
        re.findall(r"\w+", repr(again))
    )


@pytest.mark.parametrize("team", BOTH)
async def test_a_session_of_the_next_workspace_is_asked_about_without_its_handle(
    twins, team
):
    """Both have a S1: to know of one's own is not to know of the other one."""
    own = twins[team]
    other = twins[next(one for one in BOTH if one != team)]
    opening = "start user={user} ip=125.127.178.228 --go"
    take = opening.format(user="theirs")
    for one, user in ((other, "theirs"), (own, "ours")):
        await one.told(opening.format(user=user), CHIEFS[one.team], command="car")

    asked = [
        await own.told(f"{take} {knows}", CHIEFS[team], command="car")
        for knows in ("", "again=S1")
    ]
    taken = await own.told(f"{take} again=*", CHIEFS[team], command="car")

    for one in asked:
        assert one.plain == "🟠 Nothing was started: the same runs already, or may."
        assert "for this user (in another workspace)." in repr(one.parts)
        assert "S1" not in repr([part for part in one.parts if part != one.parts[-1]])
        assert "ours" not in repr(one.parts)
    assert taken.plain == "🟡 S2 requested…"
    chiefs = CHIEFS[other.team].user, CHIEFS[team].user
    assert [one.text for one in await own.world.notices() if "again" in one.text] == [
        "🟠 S1 · {}: {} asked for its user again in another workspace, which"
        " reconnects to it.".format(*chiefs)
    ]


@pytest.mark.parametrize("team", BOTH)
async def test_home_shows_what_runs_in_the_workspace_it_was_opened_in(twins, team):
    own = twins[team]
    other = twins[next(one for one in BOTH if one != team)]

    page = await own.world.router.home(CHIEFS[team])

    assert own.shown(page) != []
    assert other.shown(page) == []


async def test_what_is_pressed_is_done_where_it_was_drawn_or_nowhere(twins):
    """W0ANA is of both workspaces, U0BOB and U0TEA are of one."""
    place = twins[TEAM].world.directory.placed
    drawn = {
        user: await place(Person(team=NEXT, user=user, home=TEAM, bound=True))
        for user in ("W0ANA", "U0BOB")
    }

    assert (drawn["W0ANA"].team, drawn["W0ANA"].home) == (NEXT, NEXT)
    assert (drawn["U0BOB"].team, drawn["U0BOB"].home) == (NEXT, TEAM)
    answer = await twins[NEXT].ask(
        Way("typed", "relay", "list", "list", START, Surface.BUTTON),
        replace(NOBODIES[TEAM], team=NEXT, bound=True),
    )
    assert answer.plain == REFUSED
    assert "You belong to another workspace." in repr(answer.parts)


async def test_a_workspace_that_the_app_is_taken_out_of_is_not_served(twins):
    world = twins[NEXT].world
    world.slack.data["auth.teams.list"] = {"ok": True, "teams": [{"id": TEAM}]}

    world.directory.take({"type": "team_access_revoked", "team_ids": [NEXT]})
    await world.settled()

    gone = await twins[NEXT].told("list", CHIEFS[NEXT])
    stays = await twins[TEAM].told("list", CHIEFS[TEAM])
    assert "This bot does not work for this workspace." in repr(gone.parts)
    assert stays.plain != REFUSED


async def taken_out(world):
    """Let the app be taken out of the second workspace."""
    world.slack.data["auth.teams.list"] = {"ok": True, "teams": [{"id": TEAM}]}
    await world.directory.identify("")


async def test_where_the_app_was_taken_out_a_timer_stops_its_relay_all_the_same(twins):
    twin, world = twins[NEXT], twins[NEXT].world
    await twin.told("timer R1 for=2h", CHIEFS[NEXT])
    await taken_out(world)
    world.cloud.clock = lambda: world.clock().timestamp()
    world.clock.push(hours=3)

    await world.jobs.run_due()
    await world.settled()

    relay = await world.journal.find.get(twin.relay.id)
    assert (relay.state, relay.standing.by) == (State.STOPPED, CHIEFS[NEXT].user)
    assert [one.room for one in world.cloud.state.running] == [ROOMS[TEAM]]


@pytest.mark.parametrize(
    ("text", "action", "running"),
    [
        ("stop R1 --yes", "StopPublishCdnStream", [ROOMS[TEAM]]),
        (
            "start 5 url=rtmp://ingest.example.com/live/5 --go",
            "StartPublishCdnStream",
            [*ROOMS.values()],
        ),
    ],
)
async def test_of_what_was_accepted_there_a_stop_is_sent_and_a_start_is_not(
    twins, text, action, running
):
    world = twins[NEXT].world
    busy(world, action, seconds=3)
    world.clock.hold()
    way = Way("typed", "relay", text.partition(" ")[0], text, START)
    await twins[NEXT].ask(way, CHIEFS[NEXT])
    await taken_out(world)

    world.clock.release()
    await world.settled()

    assert [one.room for one in world.cloud.state.running] == running


async def test_doctor_says_that_it_is_org_wide_and_where(twins):
    answer = await twins[TEAM].told("doctor", CHIEFS[TEAM], command="patchbay")

    assert re.search(f"Org-wide, in 2 workspaces: {TEAM}, {NEXT}", repr(answer))


async def test_after_a_restart_it_is_org_wide_before_slack_has_answered(twins):
    world = twins[TEAM].world
    memory = world.journal.known
    groups_in = Policy(rules=RULES).groups_in
    timer = world.clock.monotonic
    again = SlackDirectory(
        world.slack, Tasks(), groups_in=groups_in, memory=memory, timer=timer
    )

    await again.recall("")

    assert (again.teams, again.known) == (frozenset(BOTH), False)
    assert {
        team: again.groups([ON_CALL], team=team, patient=True) for team in BOTH
    } == {team: {ON_CALL: frozenset({CHIEFS[team].user})} for team in BOTH}
