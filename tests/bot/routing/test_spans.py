"""Lists that go back so far and no further, page by page and as a file."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest

from bot.dialogue.outcome import Line, Row, Select, Table, plain
from commands.relay.lists import MOST_IN_TABLE
from tests.bot.journal.conftest import new_intent
from tests.commands.relay.samples import buttons
from tests.commands.relay.test_lists import choices, handles, labels, start


async def days(world, *rooms):
    """Start a relay in each of *rooms*, a day after the one before; stop it."""
    for room in rooms:
        await world.typed(start(room))
        (relay,) = await world.journal.find.recent("T0HOME", limit=1)
        await world.typed(f"/relay stop {relay.handle} --yes")
        world.clock.push(days=1)


def small_print(outcome):
    return next(plain(one.spans) for one in outcome.parts if isinstance(one, Line))


@pytest.mark.parametrize(
    ("since", "there"),
    [
        ("36h", ["Over", "R3"]),
        ("60h", ["Over", "R3", "R2"]),
        ("1h", []),
        ("9d", ["Over", "R3", "R2", "R1"]),
    ],
)
async def test_a_list_goes_back_as_far_as_is_said(world, since, there):
    await days(world, 1, 2, 3)

    answer = await world.typed(f"/relay recent since={since}")

    assert handles(answer) == there


async def test_a_day_begins_at_its_midnight_in_utc_while_no_zone_is_known(world):
    world.clock.push(hours=30)
    now = world.clock()
    midnight = datetime(now.year, now.month, now.day, tzinfo=UTC) - timedelta(days=1)

    named = f"{midnight:%Y-%m-%d}"
    answers = [
        await world.typed(f"/relay recent since={one}") for one in ("yesterday", named)
    ]

    when = f"{midnight:%Y-%m-%d %H:%M} UTC"
    for answer in answers:
        assert small_print(answer).startswith(f"Since {when}")


async def test_what_runs_is_left_out_if_it_is_older(world):
    await world.typed(start(1))
    world.clock.push(hours=2)
    await world.typed(start(2))

    answer = await world.typed("/relay list since=1h")

    assert handles(answer) == ["Running (1)", "R2"]


@pytest.mark.parametrize(
    ("since", "told"),
    [
        ("soon", "“soon” is no span: write 24h, yesterday or 2026-11-20."),
        ("2999-01-01", "“2999-01-01” is still to come."),
        ("tomorrow", "“tomorrow” is still to come."),
    ],
)
async def test_what_is_no_past_moment_is_refused_in_a_sentence(world, since, told):
    answer = await world.typed(f"/relay recent since={since}")

    assert answer.plain == "🟠 Please correct:"
    assert f"(Mono(text='since'), '  {told}')" in repr(answer.parts)


async def test_pages_and_filters_stay_in_the_span_and_the_file_has_all_of_it(world):
    await days(world, 0)
    for room in range(1, 13):
        await world.typed(start(room))
    world.clock.push(minutes=5)

    first = await world.typed("/relay recent since=1h")
    (onward,) = [one for one in buttons(first) if one.label == "Next"]
    second = await world.typed(f"/relay {onward.text}")
    mine = await world.typed(f"/relay {choices(second)['Only yours']}")
    (exported,) = [one for one in buttons(second) if one.label == "Export CSV"]
    file = (await world.typed(f"/relay {exported.text}")).file

    names = [one for one in (*handles(first), *handles(second)) if one.startswith("R1")]
    rows = list(csv.DictReader(io.StringIO(file.text)))
    assert "R1" not in names
    assert {one["name"] for one in rows} == {f"R{n}" for n in range(2, 14)}
    assert small_print(mine).startswith("Only yours · Since ")
    assert choices(second)["However old"] == "recent all from=0"


async def test_a_choice_of_a_span_is_taken(world):
    await days(world, 1, 2)

    answer = await world.typed("/relay recent")
    narrowed = await world.typed(f"/relay {choices(answer)['Since yesterday']}")

    assert handles(answer) == ["Over", "R2", "R1"]
    assert handles(narrowed) == ["Over", "R2"]


async def test_what_a_table_has_no_room_for_is_on_the_pages_after_it(world_with):
    world = await world_with(settings={"tables": "auto"})
    for number in range(MOST_IN_TABLE + 5):
        world.clock.push(seconds=1)
        await world.journal.accept(new_intent(world.clock(), number, team="T0HOME"))

    first = await world.typed("/relay recent")
    (onward,) = [one for one in buttons(first) if one.label == "Next"]
    last = await world.typed(f"/relay {onward.text}")

    (table,) = [one for one in first.parts if isinstance(one, Table)]
    rows = [one for one in first.parts if isinstance(one, Row)]
    assert len(rows) + len(table.rows) == MOST_IN_TABLE
    there = [one for one in handles(last) if one.startswith("R") and " " not in one]
    assert there == ["R5", "R4", "R3", "R2", "R1"]


async def test_each_row_starts_it_again_or_a_copy_of_it(world):
    await days(world, 1)
    await world.typed(start(2))

    answer = await world.typed("/relay recent")

    rows = [one for one in answer.parts if isinstance(one, Row)]
    assert [[one.label for one in row.menu] for row in rows] == [
        ["Open", "Stop R2…", "Copy R2…"],
        ["Open", "Start R1 again…"],
    ]
    form = await world.typed(f"/relay {rows[1].menu[-1].text}")
    values = {
        one.name: getattr(one, "initial", None)
        for one in form.fields
        if hasattr(one, "name")
    }
    assert (values["room"], values["url"]) == ("1", "@R1.1")
    assert labels(answer) == ["Export CSV"]


async def test_a_table_has_a_menu_that_starts_each_again(world_with):
    world = await world_with(settings={"tables": "auto"})
    await days(world, 1, 2)

    answer = await world.typed("/relay recent")

    menus = {one.label: one for one in answer.parts if isinstance(one, Select)}
    again = [one.label for one in menus["Start again …"].choices]
    assert again == ["Start R2 again…", "Start R1 again…"]
