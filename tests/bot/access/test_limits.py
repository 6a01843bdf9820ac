"""How large a relay may be, and how many there may be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.access.limits import check_counts, host_of, is_listed
from bot.errors import NotAllowed
from bot.exit_table import ANY_EXIT
from bot.resources.relay.request import prepared_from
from bot.resources.relay.resource import Relay
from bot.settings import App, Limits, Policy, Rule, Terms

APP = App(name="main", sdk_app_id=1, usersig_key="k" * 8)
LISTED = ("push.example.com", ".livepush.example.com")


def check(request, limits):
    terms = Terms(apps=(APP,), policy=Policy(limits=limits), exits=ANY_EXIT)
    Relay().check(request, terms, "main")


def request(**said):
    plan = {"room": "1", "url": "rtmp://push.example.com/a/b", **said}
    return prepared_from(plan, Terms(apps=(APP,)), "pb_" + "0" * 26).request


@pytest.mark.parametrize(
    ("said", "limits", "rule"),
    [
        ({"idle": "301"}, {}, "idle_seconds"),
        ({"quality": "1080p30"}, {"width": 1280}, "width"),
        ({"quality": "1080p30"}, {"height": 720}, "height"),
        ({"quality": "1080p30"}, {"bitrate_kbps": 2999}, "bitrate_kbps"),
    ],
)
def test_a_relay_over_a_ceiling_is_refused_by_its_name(said, limits, rule):
    with pytest.raises(NotAllowed) as refused:
        check(request(**said), Limits(**limits))

    assert refused.value.rule == rule


def test_a_relay_at_its_ceilings_is_not():
    limits = Limits(width=1920, height=1080, bitrate_kbps=3000, idle_seconds=300)

    check(request(quality="1080p30", idle="300"), limits)
    check(request(what="audio"), Limits(width=1))


@pytest.mark.parametrize(
    ("url", "listed"),
    [
        ("rtmp://push.example.com/a/b", True),
        ("rtmp://PUSH.Example.com./a/b", True),
        ("rtmp://push.example.com:1935/a/b", True),
        ("rtmp://1.livepush.example.com/a/b", True),
        ("rtmp://livepush.example.com/a/b", False),
        ("rtmp://evil-livepush.example.com/a/b", False),
        ("rtmp://push.example.com.evil.example/a/b", False),
        ("rtmp://evil.example/push.example.com/b", False),
        ("rtmp://1.2.3.4/a/b", False),
        ("rtmp://[::1]/a/b", False),
        ("rtmp://2130706433/a/b", False),
        ("rtmp://pusһ.example.com/a/b", False),
    ],
)
def test_a_host_is_listed_by_its_name_or_by_what_it_is_under(url, listed):
    assert is_listed(host_of(url), LISTED) is listed


@given(st.text(max_size=40))
def test_any_host_is_looked_at(host):
    is_listed(host_of(f"rtmp://{host}/a"), LISTED)


@pytest.mark.parametrize(
    ("live", "today", "rule"),
    [(2, 0, "live_relays"), (0, 3, "starts_per_person_a_day"), (1, 2, "")],
)
def test_counts_are_up_to_their_limit(live, today, rule):
    limits = Limits(live_relays=2, starts_per_person_a_day=3)
    broken = ""

    try:
        check_counts(live, today, limits=limits)
    except NotAllowed as refused:
        broken = refused.rule

    assert broken == rule


async def test_limits_and_hosts_are_checked_before_a_start_is_accepted(world_with):
    limits = Limits(starts_per_person_a_day=2, live_relays=2)
    rule = Rule(name="all", actions=("*",), users=("U0ANA", "U0BOB"))
    world = await world_with(Policy(rules=(rule,), limits=limits, push_hosts=LISTED))

    def start(room, host="push.example.com"):
        return f"/relay start {room} url=rtmp://{host}/a/{room} --go"

    foreign = await world.typed(start(1, "evil.example"))
    first = [await world.typed(start(room)) for room in (1, 2)]
    third = await world.typed(start(3))
    again = await world.typed(start(2), key=f"slash:T0HOME:{world.asked - 1}")
    await world.typed("/relay stop R1 --yes")
    after = await world.typed(start(4))

    assert "exits.push" in repr(foreign)
    assert [one.plain for one in first] == ["🟡 R1 requested…", "🟡 R2 requested…"]
    assert "live_relays" in repr(third)
    assert "asked already" in repr(again)
    assert "starts_per_person_a_day" in repr(after)
    assert len(world.cloud.state.running) == 1
