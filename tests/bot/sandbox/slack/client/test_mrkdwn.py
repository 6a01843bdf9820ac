import os
import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.slack.client.mrkdwn import (
    channel_name,
    moment,
    to_eye,
    to_wire,
    user_name,
)
from bot.sandbox.slack.model import seed

SPACE = seed.workspace(
    now=lambda: datetime(2026, 11, 21, tzinfo=UTC), random=os.urandom, clock=lambda: 0.0
)


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("a & b < c", "a &amp; b &lt; c"),
        ("@ana and @nobody", "<@U0ANA|ana> and @nobody"),
        ("in #ops, not #else", "in <#C0OPS|ops>, not #else"),
        ("mail ana@ops.example", "mail ana@ops.example"),
        ("url=rtmp://a/b?c=1&d=2 x", "url=<rtmp://a/b?c=1&amp;d=2> x"),
    ],
)
def test_what_is_typed_travels_as_slack_escapes_it(typed, sent):
    assert to_wire(SPACE, typed, labels=True) == sent


def test_a_message_mentions_people_by_id_alone():
    assert to_wire(SPACE, "@ana #ops", labels=False) == "<@U0ANA> <#C0OPS|ops>"


@pytest.mark.parametrize(
    ("sent", "seen"),
    [
        ("*Live* since <!date^1795000000^{time}|then>", "Live since 2026-11-18 12:06"),
        ("`*code*` &lt;b&gt; &amp;amp;", "`*code*` <b> &amp;"),
        ("```*a*\n*b*``` *c*", "```*a*\n*b*``` c"),
        ("<@U0BOB> in <#C0OPS|x> <!here> <!x|y>", "@bob in #ops @here y"),
        ("<https://a.b/c|docs> <https://a.b>", "docs (https://a.b/c) https://a.b"),
        ("2 * 3 * 4", "2 * 3 * 4"),
    ],
)
def test_what_is_sent_is_seen_as_people_read_it(sent, seen):
    assert to_eye(SPACE, sent, seed.ANA) == seen


@given(
    st.integers(-(10**30), 10**30)
    | st.floats()
    | st.text(max_size=5)
    | st.none()
    | st.just("9" * 5000)
)
def test_any_moment_that_a_bot_sends_is_shown(epoch):
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", moment(epoch, seed.ANA))


@pytest.mark.parametrize("digits", [12, 17, 25, 5000])
def test_a_date_that_no_calendar_has_is_the_last_there_is(digits):
    text = f"<!date^{'9' * digits}^{{time}}|x>"

    assert to_eye(SPACE, text, seed.ANA) == "9999-01-01 00:00"


@given(st.text(alphabet="ab<>&@#*` ", max_size=20))
def test_plain_words_come_out_as_they_went_in(text):
    text = text.replace("*", "").replace("`", "")

    assert to_eye(SPACE, to_wire(SPACE, text, labels=True), seed.ANA) == text


def test_names_of_strangers_are_their_ids():
    assert user_name(SPACE, "U0X") == "@U0X"
    assert channel_name(SPACE, "C0X") == "#C0X"
    assert channel_name(SPACE, SPACE.direct_with("U0ANA").id) == "DM"
