"""How old an answer of Slack's is, who may still go by it, and what events do to it."""

import asyncio
from contextlib import suppress

import pytest

from bot.dialogue.ask import Account
from bot.runtime.tasks import Tasks
from bot.slack.people import (
    FRESH,
    GROUPS_FRESH,
    GROUPS_LAST,
    KEPT_RIGHT,
    LONGEST_WAIT,
    People,
)
from bot.slack.spoken import Spoken
from tests.bot.operations.accidents import CountingClock
from tests.fakes.slack import FakeSlack, group_updated, members_changed, user_change

LIST, INFO = "usergroups.users.list", "users.info"
ANA = {"id": "UANA", "locale": "zh-CN", "team_id": "T1"}
S1 = {"S1": frozenset({"UANA", "UBOB"})}


class Scene:
    """People behind a Slack in memory; *kept* is what they want to outlive them."""

    def __init__(self, *groups):
        self.clock, self.tasks, self.kept = CountingClock(), Tasks(), {}
        self.identified = asyncio.Event()
        self.identified.set()
        self.web = FakeSlack(
            data={INFO: {"user": ANA}, LIST: {"users": ["UBOB", "UANA"]}}
        )
        self.people = People(
            self.web,
            self.tasks,
            groups=groups,
            identified=self.identified,
            keep=self._keep,
            spoken=Spoken(self._keep),
            timer=self.clock.monotonic,
            sleep=self.clock.sleep,
        )

    async def _keep(self, kept):
        self.kept = kept

    async def told(self, event):
        self.people.take(event)
        await self.tasks.drain(5)

    def calls(self, way):
        return self.web.ways.count(way)

    async def ensure(self, *groups):
        return await self.people.ensure_fresh("UANA", groups)


@pytest.fixture
async def scene():
    """A scene in which everything was asked for just now."""
    made = Scene("S1", "S2")
    assert await made.ensure("S1", "S2")
    made.web.sent.clear()
    return made


# ── age ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("age", "calls"), [(0, 0), (FRESH, 0), (FRESH + 0.1, 3)])
async def test_an_answer_is_fresh_for_half_a_minute(scene, age, calls):
    scene.clock.push(seconds=age)
    before = scene.people.is_fresh("UANA", ("S1", "S2"))

    assert await scene.ensure("S1", "S2")
    assert (before, len(scene.web.sent)) == (calls == 0, calls)
    assert scene.people.is_fresh("UANA", ("S1", "S2"))


async def test_its_age_counts_from_when_slack_was_asked_not_from_when_it_said(scene):
    scene.clock.push(seconds=FRESH + 1)

    def slowly(_call):
        scene.clock.push(seconds=4)
        return {"users": ["UANA"]}

    scene.web.data[LIST] = slowly
    assert await scene.ensure("S1")
    scene.clock.push(seconds=FRESH - 3)

    assert not scene.people.is_fresh("UANA", ("S1",))


@pytest.mark.parametrize("age", [0.0, -1000.0])
async def test_what_an_earlier_run_kept_is_never_fresh_whatever_the_clock_says(age):
    scene = Scene("S1")
    scene.people.recall({"S1": {"users": ["UANA"], "ago": 0.0}}, age)

    assert scene.people.groups() == {"S1": frozenset({"UANA"})}
    assert not scene.people.is_fresh("UANA", ("S1",))


async def test_what_is_kept_says_how_old_it_was(scene):
    scene.clock.push(seconds=GROUPS_FRESH)
    await scene.told(members_changed("S2"))
    scene.web.refusing[LIST] = "internal_error"
    await scene.people.look_up_groups()

    users = ["UANA", "UBOB"]
    assert scene.kept == {
        "S1": {"users": users, "ago": GROUPS_FRESH},
        "S2": {"users": users, "ago": 0.0},
    }
    again = Scene("S1", "S2")
    again.people.recall(scene.kept, GROUPS_LAST - GROUPS_FRESH + 1)
    assert again.people.groups(["S1"]) is None
    assert again.people.groups(["S2"]) == {"S2": frozenset(users)}


async def test_the_list_that_an_older_release_kept_is_read():
    scene = Scene("S1")
    scene.people.recall({"S1": ["UANA", "UBOB"]}, 60.0)

    assert scene.people.groups() == S1


async def test_while_nobody_asks_groups_are_looked_up_every_five_minutes(scene):
    renewing = asyncio.ensure_future(scene.people.renew())
    scene.clock.after(4, renewing.cancel)

    with suppress(asyncio.CancelledError):
        await renewing

    assert scene.clock.naps == [GROUPS_FRESH] * 4
    assert scene.calls(LIST) // 2 == 3  # two groups, after each but the last
    assert scene.people.groups(["S1"]) == S1


