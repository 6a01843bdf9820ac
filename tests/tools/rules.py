"""What may stand where in the bot's own files, read from the syntax tree.

A rule takes a file's path, as text relative to the root, and its tree, and yields
what breaks it, in words that hold no line numbers: `datetime.now`, `Kind("R")`.
"""

import ast
import inspect
import re
from functools import lru_cache
from pathlib import Path

from bot.tencent.models import REQUESTS, base
from tests.tools.imports import targets

ROOT = Path(__file__).parents[2]
PRODUCTS = ("bot/resources/", "commands/", "bot/tencent/models/")
HOME_OF_LIBRARY = {
    "slack_bolt": ("bot/slack/",),
    "slack_sdk": ("bot/slack/",),
    "sqlalchemy": ("bot/journal/",),
    "alembic": ("bot/journal/",),
    "PIL": ("bot/resources/relay/picture.py",),
    "sqlite3": ("bot/journal/",),
    "psycopg": ("bot/journal/",),
    "aiohttp.Client": (
        "bot/tencent/client.py",
        "bot/tencent/connection.py",
        "bot/slack/outbound/",
    ),
    "os.environ": ("bot/settings.py",),
    "os.getenv": ("bot/settings.py",),
}
CLOCKS = re.compile(
    r"datetime\.datetime\.(now|utcnow|today)|datetime\.date\.today"
    r"|time\.(time|monotonic|perf_counter|sleep)(_ns)?|(random|secrets|uuid)\..+"
    r"|os\.urandom|asyncio\.sleep"
)
BLOCKS = {
    "actions",
    "button",
    "context",
    "divider",
    "header",
    "home",
    "image",
    "input",
    "modal",
    "mrkdwn",
    "plain_text",
    "rich_text",
    "section",
}
PARTICIPLES = {"told", "said", "found", "known", "given"}


@lru_cache(maxsize=1)
def nodes(tree):
    """Return all nodes of *tree*, which each rule goes through again."""
    return tuple(ast.walk(tree))


def children(one):
    """Return the classes derived from *one*, at any distance."""
    return {one}.union(*map(children, one.__subclasses__())) if one else set()


# Requests and replies of one action; their bases say nothing of a product.
MODELS = {
    one.__name__
    for one in children(base.Request) | children(base.Reply)
    if inspect.getmodule(one) is not base
}


def generic_code_knows_no_product(path, tree):
    """Yield models that are asked for, actions as text and members of Kind."""
    if path.startswith((*PRODUCTS, "bot/sandbox/")):
        return
    for node in nodes(tree):
        match node:
            case ast.Call(func=ast.Name("isinstance"), args=[_, classes]):
                asked = {name_of(one) for one in ast.walk(classes)}
                yield from (f"isinstance {name}" for name in sorted(asked & MODELS))
            case ast.MatchClass(cls=one) if name_of(one) in MODELS:
                yield f"case {name_of(one)}"
            case ast.Constant(str(text)) if text in REQUESTS:
                yield f'"{text}"'
            case ast.Attribute(value=one, attr=attr) if name_of(one) == "Kind":
                yield f"Kind.{attr}"
            case ast.Compare() if is_kind_against_literal(node):
                yield ast.unparse(node)


def is_kind_against_literal(node):
    """Say whether the comparison *node* holds some `.kind` against a literal."""
    sides = [node.left, *node.comparators]
    return any(getattr(one, "attr", "") == "kind" for one in sides) and any(
        isinstance(leaf, ast.Constant) and leaf.value is not None
        for one in sides
        for leaf in [one, *getattr(one, "elts", [])]
    )


def name_of(node):
    """Return the last part of a name, with dots or without; of others, nothing."""
    return getattr(node, "attr", getattr(node, "id", ""))


def a_library_is_known_in_its_package_only(path, tree):
    """Yield what is used of a library in a unit that has no business with it."""
    if path.startswith("bot/sandbox/"):
        return
    names = origins(tree)
    used = [name for node in nodes(tree) for name in targets(node)]
    used += [whole for _, whole in references(tree, names)]
    for library, units in HOME_OF_LIBRARY.items():
        whole = re.compile(rf"{re.escape(library)}(\.|$|(?<=Client)\w)")
        if not path.startswith(units):
            yield from sorted({name for name in used if whole.match(name)})


