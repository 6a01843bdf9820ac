"""What is not understood, and what is said about it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.words import Words
from bot.grammar.parser import Miss, read
from tests.bot.grammar.examples import CAR, GS, LOOKUP, RELAY, SESSION, miss

HAS = "it has start, stop, list, recent, status."


@pytest.mark.parametrize(
    ("text", "missed"),
    [
        (
            "stpo R128",
            miss("stpo", "subcommand", "/relay has no “stpo”.", "stop R128"),
        ),
        (
            "R128 stpo --yes",
            miss("stpo", "subcommand", "/relay has no “stpo”.", "stop R128 --yes"),
        ),
        (
            'strat "room one" url=x',
            miss(
                "strat",
                "subcommand",
                "/relay has no “strat”.",
                'start "room one" url=x',
            ),
        ),
        (
            "lisst",
            miss("lisst", "subcommand", "/relay has no “lisst”.", "list", reads=True),
        ),
        (
            "lst",
            miss(
                "lst",
                "subcommand",
                "/relay has no “lst”.",
                "list",
                "recent",
                reads=True,
            ),
        ),
        (
            "stat",
            miss("stat", "subcommand", "/relay has no “stat”.", "start", "status"),
        ),
        ("🔥", miss("🔥", "subcommand", f"/relay has no “🔥”; {HAS}")),
        ("r", miss("r", "subcommand", f"/relay has no “r”; {HAS}")),
        (
            "start romm=1 romm",
            miss(
                "romm=",
                "key",
                "There is no romm=. Did you mean room=?",
                "start room=1 romm",
                after="start",
            ),
        ),
        (
            "recent romm=1",
            miss(
                "romm=",
                "key",
                "There is no romm=. Did you mean room=?",
                "recent room=1",
                reads=True,
                after="recent",
            ),
        ),
        (
            "list --json",
            miss(
                "--json",
                "flag",
                "There is no --json; /relay list takes --help.",
                after="list",
            ),
        ),
        (
            "list -y",
            miss(
                "--yes",
                "flag",
                "There is no --yes; /relay list takes --help.",
                after="list",
            ),
        ),
        (
            "start room=1 room+=2",
            miss(
                "room+=",
                "key",
                "/relay start takes “room=” only, not “room+=”.",
                after="start",
            ),
        ),
        (
            "stop R128 ap-=live",
            miss(
                "app-=",
                "key",
                "/relay stop takes “app=” only, not “app-=”.",
                after="stop",
            ),
        ),
        (
            "stop TaskId+=-m97l2ZU7",
            miss(
                "TaskId+=",
                "key",
                "/relay stop takes “TaskId=” only, not “TaskId+=”.",
                after="stop",
            ),
        ),
        (
            "status url+=1",
            miss(
                "url=",
                "key",
                "There is no “url” in /relay status; it goes with /relay start.",
                after="status",
            ),
        ),
        (
            "status room=1",
            miss(
                "room=",
                "key",
                "There is no “room” in /relay status; it goes with /relay start,"
                " /relay recent.",
                after="status",
            ),
        ),
        (
            "start 1 --og",
            miss(
                "--og",
                "flag",
                "There is no --og. Did you mean --go?",
                "start 1 --go",
                after="start",
            ),
        ),
        (
            "start --room 1",
            miss(
                "--room",
                "flag",
                "There is no --room. Did you mean room=?",
                after="start",
            ),
        ),
        (
            "recent --room 1",
            miss(
                "--room",
                "flag",
                "There is no --room. Did you mean room=?",
                after="recent",
            ),
        ),
        (
            "start timeout=9",
            miss(
                "timeout=",
                "key",
                "There is no “timeout”; for the time until an empty room ends it use"
                " idle=9.",
                "start idle=9",
                after="start",
            ),
        ),
        (
            "recent RoomId=7",
            miss(
                "RoomId=",
                "key",
                "There is no “RoomId”; for the room use room=7.",
                "recent room=7",
                reads=True,
                after="recent",
            ),
        ),
        (
            "recent kbps=9",
            miss(
                "kbps=", "key", "There is no “kbps” in /relay recent.", after="recent"
            ),
        ),
        (
            "stop --quickly",
            miss(
                "--quickly",
                "flag",
                "There is no --quickly; /relay stop takes --yes, --help.",
                after="stop",
            ),
        ),
    ],
)
def test_what_is_not_understood_is_said_with_what_may_have_been_meant(text, missed):
    assert read(text, RELAY) == missed


def test_a_key_that_may_go_on_in_two_ways_is_asked_about():
    assert read("start p=1", CAR) == miss(
        "p=",
        "key",
        "There is no p=. Did you mean params= person=?",
        "start params=1",
        "start person=1",
        after="start",
    )


def test_a_corrected_command_keeps_its_pasted_request():
    missed = read('strat 1 json={"a": "–"} --dry-run', RELAY)

    assert isinstance(missed, Miss)
    assert missed.candidates == ('start 1 --dry-run json={"a": "–"}',)


@pytest.mark.parametrize(("text", "typed"), [("", ""), ("S41", "S41"), ("-y", "-y")])
def test_a_room_without_a_bare_verb_names_its_verbs(text, typed):
    sentence = "/car needs a subcommand: start, end."

    assert read(text, CAR) == miss(typed, "empty", sentence)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("x" * 2001, "That is 2,001 characters; 2,000 is the limit."),
        (f"stop {'x' * 1996}", "That is 2,001 characters; 2,000 is the limit."),
        (
            "start json={" + "x" * 40_000,
            "That is 40,001 characters; 40,000 is the limit.",
        ),
    ],
)
def test_more_than_can_be_meant_is_not_read(text, sentence):
    missed = read(text, RELAY)

    assert isinstance(missed, Miss)
    assert (missed.part, missed.sentence) == ("long", sentence)


def test_2000_characters_are_read():
    assert isinstance(read("x" * 2000, LOOKUP), Words)


def test_a_log_line_may_be_longer_than_a_command():
    assert isinstance(read("x " * 2000, LOOKUP), Words)
    assert read("x" * 4001, LOOKUP).sentence == (
        "That is 4,001 characters; 4,000 is the limit."
    )


@pytest.mark.parametrize(
    ("text", "missed"),
    [
        (
            f"{SESSION} --dry-run",
            miss(
                "--dry-run",
                "flag",
                "There is no --dry-run; /gs show takes --help.",
                after="show",
            ),
        ),
        (
            "--json",
            miss(
                "--json",
                "flag",
                "There is no --json; /gs show takes --help.",
                after="show",
            ),
        ),
        ("url+=1", miss("url=", "key", "There is no “url” in /gs show.", after="show")),
    ],
)
def test_beside_nothing_but_ids_a_look_up_takes_no_stray_flag_or_change(text, missed):
    assert read(text, GS) == missed


@given(st.text(min_size=1, max_size=20), st.sampled_from([RELAY, CAR, LOOKUP, GS]))
def test_a_corrected_command_is_understood(text, room):
    missed = read(text, room)

    if isinstance(missed, Miss):
        for command in missed.candidates:
            again = read(command, room)
            assert isinstance(again, Words) or again.part != missed.part


def test_all_that_is_not_understood_is_said_at_once():
    answer = read("start 7 idel=3 romo=8 --og", RELAY)

    assert answer.sentence == (
        "There is no idel=. Did you mean idle=? There is no romo=. Did you mean room=?"
        " There is no --og. Did you mean --go?"
    )
    assert answer.candidates == ("start 7 idle=3 room=8 --go",)


def test_no_half_of_what_is_mended_is_offered():
    answer = read("start 7 idel=3 wxyz=8 idel=4 wxyz=9", RELAY)

    assert answer.sentence == (
        "There is no idel=. Did you mean idle=? There is no “wxyz” in /relay start."
    )
    assert answer.candidates == ()


@given(st.lists(st.sampled_from(["idel=1", "romo=2", "--og", "ulr=3"]), max_size=20))
def test_each_is_said_once_and_a_long_line_takes_no_longer(typed):
    answer = read(" ".join(["start", *typed]), RELAY)

    assert typed == [] or answer.sentence.count("There is no") == len(set(typed))
