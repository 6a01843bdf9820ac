"""Every sentence is one literal text, which can be translated, and has room."""

import ast
import inspect
import json
import re
import subprocess
import sys
from functools import cache

import pytest

from bot import errors
from bot.catalogues import TOP, sources
from bot.dialogue import form, outcome
from tests.tools import pseudo

MARKS = {"_", "n_", "later"}
# Where `_` translates what was marked with `later` elsewhere, or is a docstring.
READ = {
    "bot/cards/errors.py": {"label", "RETRY[explanation.retry]"},
    "bot/grammar/misses.py": {"thing"},
    "bot/routing/command.py": {
        "first",
        "' '.join(rest.split())",
        "self.help.partition('\\n')[0]",
    },
    "bot/routing/help.py": {"command.summary"},
    "bot/tencent/models/nouns.py": {"text"},
    "bot/resources/costream/resource.py": {"OFFLINE", "title"},
    "bot/resources/headlines.py": {"_STATES[state]", "_HEADLINES[headline]"},
    "bot/resources/relay/targets.py": {"_STANDS[status]"},
    "bot/resources/relay/update.py": {"LABELS[one.field]"},
    "bot/resources/relay/worded.py": {"label"},
    "bot/resources/room/recalled.py": {"name", "title"},
    "bot/resources/room/reported.py": {"text"},
}
LETTERS = re.compile(r"[A-Za-z]{2,}")
PERSON = re.compile(r"\b(I|[Mm]e|[Mm]y|[Ww]e|us|[Oo]ur)\b")
WORDS = re.compile(r"[A-Za-z]{2,} [a-z]{2,}")
SHOWN = {"line", "said"} | {
    name
    for module in (outcome, form, errors)
    for name, one in vars(module).items()
    if inspect.isclass(one) and one.__module__ == module.__name__
    if module is not errors or issubclass(one, errors.UserError)
}


def relative(path):
    return str(path.relative_to(TOP))


def is_mark(node):
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in MARKS
    )


def texts_of(call):
    return call.args[:2] if call.func.id == "n_" else call.args


def is_text(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


@cache
def astray(path):
    """Return what is wrong in the file at *path*, by rule: it is read but once."""
    tree = tuple(ast.walk(ast.parse(path.read_text())))
    rules = (unread, put_together, unmarked, renamed)
    return {rule: [f"{path.name}:{one}" for one in rule(path, tree)] for rule in rules}


def told(node):
    return f"{node.lineno} {ast.unparse(node)}"


@pytest.mark.parametrize("path", sources(), ids=relative)
def test_what_is_marked_is_a_literal_or_was_marked_before(path):
    assert astray(path)[unread] == []


def unread(path, tree):
    """Yield what is marked though it is no literal, and was not marked before."""
    read = READ.get(relative(path), set())
    for call in filter(is_mark, tree):
        if all(map(is_text, texts_of(call))):
            continue
        if call.func.id != "_" or ast.unparse(call.args[0]) not in read:
            yield told(call)


@pytest.mark.parametrize("path", sources(), ids=relative)
def test_no_sentence_is_put_together_of_pieces(path):
    assert astray(path)[put_together] == []


def put_together(_path, tree):
    """Yield sums of sentences, and f-strings with a sentence and more in them."""
    return (told(node) for node in tree if is_sum(node) or is_mixture(node))


def test_no_sentence_speaks_of_itself():
    trees = (ast.parse(path.read_text()) for path in sources())
    calls = (call for tree in trees for call in ast.walk(tree) if is_mark(call))
    texts = {one.value for call in calls for one in texts_of(call) if is_text(one)}

    assert len(texts) > 1000
    assert [one for one in texts if PERSON.search(one)] == []


def is_sum(node):
    added = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add)
    return added and (is_mark(node.left) or is_mark(node.right))


def is_mixture(node):
    """Tell whether letters, or a second sentence, stand beside one in an f-string."""
    if not isinstance(node, ast.JoinedStr):
        return False
    marks = [one for one in ast.walk(node) if is_mark(one)]
    letters = "".join(one.value for one in node.values if is_text(one))
    return bool(marks) and bool(len(marks) > 1 or LETTERS.search(letters))


@pytest.mark.parametrize("path", sources(), ids=relative)
def test_what_is_shown_to_people_is_marked(path):
    assert astray(path)[unmarked] == []


