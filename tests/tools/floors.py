"""Floors, units, arrows and circles of the import graph.

`python -m tests.tools.floors [--root DIR]` reads the imports of `bot/` and `commands/`.
A unit is a directory or a single module directly below `bot/`, or `commands`; an arrow
says that some module of one unit imports some module of another. Floors are counted
as the length of the longest chain of arrows, in three ways: between the units that are
directories (the wall), between all units, and between modules.

The exit code is 1 if there are more than 9 floors of directories or units, a circle (of
units or modules), or an import against the layers contract of pyproject.toml.
"""

import argparse
import sys
from pathlib import Path

from tests.tools.imports import (
    against_the_order,
    circles,
    grouped,
    imports,
    layers,
    level_of,
    longest_chain,
    sources,
)

MOST_FLOORS = 9
HERE = Path(__file__).parents[2]


def unit(module):
    """Return the unit that *module* is in; the package `bot` itself is none."""
    top, _, rest = module.partition(".")
    if top != "bot":
        return top
    return f"bot.{rest.partition('.')[0]}" if rest else None


def measured(root):
    """Return what there is to say of the tree in *root*."""
    modules = imports(root)
    files = sources(root)
    units = grouped(modules, unit)
    directories = {
        name for name in units if name in files and files[name].name == "__init__.py"
    }
    packages = grouped(
        modules, lambda name: unit(name) if unit(name) in directories else None
    )
    lines = layers(root)
    return {
        "modules": len(modules),
        "units": len(units),
        "directories": len(directories),
        "arrows": sum(map(len, units.values())),
        "floors of directories": longest_chain(packages),
        "floors of units": longest_chain(units),
        "floors of modules": longest_chain(modules),
        "circles of units": [" + ".join(ring) for ring in circles(units)],
        "circles of modules": [" + ".join(ring) for ring in circles(modules)],
        "arrows up": against_the_order(modules, lines),
        "units on no layer": _nowhere(modules, lines),
    }


def _nowhere(modules, lines):
    rest = {name for name in modules if level_of(name, lines) is None}
    return sorted({unit(name) for name in rest} - {None, "commands"})


def broken(figures):
    """Return the walls that *figures* break."""
    walls = ["circles of units", "circles of modules", "arrows up"]
    names = [wall for wall in walls if figures[wall]]
    floors = ["floors of directories", "floors of units"]
    return names + [wall for wall in floors if len(figures[wall]) > MOST_FLOORS]


def report(figures):
    """Return *figures* as lines of text."""
    for name, figure in figures.items():
        count = figure if isinstance(figure, int) else len(figure)
        yield f"{count:>4}  {name}"
        if not isinstance(figure, int) and figure:
            between = " > " if name.startswith("floors") else "\n      "
            yield "      " + between.join(figure)


def main(arguments=None):
    """Print the figures; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--root", type=Path, default=HERE)
    figures = measured(parser.parse_args(arguments).root.resolve())
    sys.stdout.write("\n".join(report(figures)) + "\n")
    walls = broken(figures)
    if walls:
        sys.stdout.write(f"broken: {', '.join(walls)}\n")
    return 1 if walls else 0


if __name__ == "__main__":
    sys.exit(main())
