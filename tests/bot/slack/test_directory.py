"""What is known about people is looked up behind the answer, never before it."""

import asyncio

import pytest

from bot.dialogue.ask import Person
from bot.errors import JournalUnavailable, SettingsError
from bot.runtime.tasks import Tasks
from bot.slack.directory import UNREAD_SECONDS, SlackDirectory
from bot.slack.people import GROUPS_FRESH, GROUPS_LAST
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


class Memory:
    """What outlives the process; *away*, nothing can be read or kept."""

    def __init__(self, clock):
        self.clock, self.kept, self.away = clock, {}, False

    async def get(self, name):
        if self.away:
            raise JournalUnavailable("away")
        if name not in self.kept:
            return None
        value, at = self.kept[name]
        return value, self.clock.monotonic() - at

    async def keep(self, name, value):
        if self.away:
            raise JournalUnavailable("away")
        self.kept[name] = value, self.clock.monotonic()


async def identified(web, clock, *groups, memory=None):
    tasks = Tasks()
    made = SlackDirectory(
        web, tasks, groups=groups, memory=memory, timer=clock.monotonic
    )
    await made.identify("token")
    return made, tasks


async def test_the_bot_knows_where_it_is_installed(web, clock):
    made, _ = await identified(web, clock)

    assert (made.team, made.authorized.bot_user_id) == ("T1", "UBOT")
    assert (made.installed, made.known, made.enterprise) == (True, True, "")


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
    assert not made.profile(ANA).guest


async def test_a_guest_is_known_as_one(web, clock):
    made, tasks = await identified(web, clock)
    before = made.profile(GUS)

    made.look_up_later(GUS)
    await tasks.drain(5)

    assert (before, made.profile(GUS).guest) == (None, True)


async def test_who_is_not_known_can_be_waited_for_once(web, clock):
    made, _ = await identified(web, clock)

    for _again in range(2):
        await made.ensure_known(GUS)

    assert made.profile(GUS).guest
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
    assert made.profile(GUS).guest


# ── what Slack said last ─────────────────────────────────────────────────────────


async def recalled(web, clock, memory, *groups):
    made = SlackDirectory(
        web, Tasks(), groups=groups, memory=memory, timer=clock.monotonic
    )
    await made.recall("token")
    return made


async def test_the_next_run_knows_where_it_is_before_slack_has_answered(web, clock):
    memory = Memory(clock)
    web.data["auth.test"] = {**INSTALLED, "enterprise_id": "E1"}
    await identified(web, clock, "S1", memory=memory)
    clock.push(seconds=GROUPS_LAST + 1)
    web.away = True

    made = await recalled(web, clock, memory, "S1")

    assert (made.installed, made.known) == (True, False)
    assert (made.team, made.enterprise, made.moved_from) == ("T1", "E1", None)
    assert made.authorized.bot_user_id == "UBOT"
    assert made.groups() is None
    assert made.groups(patient=True) == {"S1": frozenset({"UANA"})}


async def test_members_of_other_groups_than_the_rules_name_are_not_recalled(web, clock):
    memory = Memory(clock)
    await identified(web, clock, "S1", memory=memory)

    made = await recalled(web, clock, memory, "S1", "S2")

    assert made.groups(patient=True) is None


async def test_at_the_first_start_nothing_is_known(web, clock):
    made = await recalled(web, clock, Memory(clock))

    assert (made.installed, made.known) == (False, False)


async def test_a_journal_that_is_away_is_no_reason_not_to_start(web, clock):
    memory = Memory(clock)
    memory.away = True

    made = await recalled(web, clock, memory)
    await made.identify("token")

    assert (made.team, memory.kept) == ("T1", {})


@pytest.mark.parametrize(("team", "moved"), [("T1", None), ("T2", "T1")])
async def test_it_notices_that_it_was_moved(web, clock, team, moved):
    memory = Memory(clock)
    await identified(web, clock, memory=memory)
    web.data["auth.test"] = {**INSTALLED, "team_id": team}
    made = await recalled(web, clock, memory)

    await made.identify("token")

    assert (made.team, made.moved_from) == (team, moved)


