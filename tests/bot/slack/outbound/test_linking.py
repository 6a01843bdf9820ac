"""A message names the address of another as Slack tells it."""

import pytest

from bot.slack.outbound.linking import Linking, link_to
from bot.slack.outbound.routes import Post
from tests.fakes.slack import FakeSlack

PLACE = ("C1", "1700000000.000100")
TOLD = "https://team.slack.com/archives/C1/p1700000000000100"
BODY = {"text": f"It rang: {link_to(PLACE)}", "blocks": []}
ASKED = ("chat.getPermalink", {"channel": PLACE[0], "message_ts": PLACE[1]})


@pytest.mark.parametrize("rest", ["", "?thread_ts=1&cid=C1"])
async def test_the_address_is_what_slack_tells_without_what_follows_it(rest):
    slack = FakeSlack(data={"chat.getPermalink": {"permalink": TOLD + rest}})

    sent = await Linking(Post("C2"), PLACE).send(slack, BODY)

    assert sent.ok
    told = {"text": f"It rang: {TOLD}", "blocks": [], "thread_ts": None}
    assert slack.sent == [ASKED, ("post C2", told)]


@pytest.mark.parametrize("why", ["message_not_found", "channel_not_found"])
async def test_where_slack_tells_none_the_message_goes_with_one_that_leads_on(why):
    slack = FakeSlack(refusing={"chat.getPermalink": why})

    await Linking(Post("C2"), PLACE).send(slack, BODY)

    assert slack.sent == [ASKED, ("post C2", {**BODY, "thread_ts": None})]


async def test_while_slack_is_away_nothing_is_posted():
    slack = FakeSlack(refusing={"chat.getPermalink": "unreachable"})

    sent = await Linking(Post("C2"), PLACE).send(slack, BODY)

    assert (sent.transient, slack.sent) == (True, [ASKED])


def test_it_is_paced_as_the_message_itself():
    assert Linking(Post("C2"), PLACE).lane == Post("C2").lane
