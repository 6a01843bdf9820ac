"""Every subcommand there is takes what it declares, and refuses all else."""

from itertools import product

import pytest

from bot.dialogue.words import Words
from bot.grammar.parser import Miss, read
from commands import COMMANDS

FLAGS = ("again", "details", "dry-run", "go", "ids", "json", "private", "public", "yes")
KEYS = ("app", "id", "json", "reason", "room", "url", "user")
SUBCOMMANDS = [
    pytest.param(command.vocabulary, subcommand, id=f"{command.name} {subcommand.name}")
    for command in COMMANDS.values()
    for subcommand in command.vocabulary.subcommands
]


@pytest.mark.parametrize(("vocabulary", "subcommand"), SUBCOMMANDS)
@pytest.mark.parametrize("flag", FLAGS)
@pytest.mark.parametrize("typed", ["{} --{}", "{} R128 --{}", "--{1} R128 {0}"])
def test_a_flag_that_is_not_declared_is_refused(vocabulary, subcommand, flag, typed):
    answer = read(typed.format(subcommand.name, flag), vocabulary)

    if flag in subcommand.flags:
        assert isinstance(answer, Words)
        assert answer.flags == {flag}
    else:
        assert isinstance(answer, Miss)
        assert (answer.typed, answer.part) == (f"--{flag}", "flag")


@pytest.mark.parametrize(("vocabulary", "subcommand"), SUBCOMMANDS)
def test_help_needs_no_declaration(vocabulary, subcommand):
    words = read(f"{subcommand.name} --help", vocabulary)

    assert words == Words(subcommand=subcommand.name, flags=frozenset({"help"}))


@pytest.mark.parametrize(("vocabulary", "subcommand"), SUBCOMMANDS)
@pytest.mark.parametrize("sign", ["+=", "-="])
def test_a_key_that_is_not_declared_to_change_is_refused(vocabulary, subcommand, sign):
    keys = {*KEYS, *subcommand.keys} - set(subcommand.changes)
    typed = ["{} {}{}1", "{} R128 {}{}1", '{} --{}{}"a b"']
    commands = [
        text.format(subcommand.name, key, sign) for text, key in product(typed, keys)
    ]

    understood = [one for one in commands if isinstance(read(one, vocabulary), Words)]

    assert understood == []


@pytest.mark.parametrize(("vocabulary", "subcommand"), SUBCOMMANDS)
def test_only_declared_keys_change(vocabulary, subcommand):
    assert set(subcommand.changes) <= set(subcommand.keys)
