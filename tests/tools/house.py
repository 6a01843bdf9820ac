"""What breaks the rules of the house: `python -m tests.tools.house`.

Prints a line for each fault, with the rule and the file; the exit code is 1 then.
"""

import ast
import sys
from collections import Counter

from tests.tools.patches import no_test_changes_what_is_ours
from tests.tools.plan import faults_of_plan
from tests.tools.rules import ROOT, RULES, no_test_sleeps

LONGEST_TEST = 400  # lines


def a_test_file_fits_on_a_few_screens(_path, tree):
    """Yield once if the file is longer than LONGEST_TEST lines."""
    if tree.body and tree.body[-1].end_lineno > LONGEST_TEST:
        yield f"more than {LONGEST_TEST} lines"


TEST_RULES = (
    a_test_file_fits_on_a_few_screens,
    no_test_changes_what_is_ours,
    no_test_sleeps,
)


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


def broken(path):
    """Return what *path* breaks, as `{rule: {what: times}}`."""
    if path == "README.md":
        faults = faults_of_plan((ROOT / path).read_text(), ROOT)
        return {"the_plan_is_that_of_the_tree": Counter(faults)}
    tree = ast.parse((ROOT / path).read_text())
    rules = TEST_RULES if path.startswith("tests/") else RULES
    return {rule.__name__: Counter(rule(path, tree)) for rule in rules}


def main():
    """Print what all files break; return the exit code."""
    lines = [
        f"{path}: {rule}: {fault} ({times})\n"
        for path in [*files(), "README.md"]
        for rule, faults in broken(path).items()
        for fault, times in faults.items()
    ]
    sys.stdout.writelines(lines)
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