async def test_groups_that_were_forgotten_are_not_known(scene):
    scene.people.forget_groups()

    assert scene.people.groups(patient=True) is None
    assert not scene.people.is_fresh("UANA", ("S1",))


async def test_one_group_that_is_unknown_hides_no_other():
    scene = Scene("S1", "S2")
    scene.people.recall({"S1": ["UANA", "UBOB"], "S2": []}, 0.0)
    scene.clock.push(seconds=GROUPS_LAST + 1)
    assert await scene.ensure("S1")

    assert scene.people.groups(["S1"]) == S1
    assert scene.people.groups(["S1", "S2"]) is None


# ── events ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "event",
    [
        members_changed("S1", removed=["UANA"]),
        members_changed("S1", added=["UEVE"]),
        group_updated("S1", "UEVE"),
        group_updated("S1", deleted_at=1),
    ],
)
async def test_an_event_makes_its_group_old_and_no_other(scene, event):
    scene.web.away = True
    await scene.told(event)

    assert not scene.people.is_fresh("UANA", ("S1",))
    assert scene.people.is_fresh("UANA", ("S2",))


async def test_an_event_takes_away_at_once_and_gives_nothing(scene):
    scene.web.away = True

    await scene.told(members_changed("S1", added=["UEVE"], removed=["UANA"]))

    assert scene.people.groups(["S1"]) == {"S1": frozenset({"UBOB"})}


async def test_after_an_event_slack_is_asked_at_once(scene):
    scene.web.data[LIST] = {"users": ["UEVE"]}

    await scene.told(group_updated("S1"))

    assert scene.people.groups(["S1"]) == {"S1": frozenset({"UEVE"})}
    assert scene.web.sent == [(LIST, {"usergroup": "S1"})]
    assert scene.people.is_fresh("UANA", ("S1",))


async def test_an_event_about_a_person_counts_at_once_and_makes_them_old(scene):
    await scene.told(user_change("UANA", deleted=True))

    person = scene.people.person("UANA")
    assert (person.account, person.locale) == (Account.DELETED, "zh-CN")
    assert not scene.people.is_fresh("UANA", ())
    assert await scene.ensure()
    assert scene.people.person("UANA").account is Account.MEMBER


async def test_of_somebody_whom_nobody_asked_about_an_event_says_nothing(scene):
    await scene.told(user_change("UEVE", deleted=True))
    await scene.told(members_changed("S9", removed=["UANA"]))

    assert scene.people.person("UEVE") is None
    assert scene.web.sent == []
    assert scene.people.is_fresh("UANA", ("S1", "S2"))


async def test_an_answer_that_an_event_overtakes_is_asked_for_again(scene):
    said = [ANA, {**ANA, "is_bot": True}]

    def answered(_call):
        if len(said) > 1:
            scene.people.take(user_change("UANA"))
        return {"user": said.pop(0)}

    scene.web.data[INFO] = answered
    scene.clock.push(seconds=FRESH + 1)

    assert await scene.ensure()
    assert (scene.people.person("UANA").account, said) == (Account.BOT, [])


async def test_a_group_that_an_event_overtakes_is_asked_for_again_at_once(scene):
    said = [["UANA", "UBOB"], ["UANA"]]

    def answered(_call):
        if len(said) > 1:
            scene.people.take(members_changed("S1", removed=["UBOB"]))
        return {"users": said.pop(0)}

    scene.web.data[LIST] = answered
    await scene.told(members_changed("S1"))

    assert (said, scene.people.is_fresh("UANA", ("S1",))) == ([], True)


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"type": "user_change"},
        {"type": "user_change", "user": "UANA"},
        {"type": "user_change", "user": {"id": ["UANA"]}},
        {"type": "subteam_members_changed", "subteam_id": None},
        {"type": "subteam_updated", "subteam": {"id": 7}},
        {"type": ["subteam_updated"]},
    ],
)
async def test_an_event_of_another_shape_changes_nothing(scene, event):
    await scene.told(event)

    assert scene.people.is_fresh("UANA", ("S1", "S2"))


@pytest.mark.parametrize("removed", [None, "UANA", {"UANA": 1}, 7])
async def test_an_event_that_does_not_list_who_went_makes_its_group_old(scene, removed):
    scene.web.away = True

    await scene.told({**members_changed("S1"), "removed_users": removed})

    assert scene.people.groups(["S1"]) == S1
    assert not scene.people.is_fresh("UANA", ("S1",))


