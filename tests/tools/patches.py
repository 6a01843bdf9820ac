"""Where a test changes the bot under its hands, guessed from the syntax tree.

Found are `monkeypatch.setattr` on what is ours, and an assignment that replaces a
method of ours (`world.executor.tasks.spawn = …`), something private
(`jobs._sleep = …`), a class (`directory.__class__ = …`) or an entry of a field of ours
(`executor.pacers[action] = …`). What a test's own fake has as an attribute may be set.
"""

import ast
from functools import cache

from tests.tools.rules import ROOT, dotted, nodes, origins

OURS = ("bot", "commands")


def no_test_changes_what_is_ours(_path, tree):
    """Yield what a test replaces of the bot, as it stands in the source."""
    methods, fields = members()
    yield from changes(tree, methods - fakes(), fields - fakes())


def changes(tree, methods, fields):
    """Yield what *tree* replaces: *methods*, entries of *fields*, and so on."""
    names, own = origins(tree), own_attributes(tree)
    for node in nodes(tree):
        if isinstance(node, ast.Call) and is_patch(node, names):
            yield ast.unparse(node.args[0])
        for target in assigned(node):
            if replaces(target, methods - own, fields - own):
                yield ast.unparse(target)


def is_patch(call, names):
    """Say whether *call* sets an attribute of something that is not imported."""
    called = dotted(call.func) or []
    if called == ["object", "__setattr__"]:
        return dotted(call.args[0]) != ["self"]
    if called[:1] != ["monkeypatch"] or called[-1] not in {"setattr", "delattr"}:
        return False
    target = call.args[0]
    if isinstance(target, ast.Constant):
        return str(target.value).startswith(OURS)
    whole = names.get((dotted(target) or [""])[0], OURS[0])
    return whole.partition(".")[0] in OURS


def assigned(node):
    """Return the targets of *node*, if it is an assignment."""
    if isinstance(node, ast.Assign):
        return node.targets
    if isinstance(node, ast.AugAssign | ast.AnnAssign):
        return [node.target]
    return node.targets if isinstance(node, ast.Delete) else []


def replaces(target, methods, fields):
    """Say whether setting *target* changes an object of ours."""
    entry = isinstance(target, ast.Subscript)
    *root, last = dotted(target.value if entry else target) or [""]
    if not root or root[0] in {"self", "cls"} or root[-1] == "TestCase":
        return False  # the last is how hypothesis is told its settings
    return last in fields if entry else last.startswith("_") or last in methods


@cache
def members():
    """Return the names of all our methods, and of all our fields."""
    methods, fields = set(), set()
    for path in (file for tree in OURS for file in (ROOT / tree).rglob("*.py")):
        tree = ast.parse(path.read_text())
        for node in nodes(tree):
            if isinstance(node, ast.ClassDef):
                methods |= {
                    one.name
                    for one in node.body
                    if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)
                }
        if "sandbox" not in path.parts:  # the sandbox is a fake at the edge
            fields |= own_attributes(tree)
    return methods, fields


@cache
def fakes():
    """Return the attributes of the sandbox, and of the fakes that tests share."""
    files = [
        *(ROOT / "bot/sandbox").rglob("*.py"),
        *(file for file in (ROOT / "tests").rglob("*.py") if "test_" not in file.name),
    ]
    return {
        name for path in files for name in own_attributes(ast.parse(path.read_text()))
    }


def own_attributes(tree):
    """Return the attributes that the classes of *tree* give themselves."""
    inside = [
        node
        for one in nodes(tree)
        if isinstance(one, ast.ClassDef)
        for node in [*one.body, *filter(sets_own, ast.walk(one))]
    ]
    return {
        target.attr if isinstance(target, ast.Attribute) else target.id
        for node in inside
        for target in assigned(node)
        if dotted(target) and (isinstance(target, ast.Name) or is_own(target))
    }


def sets_own(node):
    """Say whether *node* is an assignment to an attribute of `self`."""
    return any(isinstance(one, ast.Attribute) and is_own(one) for one in assigned(node))


def is_own(target):
    """Say whether *target* is an attribute of `self`."""
    return (dotted(target) or [])[:-1] == ["self"]
