"""A moment is shown as its clock says: whole, as its time alone, or as how long ago."""

from datetime import UTC, datetime

import pytest

from bot.dialogue.outcome import Clock, Outcome, When
from bot.slack.render import blocks
from bot.slack.render.plain import reduced

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("clock", "form", "fallback"),
    [
        (Clock.MOMENT, "{date_short_pretty} {time}", "2026-03-01 12:00 UTC"),
        (Clock.TIME, "{time}", "12:00 UTC"),
        (Clock.AGO, "{ago}", "2026-03-01 12:00 UTC"),
    ],
)
def test_a_moment_is_shown_as_its_clock_says_and_so_in_the_oldest_layout(
    clock, form, fallback
):
    shown = blocks.message(Outcome(headline=("a",), sentence=(When(AT, clock),)))

    (date,) = shown["blocks"][1]["elements"][0]["elements"]
    assert (date["format"], date["fallback"]) == (form, fallback)
    oldest = reduced(shown["blocks"])[1]["text"]["text"]
    assert oldest == f"<!date^1772366400^{form}|{fallback}>"
