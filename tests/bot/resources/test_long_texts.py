"""A text that is too long for a field is kept, and what replaces it wins."""

import pytest

from bot.dialogue.form import TextField
from bot.dialogue.outcome import line
from bot.resources.long_texts import is_long, restored, shown

KEPT = "Note of {n} characters, kept."


@pytest.mark.parametrize(
    ("text", "long"),
    [
        ("x" * 3000, False),
        ("x" * 3001, True),
        ("🔥" * 1500, False),
        ("🔥" * 1501, True),
    ],
)
def test_a_text_is_as_long_as_slack_counts_it(text, long):
    assert is_long(text) is long


def test_what_fits_stands_in_its_field():
    field = TextField(name="note", label="Note", initial="x", focus=True)

    assert list(shown(field, KEPT)) == [field]


def test_what_does_not_is_told_by_its_length_and_may_be_replaced():
    field = TextField(
        name="note", label="Note", hint="h", initial="x" * 3243, focus=True
    )

    assert list(shown(field, KEPT)) == [
        line("Note of 3,243 characters, kept."),
        TextField(
            name="note",
            label="Another instead: Note",
            hint="h",
            multiline=True,
            optional=True,
        ),
    ]


@pytest.mark.parametrize(
    ("plan", "kept", "result"),
    [
        ({}, {"a": "x" * 3001}, {"a": "x" * 3001}),
        ({"a": "y"}, {"a": "x" * 3001}, {"a": "y"}),
        ({}, {"a": "x"}, {}),
        ({}, {"else": "x" * 3001}, {}),
    ],
)
def test_what_was_kept_is_sent_unless_it_was_replaced(plan, kept, result):
    assert restored(plan, kept, {"a"}) == result
