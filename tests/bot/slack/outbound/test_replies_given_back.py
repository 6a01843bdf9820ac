"""A form that was refused late stands there again, or its faults are told."""

from dataclasses import replace

import pytest

from bot.dialogue.outcome import Outcome
from bot.slack.outbound.replies import ACKED, Replies
from bot.slack.render import modals
from bot.slack.render.given_back import given_back
from tests.bot.slack.outbound.test_replies import ASK, FORM, INSIDE
from tests.fakes.clock import FakeClock
from tests.fakes.slack import FakeSlack
from tests.judge import judged

FAULTS = {"room": "Say which."}
ROOM = {"room": {"field:room": {"type": "plain_text_input", "value": "seven"}}}
SENT = {**modals.view(FORM), "id": "V1", "state": {"values": ROOM}}


async def told(sent, *errors):
    web, clock = FakeSlack(*errors), FakeClock()
    replies = Replies(web, now=clock, sleep=clock.sleep)
    await replies.give_back(INSIDE, sent, FAULTS)
    return web.sent, clock.naps


async def test_it_stands_where_it_stood_as_it_was_filled_in():
    (call,), naps = await told(SENT)

    body = given_back(SENT, FAULTS)
    assert call == ("views.update", {"view": body, "view_id": "V1"})
    assert naps == [ACKED]  # else the answer to the submission would come after it
    judged(body, "modal")
    (room,) = [one for one in body["blocks"] if one["type"] == "input"]
    assert room["element"]["initial_value"] == "seven"
    assert modals.named(room["block_id"]) == "room"
    assert "Say which." in str(body["blocks"][0])


async def test_where_it_was_closed_its_faults_are_told():
    (_update, (way, body)), _naps = await told(SENT, "not_found")

    assert way == "post UANA"
    assert "Say which." in body["text"]


@pytest.mark.parametrize("sent", [{}, {"id": "V1"}])
async def test_of_what_has_no_field_the_faults_are_told(sent):
    ((way, body),), naps = await told(sent)

    assert (way, naps) == ("post UANA", [])
    assert "Say which." in body["text"]


QUESTION = replace(FORM, form_id="d2", submit="Start another")


@pytest.mark.parametrize(
    ("errors", "ways"),
    [([], ["views.update"]), (["not_found"], ["views.update", "views.open"])],
)
async def test_a_question_that_comes_late_stands_where_the_form_stood(errors, ways):
    web, clock = FakeSlack(*errors), FakeClock()
    replies = Replies(web, now=clock, sleep=clock.sleep)

    await replies.follow(INSIDE, QUESTION)

    assert web.ways == ways
    assert web.sent[0][1] == {"view": modals.view(QUESTION), "view_id": "V1"}


async def test_any_other_answer_that_comes_late_is_a_message():
    web = FakeSlack()

    await Replies(web, now=FakeClock()).follow(INSIDE, Outcome(headline=("Done.",)))
    await Replies(web, now=FakeClock()).follow(ASK, FORM)

    assert web.ways == ["post UANA", "views.open"]