def unmarked(_path, tree):
    """Yield what is called with words for people that are in no catalogue."""
    calls = (one for one in tree if isinstance(one, ast.Call))
    for call in calls:
        if name_of(call.func) in SHOWN and any(map(is_unmarked, shown_of(call))):
            yield told(call)


def shown_of(call):
    """Return what *call* tells: not what can be typed, nor the name of a rule."""
    named = [one.value for one in call.keywords if one.arg not in {"usage", "rule"}]
    args = call.args[:1] if name_of(call.func) == "Button" else call.args
    return [*args, *named]


def name_of(function):
    return getattr(function, "id", getattr(function, "attr", ""))


def is_unmarked(node):
    """Tell whether *node* is words, and no sentence of a catalogue."""
    if isinstance(node, ast.Tuple):
        return any(map(is_unmarked, node.elts))
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    return bool(WORDS.search("".join(one.value for one in parts if is_text(one))))


@pytest.mark.parametrize("path", sources(), ids=relative)
def test_the_marks_have_no_other_name(path):
    assert astray(path)[renamed] == []


def renamed(_path, tree):
    """Yield the marks that are imported by another name."""
    froms = (one for one in tree if isinstance(one, ast.ImportFrom))
    names = (one for node in froms if node.module == "bot.i18n" for one in node.names)
    return (f"{one.name} as {one.asname}" for one in names if one.asname)


# ── in a language that nobody speaks ─────────────────────────────────────────────

INSIDE = re.compile(f"{pseudo.OPENS}[^{pseudo.OPENS}{pseudo.CLOSES}]*{pseudo.CLOSES}")
CODE = re.compile(r"```.*?```|`[^`]*`|<[^>]*>", re.DOTALL)
TYPED = re.compile(r"^/[a-z]+(?: \S+)*", re.MULTILINE)  # is in no language
JSON = re.compile(r"\{\n.*\}", re.DOTALL)
HUMAN = re.compile(r"[A-Za-z]{2,}(?: [a-z]{2,})+|\b[A-Z][a-z]+\b")
DATA = re.compile(  # names, and what Tencent said
    r"\b(?:Slack|Tencent)\b|The session does not exist\.|The sandbox was told to fail\."
)


@pytest.fixture(scope="module")
def toured(tmp_path_factory):
    """Every text that a reader of that language got, with what was typed for it."""
    folder = pseudo.made(tmp_path_factory.mktemp("pseudo"))
    out = folder / "texts.json"
    subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "tests.tools.pseudo", str(out)],
        cwd=folder,
        check=True,
        capture_output=True,
        timeout=100,
    )
    return [tuple(one) for one in json.loads(out.read_text())]


@pytest.mark.short
def test_whatever_people_read_is_translated_or_is_data(toured):
    untranslated = [
        (typed, text) for typed, text in toured if HUMAN.search(rest_of(text))
    ]

    assert len(toured) > 200
    assert untranslated == []


def rest_of(text):
    """Return *text* without sentences, code, names, and what can be typed."""
    text = CODE.sub("", text)
    while INSIDE.search(text):
        text = INSIDE.sub(" ", text)
    return DATA.sub("", JSON.sub("", TYPED.sub("", text)))


def test_nothing_is_cut_in_a_language_whose_words_are_longer(toured):
    cut = [
        (typed, text)
        for typed, text in toured
        if text.count(pseudo.OPENS) != text.count(pseudo.CLOSES)
    ]

    assert cut == []


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("⟦Şţøp⟧ R1", "  R1"),
        ("⟦a ⟦b⟧ c⟧ Hard coded", "  Hard coded"),
        ("`code` <@U1> and", "  and"),
        ("/relay stop R1 --yes", ""),
        ("/relay stop  Stop a relay", "  Stop a relay"),
        ("Slack: The session does not exist.", ": "),
    ],
)
def test_what_is_left_of_a_text_is_what_was_not_translated(text, rest):
    assert rest_of(text) == rest


@pytest.mark.parametrize(
    "code",
    [
        *("f\"{_('Stop')} the relay\"", "f\"{_('a')} {_('b')}\"", "_('a') + name"),
        *("_(name)", "later(f'a')", "n_('a', many, 2)"),
    ],
)
def test_what_cannot_be_collected_is_seen(code):
    nodes = list(ast.walk(ast.parse(code)))
    literal = all(
        is_text(one) for node in nodes if is_mark(node) for one in texts_of(node)
    )

    assert not literal or any(is_sum(node) or is_mixture(node) for node in nodes)
