"""What a word that stands alone may be meant to be."""

import pytest

from bot.grammar.cut import split
from bot.grammar.strays import meant_by
from bot.grammar.vocabulary import Syntax

START = Syntax("start", ("room", "url", "for", "until"), ("go", "dry-run"), reads=False)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("8 rtmp://a.example.com/b/c --go", ("url=rtmp://a.example.com/b/c",)),
        ("8 url = rtmp://a.example.com/b/c", ("url=rtmp://a.example.com/b/c",)),
        ("room 12", ("room=12",)),
        ("Room = 12 go", ("room=12", "--go")),
        ("room: 12 url: rtmp://a/b/c", ("room=12", "url=rtmp://a/b/c")),
        ("8 go go", ("--go",)),
        ("8 -dry-run", ("--dry-run",)),
        ("8 2h", ("for=2h",)),
        ("8 18:00", ("until=18:00",)),
        ("8 9", ()),
        ("8 room", ()),
        ('8 "go" --go url=a', ()),
    ],
)
def test_it_is_named_as_it_would_be_typed(typed, meant):
    assert meant_by(split(typed), START) == meant


def test_nothing_is_named_that_the_subcommand_does_not_take():
    assert meant_by(split("R1 go 2h rtmp://a/b/c 18:00"), Syntax("status")) == ()
