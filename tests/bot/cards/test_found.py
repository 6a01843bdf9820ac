"""What is said of what is not on record: no more than is known."""

import pytest

from bot.cards.found import nothing_found, unpushed
from bot.dialogue.words import Token, TokenKind
from bot.grammar.tokens import classify


def token(text):
    return Token(text, classify(text))


@pytest.mark.parametrize(
    ("text", "stoppable", "offered"),
    [
        ("-m97l2ZU7vxyBSmXYsRx1Xy9", True, ["Stop it anyway"]),
        ("-m97l2ZU7vxyBSmXYsRx1Xy9", False, []),
        ("1326515201117065216", True, ["Ask GS about it"]),
        ("R5", True, []),
    ],
)
def test_what_can_be_done_is_offered_and_nothing_else(text, stoppable, offered):
    told = nothing_found(token(text), stoppable=stoppable)

    assert told.plain == f"⚠️ “{text}” is not on record here."
    assert [one.label for one in told.buttons] == offered


def test_of_a_long_text_the_beginning_is_repeated():
    told = nothing_found(token("word " * 800))

    assert told.plain == f"⚠️ “{'word ' * 40}…” is not on record here."


def test_of_an_address_it_is_said_that_no_relay_pushes_there():
    told = unpushed(Token("rtmp://h.example.com/live/****", TokenKind.WORD))

    assert told.plain == (
        "⚠️ No relay that runs here, or may, pushes to rtmp://h.example.com/live/****."
    )
