"""Lines made from the grammar at the top of the parser, and what they are read as."""

import json
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.words import Token, TokenKind, Words
from bot.grammar.parser import Miss, read
from tests.bot.grammar.examples import RELAY, SESSION, TASK

NAMES = {
    "start": ("start", "run", "开始"),
    "stop": ("stop", "kill", "停止"),
    "list": ("list", "ls"),
    "recent": ("recent", "最近"),
    "status": ("status", "show", "状态"),
}
SPACE = st.text(" \n\t\u00a0\u3000", min_size=1, max_size=2)
TEXT = st.from_regex(r"[xyz][xyz0-9]{0,6}", fullmatch=True)
INSIDE = st.from_regex(r"x[xyz 0-9=.*_-]{0,8}", fullmatch=True)
VISIBLE = st.from_regex(r"[xyz0-9:/.?=-]{0,8}", fullmatch=True)
REQUEST = st.dictionaries(TEXT, st.lists(TEXT | st.booleans(), max_size=2), max_size=2)
IDS = st.one_of(
    st.from_regex(r"#?[RSGrsg][0-9]{1,7}", fullmatch=True).map(
        lambda text: Token(text, TokenKind.HANDLE)
    ),
    st.just(Token(SESSION, TokenKind.SESSION)),
    st.just(Token(TASK, TokenKind.TASK)),
)
NAMED = (
    *("{}", "{}", "{}", "TaskId={}", "TaskId: {}", "SESSION_ID:{}", "request id: {}"),
    *('{"TaskId":"{}"}', '{"TaskId": "{}"}', '"taskid": "{}",', "[Task-Id: '{}']"),
)


@dataclass(frozen=True)
class Piece:
    """A word of the line: how it is typed, and what it is."""

    typed: str
    kind: str
    name: str = ""
    value: object = None


def any_case(text):
    return st.sampled_from([text, text.upper(), text.title()])


def quoted(text):
    return st.sampled_from([f'"{text}"', f"'{text}'", f"“{text}”"])


@st.composite
def ids(draw):
    token = draw(IDS)
    typed = draw(st.sampled_from(NAMED)).replace("{}", token.text)
    return Piece(typed, "operand", value=token)


@st.composite
def operands(draw):
    text = draw(INSIDE)
    typed = draw(quoted(text))
    return Piece(typed, "operand", value=Token(text, TokenKind.WORD))


@st.composite
def texts(draw):
    text = draw(TEXT)
    return Piece(text, "text", value=Token(text, TokenKind.WORD))


@st.composite
def flags(draw, syntax):
    name = draw(st.sampled_from([*syntax.flags, "help"]))
    short = {"yes": ["-y"], "help": ["-h"]}.get(name, [])
    typed = draw(any_case(f"--{name}") | st.sampled_from([f"--{name}", *short]))
    return Piece(typed, "flag", name)


@st.composite
def pairs(draw, syntax):
    key = draw(st.sampled_from([key for key in syntax.keys if key != "json"]))
    signs = ["=", "+=", "-="] if key in syntax.changes else ["="]
    sign = draw(st.sampled_from(signs))
    value = draw(VISIBLE | INSIDE)
    written = st.sampled_from([value, f"`{value}`"])
    if " " in value or value.endswith(("*", "_")):
        written = quoted(value)
    part = draw(any_case(key) | st.just(key[0]))
    dashes = draw(st.sampled_from(["", "--"]))
    return Piece(f"{dashes}{part}{sign}{draw(written)}", sign, key, value)


@st.composite
def requests(draw):
    pasted = json.dumps(draw(REQUEST), indent=draw(st.sampled_from([None, 1])))
    around = ["{}", "`{}`", "```{}```", "```json\n{}\n```", "'{}'", "“{}”"]
    fenced = draw(st.sampled_from(around)).replace("{}", pasted)
    typed = draw(st.sampled_from(["json={}", "JSON = {}"])).replace("{}", fenced)
    return Piece(typed, "request", "json", pasted)