# ── kept right by events ─────────────────────────────────────────────────────────

OPEN = frozenset({"first", "second"})


@pytest.mark.parametrize(
    ("about", "lines", "age", "fresh"),
    [
        ("S1", OPEN, KEPT_RIGHT, True),
        ("S1", frozenset({"second", "third"}), KEPT_RIGHT, True),
        ("S1", OPEN, KEPT_RIGHT + 1, False),
        ("S1", frozenset({"third"}), FRESH + 1, False),  # there was a gap
        ("S1", frozenset(), FRESH + 1, False),
        ("S2", OPEN, FRESH + 1, False),  # nothing proves that events of S1 come
        ("", OPEN, FRESH + 1, False),
    ],
)
async def test_a_group_of_which_every_event_is_heard_is_fresh_for_five_minutes(
    scene, about, lines, age, fresh
):
    scene.people.lines = lambda: OPEN
    scene.clock.push(seconds=FRESH + 1)
    if about:
        await scene.told(members_changed(about))
    assert await scene.ensure("S1", "S2")
    scene.people.lines = lambda: lines
    scene.clock.push(seconds=age)

    assert await scene.ensure()
    assert scene.people.is_fresh("UANA", ("S1",)) is fresh


async def test_a_line_that_opened_while_slack_was_asked_vouches_for_nothing(scene):
    def answered(_call):
        scene.people.lines = lambda: frozenset({"second"})
        return {"users": ["UANA"]}

    scene.people.lines = lambda: frozenset({"first"})
    scene.web.data[LIST] = answered
    await scene.told(members_changed("S1"))
    scene.clock.push(seconds=FRESH + 1)

    assert await scene.ensure()
    assert not scene.people.is_fresh("UANA", ("S1",))


# ── Slack does not say ───────────────────────────────────────────────────────────


async def test_it_asks_for_20_seconds_and_gives_up(scene):
    scene.clock.push(seconds=FRESH + 1)
    scene.web.away = True
    at = scene.clock.monotonic()

    assert not await scene.ensure("S1")
    assert scene.clock.monotonic() - at == LONGEST_WAIT
    assert scene.calls(INFO) == 5


async def test_no_call_begins_that_could_end_too_late(scene):
    scene.clock.push(seconds=FRESH + 1)
    at, asked = scene.clock.monotonic(), []

    def vaguely(_call):
        asked.append(scene.clock.monotonic() - at)
        scene.clock.push(seconds=5)
        return {}

    scene.web.data[INFO] = vaguely

    assert not await scene.ensure()
    assert asked == [0.0, 6.0, 13.0]
    assert scene.clock.monotonic() - at == LONGEST_WAIT


async def test_before_slack_has_said_where_the_bot_is_nothing_counts():
    scene = Scene()
    scene.identified.clear()

    assert not await scene.ensure()
    assert scene.web.sent == []


@pytest.mark.parametrize("data", [{}, {"user": None}, {"user": "UANA"}])
async def test_an_answer_without_a_person_vouches_for_nobody(data):
    scene = Scene()
    scene.web.data[INFO] = data

    assert not await scene.ensure()
    assert scene.people.person("UANA") is None


@pytest.mark.parametrize("data", [{}, {"users": None}, {"users": "UANA"}])
async def test_an_answer_without_a_list_says_nothing_of_a_group(scene, data):
    scene.clock.push(seconds=FRESH + 1)
    scene.web.data[LIST] = data

    assert not await scene.ensure("S1")
    assert scene.people.groups(["S1"]) == S1


# ── what it makes of flags ───────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("flags", "account", "guest"),
    [
        ({}, Account.MEMBER, False),
        ({"is_restricted": True}, Account.MEMBER, True),
        ({"is_ultra_restricted": True}, Account.MEMBER, True),
        ({"is_stranger": True}, Account.STRANGER, False),
        ({"is_bot": True, "is_stranger": True}, Account.BOT, False),
        ({"deleted": True, "is_bot": True}, Account.DELETED, False),
        ({"deleted": False, "is_bot": False}, Account.MEMBER, False),
    ],
)
async def test_the_worst_that_slack_says_of_an_account_counts(flags, account, guest):
    scene = Scene()
    scene.web.data[INFO] = {"user": {**ANA, **flags}}
    await scene.people.look_up("UANA")

    person = scene.people.person("UANA")
    assert (person.account, person.guest) == (account, guest)
