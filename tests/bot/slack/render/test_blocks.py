"""Outcomes as Block Kit: exact where it matters, sound whatever is in them."""

import json
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.dialogue.outcome import (
    Audience,
    Bold,
    Button,
    Buttons,
    Code,
    Facts,
    Line,
    Link,
    Mono,
    Outcome,
    Points,
    Row,
    Tone,
    When,
    Who,
    line,
)
from bot.slack.render import blocks
from tests.judge import judge, judged

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
STOP = Button(
    "Stop R1",
    "relay",
    "stop R1 --yes",
    once="01X:stop:3",
    confirm="Stop R1? Viewers lose this stream.",
    danger=True,
)
DETAILS = Button("Details", "lookup", "R1 --details")
IDS = Button("Copy IDs", "lookup", "R1 --ids")


def words(text, style=None):
    return {"type": "text", "text": text, **({"style": {style: True}} if style else {})}


def test_a_card_looks_like_this():
    outcome = Outcome(
        headline=(Bold("R1 · started"), "   command ", Mono("295066")),
        tone=Tone.GOOD,
        parts=(
            line("live-main · ap-singapore", quiet=True),
            Code("-m97l2ZU7.."),
            Facts((("Online", ("3",)),)),
            line("by ", Who("U0ANA"), " · ", When(AT)),
            Points("Do this", (("Wait.",), ("Look again.",)), numbered=True),
            Buttons((STOP,)),
        ),
        menu=(DETAILS, IDS),
        request_id="b934c535",
    )

    assert judged(blocks.message(outcome), "message") == {
        "text": "🟢 R1 · started   command 295066",
        "blocks": [
            {
                "type": "section",
                "text": {
                    "type": "mrkdwn",
                    "text": "🟢 *R1 · started*   command `295066`",
                    "verbatim": True,
                },
                "accessory": {
                    "type": "overflow",
                    "action_id": "do:lookup:1",
                    "options": [
                        {
                            "text": {
                                "type": "plain_text",
                                "text": label,
                                "emoji": True,
                            },
                            "value": f"- R1 --{flag}",
                        }
                        for label, flag in (("Details", "details"), ("Copy IDs", "ids"))
                    ],
                },
            },
            {
                "type": "context",
                "elements": [
                    {
                        "type": "plain_text",
                        "text": "live-main · ap-singapore",
                        "emoji": True,
                    }
                ],
            },
            {
                "type": "rich_text",
                "elements": [
                    {
                        "type": "rich_text_preformatted",
                        "elements": [words("-m97l2ZU7..")],
                    }
                ],
            },
            {
                "type": "rich_text",
                "elements": [
                    {
                        "type": "rich_text_section",
                        "elements": [words("Online", "bold"), words("  "), words("3")],
                    }
                ],
            },
            {
                "type": "rich_text",
                "elements": [
                    {
                        "type": "rich_text_section",
                        "elements": [
                            words("by "),
                            {"type": "user", "user_id": "U0ANA"},
                            words(" · "),
                            {
                                "type": "date",
                                "timestamp": 1772366400,
                                "format": "{date_short_pretty} {time}",
                                "fallback": "2026-03-01 12:00 UTC",
                            },
                        ],
                    }
                ],
            },
            {
                "type": "rich_text",
                "elements": [
                    {
                        "type": "rich_text_section",
                        "elements": [words("Do this", "bold")],
                    },
                    {
                        "type": "rich_text_list",
                        "style": "ordered",
                        "elements": [
                            {"type": "rich_text_section", "elements": [words("Wait.")]},
                            {
                                "type": "rich_text_section",
                                "elements": [words("Look again.")],
                            },
                        ],
                    },
                ],
            },
            {
                "type": "context",
                "elements": [
                    {"type": "plain_text", "text": "Request b934c535", "emoji": True}
                ],
            },
            {
                "type": "actions",
                "elements": [
                    {
                        "type": "button",
                        "action_id": "do:relay:2",
                        "text": {
                            "type": "plain_text",
                            "text": "Stop R1",
                            "emoji": True,
                        },
                        "value": "01X:stop:3 stop R1 --yes",
                        "style": "danger",
                        "confirm": {
                            "title": {
                                "type": "plain_text",
                                "text": "Please confirm",
                                "emoji": True,
                            },
                            "text": {
                                "type": "plain_text",
                                "text": "Stop R1? Viewers lose this stream.",
                                "emoji": True,
                            },
                            "confirm": {
                                "type": "plain_text",
                                "text": "Stop R1",
                                "emoji": True,
                            },
                            "deny": {
                                "type": "plain_text",
                                "text": "Keep it",
                                "emoji": True,
                            },
                            "style": "danger",
                        },
                    }
                ],
            },
        ],
    }


