"""What is known about people is looked up behind the answer, never before it."""

import asyncio

import pytest

from bot.dialogue.ask import Person
from bot.errors import SettingsError
from bot.runtime.tasks import Tasks
from bot.slack.directory import GROUPS_FRESH, GROUPS_LAST, People
from bot.slack.outbound.web import Sent

ANA = Person(team="T1", user="UANA", home="T1")
GUS = Person(team="T1", user="UGUS", home="T1")


INSTALLED = {"ok": True, "team_id": "T1", "user_id": "UBOT", "bot_id": "B1", "url": ""}


class Web:
    """A Slack that knows two people and a group; it can be away."""

    def __init__(self):
        self.calls = []
        self.away = False
        self.greeted = []  # errors that auth.test ends in first

    async def call(self, method, **said):
        if method == "auth.test":
            error = self.greeted.pop(0) if self.greeted else ""
            return Sent(ok=not error, error=error, data=INSTALLED)
        self.calls.append((method, *sorted(said.items())))
        if self.away:
            return Sent(ok=False, error="unreachable")
        if method == "usergroups.users.list":
            return Sent(ok=True, data={"users": ["UANA"]})
        guest = said["user"] == "UGUS"
        user = {"locale": "zh-CN", "is_ultra_restricted": guest}
        return Sent(ok=True, data={"user": user})


@pytest.fixture
def web():
    return Web()


class Timer:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def timer():
    return Timer()


async def people(web, timer, *groups):
    tasks = Tasks()
    made = People(web, tasks, groups=groups, timer=timer)
    await made.introduce("token")
    return made, tasks


async def test_the_bot_knows_where_it_is_installed(web, timer):
    made, _ = await people(web, timer)

    assert (made.team, made.authorized.bot_user_id) == ("T1", "UBOT")


async def test_before_it_is_introduced_it_knows_nothing(web, timer):
    with pytest.raises(RuntimeError):
        _ = People(web, Tasks(), timer=timer).team


async def test_somebody_is_english_until_they_are_known(web, timer):
    made, tasks = await people(web, timer)
    before = made.locale("UANA")

    made.meet(ANA)
    made.meet(ANA)
    await tasks.drain(5)

    assert (before, made.locale("UANA")) == ("en-US", "zh-CN")
    assert web.calls == [("users.info", ("include_locale", True), ("user", "UANA"))]
    assert not made.is_guest(ANA)


async def test_a_guest_is_known_as_one(web, timer):
    made, tasks = await people(web, timer)
    before = made.is_guest(GUS)

    made.meet(GUS)
    await tasks.drain(5)

    assert (before, made.is_guest(GUS)) == (None, True)


async def test_who_is_not_known_can_be_waited_for_once(web, timer):
    made, _ = await people(web, timer)

    for _again in range(2):
        await made.ensure_known(GUS)

    assert made.is_guest(GUS)
    assert len(web.calls) == 1


async def test_who_cannot_be_looked_up_is_looked_up_again(web, timer):
    made, tasks = await people(web, timer)
    web.away = True
    made.meet(ANA)
    await tasks.drain(5)

    web.away = False
    made.meet(ANA)
    await tasks.drain(5)

    assert made.locale("UANA") == "zh-CN"


async def test_groups_are_known_from_the_start(web, timer):
    made, _ = await people(web, timer, "S1")

    assert made.groups() == {"S1": frozenset({"UANA"})}


async def test_without_groups_in_the_rules_none_are_asked_for(web, timer):
    made, _ = await people(web, timer)

    assert made.groups() == {}
    assert web.calls == []


async def test_old_groups_are_renewed_and_the_last_good_ones_kept_for_a_while(
    web, timer
):
    made, tasks = await people(web, timer, "S1")
    web.away = True
    timer.now = GROUPS_FRESH + 1

    kept = made.groups()
    await tasks.drain(5)
    timer.now = GROUPS_LAST + 1
    gone, still = made.groups(), made.groups(patient=True)
    await tasks.drain(5)
    web.away = False
    made.groups()
    await tasks.drain(5)

    assert (kept, gone) == ({"S1": frozenset({"UANA"})}, None)
    assert still == kept
    assert made.groups() == {"S1": frozenset({"UANA"})}


async def test_while_slack_is_away_it_asks_again_and_again_who_the_bot_is(web, timer):
    slept = []

    async def sleep(seconds):
        slept.append(seconds)

    web.greeted = ["unreachable", "http_500", "timeout", "ratelimited", "fatal_error"]
    made = People(web, Tasks(), timer=timer, sleep=sleep)
    before = made.introduced.is_set()

    await made.introduce("token")

    assert (before, made.introduced.is_set(), made.team) == (False, True, "T1")
    assert slept == [1.0, 2.0, 5.0, 10.0, 10.0]


@pytest.mark.parametrize("error", ["invalid_auth", "token_revoked"])
async def test_a_token_that_slack_does_not_take_ends_it(web, timer, error):
    web.greeted = [error]

    with pytest.raises(SettingsError, match=error):
        await People(web, Tasks(), timer=timer).introduce("token")


async def test_who_asks_before_slack_is_there_is_waited_for(web, timer):
    made = People(web, Tasks(), timer=timer)
    knowing = asyncio.ensure_future(made.ensure_known(GUS))
    await asyncio.sleep(0)
    waits = not knowing.done()

    await made.introduce("token")
    await knowing

    assert waits
    assert made.is_guest(GUS)
