"""Money is spent on rights that Slack has vouched for within 30 seconds, or not at all.

A stop waits for none of that.
"""

import asyncio
import json
from contextlib import AsyncExitStack

import pytest

from bot.settings import Policy, Rule
from bot.slack.people import FRESH, LONGEST_WAIT
from bot.states import State
from tests.bot.operations.accidents import busy
from tests.fakes.slack import group_updated, members_changed, refused, user_change
from tests.world import make_world

START = "/relay start {} url=rtmp://push.example.com/live/{} --go"
SESSION = "/car start user=u{} ip=125.127.178.228 --go"
STOP = "/relay stop R1 --yes"
ONCALL = Rule(name="on-call", actions=("relay.*", "car.*"), groups=("S1",))
RULED = Policy(rules=(ONCALL,))
LIST, INFO = "usergroups.users.list", "users.info"


@pytest.fixture
async def make(tmp_path):
    """Make a world in which ana is in the group that a rule names, and known."""
    async with AsyncExitStack() as stack:

        async def world(policy=RULED):
            made = await make_world(stack, tmp_path / "p.db", policy=policy)
            made.people.groups["S1"] = {"U0ANA"}
            await made.directory.look_up_groups()
            made.directory.look_up_later(made.ask("/relay list").who)
            await made.settled()
            return made

        yield world


async def ended(world, handle):
    intent = await world.handle(handle)
    return intent.state, intent.settlement.error_code


DENIED = (State.NOT_STARTED, "patchbay.Denied")
UNCHECKED = (State.NOT_STARTED, "patchbay.Unchecked")
STARTED = (State.STARTED, "")


@pytest.mark.parametrize(("line", "handle"), [(START, "R1"), (SESSION, "S1")])
async def test_whoever_left_the_group_half_a_minute_ago_starts_nothing(
    make, line, handle
):
    world = await make()
    world.people.groups["S1"].clear()
    world.clock.push(seconds=FRESH + 1)

    await world.typed(line.format(1, 1))

    assert await ended(world, handle) == DENIED
    assert world.cloud.state.calls == []
    trail = await world.journal.audit.all()
    assert [(one.decision, one.rule) for one in trail] == [
        ("allow", "on-call"),
        ("deny", "on-call"),
    ]


async def test_an_answer_of_half_a_minute_is_good_enough_and_spares_a_call(make):
    world = await make()
    world.slack.sent.clear()
    world.clock.push(seconds=FRESH)

    await world.typed(START.format(1, 1))

    assert await ended(world, "R1") == STARTED
    assert {LIST, INFO}.isdisjoint(world.slack.ways)


@pytest.mark.parametrize("hours", [0.5, 20])
async def test_after_a_quiet_night_the_first_start_goes(make, hours):
    world = await make()
    world.clock.push(hours=hours)
    world.cloud.clock = lambda: world.clock().timestamp()

    await world.typed(START.format(1, 1))

    assert await ended(world, "R1") == STARTED


async def test_an_event_takes_the_right_away_at_once(make):
    world = await make()
    world.people.groups["S1"].clear()
    world.directory.take(members_changed("S1", removed=["U0ANA"]))

    answer = await world.typed(START.format(1, 1))

    assert answer.plain == "🟠 You may not do that here."
    assert await world.handle("R1") is None


async def test_of_a_group_that_was_updated_is_asked_before_money_is_spent(make):
    world = await make()
    gate = world.slack.hanging[LIST] = asyncio.Event()
    world.people.groups["S1"].clear()
    world.directory.take(group_updated("S1"))

    answer = await world.router.answer(world.ask(START.format(1, 1)))
    gate.set()
    await world.settled()

    assert answer.plain == "🟡 R1 requested…"
    assert await ended(world, "R1") == DENIED


async def test_a_group_that_was_switched_off_lets_nobody_in(make):
    world = await make()
    world.slack.refusing[LIST] = "no_such_subteam"
    world.clock.push(seconds=FRESH + 1)

    await world.typed(START.format(1, 1))

    assert await ended(world, "R1") == DENIED


async def test_whoever_came_into_the_group_may_start_as_soon_as_slack_tells(make):
    world = await make()
    world.people.groups["S1"] = {"U0BOB"}
    before = await world.typed(START.format(1, 1), user="U0BOB")

    world.directory.take(members_changed("S1", added=["U0BOB"], removed=["U0ANA"]))
    await world.settled()
    await world.typed(START.format(1, 1), user="U0BOB")

    assert before.plain == "🟠 You may not do that here."
    assert await ended(world, "R1") == STARTED


FLAGS = {
    "deleted": ("deleted", "Slack says that this account was deactivated."),
    "is_bot": ("bot", "Other apps may not use this bot."),
    "is_restricted": ("", "Guests may not use this bot."),
    "is_ultra_restricted": ("", "Guests may not use this bot."),
}


