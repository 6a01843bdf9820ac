"""To one person alone no message goes that looks as if it called a group."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.dialogue.outcome import Group, Outcome
from bot.slack.outbound import routes
from bot.slack.outbound.linking import Linking
from bot.slack.outbound.routes import (
    Answer,
    Broadcast,
    Direct,
    Ops,
    Post,
    Whisper,
    Window,
    itself,
)
from bot.slack.outbound.uncalled import Uncalled, calling, without
from bot.slack.render.blocks import message
from tests.fakes.slack import FakeSlack

GROUP = "S0ONCALL"
ANSWER = Answer(SecretStr("https://hooks.slack.com/x"))
ALONE = [ANSWER, Direct("U1"), Whisper("C1", "U1"), Window("t1"), Post("D1")]
ALONE += [Broadcast("D1", "1.5")]  # below an alert that stands there
CALLED = (Group(GROUP), " R1 failed.")
BODY = message(Outcome(headline=("R1",), sentence=CALLED, context=(CALLED,)))
NOBODY = "Nobody could be called."


@pytest.mark.parametrize("way", [Ops("C1"), Broadcast("C1", "1.5")])
def test_in_the_channel_of_alerts_a_group_is_called(way):
    assert calling(way, GROUP) is way


@pytest.mark.parametrize("way", ALONE)
def test_to_one_person_it_is_not_and_all_else_is_as_it_was(way):
    one = calling(way, GROUP)

    assert (one, itself(one), one.lane) == (Uncalled(way, GROUP), way, way.lane)


async def test_what_stands_in_its_place_says_so():
    slack = FakeSlack()

    await calling(Direct("U1"), GROUP).send(slack, BODY)

    ((_way, told),) = slack.sent
    _headline, sentence, context = told["blocks"]
    ((section,), (line,)) = sentence["elements"], context["elements"]
    assert GROUP in str(BODY)
    assert told.keys() == BODY.keys()
    assert section["elements"] == [
        {"type": "text", "text": NOBODY},
        {"type": "text", "text": " R1 failed."},
    ]
    assert line["text"] == f"{NOBODY} R1 failed."


async def test_without_a_token_an_answer_goes_that_has_something_around_it():
    slack = FakeSlack(refusing={"post U1": "token_revoked"})
    around = Uncalled(Linking(ANSWER, ("C1", "1.5")), GROUP)

    sent = await routes.send(slack, (Direct("U1"), around), {"text": "told"})

    assert (sent.ok, slack.ways) == (
        True,
        ["post U1", "chat.getPermalink", "answer ephemeral"],
    )


values = st.recursive(
    st.text()
    | st.just(f"<!subteam^{GROUP}>")
    | st.booleans()
    | st.none()
    | st.integers(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.text(), inner)
        | st.just({"type": "usergroup", "usergroup_id": GROUP})
    ),
)


@given(values)
def test_whatever_a_message_is_no_mention_of_the_group_is_left(value):
    left = without(GROUP, value, "nobody")

    assert f"<!subteam^{GROUP}>" not in str(left)
    assert f"'usergroup_id': '{GROUP}'" not in str(left)
    assert without(GROUP, left, "nobody") == left


@given(values)
def test_what_does_not_mention_it_stays(value):
    assert without("S0OTHER", value, "nobody") == value
