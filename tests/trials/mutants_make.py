"""Small faults for a Python file, made one at a time.

A mutant is a file with one thing changed: a comparison, a sign, a number, a word that
is compared, a condition turned round, a statement or one condition of a query left
out, a result forgotten, a part of a regular expression. What crashes at once anyway,
such as a name that is missing, is not made: it would only flatter the tests.
"""

import ast
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import CodeType

_COMPARISONS = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_SIGNS = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
_NAMES = {"min": "max", "max": "min", "any": "all", "all": "any"}
_LINKS = {"order_by", "limit", "replace", "strip", "rstrip"}  # of a chain of calls
SHORTEST = 12  # characters that show what a change is about
_TEXT = (ast.Constant, ast.JoinedStr)

# Of a pattern: a whole class in brackets, a count, a look around, a quantifier.
_CLASS = re.compile(r"\[\^?(?:\\.|[^\]])+\]")
_ONE = re.compile(r"(?:\\.|[^\\])(?:-(?:\\.|[^\\]))?", re.DOTALL)
_PART = re.compile(r"(\\b)|(\(\?<?[!=])|(?<=\{)(\d+)|(?<=[\]\)])([*+?])|(\|)|(\^)")
_AROUND = {"(?!": "(?=", "(?=": "(?!", "(?<!": "(?<=", "(?<=": "(?<!"}
_QUANTIFIER = {"*": "+", "+": "", "?": ""}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault: *where* it is, what it *change*s, which lines (from, to) it needs.

    *function* is the name and first line of the function that has it, or None for
    what happens when the file is imported. *site* finds it in the file again.
    """

    file: Path
    where: str
    change: str
    lines: tuple[int, int]
    function: tuple[str, int] | None
    site: tuple[int, int]

    def code(self) -> CodeType:
        """Compile the whole file with this one fault in it."""
        tree = ast.parse(_source(self.file))
        nodes, up = _family(tree)
        node = nodes[self.site[0]]
        new = list(_variants(node, up.get(node)))[self.site[1]]
        _put(up[node], node, new)
        return compile(ast.fix_missing_locations(tree), str(self.file), "exec")


def mutants_of(file: Path) -> list[Mutant]:
    """Return every fault that is made for *file*, in the order of its text."""
    tree = ast.parse(_source(file))
    nodes, up = _family(tree)
    made: list[Mutant] = []
    seen: dict[tuple[str, str], int] = {}
    for index, node in enumerate(nodes):
        if _is_left_alone(node, up):
            continue
        for number, new in enumerate(_variants(node, up.get(node))):
            where, change = _where(node, up), _told(node, new, up)
            seen[where, change] = times = seen.get((where, change), 0) + 1
            change = f"{change} ({times})" if times > 1 else change
            site = (index, number)
            lines, function = _lines(node, up), _function(node, up)
            made.append(Mutant(file, where, change, lines, function, site))
    return sorted(made, key=lambda one: one.lines)


@cache
def _source(file: Path) -> str:
    """Read *file* once: who edits it meanwhile does not move the faults."""
    return file.read_text("utf-8")


# ── what is changed ──────────────────────────────────────────────────────────────


def _variants(node: ast.AST, parent: ast.AST | None) -> Iterator[ast.AST]:
    if isinstance(node, ast.stmt):
        yield from _statements(node)
    elif isinstance(node, ast.expr):
        yield from _expressions(node, parent)
        yield from _turned(node, parent)


def _expressions(node: ast.expr, parent: ast.AST | None) -> Iterator[ast.AST]:
    match node:
        case ast.Compare() | ast.BoolOp() | ast.BinOp() | ast.UnaryOp():
            yield from _operators(node)
        case ast.Constant():
            yield from _constants(node, parent)
        case ast.Call():
            yield from _names(node)
            yield from _links(node)
        case ast.Slice():
            yield from _without(node, "lower")
            yield from _without(node, "upper")
        case ast.Set() | ast.Tuple():
            if isinstance(node, ast.Set) or isinstance(parent, ast.ExceptHandler):
                yield from _fewer(node, "elts")


def _turned(node: ast.expr, parent: ast.AST | None) -> Iterator[ast.AST]:
    tested = getattr(parent, "test", None) is node or node in getattr(parent, "ifs", ())
    plain = not isinstance(node, ast.Compare | ast.BoolOp | ast.UnaryOp)
    if tested and plain:
        yield ast.UnaryOp(ast.Not(), deepcopy(node))


def _statements(node: ast.stmt) -> Iterator[ast.AST]:
    match node:
        case ast.Expr(value=ast.Call() | ast.Await()) | ast.Raise() | ast.AugAssign():
            yield ast.Pass()
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield ast.Pass()
        case ast.Return(value=None):
            yield ast.Pass()
        case ast.Return(value=value) if not isinstance(value, ast.Constant):
            yield ast.Return(ast.Constant(None))
        case ast.Break():
            yield ast.Continue()
        case ast.Continue():
            yield ast.Break()
    if isinstance(node, ast.AugAssign) and type(node.op) in _SIGNS:
        yield _with(node, op=_SIGNS[type(node.op)]())


def _operators(node: ast.expr) -> Iterator[ast.AST]:
    match node:
        case ast.Compare(ops=ops):
            for number, op in enumerate(ops):
                swapped = [*ops[:number], _COMPARISONS[type(op)](), *ops[number + 1 :]]
                yield _with(node, ops=swapped)
        case ast.BoolOp(op=op):
            yield _with(node, op=ast.And() if isinstance(op, ast.Or) else ast.Or())
        case ast.BinOp(left=left, op=op, right=right):
            text = isinstance(left, _TEXT) or isinstance(right, _TEXT)
            text = text and not _is_number(left) and not _is_number(right)
            if type(op) in _SIGNS and not text:
                yield _with(node, op=_SIGNS[type(op)]())
        case ast.UnaryOp(operand=operand):
            yield deepcopy(operand)


def _constants(node: ast.Constant, parent: ast.AST | None) -> Iterator[ast.AST]:
    if isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node.value, int | float):
        yield ast.Constant(node.value + 1)
    elif isinstance(node.value, str) and isinstance(parent, ast.Compare):
        yield ast.Constant(f"XX{node.value}")


def _names(node: ast.Call) -> Iterator[ast.AST]:
    match node:
        case ast.Call(func=ast.Name(id=name)) if name in _NAMES:
            yield _with(node, func=ast.Name(_NAMES[name], ast.Load()))
        case ast.Call(func=ast.Name(id="desc"), args=[what]):
            yield deepcopy(what)
        case ast.Call(func=ast.Name(id="and_" | "or_" as name)):
            other = {"and_": "or_", "or_": "and_"}[name]
            yield _with(node, func=ast.Name(other, ast.Load()))
            yield from _fewer(node, "args")


def _links(node: ast.Call) -> Iterator[ast.AST]:
    match node:
        case ast.Call(func=ast.Attribute(value=value, attr="where"), args=[_]):
            yield deepcopy(value)
        case ast.Call(func=ast.Attribute(attr="where")):
            yield from _fewer(node, "args")
        case ast.Call(func=ast.Attribute(value=value, attr=name)) if name in _LINKS:
            yield deepcopy(value)
        case ast.Call(func=ast.Attribute(attr="compile"), args=[ast.Constant(), *_]):
            for pattern in _patterns(node.args[0].value):
                yield _with(node, args=[ast.Constant(pattern), *node.args[1:]])


def _patterns(pattern: str) -> Iterator[str]:
    """Yield *pattern* with one part changed, as far as it is still one."""
    changed = []
    classes = list(_CLASS.finditer(pattern))
    for found in classes:
        inside = found[0][1:-1]
        start = 1 if inside.startswith("^") else 0
        for one in _ONE.finditer(inside, start):
            left = inside[: one.start()] + inside[one.end() :]
            if left not in {"", "^"}:
                changed.append((found.start() + 1, found.end() - 1, left))
    for found in _PART.finditer(pattern):
        if any(one.start() < found.start() < one.end() - 1 for one in classes):
            continue
        around, count, quantifier = found[2], found[3], found[4]
        new = _AROUND.get(around, "") if around else _QUANTIFIER.get(quantifier, "")
        new = str(int(count) + 1) if count else new
        changed.append((found.start(), found.end(), new))
    for start, end, new in changed:
        made = pattern[:start] + new + pattern[end:]
        try:
            re.compile(made)
        except re.error:
            continue
        yield made


def _fewer(node: ast.AST, field: str) -> Iterator[ast.AST]:
    items = getattr(node, field)
    for number in range(len(items) if len(items) > 1 else 0):
        yield _with(node, **{field: [*items[:number], *items[number + 1 :]]})


def _without(node: ast.AST, field: str) -> Iterator[ast.AST]:
    if getattr(node, field) is not None:
        yield _with(node, **{field: None})


def _with(node: ast.AST, **fields: object) -> ast.AST:
    made = deepcopy(node)
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def _is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float)


# ── where it is ──────────────────────────────────────────────────────────────────

_Up = dict[ast.AST, ast.AST]
_Function = ast.FunctionDef | ast.AsyncFunctionDef


def _family(tree: ast.Module) -> tuple[list[ast.AST], _Up]:
    # `Add()` and its like are shared between places, but none is ever a site
    nodes = list(ast.walk(tree))
    return nodes, {
        child: node for node in nodes for child in ast.iter_child_nodes(node)
    }


def _ancestors(node: ast.AST, up: _Up) -> Iterator[tuple[ast.AST, ast.AST]]:
    """Yield each ancestor of *node*, with its child that leads there."""
    while node in up:
        yield up[node], node
        node = up[node]


def _is_left_alone(node: ast.AST, up: _Up) -> bool:
    """Types and decorators are mypy's and the reader's business."""
    for above, child in _ancestors(node, up):
        if child in getattr(above, "decorator_list", ()):
            return True
        typed = getattr(above, "annotation", None), getattr(above, "returns", None)
        if child in typed:
            return True
        if isinstance(above, ast.ClassDef) and child in above.bases:
            return True
    return False


def _function(node: ast.AST, up: _Up) -> tuple[str, int] | None:
    """Return the outermost function whose body has *node*: its code can be swapped."""
    found = None
    for above, child in _ancestors(node, up):
        if isinstance(above, _Function) and child in above.body:
            first = min([above.lineno, *(one.lineno for one in above.decorator_list)])
            found = above.name, first
    return found


def _where(node: ast.AST, up: _Up) -> str:
    named = _Function | ast.ClassDef
    names = [
        above.name for above, _ in _ancestors(node, up) if isinstance(above, named)
    ]
    return ".".join(reversed(names)) or "(top)"


def _lines(node: ast.AST, up: _Up) -> tuple[int, int]:
    """Return the lines of the statement around *node*; only the head of a block."""
    statement = node
    while not isinstance(statement, ast.stmt | ast.ExceptHandler | ast.match_case):
        statement = up[statement]
    first = getattr(statement, "lineno", getattr(node, "lineno", 1))
    body = getattr(statement, "body", None)
    last = body[0].lineno - 1 if body else statement.end_lineno
    return first, max(first, last)


def _told(node: ast.AST, new: ast.AST, up: _Up) -> str:
    """Say what changes: the smallest expression or statement that shows it."""
    shown, changed = node, new
    if _is_pattern(node) and _is_pattern(new):
        return _told_of_pattern(node.args[0].value, new.args[0].value)
    while len(_text(shown)) < SHORTEST and isinstance(
        up[node], ast.expr | ast.keyword | ast.Assign
    ):
        parent = up[node]
        shown, changed = parent, _replaced(parent, node, changed)
        node = parent
    before, after = _text(shown), _text(changed)
    return f"{before} → {after}"


def _is_pattern(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and bool(
        node.args and isinstance(node.args[0], ast.Constant)
    )


def _told_of_pattern(before: str, after: str) -> str:
    start = _alike(before, after)
    rest = _alike(before[start:][::-1], after[start:][::-1])
    shown = (
        before[start : len(before) - rest],
        after[start : len(after) - rest],
        before[:start],
    )
    lost, new, ahead = (ascii(one)[1:-1] for one in shown)
    return f"pattern, after {ahead[-20:]!r}: {lost!r} → {new!r}"


def _alike(one: str, other: str) -> int:
    """Return how many characters the two begin with in common."""
    pairs = zip(one, other, strict=False)
    return next(
        (at for at, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other))
    )


def _text(node: ast.AST, longest: int = 200) -> str:
    if isinstance(node, ast.Pass):
        return "(nothing)"
    text = " ".join(ast.unparse(ast.fix_missing_locations(deepcopy(node))).split())
    return text if len(text) <= longest else f"{text[:longest]}…"


def _replaced(parent: ast.AST, node: ast.AST, new: ast.AST) -> ast.AST:
    """Return a copy of *parent* in which *new* stands where *node* stood."""
    fields = {}
    for name, value in ast.iter_fields(parent):
        if value is node:
            fields[name] = new
        elif isinstance(value, list):
            fields[name] = [new if one is node else one for one in value]
    return _with(parent, **fields)


def _put(parent: ast.AST, node: ast.AST, new: ast.AST) -> None:
    for name, value in ast.iter_fields(parent):
        if value is node:
            setattr(parent, name, new)
        elif isinstance(value, list):
            value[:] = [new if one is node else one for one in value]
