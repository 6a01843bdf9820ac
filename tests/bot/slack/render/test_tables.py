"""Lists as tables: within what Slack takes, and in lines where it takes none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.outcome import (
    Bold,
    Button,
    Clock,
    Mono,
    Outcome,
    Select,
    Table,
    When,
    Who,
)
from bot.sandbox.slack.blockkit.validation import message_faults
from bot.slack.render import blocks, limits, plain, tables
from tests.fakes.clock import AT
from tests.judge import judged

CELLS = st.one_of(
    st.text(max_size=80),
    st.text(max_size=80).map(Mono),
    st.text(max_size=80).map(Bold),
    st.sampled_from([Who("U0ANA"), When(AT), When(AT, Clock.AGO), "x" * 4000]),
)


@st.composite
def a_table(draw):
    head = draw(st.lists(st.text(min_size=1, max_size=9), min_size=1, max_size=6))
    row = st.lists(CELLS, max_size=len(head)).map(tuple)
    rows = draw(st.lists(row, max_size=8))
    return Table("Relays", tuple(head), tuple(rows * draw(st.sampled_from([1, 40]))))


@given(a_table())
def test_slack_and_the_judges_take_any_table_and_its_lines(table):
    body = blocks.message(Outcome(headline=("List",), parts=(table,)))

    judged(body, "message")
    assert message_faults(body["blocks"]) == []
    spread = {**body, "blocks": plain.without_tables(body["blocks"])}
    judged(spread, "message")
    assert message_faults(spread["blocks"]) == []
    assert not plain.has_table(spread["blocks"])


def test_lines_in_place_of_a_table_say_how_many_have_no_room():
    rows = tuple((f"R{n}", *[When(AT)] * 3) for n in range(90))
    [block] = tables.data_table(Table("Relays", ("Name", "a", "b", "c"), rows))

    spread = plain.without_tables([block])

    lines = "\n".join(one["text"]["text"] for one in spread).split("\n")
    assert sum(map(len, lines)) < limits.TABLE_TEXT + 100
    assert lines[-1] == f"Relays (+{len(block['rows']) - len(lines)} more)"


def test_a_table_says_in_its_caption_how_many_rows_it_has_no_room_for():
    rows = tuple((f"R{n}", "a" * 50) for n in range(300))

    [block] = tables.data_table(Table("Relays", ("Name", "What"), rows))

    left = 300 - (len(block["rows"]) - 1)
    assert block["caption"] == f"Relays (+{left} more)"
    assert block["page_size"] == len(block["rows"]) - 1 <= 100


@pytest.mark.parametrize("draw", [blocks.home, blocks.without_actions])
def test_where_no_table_can_stand_each_row_is_a_line(draw):
    choice = Select("Open …", (Button("R1", "relay", "status R1"),))
    table = Table("Relays", ("Name", "By"), (("R1", Who("U0ANA")),))
    drawn = draw(Outcome(headline=("List",), parts=(table, choice)))

    shown = drawn["blocks"] if isinstance(drawn, dict) else drawn
    assert "data_table" not in {block["type"] for block in shown}
    assert "R1" in repr(shown[1])


def test_in_the_oldest_layout_a_row_is_a_line_of_a_section():
    table = Table("Relays", ("Name", "By"), (("R1 <", Who("U0ANA")), ("R2", "b")))

    assert plain.reduced(tables.data_table(table)) == [
        {
            "type": "section",
            "text": {
                "type": "mrkdwn",
                "text": "R1 &lt; · <@U0ANA>\nR2 · b",
                "verbatim": True,
            },
        }
    ]
