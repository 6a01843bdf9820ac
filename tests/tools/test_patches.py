"""Which assignments of a test count as a change of what is ours."""

import ast

import pytest

from tests.tools.patches import changes

FAKE = "class Fake:\n send = None\n def __init__(self): self.pacers = {}\n"


def changed(text):
    return list(changes(ast.parse(text), {"spawn", "send"}, {"pacers"}))


@pytest.mark.parametrize(
    "text",
    [
        "executor.tasks.spawn = lambda work, name: work.close()",
        "client.send = broken",
        "jobs._sleep = sleep",
        "directory.__class__ = Late",
        "world.executor.pacers[action] = slow",
        "del world.executor.pacers[action]",
    ],
)
def test_a_method_a_private_name_and_an_entry_of_a_field_are_ours(text):
    (target,) = changed(text)

    assert target in text


@pytest.mark.parametrize(
    "text",
    [
        "from bot import app\nmonkeypatch.setattr(app, 'now', now)",
        "monkeypatch.setattr(app.journal, 'move', move)",
        "monkeypatch.setattr('bot.app.now', now)",
        "object.__setattr__(app, 'now', now)",
    ],
)
def test_setting_an_attribute_by_its_name_counts_too(text):
    assert len(changed(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "import os\nmonkeypatch.setattr(os, 'fsync', full)",
        "monkeypatch.setenv('A', 'b')",
        "object.__setattr__(self, 'at', 1)",
        "clock.ahead = later\nheaders['a'] = 'b'",
        f"{FAKE}fake.send = broken\nfake.pacers[action] = slow",
    ],
)
def test_what_is_not_ours_may_be_changed(text):
    assert changed(text) == []
