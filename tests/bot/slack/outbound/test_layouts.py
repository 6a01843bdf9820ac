"""What Slack refuses to show is sent in an older layout, then as text alone."""

import pytest
from pydantic import SecretStr

from bot.dialogue.outcome import (
    Bold,
    Button,
    Buttons,
    Code,
    Link,
    Mono,
    Outcome,
    Points,
    Select,
    Table,
    When,
    Who,
    line,
)
from bot.slack.outbound import routes
from bot.slack.outbound.routes import Answer, Direct, Ops
from bot.slack.outbound.web import UNSHOWABLE
from bot.slack.render.blocks import message
from tests.fakes.clock import AT
from tests.fakes.slack import FakeSlack
from tests.judge import judged

URL = SecretStr("https://hooks.slack.com/x")
BODY = {"text": "told", "blocks": [{"type": "divider"}]}
INVITATION = message(
    Outcome(headline=("Invite the bot to this channel to keep this card live.",))
)


RICH = message(
    Outcome(
        headline=("told ", Who("UANA"), Mono("a`b")),
        parts=(
            line("plain <", Bold("bold"), When(AT), Link("https://a.b/?c&d", "a link")),
            Code("-m9 & `tail`"),
            Points("List", (("one",), ("two",)), numbered=True),
            Buttons((Button("Stop", "relay", "stop R1"),)),
        ),
    )
)


def kinds(body):
    return [block["type"] for block in body.get("blocks", ())]


@pytest.mark.parametrize("error", sorted(UNSHOWABLE))
async def test_a_rich_layout_that_is_refused_is_tried_in_the_oldest(error):
    web = FakeSlack(error)

    sent = await routes.send(web, (Direct("U"), Ops("COPS")), RICH)

    assert (sent.ok, web.ways) == (True, ["post U", "post U"])
    (_way, first), (_same, second) = web.sent
    assert {"rich_text"} < {*kinds(first)}
    assert kinds(second) == ["section"] * 5 + ["actions"]
    judged(second, "message")
    date = "<!date^1772366400^{date_short_pretty} {time}|2026-03-01 12:00 UTC>"
    assert [b["text"]["text"] for b in second["blocks"] if b["type"] == "section"] == [
        "*told* <@UANA>`aˋb`",
        f"plain &lt;*bold*{date}<https://a.b/?c&amp;d|a link>",
        "```-m9 &amp; `tail````",
        "*List*",
        "1. one\n2. two",
    ]


async def test_a_layout_that_is_refused_twice_shrinks_to_its_text():
    web = FakeSlack("invalid_blocks", "invalid_blocks")

    await routes.send(web, (Direct("U"),), RICH)

    assert web.sent[2] == ("post U", {"text": RICH["text"]})


@pytest.mark.parametrize("error", sorted(UNSHOWABLE))
async def test_blocks_that_slack_refuses_are_sent_as_text(error):
    web, body = FakeSlack(error), {**BODY, "text": "x" * 3001}

    sent = await routes.send(web, (Direct("U"), Ops("COPS")), body)

    assert sent.ok
    assert web.sent == [("post U", body), ("post U", {"text": "x" * 3000})]


async def test_where_not_even_the_text_is_taken_the_next_way_gets_it_all():
    web = FakeSlack("invalid_blocks", "no_text")

    await routes.send(web, (Direct("U"), Ops("COPS")), BODY)

    assert web.sent == [
        ("post U", BODY),
        ("post U", {"text": "told"}),
        ("post COPS", BODY),
    ]


async def test_the_invitation_is_in_the_text_where_there_are_no_blocks():
    web = FakeSlack("invalid_blocks")

    await routes.send(web, (Answer(URL, in_channel=True, kept=True),), BODY)

    assert web.sent[1][1] == {
        "text": f"told\n{INVITATION['text']}",
        "response_type": "in_channel",
        "replace_original": False,
    }


TABLE = message(
    Outcome(
        headline=("Relays",),
        parts=(
            Table("The other relays", ("Name", "State"), (("R1", "live"),)),
            Select("Open …", (Button("R1: Open", "relay", "status R1"),)),
        ),
    )
)


@pytest.mark.parametrize("error", sorted(UNSHOWABLE))
async def test_a_table_that_is_refused_is_told_in_rows_and_never_tried_again(error):
    web = FakeSlack(error)

    first = await routes.send(web, (Direct("U"),), TABLE)
    again = await routes.send(web, (Ops("C"),), TABLE)

    assert (first.ok, again.ok, web.tables_refused) == (True, True, True)
    assert [kinds(body) for _way, body in web.sent] == [
        ["rich_text", "data_table", "actions"],
        ["section", "section", "actions"],
        ["rich_text", "section", "actions"],
    ]


async def test_a_message_that_is_refused_in_every_layout_says_nothing_of_tables():
    web = FakeSlack("invalid_blocks", "invalid_blocks")

    await routes.send(web, (Direct("U"),), TABLE)

    assert [kinds(body) for _way, body in web.sent][-1] == []
    assert not web.tables_refused


async def test_a_table_that_slack_takes_is_the_only_thing_sent():
    web = FakeSlack()

    await routes.send(web, (Direct("U"),), TABLE)

    assert [kinds(body) for _way, body in web.sent] == [
        ["rich_text", "data_table", "actions"]
    ]
    assert not web.tables_refused
