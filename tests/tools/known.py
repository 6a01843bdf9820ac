"""What breaks the rules of the house today, so that it can only become less.

`tests/data/known.json` lists it by rule and file: `{rule: {file: {what: times}}}`.
`python -m tests.tools.known` writes the list anew, unless a rule is broken more often
than the list says (the exit code is 1 then). `--show` prints what is broken now.
"""

import argparse
import ast
import json
import sys
from collections import Counter
from functools import cache

from tests.tools.patches import no_test_changes_what_is_ours
from tests.tools.plan import faults_of_plan
from tests.tools.rules import ROOT, RULES

LIST = ROOT / "tests/data/known.json"
LONGEST_TEST = 400  # lines


def a_test_file_fits_on_a_few_screens(_path, tree):
    """Yield once if the file is longer than LONGEST_TEST lines."""
    if tree.body and tree.body[-1].end_lineno > LONGEST_TEST:
        yield f"more than {LONGEST_TEST} lines"


TEST_RULES = (a_test_file_fits_on_a_few_screens, no_test_changes_what_is_ours)


def files():
    """Return every file that has rules, as text relative to the root."""
    inside = [
        path
        for tree in ("bot", "commands", "tests")
        for path in (ROOT / tree).rglob("*.py")
    ]
    return sorted(
        str(path.relative_to(ROOT)) for path in inside if "migrations" not in path.parts
    )


@cache
def broken(path):
    """Return what *path* breaks, as `{rule: {what: times}}`."""
    if path == "README.md":
        faults = faults_of_plan((ROOT / path).read_text(), ROOT)
        return {"the_plan_is_that_of_the_tree": Counter(faults)}
    tree = ast.parse((ROOT / path).read_text())
    rules = TEST_RULES if path.startswith("tests/") else RULES
    return {rule.__name__: Counter(rule(path, tree)) for rule in rules}


def everything():
    """Return what all files break, as the list has it."""
    whole = {}
    for path in [*files(), "README.md"]:
        for rule, faults in broken(path).items():
            if faults:
                whole.setdefault(rule, {})[path] = dict(sorted(faults.items()))
    return whole


@cache
def known():
    """Return the list."""
    return json.loads(LIST.read_text())


def listed(rule, path):
    """Return what the list says that *path* breaks of *rule*."""
    return Counter(known().get(rule, {}).get(path, {}))


def times(rules, rule):
    """Return how often *rule* is broken in a list."""
    return sum(sum(faults.values()) for faults in rules.get(rule, {}).values())


def main(arguments=None):
    """Write the list anew if nothing grew; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--show", action="store_true", help="print, write nothing")
    options = parser.parse_args(arguments)
    before, after = known(), everything()
    grown = [rule for rule in after if times(after, rule) > times(before, rule)]
    text = json.dumps(after, indent=1, sort_keys=True) + "\n"
    if options.show:
        sys.stdout.write(text)
    elif not grown:
        LIST.write_text(text)
    for rule in sorted({*before, *after}):
        counts = f"{times(before, rule):>5} ->{times(after, rule):>5}"
        sys.stdout.write(f"{counts}  {rule}\n")
    return 1 if grown else 0


if __name__ == "__main__":
    sys.exit(main())
