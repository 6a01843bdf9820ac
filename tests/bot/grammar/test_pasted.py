"""Requests that are pasted into a command, as `json={…}`."""

import pytest

from bot.grammar.parser import Miss, read
from tests.bot.grammar.examples import CAR, RELAY, start

PASTED = [
    '{"RoomId": "room one", "A": {"B": [1, 2]}}',
    '{\n  "RoomId": "“quoted”—dash"\n}',
    '{"Text": "a = b --go url=x }] \\" "}',
    "[1]",
    "{}",
]


@pytest.mark.parametrize("pasted", PASTED)
@pytest.mark.parametrize(
    "around",
    [
        *("json={}", "JSON = {}", "json=`{}`", "json=```{}```", "json='{}'"),
        *("json=“{}”", "json=```json\n{}\n```"),
    ],
)
def test_a_pasted_request_is_taken_whole_and_as_it_is(pasted, around):
    typed = around.replace("{}", pasted)

    words = read(f"start {typed} --dry-run type=text", RELAY)

    assert words == start(
        pairs={"json": (pasted,), "type": ("text",)}, flags=frozenset({"dry-run"})
    )


def test_what_slack_does_to_a_pasted_request_is_undone():
    pasted = '{"U": "<rtmp://a/b|rtmp://a/b>", "V": "a &amp; b"}'

    words = read(f"start json=```json\n{pasted}```", RELAY)

    assert words == start(pairs={"json": ('{"U": "rtmp://a/b", "V": "a & b"}',)})


@pytest.mark.parametrize("broken", ['{"a": 1', '{"a": "1', "{'a': [1]", "[{"])
def test_a_pasted_request_that_never_ends_is_all_that_follows(broken):
    words = read(f"start json={broken}", RELAY)

    assert words == start(pairs={"json": (broken,)})


def test_a_pasted_request_may_be_longer_than_a_command():
    pasted = '{"a": "' + "x" * 39_000 + '"}'

    assert read(f"start json={pasted}", RELAY) == start(pairs={"json": (pasted,)})


def test_a_verb_without_that_key_takes_no_pasted_request():
    for text, room in (("start json={}", CAR), ("stop R1 json={}", RELAY)):
        missed = read(text, room)

        assert isinstance(missed, Miss)
        assert (missed.typed, missed.part) == ("json=", "key")


@pytest.mark.parametrize("pasted", PASTED[:3])
@pytest.mark.parametrize("around", ["{}", "```{}```", "```json\n{}\n```", "`{}`"])
def test_an_object_alone_is_a_request_where_one_is_taken(pasted, around):
    typed = around.replace("{}", pasted)

    assert read(f"start {typed} --go", RELAY) == start(
        pairs={"json": (pasted,)}, flags=frozenset({"go"})
    )


@pytest.mark.parametrize(
    "text",
    [
        'stop {"TaskId": "x1"}',
        'start room={"a": 1}',
        'start "see {"a": 1}"',
        "start {a: 1}",
        "start 7 {}",
        '{"a": 1}',
    ],
)
def test_no_other_brackets_are_a_request(text):
    answer = read(text, RELAY)

    assert isinstance(answer, Miss) or "json" not in answer.pairs