@st.composite
def marked(draw, pieces):
    piece = draw(pieces)
    if " " in piece.typed or piece.typed[0] in "\"'“" or piece.kind == "end":
        return piece
    mark = draw(st.sampled_from(["", "", "", "`", "*", "_"]))
    return Piece(f"{mark}{piece.typed}{mark}", piece.kind, piece.name, piece.value)


@st.composite
def lines(draw):
    """Return the pieces of a line: in any order, its subcommand before any text."""
    syntax = draw(st.sampled_from(RELAY.subcommands))
    around = ids() | operands() | flags(syntax) | st.just(Piece("--", "end"))
    around = around | pairs(syntax) if syntax.keys else around
    before = draw(st.lists(marked(around), max_size=3))
    after = draw(st.lists(marked(around), max_size=3))
    verb = any_case(draw(st.sampled_from(NAMES[syntax.name])))
    verbs = marked(verb.map(lambda typed: Piece(typed, "subcommand", syntax.name)))
    if syntax.name != RELAY.bare or draw(st.booleans()):
        after = [draw(verbs), *after, *draw(st.lists(marked(texts()), max_size=2))]
    line = [*before, *after]
    if "json" in syntax.keys and draw(st.booleans()):
        line.insert(draw(st.integers(0, len(line))), draw(requests()))
    return line


def after_end(line):
    """Return *line* without its `end`, and with what that makes text."""
    ended = False
    for piece in line:
        dashed = piece.kind != "operand" and piece.typed.strip("`*_").startswith("-")
        if piece.typed == "--" and not ended:
            ended = True
        elif dashed and (ended or piece.kind == "end"):
            token = Token(unmarked(piece.typed), TokenKind.WORD)
            yield Piece(piece.typed, "operand", value=token)
        else:
            yield piece


def meaning(line):
    """Return the words that *line* stands for."""
    pieces = list(after_end(line))
    names = [piece.name for piece in pieces if piece.kind == "subcommand"]
    return Words(
        subcommand=names[0] if names else RELAY.bare,
        ids=tuple(p.value for p in pieces if p.kind in {"operand", "text"}),
        pairs=values(pieces, "request") | values(pieces, "="),
        adds=values(pieces, "+="),
        drops=values(pieces, "-="),
        flags=frozenset(piece.name for piece in pieces if piece.kind == "flag"),
    )


def values(pieces, kind):
    by_key = {}
    for piece in pieces:
        if piece.kind == kind:
            by_key[piece.name] = (*by_key.get(piece.name, ()), piece.value)
    return by_key


def unmarked(typed):
    """Return *typed* without its marks, and with quotes as a keyboard has them."""
    inside = typed[1:-1] if typed[0] in "`*_" else typed
    return inside.replace("“", '"').replace("”", '"')


@given(st.data())
def test_a_line_of_the_grammar_is_read_as_what_it_stands_for(data):
    line = data.draw(lines())
    spaces = [data.draw(SPACE) for _piece in line]
    typed = "".join(
        piece.typed + space for piece, space in zip(line, spaces, strict=True)
    )

    wanted = meaning(line)
    several = RELAY.called(wanted.subcommand).several
    twice = [k for k, v in wanted.pairs.items() if len({*v}) > 1 and k not in several]
    if twice:
        assert isinstance(read(typed, RELAY), Miss)
    else:
        assert read(typed, RELAY) == wanted


@given(st.data())
def test_a_topic_is_the_help_of_its_subcommand(data):
    name, said = data.draw(
        st.sampled_from([(name, said) for name in NAMES for said in NAMES[name]])
    )
    helping = data.draw(st.sampled_from(["help", "HELP", "?", "帮助"]))
    rest = [piece.typed for piece in data.draw(st.lists(texts(), max_size=2))]

    words = read(" ".join([helping, said, *rest]), RELAY)

    assert words == Words(subcommand=name, flags=frozenset({"help"}))