@pytest.mark.parametrize("flag", FLAGS)
@pytest.mark.parametrize("policy", [RULED, Policy()], ids=["ruled", "all"])
async def test_who_is_no_member_any_more_starts_nothing(make, flag, policy):
    world = await make(policy)
    world.people.flags["U0ANA"] = {flag: True}
    world.clock.push(seconds=FRESH + 1)

    await world.typed(START.format(1, 1))

    account, why = FLAGS[flag]
    rule = f"account: {account}" if account else "guests"
    text = (await world.handle("R1")).settlement.error_text
    assert await ended(world, "R1") == DENIED
    assert text == f"{why} (rule: {rule})"
    assert world.cloud.state.calls == []


@pytest.mark.parametrize("flag", FLAGS)
@pytest.mark.parametrize("policy", [RULED, Policy()], ids=["ruled", "all"])
async def test_of_whom_an_event_tells_something_is_asked_at_once(make, flag, policy):
    world = await make(policy)
    world.people.flags["U0ANA"] = {flag: True}
    world.directory.take(user_change("U0ANA"))  # which may come without the flag

    answer = await world.typed(START.format(1, 1))

    assert answer.plain == "🟠 You may not do that here."
    assert FLAGS[flag][1] in repr(answer.parts)
    assert world.cloud.state.calls == []


@pytest.mark.parametrize(
    "typed", ["/relay list", "/lookup R1", "/gs 1326515201117065216"]
)
async def test_whom_an_event_calls_deactivated_reads_nothing_either(make, typed):
    world = await make(Policy())
    world.people.flags["U0ANA"] = {"deleted": True}
    world.directory.take(user_change("U0ANA", deleted=True))

    answer = await world.typed(typed)

    assert answer.plain == "🟠 You may not do that here."
    assert world.cloud.state.calls == []


async def test_an_outsider_who_shares_no_channel_any_more_starts_nothing(make):
    olga = Rule(name="olga", actions=("relay.*",), users=("U0OLGA",))
    world = await make(Policy(outsiders=True, rules=(olga,)))
    world.people.flags["U0OLGA"] = {"team_id": "T9"}
    await world.typed(START.format(1, 1), user="U0OLGA", home="T9")
    world.people.flags["U0OLGA"]["is_stranger"] = True
    world.clock.push(seconds=FRESH + 1)

    await world.typed(START.format(2, 2), user="U0OLGA", home="T9")

    text = (await world.handle("R2")).settlement.error_text
    assert (await ended(world, "R1"), await ended(world, "R2")) == (STARTED, DENIED)
    assert text.startswith("Slack says that you share no channel with this bot.")


# ── Slack does not say ───────────────────────────────────────────────────────────


@pytest.mark.parametrize("policy", [RULED, Policy()], ids=["ruled", "all"])
async def test_while_slack_is_away_a_start_waits_20_seconds_and_says_so(make, policy):
    world = await make(policy)
    world.clock.push(seconds=FRESH + 1)
    world.slack.away = True
    at = world.clock.monotonic()

    await world.typed(START.format(1, 1))

    relay = await world.handle("R1")
    (card,) = await world.notices()
    assert await ended(world, "R1") == UNCHECKED
    assert world.clock.monotonic() - at == LONGEST_WAIT
    assert relay.settlement.error_text == (
        "Rights could not be checked: Slack did not say who may do it."
        " Nothing was sent; ask again in a minute."
    )
    assert card.text == (
        "🔴 R1 · not started: rights could not be checked; nothing was sent · room 1"
    )
    assert "ask again in a minute" in json.dumps(card.body)
    assert world.cloud.state.calls == []
    last = (await world.journal.audit.all())[-1]
    assert (last.decision, last.rule, last.handle) == ("deny", "rights", "R1")


async def test_once_slack_is_back_the_same_goes(make):
    world = await make()
    world.clock.push(seconds=FRESH + 1)
    world.slack.away = True
    await world.typed(START.format(1, 1))

    world.slack.away = False
    await world.typed(START.format(1, 1))

    assert (await ended(world, "R1"), await ended(world, "R2")) == (UNCHECKED, STARTED)


@pytest.mark.parametrize("error", ["internal_error", "unreachable", "http_503"])
async def test_a_slack_that_stumbles_is_asked_again(make, error):
    world = await make()
    world.clock.push(seconds=FRESH + 1)
    world.slack.answers[INFO] = [refused(error), refused(error)]
    world.waits.clear()

    await world.typed(START.format(1, 1))

    assert await ended(world, "R1") == STARTED
    assert [nap for nap in world.waits if nap] == [1.0, 2.0]


