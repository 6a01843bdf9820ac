"""Which lane each payload takes, and who waits behind the ack."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.dialogue.ask import Ask, Person, Place, Surface
from bot.slack.inbound.admission import Lane
from bot.slack.inbound.lanes import ASKS, CLICKS, BehindAck, Lanes
from tests.bot.slack.inbound.front import COMMAND, SUBMIT, USER, VIEW, event, pressed

SAID = {"user": "UANA", "channel": "C1", "ts": "1.5"}


class Stops:
    """Knows the commands, and that a stop is one."""

    first_words = {"relay"}

    def ends(self, command, text):
        return (command, text.split(" ")[0]) == ("relay", "stop")

    def ends_by_form(self, command, name):
        return (command, name) == ("relay", "stop")


def direct(text):
    return event(type="message", channel_type="im", text=text, **SAID)


def form(name):
    return {**SUBMIT, "view": {**VIEW, "callback_id": f"form:relay:{name}"}}


@pytest.mark.parametrize(
    ("body", "lane"),
    [
        (COMMAND, Lane.REST),
        ({**COMMAND, "text": "stop R1"}, Lane.FIRST),
        ({**COMMAND, "command": "/lookup", "text": "stop R1"}, Lane.REST),
        (event(type="app_mention", text="<@U1> relay stop R1", **SAID), Lane.FIRST),
        (event(type="app_mention", text="<@U1> relay start 7", **SAID), Lane.REST),
        (direct("relay stop R1"), Lane.FIRST),
        (direct("R1"), Lane.REST),
        (pressed("do:relay:1", value="- start 7"), Lane.FIRST),
        (form("start"), Lane.FORMS),
        (form("stop"), Lane.FIRST),
        ({**SUBMIT, "view": {**VIEW, "callback_id": ""}}, Lane.FORMS),
        (
            {"type": "block_suggestion", **USER, "action_id": "pick:relay:relays:x"},
            Lane.FORMS,
        ),
        ({"type": "url_verification"}, Lane.FIRST),
        (event(type="user_change", user={"id": "U1"}), Lane.FIRST),
        (event(type="app_uninstalled"), Lane.FIRST),
        ({"type": "what-is-not-known"}, Lane.FIRST),
    ],
)
def test_a_stop_or_a_click_is_never_behind_a_start(body, lane):
    assert Lanes(Stops()).of(body) is lane


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["id", "type", "x"]), inner, max_size=2)
    ),
    max_leaves=4,
)
FIELDS = [
    *("type", "user", "channel", "text", "subtype", "channel_type", "thread_ts", "tab"),
    *("view", "team", "message", "previous_message", "callback_id", "tokens", "edited"),
]
SHAPES = [
    COMMAND,
    SUBMIT,
    pressed("do:relay:1", value="- start 7"),
    event(type="app_mention", text="<@U1> relay start 7", **SAID),
    event(type="message", channel_type="im", text="relay start 7", **SAID),
    event(type="message", subtype="message_changed", channel_type="im", **SAID),
]


@given(
    st.sampled_from(SHAPES),
    st.dictionaries(st.sampled_from(FIELDS), ODD, max_size=3),
    st.dictionaries(st.sampled_from(FIELDS), ODD, max_size=3),
)
def test_whatever_stands_in_a_payload_has_a_lane(shape, outside, inside):
    within = {**shape.get("event", {}), **inside}
    body = {**shape, **outside, **({"event": within} if "event" in shape else {})}

    assert Lanes(Stops()).of(body) in Lane


@pytest.mark.parametrize("odd", ["x", 1, [1], {"id": {}}])
@pytest.mark.parametrize("field", ["view", "team", "user_team", "thread_ts", "blocks"])
def test_what_is_beside_the_text_of_a_stop_does_not_change_its_lane(field, odd):
    said = {**SAID, field: odd}
    body = event(type="app_mention", text="<@U1> relay stop R1", **said)

    assert Lanes(Stops()).of(body) is Lane.FIRST


def test_the_prefix_of_the_commands_is_none_of_their_names():
    lanes = Lanes(Stops(), "tc-")

    assert lanes.ends("/tc-relay", "stop R1")
    assert lanes.of({**COMMAND, "command": "/tc-relay", "text": "stop"}) is Lane.FIRST


def ask(text, surface):
    return Ask(
        command="relay",
        text=text,
        who=Person(team="T1", user="UANA", home="T1"),
        where=Place(channel="C1"),
        surface=surface,
        key="k",
        answer_url=SecretStr("https://hooks.slack.com/x"),
    )


async def test_behind_the_ack_a_start_waits_for_starts_and_a_stop_for_nobody():
    behind, gate, inside = BehindAck(Stops()), asyncio.Event(), []

    async def work(text, surface):
        async with behind.turn(ask(text, surface)):
            inside.append((text, surface))
            await gate.wait()

    came = [
        *[("start", Surface.MENTION)] * (ASKS + 1),
        *[("start", Surface.BUTTON)] * (CLICKS + 1),
        *[("stop R1", Surface.MENTION), ("stop R1", Surface.BUTTON)] * 50,
    ]
    tasks = [asyncio.create_task(work(*one)) for one in came]
    await asyncio.sleep(0)
    at_once = {one: inside.count(one) for one in came}
    gate.set()
    await asyncio.gather(*tasks)

    assert at_once == {
        ("start", Surface.MENTION): ASKS,
        ("start", Surface.BUTTON): CLICKS,
        ("stop R1", Surface.MENTION): 50,
        ("stop R1", Surface.BUTTON): 50,
    }
    assert sorted(inside) == sorted(came)
