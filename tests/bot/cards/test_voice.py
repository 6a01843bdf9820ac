"""No sentence of a card, an alarm or a look-up speaks as a person: docs/voice.md."""

import ast
import re
from pathlib import Path

import pytest

TOP = Path(__file__).parents[3]
OWN = (
    *sorted(TOP.glob("bot/cards/*.py")),
    *sorted(TOP.glob("bot/resources/render/*.py")),
    *sorted(TOP.glob("bot/resources/capacity/*.py")),
    *sorted(TOP.glob("bot/resources/costream/*.py")),
    *(
        TOP / f"bot/resources/relay/{name}.py"
        for name in (
            "alarms",
            "card",
            "copies",
            "details",
            "news",
            "targets",
            "unknown",
        )
    ),
    *sorted(TOP.glob("commands/car/*.py")),
    *(TOP / f"commands/{name}.py" for name in ("gs", "lookup")),
    *(
        TOP / f"commands/relay/{name}.py"
        for name in ("attach", "close", "copies", "stop")
    ),
)
PERSON = re.compile(r"\b(I|me|my|we|us|our)\b")
MARKS = {"_", "n_", "later"}


def sentences(path):
    """Return every text that *path* marks for translation."""
    calls = [
        node
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in MARKS
    ]
    texts = [
        one for call in calls for one in call.args if isinstance(one, ast.Constant)
    ]
    return [one.value for one in texts if isinstance(one.value, str)]


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.stem)
def test_nobody_speaks_in_it(path):
    assert [text for text in sentences(path) if PERSON.search(text)] == []


def test_there_are_sentences_to_read():
    assert sum(len(sentences(path)) for path in OWN) > 150