async def test_a_slack_that_is_asked_too_often_says_how_long_to_wait(make):
    world = await make()
    world.clock.push(seconds=FRESH + 1)
    world.slack.answers[LIST] = [refused("ratelimited", retry_after=9.0)]
    world.waits.clear()

    await world.typed(START.format(1, 1))

    assert await ended(world, "R1") == STARTED
    assert [nap for nap in world.waits if nap] == [9.0]


@pytest.mark.parametrize("error", ["missing_scope", "user_not_found", "invalid_auth"])
async def test_a_slack_that_will_never_say_is_not_waited_for(make, error):
    world = await make()
    world.clock.push(seconds=FRESH + 1)
    world.slack.refusing[INFO] = error
    world.waits.clear()

    await world.typed(START.format(1, 1))

    assert await ended(world, "R1") == UNCHECKED
    assert not any(world.waits)


async def test_whom_a_rule_names_needs_no_group(make):
    named = ONCALL.model_copy(update={"users": ("U0ANA",)})
    world = await make(Policy(rules=(named,)))
    world.clock.push(seconds=FRESH + 1)
    world.slack.refusing[LIST] = "internal_error"

    await world.typed(START.format(1, 1))

    assert await ended(world, "R1") == STARTED


# ── many at once ─────────────────────────────────────────────────────────────────


async def test_twenty_starts_at_once_share_one_call_for_each_fact(make):
    both = ONCALL.model_copy(update={"groups": ("S1", "S2")})
    world = await make(Policy(rules=(both,)))
    world.clock.push(seconds=FRESH + 1)
    world.slack.sent.clear()
    gate = world.slack.hanging[LIST] = asyncio.Event()

    asks = [world.ask(START.format(n, n)) for n in range(20)]
    await asyncio.gather(*map(world.router.answer, asks))
    gate.set()
    await world.settled()

    asked = [call for call in world.slack.sent if call[0] in {LIST, INFO}]
    assert sorted(asked, key=str) == [
        (LIST, {"usergroup": "S1"}),
        (LIST, {"usergroup": "S2"}),
        (INFO, {"user": "U0ANA", "include_locale": True}),
    ]
    assert len(world.cloud.state.running) == 20


async def test_what_got_old_while_it_waited_for_its_turn_is_asked_for_again(make):
    world = await make()
    world.clock.push(seconds=FRESH - 1)
    busy(world, "StartPublishCdnStream", seconds=5)
    world.people.groups["S1"].clear()

    await world.typed(START.format(1, 1))

    assert await ended(world, "R1") == DENIED


async def test_an_event_overtakes_an_answer_that_is_on_its_way(make):
    world = await make()
    world.clock.push(seconds=FRESH + 1)
    said = [["U0ANA"], []]

    def answered(_call):
        """Say what was so before the event that comes meanwhile, then what is."""
        if len(said) > 1:
            world.directory.take(group_updated("S1"))
        return {"users": said.pop(0)}

    world.slack.data[LIST] = answered

    await world.typed(START.format(1, 1))

    assert await ended(world, "R1") == DENIED
    assert said == []


# ── stops ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("told", [True, False])
async def test_a_stop_goes_by_old_facts_and_waits_for_nobody(make, told):
    world = await make()
    await world.typed(START.format(1, 1))
    world.clock.push(hours=20)
    if told:
        world.directory.take(group_updated("S1", "U0ANA"))
        world.directory.take(user_change("U0ANA"))
    world.slack.away = True
    world.cloud.clock = lambda: world.clock().timestamp()
    world.waits.clear()

    answer = await world.typed(STOP)

    assert answer.plain == "🟡 R1 is being stopped."
    assert (await world.handle("R1")).state is State.STOPPED
    assert not any(world.waits)


async def test_a_stop_that_waits_for_its_turn_is_not_held_up_by_starts(make):
    world = await make()
    await world.typed(START.format(1, 1))
    world.clock.push(seconds=FRESH + 1)
    world.slack.hanging[LIST] = asyncio.Event()
    await world.router.answer(world.ask(START.format(2, 2)))

    await world.router.answer(world.ask(STOP))
    async with asyncio.timeout(10):
        while (await world.handle("R1")).state is not State.STOPPED:  # noqa: ASYNC110 - no event for it
            await asyncio.sleep(0)

    assert (await world.handle("R2")).state is State.QUEUED
    world.slack.hanging[LIST].set()
    await world.settled()


async def test_a_look_up_of_something_goes_by_what_was_known(make):
    world = await make(Policy())
    world.clock.push(minutes=10)
    world.slack.away = True

    await world.typed("/gs 1326515201117065216")

    assert (await world.handle("G1")).state is State.DONE
