"""What people say about a relay."""

import pytest

from bot.dialogue.ask import Ask, Person, Place, Surface
from bot.dialogue.words import Token, TokenKind, Words
from bot.errors import InvalidRequest, UsageError
from bot.resources.relay.plan import (
    CONDITIONAL,
    KEYS,
    WORDS,
    check_words,
    chosen_app,
    complete,
    guessed_type,
    moot,
    plan_of,
)
from bot.settings import App

MAIN = App(name="live-main", sdk_app_id=1400000001, usersig_key="k" * 8)
OTHER = App(
    name="staging", sdk_app_id=1400000002, region="ap-hongkong", usersig_key="k" * 8
)
URL = "rtmp://push.example.com/live/a"
PLAN = {"room": "295066", "url": URL}


def asked(*ids, **pairs):
    words = Words(
        subcommand="start",
        ids=tuple(Token(text, kind) for text, kind in ids),
        pairs={key: tuple(values) for key, values in pairs.items()},
    )
    return Ask(
        command="relay",
        text="",
        who=Person(team="T", user="U", home="T"),
        where=Place(channel="C"),
        surface=Surface.COMMAND,
        key="k",
        words=words,
    )


# ── words ────────────────────────────────────────────────────────────────────────


def test_a_bare_word_is_the_room_and_urls_are_gathered():
    ask = asked(
        ("295066", TokenKind.WORD), url=["rtmp://a/b", "rtmp://c/d"], idle=["9"]
    )

    assert plan_of(ask) == {
        "room": "295066",
        "url": "rtmp://a/b\nrtmp://c/d",
        "idle": "9",
    }


def test_a_room_may_be_said_by_key_too_if_it_is_the_same():
    assert plan_of(asked(("1", TokenKind.WORD), room=["1"])) == {"room": "1"}

    with pytest.raises(UsageError, match="More than one room was given: 1, 2"):
        plan_of(asked(("1", TokenKind.WORD), room=["2"]))


def test_two_rooms_are_one_too_many():
    with pytest.raises(UsageError, match="More than one room was given: a, b"):
        plan_of(asked(("a", TokenKind.WORD), ("b", TokenKind.WORD)))


def test_a_task_id_is_no_room():
    with pytest.raises(UsageError, match="is an ID, not a room") as refused:
        plan_of(asked(("-m97l2ZU7", TokenKind.TASK)))

    assert refused.value.usage == "Put room= before a room that looks like an ID."


@pytest.mark.parametrize(
    ("room", "kind"),
    [
        ("1", "number"),
        ("4294967295", "number"),
        ("4294967296", "text"),
        ("0", "text"),
        ("0123", "text"),
        ("room", "text"),
        ("１２", "text"),
        ("", "text"),
    ],
)
def test_the_type_of_a_room_is_guessed_from_its_name(room, kind):
    assert guessed_type(room) == kind


@pytest.mark.parametrize(
    ("plan", "enough"),
    [({}, False), ({"room": "1"}, False), (PLAN, True), ({"json": "{}"}, True)],
)
def test_a_plan_is_complete_with_a_room_and_a_target_or_a_whole_request(plan, enough):
    assert complete(plan) is enough


def test_a_choice_that_does_not_exist_is_told_before_a_form_is_drawn():
    with pytest.raises(InvalidRequest) as refused:
        check_words({"quality": "8k"})

    assert refused.value.faults == {
        "quality": "There is no “8k”; there is 1080p30, 540p15, 720p15, custom."
    }


@pytest.mark.parametrize(
    ("apps", "sentence"),
    [
        ((), "No TRTC app is configured; ask whoever runs this bot."),
        ((MAIN, OTHER), "Say which app: live-main, staging."),
    ],
)
def test_without_a_name_there_has_to_be_one_app(apps, sentence):
    with pytest.raises(InvalidRequest) as refused:
        chosen_app({}, apps)

    assert refused.value.faults == {"app": sentence}


@pytest.mark.parametrize("name", ["staging", "1400000002"])
def test_an_app_goes_by_name_or_by_number(name):
    assert chosen_app({"app": name}, (MAIN, OTHER)) is OTHER


@pytest.mark.parametrize("layout", sorted(WORDS["layout"]))
@pytest.mark.parametrize("what", sorted(WORDS["what"]))
def test_only_what_is_conditional_may_have_nothing_to_act_on(what, layout):
    all_else = dict.fromkeys(KEYS, "x") | {"logo": "", "record": "", "sei": ""}

    assert moot({**all_else, "what": what, "layout": layout}).keys() <= {*CONDITIONAL}
    for key in CONDITIONAL:
        alone = moot({"what": what, "layout": layout, key: "x"})
        assert alone.keys() <= {key}
