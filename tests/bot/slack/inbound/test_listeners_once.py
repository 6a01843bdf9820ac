"""What is said once is answered once, and only people are answered."""

import asyncio

import pytest
import structlog

from bot.dialogue.outcome import Outcome
from tests.bot.slack.inbound.front import FORM, OUTCOME, Front, event, pressed

SAID = {"user": "UANA", "channel": "C1", "ts": "1.5", "text": "<@UBOT> lookup R1"}


async def test_a_message_is_answered_once_however_often_it_is_delivered(front):
    for number in range(3):
        await front.send(
            {**event(type="app_mention", **SAID), "event_id": f"E{number}"}
        )

    assert await front.settled() == [("event:T1:C1:1.5", OUTCOME)]


async def test_every_edit_of_a_message_is_answered_once(front):
    for at in ("1.8", "1.8", "1.9"):
        edited = {"user": "UANA", "ts": at}
        await front.send(event(type="app_mention", edited=edited, **SAID))

    told = await front.settled()
    assert [key for key, _outcome in told] == ["event:T1:C1:1.5"] * 2
    assert front.router.asks == []


async def test_an_edited_direct_message_is_answered_and_not_carried_out(front):
    now = {"type": "message", "user": "UANA", "text": "relay start", "ts": "1.5"}
    changed = {
        "type": "message",
        "subtype": "message_changed",
        "hidden": True,
        "channel": "D1",
        "channel_type": "im",
        "message": {**now, "edited": {"user": "UANA", "ts": "1.9"}},
        "previous_message": {**now, "text": "relay strat"},
    }

    assert await front.send(event(**changed)) == (200, "")

    ((key, outcome),) = await front.settled()
    assert (key, front.router.asks) == ("event:T1:D1:1.5", [])
    assert "not carried out" in outcome.plain


@pytest.mark.parametrize("name", ["app_rate_limited", "app_uninstalled"])
async def test_what_slack_does_to_the_app_alarms_the_operators_once(front, name):
    body = {"type": name} if name == "app_rate_limited" else event(type=name)

    with structlog.testing.capture_logs() as logs:
        answered = [await front.send(body) for _minute in range(3)]
    await front.settled()

    assert answered == [(200, "")] * 3
    assert [(one["log_level"], one["name"]) for one in logs] == [("critical", name)] * 3
    assert [alarm for alarm, _sentence in front.router.asks] == [name]


async def test_what_is_nobodys_is_answered_with_nothing_and_no_advice(front, caplog):
    for body in (event(type="pin_added"), {"type": "of_next_year"}, pressed("other")):
        assert await front.send(body) == (200, "")

    assert await front.settled() == []
    assert "Suggestion" not in caplog.text


REFUSED = Outcome(headline=("You may not do that here.",))


@pytest.mark.parametrize(
    ("form", "holds", "asked", "told"),
    [
        (FORM, OUTCOME, [("reopened", "UANA")], FORM),
        (FORM, REFUSED, [("reopened", "UANA")], REFUSED),
        (None, OUTCOME, [], Outcome(headline=("too old",))),
    ],
)
async def test_the_button_under_an_answer_opens_the_form_if_it_is_allowed_still(
    front, form, holds, asked, told
):
    front.replies.form, front.router.holds = form, holds

    await front.send(pressed("do:form:1", value="- d1"))

    ((_key, answer),) = await front.settled()
    assert (answer, front.router.asks) == (told, asked)


@pytest.mark.parametrize(
    ("text", "pasted"),
    [
        ("", "R1 is black"),
        ("why?", "R1 is black"),
        ("lookup", "R1 is black"),
        ("relay list", ""),
    ],
)
async def test_a_look_up_in_a_thread_is_about_what_stands_above(front, text, pasted):
    front.directory.said.update({("C1", "1.0"): "R1 is black"})
    said = {**SAID, "text": f"<@UBOT> {text}", "thread_ts": "1.0"}

    await front.send(event(type="app_mention", **said))
    await front.settled()

    (ask,) = front.router.asks
    assert (ask.pasted, ask.where.parent) == (pasted, "1.0")


ASKED = {
    "message": (event(type="app_mention", **SAID), "event:T1:C1:1.5"),
    "press": (pressed("do:relay:1", value="- stop R1"), "button:T1:"),
}


@pytest.mark.parametrize(("sent", "key"), ASKED.values(), ids=ASKED)
async def test_what_is_asked_is_acked_once_what_it_leads_to_is_durable(sent, key):
    front = Front(patience=60.0)
    front.router.gate = asyncio.Event()

    sending = asyncio.create_task(front.send(sent))
    await front.router.came.acquire()
    await asyncio.sleep(0)
    before = sending.done()
    front.router.gate.set()

    assert (before, await sending) == (False, (200, ""))
    ((answered, outcome),) = await front.settled()
    assert (answered[: len(key)], outcome) == (key, OUTCOME)


@pytest.mark.parametrize(("sent", "key"), ASKED.values(), ids=ASKED)
async def test_what_takes_long_is_acked_in_time_and_told_later(sent, key):
    front = Front(patience=0.0)
    front.router.gate = asyncio.Event()

    acked = await front.send(sent)
    front.router.gate.set()

    assert acked == (200, "")
    ((answered, outcome),) = await front.settled()
    assert (answered[: len(key)], outcome) == (key, OUTCOME)
