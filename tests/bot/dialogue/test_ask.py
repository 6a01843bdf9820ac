"""What a submitted form holds, and what is told on without what was typed."""

from dataclasses import replace

import pytest

from bot.dialogue.ask import Ask, Person, Place, Submission, Surface
from bot.dialogue.words import Words
from bot.grammar.tokens import normalise
from bot.ids import FormId

ASK = Ask(
    command="relay",
    text="start 7 url=s",
    who=Person(team="T1", user="UANA", home="T1"),
    where=Place(channel="C1"),
    surface=Surface.FORM,
    key="k",
    pasted="a log line",
    words=Words(pairs={"url": ("s",), "note": ("n",)}),
    submission=Submission(
        form_id="d1",
        view="V1",
        hash="h",
        values={"url": "s", "note": "n", "apps": ("a", "b"), "room": None},
    ),
)


def submitted(**values):
    return Submission(form_id=FormId("V1"), view="relay:start", hash="", values=values)


@pytest.mark.parametrize(
    "typed",
    [
        "１ｈ",
        "１.２.３.４",
        "ｍａｉｎ",
        "U0ANA，U0BOB",
        " 123\u200b",
        "“live”",
        "a—b",
        "–x",
    ],
)
def test_a_field_holds_what_a_word_of_a_line_would(typed):
    assert submitted(field=typed).text("field") == normalise(typed).strip()


def test_prose_and_what_was_chosen_are_kept_to_the_letter():
    form = submitted(note=" say “hi” – １ ", choice=("„a“",), none=None)

    assert form.prose("note") == "say “hi” – １"
    assert (form.text("choice"), form.text("none"), form.text("no")) == ("„a“", "", "")


def test_every_text_is_hidden_but_for_what_is_sent():
    hidden = ASK.hidden(lambda _text: "*", {"url"})

    values = {"url": "s", "note": "*", "apps": ("*", "*"), "room": None}
    assert hidden.submission == replace(ASK.submission, values=values)
    assert (hidden.text, hidden.pasted) == ("*", "*")
    assert hidden.words.pairs == {"url": ("s",), "note": ("*",)}
