"""What Slack sends is acked in time, whatever the router does."""

import asyncio
import json

import pytest

from bot.dialogue.outcome import Audience, Outcome
from bot.slack.inbound.lanes import ASKS
from tests.bot.slack.inbound.front import (
    COMMAND,
    FORM,
    OUTCOME,
    USER,
    Front,
    event,
    pressed,
)
from tests.fakes.slack import group_updated, members_changed, user_change


async def test_a_command_is_answered_in_its_ack(front):
    status, body = await front.send(COMMAND)

    assert status == 200
    assert (body["text"], body["response_type"]) == ("told", "ephemeral")
    assert [ask.text for ask in front.router.asks] == ["list"]
    assert front.directory.looked_up == ["UANA"]


@pytest.mark.parametrize(
    "answer", [FORM, None, Outcome(headline=("x",), audience=Audience.CHANNEL)]
)
async def test_what_does_not_fit_an_ack_is_told_behind_it(front, answer):
    front.router.holds = answer

    assert await front.send(COMMAND) == (200, "")
    assert await front.settled() == [("slash:T1:t1", answer)]


async def test_a_slow_router_is_acked_in_time_and_answered_later():
    front = Front(patience=0.01)
    front.router.gate = asyncio.Event()

    status, body = await front.send(COMMAND)
    front.router.gate.set()

    assert (status, body) == (200, "Still working on it; the answer follows here.")
    assert await front.settled() == [("slash:T1:t1", OUTCOME)]


async def test_that_it_takes_longer_is_said_in_the_language_of_whoever_waits():
    front = Front(patience=0.01)
    front.directory.locales["UANA"] = "zh-CN"
    front.router.gate = asyncio.Event()

    assert await front.send(COMMAND) == (200, "仍在处理；答复稍后显示在这里。")
    front.router.gate.set()
    await front.settled()


async def test_a_prefix_is_taken_off():
    front = Front(prefix="tc-")

    await front.send({**COMMAND, "command": "/tc-relay"})

    assert front.router.asks[0].command == "relay"


async def test_whatever_breaks_is_told_as_an_incident_and_never_a_5xx(front):
    front.router.holds = RuntimeError("broken")

    status, body = await front.send(COMMAND)

    assert status == 200
    assert "nothing was sent" in body["text"]
    assert "Incident" in json.dumps(body)
    assert "broken" not in json.dumps(body)


async def test_a_button_asks_what_it_says(front):
    assert await front.send(pressed("do:relay:1", value="- stop R1")) == (200, "")

    await front.settled()
    assert [(ask.command, ask.text) for ask in front.router.asks] == [
        ("relay", "stop R1")
    ]


def reacted(reaction="eyes", ts="7.1"):
    """Return the event of https://docs.slack.dev/reference/events/reaction_added."""
    item = {"type": "message", "channel": "COPS", "ts": ts}
    more = {"item_user": "UBOT", "event_ts": "8.1"}
    return event(
        type="reaction_added", user="UANA", reaction=reaction, item=item, **more
    )


async def test_eyes_under_an_alert_take_it_for_whoever_reacted(front):
    front.router.alerts["COPS", "7.1"] = "01ALERTED", "T1"

    assert await front.send(reacted()) == (200, "")

    await front.settled()
    (ask,) = front.router.asks
    assert (ask.command, ask.text) == ("patchbay", "take 01ALERTED")
    assert (ask.who.user, ask.where.channel) == ("UANA", "COPS")


@pytest.mark.parametrize("event", [reacted(ts="7.2"), reacted(reaction="tada")])
async def test_other_reactions_and_other_messages_say_nothing(front, event):
    front.router.alerts["COPS", "7.1"] = "01ALERTED", "T1"

    assert await front.send(event) == (200, "")
    assert front.router.asks == []


async def test_a_press_that_means_nothing_to_us_is_acked(front):
    assert await front.send(pressed("somebody-elses")) == (200, "")
    assert await front.settled() == []


TYPING = {
    "type": "block_suggestion",
    **USER,
    "action_id": "pick:relay:relays:relay",
    "block_id": "relay",
    "value": "R",
    "view": {"private_metadata": "d1"},
}


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("", ("The list cannot be read now: type an ID", "?")),
        (" R12 ", ("Use “R12” as an ID", "R12")),
    ],
)
@pytest.mark.parametrize("why", ["broken", "late"])
async def test_a_select_that_cannot_be_filled_takes_what_is_typed(typed, offered, why):
    front = Front(patience=0.01)
    front.router.offers = RuntimeError if why == "broken" else asyncio.Event().wait

    status, body = await front.send({**TYPING, "value": typed})

    (option,) = body["options"]
    assert (status, option["text"]["text"], option["value"]) == (200, *offered)


