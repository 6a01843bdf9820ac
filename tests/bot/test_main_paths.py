"""Every subcommand that takes a path says in a sentence why it does not take one."""

import argparse
import builtins
import os

import pytest

from bot.__main__ import _parser, main

# What takes a path, and the words of which it is one: of a URL in a word of its own.
WITH_A_PATH = {
    ("backup", "file"): ["backup", "{}"],
    ("sandbox", "script"): ["sandbox", "--script", "{}"],
    ("move", "source"): ["move", "sqlite:///{}", "postgresql://a:b@127.0.0.1:1/p"],
}
WITHOUT = {  # all else that takes a word
    *(("doctor", one) for one in ("person", "http_url", "channel", "app", "push")),
    *(("manifest", one) for one in ("prefix", "http_url")),
    *(("audit", one) for one in ("has", "reason")),
    ("keys", "does"),
    ("recover", "reason"),
    ("move", "target"),
}
NAMES = {name for name in dir(builtins) if name.endswith(("Error", "Exception"))}
PLACES = {
    "a missing folder": "missing/it",
    "a folder": "folder",
    "a file that is there": "file",
    "a file as a folder": "file/it",
    "a folder that others can write to": "open/it",
    "a name too long": "x" * 300,
    "a link in its place": "linked/it",
}
# A script is read there; a journal is looked into once the other end has answered.
PASSES = {
    ("sandbox", "a file that is there"),
    ("sandbox", "a link in its place"),
    ("move", "a file that is there"),
}


def words_of(parser, command=""):
    """Yield each option and operand of *parser* that takes a word of its own."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, inner in action.choices.items():
                yield from words_of(inner, command or name)
        elif action.nargs != 0 and action.type is not int:
            yield command, action.dest


@pytest.fixture
def folder(monkeypatch, tmp_path):
    """A working directory with a journal, files and folders in it."""
    for name in os.environ:
        if name.startswith(("SLACK_", "TENCENTCLOUD_", "BOT_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    for name, mode in (("folder", 0o700), ("open", 0o777), ("linked", 0o700)):
        (tmp_path / name).mkdir()
        (tmp_path / name).chmod(mode)
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "file").chmod(0o600)
    (tmp_path / "linked" / "it").symlink_to(tmp_path / "file")
    assert main(["migrate"]) == 0


def test_whatever_takes_a_word_is_known_to_take_a_path_or_none():
    assert {*words_of(_parser())} == {*WITH_A_PATH, *WITHOUT}


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("words", WITH_A_PATH.values(), ids=lambda words: words[0])
def test_a_path_that_will_not_do_is_refused_in_a_sentence(capfd, words, place):
    if (words[0], place) in PASSES:
        pytest.skip("it is taken")
    capfd.readouterr()

    code = main([word.format(PLACES[place]) for word in words])

    out, err = capfd.readouterr()
    assert (code in {1, 2}, out) == (True, "")
    assert len(err.splitlines()) == 1
    assert not [name for name in NAMES if name in err]
    assert "[Errno" not in err
