"""Who imports whom, read from the source without running it.

An import counts wherever it stands: at the top, in a function or under TYPE_CHECKING.
Left out are the sandbox, which is another program, and the migrations, which Alembic
loads by path.
"""

import ast
import tomllib

TREES = ("bot", "commands")
LEFT_OUT = {"sandbox", "migrations"}


def sources(root):
    """Return the files of *root* that ship with the bot, by module name."""
    files = {}
    for path in sorted(file for tree in TREES for file in (root / tree).rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        if not LEFT_OUT & set(parts):
            name = ".".join(parts).removesuffix(".__init__")
            files[name] = path
    return files


def imports(root):
    """Return, for each module of *root*, the modules of *root* that it imports."""
    files = sources(root)
    return {
        name: set(_imported(name, path, files)) - {name} for name, path in files.items()
    }


def _imported(name, path, files):
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text())):
        for target in targets(node, package):
            inner, outer = target, target.rpartition(".")[0]
            if module := next((one for one in (inner, outer) if one in files), None):
                yield module


def targets(node, package=""):
    """Return the dotted names that the import *node* asks for, if it is one."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    base = node.module or ""
    if node.level:
        above = package.split(".")[: len(package.split(".")) - node.level + 1]
        base = ".".join([*above, *filter(None, [node.module])])
    return [f"{base}.{alias.name}" for alias in node.names]


def grouped(graph, group):
    """Return *graph* between the groups that `group(name)` makes; None drops one."""
    arrows = {}
    for name, others in graph.items():
        if (start := group(name)) is not None:
            ends = {group(other) for other in others} - {None, start}
            arrows.setdefault(start, set()).update(ends)
    return arrows


def circles(graph):
    """Return each set of nodes that reach one another, sorted."""
    reach = {node: _reachable(graph, node) for node in graph}
    together = {
        tuple(sorted(other for other in reach[node] if node in reach[other]))
        for node in graph
    }
    return sorted(ring for ring in together if len(ring) > 1)


def _reachable(graph, start):
    seen, waiting = set(), [start]
    while waiting:
        for other in graph[waiting.pop()]:
            if other not in seen:
                seen.add(other)
                waiting.append(other)
    return seen


def longest_chain(graph):
    """Return a longest chain of nodes, importer first; a circle counts as one."""
    ring_of = {node: ring for ring in circles(graph) for node in ring}
    plain = grouped(graph, lambda node: "+".join(ring_of.get(node, (node,))))
    chains = {}

    def chain(node):
        if node not in chains:
            below = max((chain(n) for n in sorted(plain[node])), key=len, default=[])
            chains[node] = [node, *below]
        return chains[node]

    return max((chain(node) for node in sorted(plain)), key=len, default=[])


def layers(root):
    """Return the lines of the layers contracts of *root*'s pyproject, top first.

    The first has the packages of `bot`; `commands`, which lie outside, stand where the
    second has them.
    """
    tool = tomllib.loads((root / "pyproject.toml").read_text())["tool"]
    contracts = tool["importlinter"]["contracts"]
    first, second, *_ = (one for one in contracts if one["type"] == "layers")
    (container,) = first["containers"]
    lines = [_entries(line, f"{container}.") for line in first["layers"]]
    above = lines.index(_entries(second["layers"][-1]))  # where commands stand
    return [*lines[:above], _entries(second["layers"][-2]), *lines[above:]]


def _entries(line, prefix=""):
    return [prefix + name.strip(" ()") for name in line.split("|")]


def level_of(name, lines):
    """Return the (line, column) on which the module *name* stands, or None."""
    parts = name.split(".")
    places = {
        entry: (row, column)
        for row, line in enumerate(lines)
        for column, entry in enumerate(line)
    }
    above = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((places[one] for one in above if one in places), None)


def against_the_order(graph, lines):
    """Return the imports that run up, or between siblings of one line."""
    wrong = []
    for name in sorted(graph):
        for other in sorted(graph[name]):
            here, there = level_of(name, lines), level_of(other, lines)
            if here and there and here != there and here[0] >= there[0]:
                wrong.append(f"{name} -> {other}")
    return wrong