def test_what_stands_beside_a_row_is_a_menu_and_what_asks_first_a_button_below():
    outcome = Outcome(
        headline=("Running",), parts=(Row((Bold("R1"),), (DETAILS, IDS, STOP)),)
    )

    _head, row, below = blocks.message(outcome)["blocks"]

    assert row["accessory"]["type"] == "overflow"
    assert [one["value"] for one in below["elements"]] == ["01X:stop:3 stop R1 --yes"]


def test_more_than_three_buttons_go_behind_a_menu():
    many = tuple(Button(str(n), "relay", str(n)) for n in range(6))
    made = judged(
        blocks.message(Outcome(headline=("x",), parts=(Buttons(many),))), "message"
    )

    elements = made["blocks"][1]["elements"]
    assert [one["type"] for one in elements] == ["button"] * 3 + ["overflow"]
    assert len(elements[3]["options"]) == 3


def test_what_does_not_fit_is_folded_and_the_buttons_stay():
    rows = tuple(line("x" * 2000) for _ in range(30))
    outcome = Outcome(headline=("x",), parts=(*rows, Buttons((STOP,))))

    made = judged(blocks.message(outcome), "message")["blocks"]

    assert "more" in json.dumps(made[-2])
    assert made[-1]["type"] == "actions"


def test_a_list_that_is_too_long_says_how_much_it_lacks():
    points = Points("All", tuple((f"{n} " + "x" * 100,) for n in range(60)))
    facts = Facts(tuple((f"{n}", ("x" * 100,)) for n in range(60)))

    made = judged(
        blocks.message(Outcome(headline=("x",), parts=(points, facts))), "message"
    )

    assert json.dumps(made).count("more") == 2


def test_a_modal_shows_words_and_nothing_to_press():
    outcome = Outcome(
        headline=("Told",),
        parts=(Row(("r",), (DETAILS,)), Buttons((STOP,))),
        menu=(IDS,),
    )

    assert "action_id" not in json.dumps(blocks.without_actions(outcome))


# ── whatever is in it ────────────────────────────────────────────────────────────

TEXT = st.one_of(
    st.text(max_size=80),
    st.sampled_from(
        [
            "",
            " ",
            "<!channel>",
            "<@U1>",
            "*b*",
            "`",
            "x" * 4000,
            "&lt;",
            "\u202ea",
            "😀" * 900,
        ]
    ),
)
SPAN = st.one_of(
    TEXT,
    TEXT.map(Bold),
    TEXT.map(Mono),
    TEXT.map(Who),
    st.just(Who("U0ANA")),
    st.just(When(AT)),
    st.builds(Link, st.sampled_from(["https://a.example/b", "javascript:x"]), TEXT),
)
SPANS = st.lists(SPAN, max_size=4).map(tuple)
BUTTON = st.builds(
    Button,
    TEXT,
    st.sampled_from(["relay", "lookup"]),
    st.text(min_size=1, max_size=200),
    once=st.sampled_from(["", "01X:stop:1"]),
    confirm=st.sampled_from(["", "Sure?", "y" * 400]),
    danger=st.booleans(),
)
BUTTONS = st.lists(BUTTON, max_size=8).map(tuple)
PART = st.one_of(
    st.builds(Line, SPANS, quiet=st.booleans()),
    st.builds(Facts, st.lists(st.tuples(TEXT, SPANS), max_size=4).map(tuple)),
    st.builds(Code, TEXT),
    st.builds(
        Points, TEXT, st.lists(SPANS, max_size=4).map(tuple), numbered=st.booleans()
    ),
    st.builds(Row, SPANS, BUTTONS),
    st.builds(Buttons, BUTTONS),
)
OUTCOME = st.builds(
    Outcome,
    headline=SPANS,
    tone=st.sampled_from(Tone),
    parts=st.lists(PART, max_size=6).map(tuple),
    menu=BUTTONS,
    request_id=TEXT,
    audience=st.sampled_from(Audience),
)


@settings(max_examples=80, deadline=None)
@given(OUTCOME)
def test_whatever_is_told_slack_takes_it(outcome):
    assert judge(blocks.message(outcome), "message") == []
    assert judge(blocks.home(outcome), "home") == []


@settings(max_examples=60, deadline=None)
@given(OUTCOME)
def test_whatever_is_told_nobody_is_called_who_was_not_meant(outcome):
    def mrkdwn(node):
        if isinstance(node, dict):
            if node.get("type") == "mrkdwn":
                yield node["text"]
            for one in node.values():
                yield from mrkdwn(one)
        elif isinstance(node, list):
            for one in node:
                yield from mrkdwn(one)

    made = blocks.message(outcome)
    for text in (*mrkdwn(made), made["text"]):
        assert "<!channel" not in text
        assert "<javascript" not in text


def test_small_print_is_shorter_than_other_text():
    for span in ("x" * 3000, Bold("x" * 3000)):
        told = Outcome(headline=("A",), parts=(line(span, quiet=True),))
        message = blocks.message(told)

        assert len(message["blocks"][1]["elements"][0]["text"]) == 2000
        assert judge(message, "message") == []
