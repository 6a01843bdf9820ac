"""Before it is known where the bot is, everybody hears that nothing was done."""

import json

import pytest

from bot.slack.inbound.early import not_connected
from bot.slack.inbound.kinds import kind_of
from tests.bot.slack.inbound.front import (
    COMMAND,
    SUBMIT,
    Front,
    event,
    pressed,
)

SAID = {"user": "UANA", "channel": "C1", "ts": "1.5", "text": "<@UBOT> relay list"}
WITHOUT_FIELDS = {**SUBMIT, "view": {**SUBMIT["view"], "blocks": []}}
PAYLOADS = {  # with the status, what stands in the answer, how many are told beside it
    "a command": (COMMAND, 200, "not connected", 0),
    "a click": (pressed("do:relay:1", value="- stop R1"), 200, "", 1),
    "a click on the Home tab": (
        {
            **pressed("do:relay:1", value="- stop R1"),
            "channel": None,
            "container": {"type": "view"},
            "response_url": "",
        },
        200,
        "",
        1,
    ),
    "a choice in a form": (
        {**pressed("field:what"), "view": SUBMIT["view"]},
        200,
        "",
        0,
    ),
    "a form": (SUBMIT, 200, "not connected", 0),
    "a form without a field": (WITHOUT_FIELDS, 200, "not connected", 0),
    "a select": (
        {
            "type": "block_suggestion",
            "user": {"id": "UANA"},
            "action_id": "pick:relay:relays:relay",
        },
        200,
        "The list cannot be read now",
        0,
    ),
    "a shortcut": (
        {
            "type": "message_action",
            "user": {"id": "UANA"},
            "callback_id": "lookup_ids",
            "message": {"ts": "1.5", "text": "R1"},
            "response_url": "https://hooks.slack.com/x",
        },
        200,
        "",
        1,
    ),
    "a mention": (event(type="app_mention", **SAID), 503, "", 0),
    "an opened Home tab": (event(type="app_home_opened", user="UANA"), 503, "", 0),
}


@pytest.mark.parametrize("name", PAYLOADS)
async def test_whoever_comes_too_early_gets_a_word_and_nothing_is_asked(name, caplog):
    front = Front(installed=False)
    payload, status, said, told = PAYLOADS[name]

    answered, body = await front.send(payload)
    front.directory.identified.set()  # who has no address of their own waits for this
    outcomes = [outcome.plain for _key, outcome in await front.settled()]

    assert answered == status
    assert said in json.dumps(body) if said else body == ""
    assert len(outcomes) == told
    assert all("nothing was sent" in outcome for outcome in outcomes)
    assert front.router.asks == []
    assert "Traceback" not in caplog.text
    assert "ncident" not in json.dumps(body)


def test_a_form_stays_open_with_what_was_typed():
    early = not_connected(kind_of(SUBMIT), SUBMIT)

    assert early.body["response_action"] == "errors"
    assert list(early.body["errors"]) == ["room"]
