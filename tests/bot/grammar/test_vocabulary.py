"""The words that a room knows, and the other words that people have for them."""

import pytest

from bot.grammar.vocabulary import SYNONYMS, Syntax, Vocabulary


def room(*names, bare=""):
    return Vocabulary("some", tuple(Syntax(name) for name in names), bare)


@pytest.mark.parametrize(
    ("names", "said", "meant"),
    [
        (("start", "stop"), "stop", "stop"),
        (("start", "stop"), "STOP", "stop"),
        (("start", "stop"), "end", "stop"),
        (("start", "stop"), "kill", "stop"),
        (("start", "stop"), "halt", "stop"),
        (("start", "stop"), "rm", "stop"),
        (("start", "end"), "stop", "end"),
        (("start", "end"), "停止", "end"),
        (("start",), "run", "start"),
        (("start",), "go", "start"),
        (("start",), "begin", "start"),
        (("start",), "开始", "start"),
        (("start",), "启动", "start"),
        (("update",), "edit", "update"),
        (("update",), "set", "update"),
        (("update",), "更新", "update"),
        (("list", "recent"), "ls", "list"),
        (("list", "recent"), "last", "recent"),
        (("list", "recent"), "最近", "recent"),
        (("recent",), "ls", "recent"),
        (("find", "explain"), "show", "find"),
        (("find", "explain"), "why", "explain"),
        (("find", "explain"), "解释", "explain"),
        (("find",), "why", "find"),
        (("find",), "查询", "find"),
        (("status",), "get", "status"),
        (("help",), "?", "help"),
        (("help",), "帮助", "help"),
    ],
)
def test_a_word_means_whichever_of_its_verbs_the_room_has(names, said, meant):
    assert room(*names).means(said) == Syntax(meant)


@pytest.mark.parametrize("said", ["stop", "dance", "", "停"])
def test_a_word_for_nothing_that_the_room_has_means_nothing(said):
    assert room("start", "list").means(said) is None


def test_every_other_word_is_one_that_the_room_understands():
    some = room("end", "list")

    sayings = list(some.sayings())

    assert sayings[:2] == ["end", "list"]
    assert {"stop", "停止", "ls", "recent"} <= set(sayings)
    assert all(some.means(word) for word in sayings)


def test_other_words_are_written_as_they_are_compared():
    assert all(word == word.casefold() for group in SYNONYMS for word in group)


def test_only_a_room_whose_one_verb_is_the_bare_one_has_one():
    assert room("find", bare="find").has_one
    assert not room("find").has_one
    assert not room("find", "list", bare="find").has_one
    assert not room("find", bare="find").takes_anything
