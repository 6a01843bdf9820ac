"""How the README's floor plan is held against a tree."""

from tests.tools.plan import faults_of_plan, plan_of

README = """
# A bot

```sh
make run
```

## Floor plan

```text
bot/
  app.py       builds it
  journal/     rows; sqlite/ (the writer.py), gone/
commands/      tests/
```
"""


def test_the_plan_is_the_block_under_its_heading():
    assert plan_of(README).startswith("bot/\n  app.py")
    assert plan_of("# No plan") == ""


def test_what_is_left_out_and_what_is_not_there_is_told(tmp_path):
    for name in ("bot/journal/sqlite", "bot/slack", "bot/sandbox/cloud", "commands"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "__init__.py").touch()
    for name in ("bot/__init__.py", "bot/sandbox/__init__.py"):
        (tmp_path / name).touch()
    for name in ("bot/app.py", "bot/ids.py", "bot/journal/sqlite/writer.py"):
        (tmp_path / name).touch()

    assert list(faults_of_plan(README, tmp_path)) == [
        "not in the plan: ids.py",
        "not in the plan: sandbox/",
        "not in the plan: slack/",
        "not in the tree: gone/",
    ]
