"""A room is read out of prose where it is called one, or may be one by its number."""

import pytest

from bot.grammar.tokens import find_rooms


@pytest.mark.parametrize(
    ("text", "rooms"),
    [
        ("", ()),
        ("good morning", ()),
        ("295066 is black?!", ("295066",)),
        ("room lobby-1, room 7", ("lobby-1", "7")),
        ("房间295066黑屏了, 房间号: 12", ("295066", "12")),
        ('{"RoomId": 295066, "RoomId": "lobby"}', ("295066", "lobby")),
        ("at 15:04:05, 10.0.0.123 said 12 users", ()),
        ("https://example.com/295066 and R295066 and 29506612345", ()),
        ("295066 295066", ("295066",)),
        ("bedroom 9", ()),
        ("111 222 333 444", ("111", "222", "333")),
    ],
)
def test_what_may_be_a_room_is_read_out_of_prose(text, rooms):
    assert find_rooms(text, 3) == rooms