@pytest.mark.parametrize(
    ("error", "groups"),
    [("no_such_subteam", {"S1": frozenset()}), ("unreachable", None)],
)
async def test_the_groups_of_another_workspace_count_no_longer(
    web, clock, error, groups
):
    memory = Memory(clock)
    await identified(web, clock, "S1", memory=memory)
    made = await recalled(web, clock, memory, "S1")
    before = made.groups(patient=True)
    web.data["auth.test"] = {**INSTALLED, "team_id": "T2"}
    web.errors = ["", error]

    await made.identify("token")

    assert before == {"S1": frozenset({"UANA"})}
    assert made.groups(patient=True) == groups


# ── whose people they are ────────────────────────────────────────────────────────

GRID = {"enterprise_id": "E1", "teams": ["T2", "T3"]}
INFOS = {
    "USIBLING": {"team_id": "T2", "enterprise_user": GRID},
    "UBOTH": {"team_id": "T2", "enterprise_user": {**GRID, "teams": ["T1", "T2"]}},
    "UPARTNER": {"team_id": "T9", "enterprise_user": {"enterprise_id": "E9"}},
    "USTRANGER": {"team_id": "T9", "is_stranger": True},
}


@pytest.mark.parametrize(
    ("said", "placed", "asked"),
    [
        (("UANA", "T1", ""), ("T1", ""), 0),
        (("USIBLING", "T2", "E1"), ("T1", "E1"), 0),
        (("USIBLING", "T2", ""), ("T1", "E1"), 1),
        (("UBOTH", "T2", ""), ("T1", "E1"), 1),
        (("USIBLING", "E1", "E1"), ("T1", "E1"), 1),
        (("UPARTNER", "T9", ""), ("T7", ""), 1),
        (("USTRANGER", "T9", "E9"), ("T7", "E9"), 1),
        (("UNOBODY", "T9", ""), ("T7", ""), 1),
    ],
)
async def test_slack_is_asked_about_whoever_may_be_of_the_same_organisation(
    web, clock, said, placed, asked
):
    user, home, enterprise = said
    web.data["auth.test"] = {**INSTALLED, "enterprise_id": "E1"}
    web.data["users.info"] = lambda call: {"user": INFOS.get(call["user"], {})}
    made, _ = await identified(web, clock)
    who = Person(team="T7", user=user, home=home, enterprise=enterprise)

    for _again in range(2):
        found = await made.placed(who)

    assert (found.team, found.enterprise) == placed
    assert web.ways.count("users.info") == asked


async def test_where_slack_is_away_a_sibling_stays_what_the_payload_says(web, clock):
    made, _ = await identified(web, clock)
    web.away = True
    who = Person(team="T1", user="USIBLING", home="T2")

    assert await made.placed(who) == who
    assert made.profile(who) is None


# ── what stands above ────────────────────────────────────────────────────────────


async def test_the_first_message_of_a_thread_is_read_where_that_was_granted(web, clock):
    text = {"text": "R1 is black", "blocks": [{"text": {"text": "and R2"}}]}
    web.data["conversations.replies"] = {"messages": [text]}
    made, _ = await identified(web, clock)

    assert await made.parent(ANA, "C1", "1.5") == "R1 is black and R2"
    assert web.sent[-1] == (
        "conversations.replies",
        {"channel": "C1", "ts": "1.5", "limit": 1, "inclusive": True},
    )


async def test_where_it_was_not_granted_slack_is_not_asked_each_time(web, clock):
    made, _ = await identified(web, clock)
    web.errors = ["missing_scope"]

    said = [await made.parent(ANA, "C1", "1.5") for _time in range(3)]
    clock.push(seconds=UNREAD_SECONDS + 1)
    web.data["conversations.replies"] = {"messages": [{"text": "R1"}]}

    assert said == ["", "", ""]
    assert web.ways.count("conversations.replies") == 1
    assert await made.parent(ANA, "C1", "1.5") == "R1"


async def test_a_slack_that_is_away_for_once_is_asked_again(web, clock):
    made, _ = await identified(web, clock)
    web.errors = ["timeout"]
    web.data["conversations.replies"] = {"messages": [{"text": "R1"}]}

    assert [await made.parent(ANA, "C1", "1.5") for _time in range(2)] == ["", "R1"]
