"""What is known about people is looked up behind the answer, never before it."""

import asyncio

import pytest

from bot.dialogue.ask import Person
from bot.errors import SettingsError
from bot.runtime.tasks import Tasks
from bot.slack.directory import GROUPS_FRESH, GROUPS_LAST, SlackDirectory
from tests.fakes.clock import FakeClock
from tests.fakes.slack import FakeSlack

ANA = Person(team="T1", user="UANA", home="T1")
GUS = Person(team="T1", user="UGUS", home="T1")


INSTALLED = {"ok": True, "team_id": "T1", "user_id": "UBOT", "bot_id": "B1", "url": ""}


def user(call):
    guest = call["user"] == "UGUS"
    return {"user": {"locale": "zh-CN", "is_ultra_restricted": guest}}


@pytest.fixture
def web():
    """A Slack that knows two people and a group."""
    members = {"users": ["UANA"]}
    data = {
        "auth.test": INSTALLED,
        "users.info": user,
        "usergroups.users.list": members,
    }
    return FakeSlack(data=data)


@pytest.fixture
def clock():
    return FakeClock()


async def identified(web, clock, *groups):
    tasks = Tasks()
    made = SlackDirectory(web, tasks, groups=groups, timer=clock.monotonic)
    await made.identify("token")
    return made, tasks


async def test_the_bot_knows_where_it_is_installed(web, clock):
    made, _ = await identified(web, clock)

    assert (made.team, made.authorized.bot_user_id) == ("T1", "UBOT")


async def test_before_it_is_introduced_it_knows_nothing(web, clock):
    with pytest.raises(RuntimeError):
        _ = SlackDirectory(web, Tasks(), timer=clock.monotonic).team


async def test_somebody_is_english_until_they_are_known(web, clock):
    made, tasks = await identified(web, clock)
    before = made.locale("UANA")

    made.look_up_later(ANA)
    made.look_up_later(ANA)
    await tasks.drain(5)

    assert (before, made.locale("UANA")) == ("en-US", "zh-CN")
    assert web.sent[1:] == [("users.info", {"user": "UANA", "include_locale": True})]
    assert not made.is_guest(ANA)


async def test_a_guest_is_known_as_one(web, clock):
    made, tasks = await identified(web, clock)
    before = made.is_guest(GUS)

    made.look_up_later(GUS)
    await tasks.drain(5)

    assert (before, made.is_guest(GUS)) == (None, True)


async def test_who_is_not_known_can_be_waited_for_once(web, clock):
    made, _ = await identified(web, clock)

    for _again in range(2):
        await made.ensure_known(GUS)

    assert made.is_guest(GUS)
    assert web.ways == ["auth.test", "users.info"]


async def test_who_cannot_be_looked_up_is_looked_up_again(web, clock):
    made, tasks = await identified(web, clock)
    web.away = True
    made.look_up_later(ANA)
    await tasks.drain(5)

    web.away = False
    made.look_up_later(ANA)
    await tasks.drain(5)

    assert made.locale("UANA") == "zh-CN"


async def test_groups_are_known_from_the_start(web, clock):
    made, _ = await identified(web, clock, "S1")

    assert made.groups() == {"S1": frozenset({"UANA"})}


async def test_without_groups_in_the_rules_none_are_asked_for(web, clock):
    made, _ = await identified(web, clock)

    assert made.groups() == {}
    assert web.ways == ["auth.test"]


async def test_old_groups_are_renewed_and_the_last_good_ones_kept_for_a_while(
    web, clock
):
    made, tasks = await identified(web, clock, "S1")
    web.away = True
    clock.push(seconds=GROUPS_FRESH + 1)

    kept = made.groups()
    await tasks.drain(5)
    clock.push(seconds=GROUPS_LAST - GROUPS_FRESH)
    gone, still = made.groups(), made.groups(patient=True)
    await tasks.drain(5)
    web.away = False
    made.groups()
    await tasks.drain(5)

    assert (kept, gone) == ({"S1": frozenset({"UANA"})}, None)
    assert still == kept
    assert made.groups() == {"S1": frozenset({"UANA"})}


async def test_while_slack_is_away_it_asks_again_and_again_who_the_bot_is(web, clock):
    web.errors = ["unreachable", "http_500", "timeout", "ratelimited", "fatal_error"]
    made = SlackDirectory(web, Tasks(), timer=clock.monotonic, sleep=clock.sleep)
    before = made.identified.is_set()

    await made.identify("token")

    assert (before, made.identified.is_set(), made.team) == (False, True, "T1")
    assert clock.naps == [1.0, 2.0, 5.0, 10.0, 10.0]


@pytest.mark.parametrize("error", ["invalid_auth", "token_revoked"])
async def test_a_token_that_slack_does_not_take_ends_it(web, clock, error):
    web.errors = [error]

    with pytest.raises(SettingsError, match=error):
        await SlackDirectory(web, Tasks(), timer=clock.monotonic).identify("token")


async def test_who_asks_before_slack_is_there_is_waited_for(web, clock):
    made = SlackDirectory(web, Tasks(), timer=clock.monotonic)
    knowing = asyncio.ensure_future(made.ensure_known(GUS))
    await asyncio.sleep(0)
    waits = not knowing.done()

    await made.identify("token")
    await knowing

    assert waits
    assert made.is_guest(GUS)
