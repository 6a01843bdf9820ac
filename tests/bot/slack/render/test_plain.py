"""Blocks in the oldest layout say the same."""

import pytest

from bot.slack.render import limits
from bot.slack.render.plain import reduced, without_buttons
from tests.judge import judged


def rich(*elements):
    return {"type": "rich_text", "elements": list(elements)}


def element(kind, *elements, **more):
    return {"type": f"rich_text_{kind}", "elements": list(elements), **more}


def text(words, **style):
    return {"type": "text", "text": words, **({"style": style} if style else {})}


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (element("section", text("a <b> & *c*")), "a &lt;b&gt; &amp; ∗c∗"),
        (element("section", text("a", bold=True), text("b", code=True)), "*a*`b`"),
        (element("section", {"type": "user", "user_id": "UANA"}), "<@UANA>"),
        (
            element("section", {"type": "link", "url": "https://a.b", "text": "c"}),
            "<https://a.b|c>",
        ),
        (
            element(
                "list",
                element("section", text("one")),
                element("section", text("two")),
                style="bullet",
            ),
            "• one\n• two",
        ),
        (element("preformatted", text("a ``` <b>")), "```a ''' &lt;b&gt;```"),
    ],
)
def test_what_a_rich_text_block_says_a_section_says(one, said):
    (block,) = reduced([rich(one)])

    assert block == {
        "type": "section",
        "text": {"type": "mrkdwn", "text": said, "verbatim": True},
    }


@pytest.mark.parametrize("kind", ["section", "preformatted"])
def test_a_section_holds_less_and_is_cut(kind):
    long = element(kind, text("<" * limits.TEXT))

    (block,) = reduced([rich(long)])

    judged({"text": "long", "blocks": [block]}, "message")
    assert len(block["text"]["text"]) <= limits.TEXT


def test_what_is_old_is_kept_and_what_has_no_place_is_left_out():
    old = [{"type": kind} for kind in ("section", "context", "actions", "input")]

    assert reduced([*old, {"type": "table"}]) == old


def test_a_picture_becomes_its_words():
    image = {"type": "image", "slack_file": {"id": "F1"}, "alt_text": "Two, alike."}

    told = {"type": "plain_text", "text": "Two, alike."}
    assert reduced([image]) == [{"type": "context", "elements": [told]}]


def test_where_nothing_can_answer_nothing_can_be_pressed():
    pressed = {"type": "section", "text": "t", "accessory": {"type": "button"}}

    assert without_buttons([pressed, {"type": "actions"}, {"type": "context"}]) == [
        {"type": "section", "text": "t"},
        {"type": "context"},
    ]
