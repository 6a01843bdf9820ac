"""A form is drawn anew, shows its faults, and is closed or gives way to a view."""

import asyncio
import json

import pytest

from bot.dialogue.outcome import Outcome
from bot.errors import InvalidRequest
from tests.bot.slack.inbound.front import (
    FORM,
    OUTCOME,
    SUBMIT,
    VIEW,
    Front,
    pressed,
)


async def test_a_choice_in_a_form_draws_it_anew(front):
    front.router.holds = FORM
    payload = {**pressed("field:what"), "view": VIEW}

    assert await front.send(payload) == (200, "")
    assert await front.settled() == [("what", "start")]


async def test_why_a_form_cannot_be_drawn_anew_is_told(front):
    front.router.holds = Outcome(headline=("It broke.",))
    payload = {**pressed("field:what"), "view": VIEW}

    assert await front.send(payload) == (200, "")
    ((_key, answer),) = await front.settled()
    assert answer == front.router.holds


async def test_a_fault_in_a_form_is_shown_at_its_field(front):
    front.router.holds = InvalidRequest({"room": "Say which.", "else": "Odd."})

    assert await front.send(SUBMIT) == (
        200,
        {"response_action": "errors", "errors": {"room": "Say which. else: Odd."}},
    )


@pytest.mark.parametrize(
    ("answer", "action"), [(None, "clear"), (FORM, "update"), (OUTCOME, "update")]
)
async def test_a_form_is_closed_or_gives_way_to_another_view(front, answer, action):
    front.router.holds = answer

    status, body = await front.send(SUBMIT)

    assert (status, body["response_action"]) == (200, action)


async def test_a_form_that_asks_yes_or_no_is_sent_in_without_an_input(front):
    front.router.holds = None
    view = {**VIEW, "blocks": [{"type": "section"}], "state": {"values": {}}}

    assert await front.send({**SUBMIT, "view": view}) == (
        200,
        {"response_action": "clear"},
    )
    (ask,) = front.router.asks
    assert (ask.command, ask.text) == ("relay", "start")


async def test_a_fault_that_has_no_field_takes_the_place_of_the_form(front):
    front.router.holds = InvalidRequest({"room": "Say which."})
    view = {**VIEW, "blocks": [{"type": "section"}]}

    _status, body = await front.send({**SUBMIT, "view": view})

    assert body["response_action"] == "update"
    assert "Say which." in str(body["view"]["blocks"])


async def test_what_has_nothing_left_to_send_in_says_that_it_is_done(front):
    view = {**VIEW, "callback_id": ""}
    status, body = await front.send({**SUBMIT, "view": view})

    (section,) = body["view"]["blocks"][:1]
    assert (status, body["response_action"]) == (200, "update")
    assert "This form is done." in str(section)
    assert front.router.asks == []


async def test_a_form_that_takes_long_is_told_so_and_its_faults_come_later():
    front = Front(patience=0.01)
    front.router.gate = asyncio.Event()
    front.router.holds = InvalidRequest({"room": "Say which."})

    _status, body = await front.send(SUBMIT)
    front.router.gate.set()
    told = await front.settled()

    assert "Still working" in json.dumps(body)
    assert told == [(SUBMIT["view"]["id"], {"room": "Say which."})]
