"""A relay in a few words, as it stands in the row of a list."""

import pytest

from bot.resources.relay.gist import gist
from tests.bot.resources.intents import an_intent

TASK = "-m9" + "a" * 70 + "."


def relay(*urls, room="7", text=False, ref=""):
    masked = {
        "RoomIdType": int(text),
        "PublishCdnParams": [{"PublishCdnUrl": url} for url in urls],
    }
    return an_intent(kind="R", room=room, ref=ref, masked=masked if room else {})


@pytest.mark.parametrize(
    ("intent", "words"),
    [
        (relay("rtmp://a.example.com/live/****"), "room 7 → a.example.com"),
        (relay("rtmp://a.b/x", "rtmps://c.d/y", "srt://e.f"), "room 7 → a.b +2"),
        (relay("rtmp://a.b/x", text=True), "room “7” (text) → a.b"),
        (relay("rtmp://a.b/x", room="studio", text=True), "room studio → a.b"),
        (relay("srt://a.b:9000?streamid=1"), "room 7 → a.b:9000"),
        (relay(), "room 7"),
        (relay(room="x" * 64, text=True), "room xxxxxxxxxxxx…xxxxxx"),
        (relay(f"rtmp://{'h' * 60}.com/x"), "room 7 → hhhhhhhhhhhh…hh.com"),
        (relay("****"), "room 7 → a target"),
        (relay(room="", ref=TASK), "-m9aaaaaaaaa…aaaaa."),
    ],
)
def test_a_row_names_the_room_and_the_first_place_that_it_leads_to(intent, words):
    assert gist(intent) == words
