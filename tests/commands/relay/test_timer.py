"""`/relay timer`, and `for=` and `until=` of a start."""

from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.errors import InvalidRequest
from bot.settings import Policy, Rule
from bot.states import State
from tests.bot.resources.relay.test_timers import BAD
from tests.commands.relay.filling import fields, opened
from tests.commands.relay.samples import START, calls, words
from tests.world import make_world


@pytest.fixture
async def make_ruled(tmp_path):
    """Make a world with these rules."""
    async with AsyncExitStack() as stack:

        async def make(*rules):
            policy = Policy(rules=rules)
            return await make_world(stack, tmp_path / "p.db", policy=policy)

        yield make


FOR_BAD = [(plan, field, text) for plan, field, text in BAD if "until" not in plan]


def line(plan):
    return " ".join(f'{key}="{text}"' for key, text in plan.items())


async def due(world):
    return (await world.handle("R1")).stop_at


async def test_a_start_for_two_hours_is_due_two_hours_after_its_answer(world):
    await world.typed(f"{START} for=2h")

    relay = await world.handle("R1")
    assert relay.stop_after == timedelta(hours=2)
    left = relay.stop_at - relay.sent_at - timedelta(hours=2)
    assert timedelta() <= left < timedelta(seconds=5)


async def test_a_clock_is_one_of_whoever_asks(world):
    world.people.flags["U0ANA"] = {"tz": "Asia/Shanghai"}
    await world.typed(f"{START} until=18:00")

    at = (await due(world)).astimezone(ZoneInfo("Asia/Shanghai"))
    assert (at.hour, at.minute) == (18, 0)
    assert timedelta() < await due(world) - world.clock() <= timedelta(days=1)


async def test_where_the_zone_is_not_known_that_it_was_read_as_utc_is_said(world):
    answer = await world.typed(f"{START} until=18:00")

    at = (await due(world)).astimezone(UTC)
    assert (at.hour, at.minute) == (18, 0)
    assert "18:00 was read as UTC." in words(answer)


@pytest.mark.parametrize(("plan", "field", "sentence"), FOR_BAD)
async def test_a_bad_time_is_told_at_its_field_and_nothing_starts(
    world, plan, field, sentence
):
    answer = await world.typed(f"{START} {line(plan)}")

    assert (field, sentence) == (*plan, sentence)
    assert sentence in words(answer)
    assert calls(world) == 0


async def test_a_bad_time_and_another_fault_are_told_together(world):
    answer = words(await world.typed(f"{START} for=soon idle=soon"))

    assert "“soon” is no length of time" in answer
    assert "“soon” is not a whole number" in answer


async def test_a_bad_time_opens_the_form_with_the_fault_below_its_field(world):
    form = await world.typed("/relay start 7 for=soon until=yesterday")

    assert {"for", "until"} <= fields(form).keys()
    assert "Say either how long or until when." in repr(form)


async def test_the_form_starts_with_a_moment_and_comes_back_with_it(world):
    at = f"{world.clock() + timedelta(hours=3):%Y-%m-%dT%H:%M:00Z}"
    form = await opened(world, f"/relay start 7 until={at}")
    assert form.state["until"] == at

    await form.fill(url="rtmp://push.example.com/live/k")
    await form.send()

    assert f"{await due(world):%Y-%m-%dT%H:%M:%SZ}" == at


async def test_a_request_in_json_has_a_timer_beside_it(world):
    form = await opened(world, "/relay start json={} for=2h")

    assert (form.state["mode"], form.state["for"]) == ("paste", "2h")


async def test_who_may_not_stop_the_relay_sets_no_timer(make_ruled):
    world = await make_ruled(Rule(name="x", actions=("relay.start",), users=("U0ANA",)))

    answer = await world.typed(f"{START} for=2h")

    assert "No rule allows relay.stop here." in words(answer)
    assert calls(world) == 0


# ── of a relay that runs ─────────────────────────────────────────────────────────


async def test_a_timer_is_set_moved_and_dropped_each_on_the_record(world):
    await world.typed(START)
    set_ = await world.typed("/relay timer R1 for=2h")
    first = await due(world)
    moved = await world.typed("/relay timer R1 for=3h", user="U0BO")
    later = await due(world)
    dropped = [await world.typed("/relay timer R1 --off") for _ in range(2)]

    assert set_.plain.startswith("R1: stop due ")
    assert moved.plain.startswith("R1: stop due ")
    assert timedelta(minutes=59) < later - first < timedelta(minutes=61)
    assert [one.plain for one in dropped] == [
        "R1 has no timer any more.",
        "R1 has no timer.",
    ]
    trail = await world.journal.audit.all()
    assert [(one.user, one.why) for one in trail if one.action == "relay.timer"] == [
        ("U0ANA", f"{first:%Y-%m-%dT%H:%M:%SZ}"),
        ("U0BO", f"{later:%Y-%m-%dT%H:%M:%SZ}"),
        ("U0ANA", "off"),
    ]
    assert await due(world) is None


@pytest.mark.parametrize("typed", ["2h", "２ｈ", "２ 小时"])
async def test_without_a_time_a_form_asks_and_sets_it(world, typed):
    await world.typed(START)
    form = await world.typed("/relay timer R1")
    assert [*fields(form)] == ["for", "until"]

    answer = await world.submitted(form, **{"for": typed})

    assert answer.plain.startswith("R1: stop due ")
    assert await due(world) is not None


@pytest.mark.parametrize(
    ("plan", "field", "sentence"), [*BAD, ({}, "for", "Say how long, or until when.")]
)
async def test_a_fault_in_the_form_is_told_at_its_field(world, plan, field, sentence):
    world.clock.ahead += datetime(2026, 11, 22, 11, tzinfo=UTC) - world.clock()
    await world.typed(START)
    form = await world.typed("/relay timer R1")

    with pytest.raises(InvalidRequest) as refused:
        await world.submitted(form, **{key: text[:40] for key, text in plan.items()})

    assert refused.value.faults.keys() == {field}
    assert await due(world) is None


async def test_what_is_over_takes_no_timer(world):
    await world.typed(START)
    await world.typed("/relay stop R1 --yes")

    for text in ("for=2h", "--off"):
        answer = await world.typed(f"/relay timer R1 {text}")
        assert "R1" in answer.plain
    assert (await world.handle("R1")).state is State.STOPPED
    assert await due(world) is None


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("/relay timer", "This needs a relay: its handle or TaskId."),
        ("/relay timer R9 for=2h", "No relay is called “R9” here."),
        ("/relay timer R1 for=2h --off", "Say either a time or --off."),
        ("/relay timer S1 for=2h", "S1 is not a relay."),
    ],
)
async def test_what_is_not_understood_is_told(world, typed, sentence):
    await world.typed(START)
    await world.typed("/car start user=u1 ip=125.127.178.228 --go")

    assert sentence in words(await world.typed(typed))
    assert await due(world) is None


@pytest.mark.parametrize("actions", [("relay.start", "relay.stop"), ("relay.timer",)])
async def test_it_takes_the_right_to_set_it_and_to_stop(make_ruled, actions):
    both = Rule(name="a", actions=("relay.*",), users=("U0ANA",))
    one = Rule(name="b", actions=(*actions, "relay.read"), users=("U0BO",))
    world = await make_ruled(both, one)
    await world.typed(START)

    answer = await world.typed("/relay timer R1 for=2h", user="U0BO")

    assert "You are not among those whom “a” names." in words(answer)
    assert await due(world) is None
