"""A stop is known as one in every spelling that the grammar takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.words import Words
from bot.grammar.parser import read
from bot.routing.command import PLAIN
from commands import COMMANDS
from tests.bot.grammar.test_ebnf import SPACE, lines

ENDING = {"relay": {"stop", "close", "attach"}, "car": {"close", "stop"}}
BY_FORM = {"relay": {"stop", "close", "attach"}, "car": {"close", "stop"}}
SPELLINGS = st.text(
    "stopendkilhrmzcuSTOPｓｔｏ停止 `*_\"'-=<>|&;:/.\u00ad\u200b\u3000ſé0", max_size=20
)


@pytest.mark.parametrize("name", COMMANDS)
def test_what_ends_or_settles_is_this_and_nothing_else(name):
    command = COMMANDS[name]
    ends = {sub for sub, one in command.subcommands.items() if one.ends}

    assert ends == ENDING.get(name, set())
    by_form = {sub for sub in command.forms if command.ends_by_form(sub)}
    assert by_form <= BY_FORM.get(name, set())
    assert by_form == set(command.forms) & BY_FORM.get(name, set())


@pytest.mark.parametrize(
    "text",
    [
        "stop R128",
        "R128 stop --yes",
        "KILL R128",
        "*stop* R1",
        "`stop R1`",
        "_halt_ R1",
        "停止 R128",
        "ｓｔｏｐ R128",
        "st\u00adop R1",
        "\u3000end\u00a0R1",
        "stop --help",
        "<http://stop|stop> R1",
        "<http://st|st>op R1",
        "attach R1 -m97l2ZU7vxyBSmXYs",
        "close R1 reason=gone",
    ],
)
def test_a_stop_is_known_however_it_is_spelled(text):
    assert COMMANDS["relay"].ends(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "start 7 url=rtmp://stop.example.com/end/kill --go",
        'start "stop"',
        "list",
        "stpo R1",
        "friend",
        "x" * 5000 + " stop",
    ],
)
def test_what_is_no_stop_is_not_taken_for_one(text):
    assert not COMMANDS["relay"].ends(text)


@pytest.mark.parametrize("name", COMMANDS)
@given(text=SPELLINGS)
def test_the_glance_agrees_with_the_grammar(name, text):
    command = COMMANDS[name]
    words = read(text, command.vocabulary)
    ends = isinstance(words, Words) and words.subcommand in ENDING.get(name, ())

    assert command.ends(text) or not ends


@given(st.data())
def test_any_line_of_the_grammar_that_stops_is_known_as_a_stop(data):
    line = data.draw(lines())
    typed = "".join(piece.typed + data.draw(SPACE) for piece in line)
    stops = any((piece.kind, piece.name) == ("subcommand", "stop") for piece in line)

    assert COMMANDS["relay"].ends(typed) or not stops


@given(st.text())
def test_what_is_plain_is_read_letter_by_letter_as_it_stands(text):
    assert not PLAIN.fullmatch(text) or (text.isascii() and not set(text) & set("<>&"))
