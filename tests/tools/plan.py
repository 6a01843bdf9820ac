"""The floor plan in the README, held against the tree.

The plan is the first fenced block under a heading that says `Floor plan`.
"""

import re

HEADING = re.compile(r"^#+ .*floor plan\s*$", re.IGNORECASE | re.MULTILINE)
FENCED = re.compile(r"^```\w*\n(.*?)^```", re.DOTALL | re.MULTILINE)
NAME = re.compile(r"(?<![\w*/.])(\w+(?:/\w+)*(?:/(?!\w)|\.py\b))")


def plan_of(readme):
    """Return the text of the plan; empty if *readme* has none."""
    heading = HEADING.search(readme)
    block = heading and FENCED.search(readme, heading.end())
    return block[1] if block else ""


def faults_of_plan(readme, root):
    """Yield the units that the plan leaves out, and what it names that is not there.

    Every package must be named (`journal/`), and every module directly in `bot/`.
    """
    drawn = {part for name in NAME.findall(plan_of(readme)) for part in parts(name)}
    yield from (f"not in the plan: {unit}" for unit in sorted(units(root) - drawn))
    yield from (f"not in the tree: {name}" for name in sorted(drawn - there(root)))


def parts(name):
    """Return the parts of a path in the plan: directories end in a slash."""
    *above, last = name.rstrip("/").split("/")
    return [f"{one}/" for one in above] + [f"{last}/" if name[-1] == "/" else last]


def units(root):
    """Return what the plan must name of the tree below *root*."""
    packages = {
        f"{file.parent.name}/"
        for file in (root / "bot").rglob("__init__.py")
        if "sandbox" not in file.relative_to(root).parts[:-2]
    }
    modules = {file.name for file in (root / "bot").glob("*.py")} - {"__init__.py"}
    return packages | modules | {"commands/", "tests/"}


def there(root):
    """Return the names of all files, and of all directories, with a slash."""
    inside = [
        path
        for tree in ("bot", "commands", "tests")
        for path in (root / tree).rglob("*")
    ]
    names = {f"{path.name}/" if path.is_dir() else path.name for path in inside}
    return names | {"bot/", "commands/", "tests/", "docs/", "deploy/"}
