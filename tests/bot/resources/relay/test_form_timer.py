"""The fields that ask when a relay is to be stopped."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.dialogue.form import Field
from bot.resources.relay.form_timer import fields, stop_at_form
from bot.resources.relay.resource import RELAY
from bot.states import State
from tests.bot.resources.intents import an_intent

SIX = datetime(2026, 11, 22, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    ("plan", "initial"),
    [
        ({}, ["", None]),
        ({"for": "2h"}, ["2h", None]),
        ({"until": "2026-11-22T18:00:00Z"}, ["", SIX]),
        ({"until": "soon"}, ["", None]),
    ],
)
def test_they_start_with_what_was_typed_as_far_as_it_is_a_moment(plan, initial):
    assert [one.initial for one in fields(plan)] == initial


def test_the_form_says_what_is_set_already():
    relay = replace(an_intent(kind=RELAY, state=State.STARTED), stop_at=SIX)

    form = stop_at_form(relay, "f1")

    first, *asked = form.fields
    assert first.spans[0] == "Stop due "
    assert [one.name for one in asked if isinstance(one, Field)] == ["for", "until"]
