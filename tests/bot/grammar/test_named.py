"""IDs that are pasted with their names are read, and nothing that is only like them."""

import pytest

from bot.dialogue.words import Token, TokenKind, Words
from bot.grammar.cut import split
from bot.grammar.named import with_ids
from bot.grammar.parser import Miss, read
from tests.bot.grammar.examples import RELAY, TASK


def typed(text):
    return [word.text for word in with_ids(split(text))]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("TaskId: -m97..", ["TaskId=-m97.."]),
        ("stop TaskID:-m97.. --yes", ["stop", "TaskID=-m97..", "--yes"]),
        ('{"TaskId":"-m97.."}', ["TaskId=-m97.."]),
        ('{"TaskId":"-m97..","SdkAppId":14}', ["TaskId=-m97..", "SdkAppId=14"]),
        ('{ "RoomId" : "a b" }', ["{", "RoomId", ":", "a b", "}"]),
        ('"RoomId": "a b",', ["RoomId=a b"]),
        ('{"RoomId": "a b c", "UserId": "d"}', ["RoomId=a b c", "UserId=d"]),
        ("`UserId:zoe`", ["UserId=zoe"]),
        ("Session ID: 13", ["SessionId=13"]),
        ("TaskId:", ["TaskId="]),
    ],
)
def test_a_name_and_an_id_are_a_pair(text, words):
    assert typed(text)[: len(words)] == words


@pytest.mark.parametrize(
    "text",
    [
        "grid:7",
        "url=rtmp://a/b",
        "rtmp://taskid:1/b",
        'note="see TaskId: 5"',
        '"TaskId: 5"',
        '{"TaskId":{"a":1}}',
        "the task id",
        "mytaskid:5",
        "TaskIds:5",
        "room: 7",
    ],
)
def test_other_words_stay_as_they_are(text):
    assert [word.raw for word in with_ids(split(text))] == [
        word.raw for word in split(text)
    ]


def test_the_id_is_read_for_what_it_is():
    words = read(f'stop {{"TaskId": "{TASK}"}}', RELAY)

    assert words == Words(subcommand="stop", ids=(Token(TASK, TokenKind.TASK),))


def test_what_a_subcommand_does_not_take_is_refused_and_what_is_meant_is_offered():
    answer = read('recent {"RoomId":"295066"}', RELAY)

    assert isinstance(answer, Miss)
    assert answer.candidates == ("recent room=295066",)
