"""Vocabularies and words that the tests of the grammar share."""

from bot.dialogue.words import Token, TokenKind, Words
from bot.grammar.parser import Miss, Syntax, Vocabulary

TASK = "-m97l2ZU7vxyBSmXYsRx1Xy9Kf4bVVfbbhSKC4K-4pycoZWKv542xbi139uTvGt1zAHoAQ.."
SESSION = "1326515201117065216"
LINK = "https://acme.slack.com/archives/C1/p1700000000123456"
UNCLOSED = ("A quote was not closed, and was read as a character.",)
RELAY = Vocabulary(
    "relay",
    (
        Syntax(
            "start",
            ("room", "type", "url", "preset", "json", "idle"),
            ("go", "dry-run", "again"),
            reads=False,
            changes=("url",),
            several=("url", "room"),
        ),
        Syntax("stop", ("app",), ("yes",), reads=False),
        Syntax("list"),
        Syntax("recent", ("room",)),
        Syntax("status"),
    ),
    bare="status",
)
CAR = Vocabulary(
    "car",
    (
        Syntax("start", ("user", "ip", "params", "person"), reads=False),
        Syntax("end", reads=False),
    ),
)
LOOKUP = Vocabulary(
    "lookup", (Syntax("find", ("product",)),), bare="find", takes_anything=True
)
GS = Vocabulary("gs", (Syntax("show"),), bare="show")


def word(text):
    return Token(text, TokenKind.WORD)


def handle(text="R128"):
    return Token(text, TokenKind.HANDLE)


def task(text=TASK):
    return Token(text, TokenKind.TASK)


def stop(*ids, **rest):
    return Words(subcommand="stop", ids=ids or (handle(),), **rest)


def start(*ids, **rest):
    return Words(subcommand="start", ids=ids, **rest)


def miss(typed, part, sentence, *candidates, reads=False, after=""):
    return Miss(typed, part, candidates, reads, sentence, after)