def blocks_are_drawn_in_one_package(path, tree):
    """Yield the types of block dictionaries, but for Slack's rendering."""
    if path.startswith(("bot/slack/render/", "bot/sandbox/")):
        return
    for node in nodes(tree):
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                typed = isinstance(key, ast.Constant) and key.value == "type"
                if typed and getattr(value, "value", None) in BLOCKS:
                    yield f"type: {value.value}"


def clock_and_chance_come_in_as_arguments(path, tree):
    """Yield clocks, sleep and randomness, but in bot/base.py and as defaults."""
    if path == "bot/base.py" or path.startswith("bot/sandbox/"):
        return
    allowed = {id(node) for node in defaults(tree)}
    for node, whole in references(tree, origins(tree)):
        if CLOCKS.fullmatch(whole) and id(node) not in allowed:
            yield whole


# Where time is measured, or played; and who sleeps though nobody waits for it: in
# virtual time, or to hang until it is cancelled.
TIMED = ("tests/bench/", "tests/servers/", "tests/tools/refusal.py", "tests/trials/")
UNWAITED = {"tests/bot/test_drain.py", "tests/bot/slack/outbound/test_web.py"}


def no_test_sleeps(path, tree):
    """Yield the calls by which a test waits for time; others' turns it may await."""
    if path.startswith(TIMED) or path in UNWAITED:
        return
    names = origins(tree)
    for node in nodes(tree):
        if isinstance(node, ast.Call) and (called := dotted(node.func)):
            whole = ".".join([names.get(called[0], ""), *called[1:]])
            turn = [ast.unparse(one) for one in node.args] == ["0"]
            if whole in {"asyncio.sleep", "time.sleep"} and not turn:
                yield ast.unparse(node)


def defaults(tree):
    """Yield the defaults of arguments, and of a class's annotated fields."""
    for node in nodes(tree):
        if isinstance(node, ast.arguments):
            yield from filter(None, [*node.defaults, *node.kw_defaults])
        elif isinstance(node, ast.ClassDef):
            fields = (one for one in node.body if isinstance(one, ast.AnnAssign))
            yield from (one.value for one in fields if one.value)


@lru_cache(maxsize=1)
def origins(tree):
    """Return what the names that *tree* imports stand for, with all dots."""
    names = {}
    for node in nodes(tree):
        for target in targets(node):
            alias = next(
                one
                for one in node.names
                if target == one.name or target.endswith(f".{one.name}")
            )
            first = alias.asname or alias.name.partition(".")[0]
            whole = (
                target if alias.asname or isinstance(node, ast.ImportFrom) else first
            )
            names[first] = whole
    return names


def references(tree, names):
    """Yield each expression that leads to something imported, with its whole name."""
    for node in nodes(tree):
        if isinstance(node, ast.Name | ast.Attribute):
            first, *rest = dotted(node) or [""]
            if first in names:
                yield node, ".".join([names[first], *rest])


def dotted(node):
    """Return the parts of `a.b.c`; None if it does not begin with a plain name."""
    if isinstance(node, ast.Name):
        return [node.id]
    inner = dotted(node.value) if isinstance(node, ast.Attribute) else None
    return inner and [*inner, node.attr]


def a_local_says_what_kind_of_thing_it_is(_path, tree):
    """Yield locals and arguments that are named by a participle."""
    for node in nodes(tree):
        name = ""
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            name = node.id
        elif isinstance(node, ast.arg):
            name = node.arg
        if name in PARTICIPLES:
            yield name


RULES = (
    generic_code_knows_no_product,
    a_library_is_known_in_its_package_only,
    blocks_are_drawn_in_one_package,
    clock_and_chance_come_in_as_arguments,
    a_local_says_what_kind_of_thing_it_is,
)