async def test_a_select_is_answered_from_memory(front):
    status, body = await front.send(TYPING)

    assert front.router.asks == [("relay", "relays", "R", "UANA", "d1")]
    assert (status, [one["value"] for one in body["options"]]) == (200, ["R1"])


async def test_a_shortcut_looks_up_what_a_message_says(front):
    payload = {
        "type": "message_action",
        **USER,
        "callback_id": "lookup_ids",
        "channel": {"id": "C1"},
        "message": {"ts": "1.5", "text": "R1 is down"},
        "trigger_id": "t9",
    }

    assert await front.send(payload) == (200, "")
    assert await front.settled() == [("shortcut:T1:t9", OUTCOME)]


async def test_a_mention_and_a_direct_message_are_asks(front):
    said = {"user": "UANA", "channel": "C1", "ts": "1.5", "text": "<@UBOT> relay list"}
    await front.send(event(type="app_mention", **said))
    await front.send(event(type="message", channel_type="im", **{**said, "ts": "1.6"}))
    await front.settled()

    assert [(ask.command, ask.text) for ask in front.router.asks] == [
        ("relay", "list")
    ] * 2


async def test_behind_the_ack_so_many_are_answered_at_once_and_a_stop_beside_them(
    front,
):
    front.router.gate = asyncio.Event()
    said = {"type": "app_mention", "user": "UANA", "channel": "C1"}
    texts = [*(f"relay start {number}" for number in range(ASKS + 3)), "relay stop R1"]
    sent = [
        asyncio.ensure_future(
            front.send(event(ts=f"{n}.5", text=f"<@UBOT> {t}", **said))
        )
        for n, t in enumerate(texts)
    ]
    for _one in range(ASKS + 1):
        await front.router.came.acquire()
    for _turn in range(20):
        await asyncio.sleep(0)
    at_once = sorted(ask.text for ask in front.router.asks)
    front.router.gate.set()
    await asyncio.gather(*sent)
    await front.settled()

    assert at_once == [*(f"start {number}" for number in range(ASKS)), "stop R1"]
    assert len(front.router.asks) == len(texts)


@pytest.mark.parametrize("kind", ["app_mention", "message"])
async def test_an_edited_message_is_not_carried_out_and_says_so(front, kind):
    said = {"user": "UANA", "channel": "D1", "ts": "1.5", "text": "relay start 7 --go"}
    edited = {"user": "UANA", "ts": "1.9"}

    sent = event(type=kind, channel_type="im", edited=edited, **said)
    status, _ = await front.send({**sent, "event_id": "E2"})

    ((key, outcome),) = await front.settled()
    assert (status, key, front.router.asks) == (200, "event:T1:D1:1.5", [])
    assert outcome.plain.startswith("🟠 An edited message is not carried out.")


@pytest.mark.parametrize(
    "more", [{"bot_id": "B1"}, {"hidden": True}, {"user": None}, {"user": ""}]
)
async def test_what_a_program_writes_is_no_command(front, more):
    said = {"user": "UANA", "channel": "C1", "ts": "1", "text": "<@UBOT> relay list"}

    status, _ = await front.send(event(type="app_mention", **{**said, **more}))

    assert (status, await front.settled(), front.router.asks) == (200, [], [])


@pytest.mark.parametrize(
    "more",
    [
        {"subtype": "message_changed"},
        {"bot_id": "B1"},
        {"user": None},
        {"channel_type": "channel"},
    ],
)
async def test_messages_that_are_for_nobody_are_not_asks(front, more):
    said = {
        "user": "UANA",
        "channel": "C1",
        "ts": "1",
        "text": "x",
        "channel_type": "im",
    }

    status, _ = await front.send(event(type="message", **{**said, **more}))
    await front.settled()

    assert status == 200
    assert front.router.asks == []


async def test_an_opened_home_tab_is_published_and_the_other_tab_is_not(front):
    await front.send(event(type="app_home_opened", user="UANA", tab="home"))
    await front.send(event(type="app_home_opened", user="UANA", tab="messages"))

    assert await front.settled() == [("UANA", "home")]


@pytest.mark.parametrize("installed", [True, False])
async def test_what_becomes_of_people_and_groups_is_taken_in_before_it_is_acked(
    installed,
):
    front = Front(installed=installed)
    said = [user_change("UANA"), members_changed("S1"), group_updated("S1")]

    answers = [await front.send(event(**one)) for one in said]

    assert answers == [(200, "")] * 3
    assert front.directory.taken == [one["type"] for one in said]
    assert await front.settled() == []


async def test_whoever_acts_in_the_home_tab_has_it_before_them(front):
    click = pressed("do:relay:1", value="- list")

    await front.send({**click, "view": {"type": "home"}})
    await front.send(click)

    assert front.homes.looking == [click["user"]["id"]]
