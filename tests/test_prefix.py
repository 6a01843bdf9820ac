"""With a prefix nobody reads the bare name of a command, which is another app's."""

import ast
import re

import pytest

from bot import catalogues
from bot.catalogues import TOP, sources
from bot.i18n import _, commands_called, languages, read_as, slash
from bot.tencent.explain import codes, explain
from commands import COMMANDS
from tests.test_sentences import is_mark, is_text, relative
from tests.tools import pseudo

PREFIX = "tc-"
BARE = re.compile(
    rf"(?<![\w/.-])/(?:{'|'.join(COMMANDS)}|\{{command\}})(?![\w-])", re.ASCII
)
PUSH = "url=rtmp://push.example.com/live/k"


@pytest.fixture
def prefixed():
    with commands_called(PREFIX, COMMANDS):
        yield


def sentences():
    """Yield every sentence of the catalogues, with its domain."""
    for domain in catalogues.COLLECT:
        path = catalogues.locales(TOP) / "zh_CN" / "LC_MESSAGES" / f"{domain}.po"
        for message in catalogues.read(path):
            ids = [message.id] if isinstance(message.id, str) else message.id
            yield from ((one, domain) for one in ids if one)


def test_no_sentence_in_any_language_names_a_bare_command(prefixed):
    named = [one for one, _domain in sentences() if BARE.search(one)]
    told = [
        read_as(one, locale, domain)
        for one, domain in sentences()
        for locale in languages()
    ]

    assert len(named) > 50
    assert [one for one in told if BARE.search(one)] == []
    assert sum(f"/{PREFIX}" in one for one in told) >= 2 * len(named)


def test_no_explanation_names_a_bare_command(prefixed):
    told = [str(one) for code in codes() for one in explain(code)]

    assert [one for one in told if BARE.search(one)] == []


def test_an_explanation_is_not_kept_with_the_prefix_of_another_bot():
    steps = explain("AuthFailure.SignatureFailure")
    with commands_called(PREFIX, COMMANDS):
        others = explain("AuthFailure.SignatureFailure")

    assert str(steps).replace("/patchbay", "/tc-patchbay") == str(others)
    assert explain("AuthFailure.SignatureFailure") == steps


@pytest.mark.parametrize(
    ("sentence", "read"),
    [
        ("See /relay list, or /car recent.", "See /tc-relay list, or /tc-car recent."),
        ("/{command} has no “{typed}”.", "/tc-{command} has no “{typed}”."),
        ("/relay-list, /cargo, a/car, https://car/gs", None),
        ("{path}/relay var/patchbay ./gs //car /tc-relay", None),
        ("输入/relay", "输入/tc-relay"),
    ],
)
def test_only_a_command_gets_the_prefix(prefixed, sentence, read):
    assert _(sentence) == (read or sentence)


def test_without_a_prefix_a_command_is_called_by_its_name():
    with commands_called("", COMMANDS):
        assert (_("See /relay list."), slash("relay list")) == (
            "See /relay list.",
            "/relay list",
        )


def literals(path):
    """Yield every text in the file at *path* that is no sentence and no docstring."""
    tree = ast.parse(path.read_text())
    beside = set()
    for node in ast.walk(tree):
        if is_mark(node) or isinstance(node, ast.Expr):
            beside |= {id(one) for one in ast.walk(node) if is_text(one)}
    for node in ast.walk(tree):
        if is_text(node) and id(node) not in beside:
            yield node.value


@pytest.mark.parametrize("path", sources(), ids=relative)
def test_a_command_outside_a_sentence_is_written_by_its_one_function(path):
    assert [one for one in literals(path) if BARE.search(one)] == []


def tour():
    """Return what is typed: the tour of the sentences, and every subcommand thrice."""
    every = [
        f"/{command.name} {subcommand}{rest}"
        for command in COMMANDS.values()
        for subcommand in command.subcommands
        for rest in ("", " --help", " nosuch=1", " nosuch")
    ]
    lists = ("/relay target list", "/relay preset list", "/lookup R1 --details")
    return (*pseudo.TOUR, f"/relay start 21 {PUSH} --go", *lists, *every)


async def test_no_answer_form_card_alert_or_home_names_a_bare_command():
    told = await pseudo.played(tour(), settings={"command_prefix": PREFIX})

    assert len(told) > 500
    assert sum(f"/{PREFIX}" in text for _typed, text in told) > 100
    assert [(typed, text) for typed, text in told if BARE.search(text)] == []
