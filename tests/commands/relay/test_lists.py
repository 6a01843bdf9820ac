"""`/relay list`, `recent` and `status`: what runs, and what was."""

import csv
import io

import pytest

from bot.cards import lists
from bot.dialogue.outcome import (
    Audience,
    Bold,
    Buttons,
    Line,
    Row,
    Select,
    Table,
    plain,
)
from bot.resources.relay.resource import RELAY, Relay
from bot.settings import App
from tests.bot.operations.accidents import accepted
from tests.commands.relay.samples import START, buttons, words


def start(room, app=""):
    more = f" app={app}" if app else ""
    return f"{START.replace('295066', str(room)).replace('/live/', f'/{room}/')}{more}"


def handles(outcome):
    """Return the handles of the rows, and the headings between them."""
    shown = []
    for part in outcome.parts:
        match part:
            case Row(spans):
                shown.append(plain(spans).split()[1])
            case Line((Bold(text),)):
                shown.append(text)
    return shown


def labels(outcome):
    return [one.label for one in buttons(outcome)]


def choices(outcome):
    """Return what the menu of filters asks for, by its label."""
    menu = next(part for part in outcome.parts if isinstance(part, Select))
    return {one.label: one.text for one in menu.choices}


async def relays(world):
    return [await world.handle(name) for name in ("R2", "R1")]


async def test_lists_show_what_runs_and_what_was(world):
    await world.typed(START)
    world.clock.push(seconds=1)
    world.cloud.state.fail_next("StartPublishCdnStream", "InvalidParameter")
    await world.typed(start(7), user="U0BOB")

    running = await world.typed("/relay list")
    recent = await world.typed("/relay recent")
    mine = await world.typed("/relay recent mine", user="U0BOB")
    failed = await world.typed("/relay recent failed")
    of_room = await world.typed("/relay recent room=295066")

    assert [handles(one) for one in (running, recent, mine, failed, of_room)] == [
        ["Running (1)", "R1"],
        ["Running (1)", "R1", "Over", "R2"],
        ["Over", "R2"],
        ["Over", "R2"],
        ["Running (1)", "R1"],
    ]


async def test_what_is_still_to_be_sent_is_among_what_runs(world):
    await accepted(world, START)

    answer = await world.typed("/relay recent")

    assert handles(answer) == ["Running (1)", "R1"]


async def test_what_needs_a_decision_stands_above_what_runs(world):
    await world.typed(START)
    world.cloud.state.fail_next("StartPublishCdnStream", "InternalError")
    await world.typed(start(7))
    world.clock.push(seconds=1)
    await world.typed(start(8))

    answer = await world.typed("/relay list")

    assert handles(answer) == [
        "Needs a decision (1)",
        "R2",
        "Running (2)",
        "R3",
        "R1",
    ]


async def test_a_row_says_room_target_state_age_and_person_and_has_one_menu(world):
    more = "rtmp://second.example.com/live/other-key"
    await world.typed(START.replace("url=", f'url="{more} ').replace(" --go", '" --go'))
    world.clock.push(minutes=1)
    await world.typed(start("studio").replace("--go", "type=text --go"))

    text, number = [
        part
        for part in (await world.typed("/relay list")).parts
        if isinstance(part, Row)
    ]

    at = [f"{one.created_at:%Y-%m-%d %H:%M} UTC" for one in await relays(world)]
    state = "accepted, callbacks are off"
    assert [plain(text.spans), plain(number.spans)] == [
        f"🔵 R2 · {state} · {at[0]} U0ANA\nroom studio → push.example.com",
        f"🔵 R1 · {state} · {at[1]} U0ANA\nroom 295066 → second.example.com +1",
    ]
    assert [one.label for one in number.menu] == ["Open", "Stop R1…", "Copy R1…"]
    assert "--yes" not in number.menu[1].text.split()
    assert not any(one.confirm or one.danger for one in number.menu)


async def test_stop_in_a_row_asks_first(world):
    await world.typed(START)
    (row,) = [
        part
        for part in (await world.typed("/relay list")).parts
        if isinstance(part, Row)
    ]
    opened, asked = [
        await world.typed(f"/{one.command} {one.text}") for one in row.menu[:2]
    ]

    assert opened.plain.startswith("🔵 R1 · accepted, callbacks are off")
    assert asked.plain.startswith("🟠 Stop R1?")
    assert world.cloud.state.calls[-1][1] == "StartPublishCdnStream"


async def test_pages_follow_each_other_and_every_relay_stands_on_one(world):
    for room in range(1, 16):
        await world.typed(start(room))

    pages, answer = [], await world.typed("/relay list")
    while True:
        pages.append(answer)
        more = [one for one in buttons(answer) if one.label == "Next"]
        if not more:
            break
        answer = await world.typed(f"/relay {more[0].text}")
    back = next(one for one in buttons(pages[1]) if one.label == "Back")

    assert [labels(page) for page in pages] == [
        ["Next", "Export CSV"],
        ["Back", "Export CSV"],
    ]
    shown = [one for page in pages for one in handles(page)[1:]]
    assert sorted(shown) == sorted(f"R{n}" for n in range(1, 16))
    assert {handles(page)[0] for page in pages} == {"Running (15)"}
    assert handles(await world.typed(f"/relay {back.text}")) == handles(pages[0])


async def test_a_page_that_is_no_more_is_the_last_one_that_there_is(world):
    for room in range(1, 13):
        await world.typed(start(room))

    last, beyond = [await world.typed(f"/relay list from={row}") for row in (10, 500)]

    assert handles(beyond) == handles(last)
    assert labels(beyond) == ["Back", "Export CSV"]


async def test_pages_and_filters_take_the_place_of_the_list_and_nothing_else_does(
    world,
):
    for room in range(1, 17):
        await world.typed(start(room))

    answer = await world.typed("/relay list from=5")

    menu = next(part for part in answer.parts if isinstance(part, Select))
    rows = [part for part in answer.parts if isinstance(part, Row)]
    assert [(one.label, one.replaces) for one in buttons(answer)] == [
        ("Back", True),
        ("Next", True),
        ("Export CSV", False),
    ]
    assert all(one.replaces for one in menu.choices)
    assert not any(one.replaces for row in rows for one in row.menu)


async def test_among_many_what_is_wanted_or_undecided_is_found_however_old(world):
    world.cloud.state.fail_next("StartPublishCdnStream", "InternalError")
    await world.typed(start("old"), user="U0BOB")
    for room in (2, 3, 4):
        world.clock.push(seconds=1)
        await world.typed(start(room))
    ask = world.ask("/relay list")
    seeing = await world.service.admitted(ask.who, ask.where, Relay().read)

    two = await seeing.live(ask.who, RELAY, 2)
    of_bob = await seeing.live(ask.who, RELAY, 1, user="U0BOB")

    assert [one.handle for one in two] == ["R4", "R3", "R1"]
    assert [one.handle for one in of_bob] == ["R1"]


async def test_filters_narrow_by_one_step_and_keep_the_others(world_with, world):
    other = App(
        name="spare", sdk_app_id=world.cloud.app_id, usersig_key=world.cloud.usersig_key
    )
    world = await world_with(apps=(other,))
    await world.typed(start(1, "live-main"))
    await world.typed(start(2, "spare"), user="U0BOB")

    first = await world.typed("/relay recent")
    spare = await world.typed(f"/relay {choices(first)['Only app spare']}")
    mine = await world.typed(f"/relay {choices(spare)['Only yours']}")
    every = await world.typed(f"/relay {choices(mine)['Every app']}")

    assert list(choices(first)) == [
        "Relays that run, or may",
        "Relays that did not start, or are unknown",
        "Only yours",
        "Only app live-main",
        "Only app spare",
        "The last 24 hours",
        "Since yesterday",
    ]
    assert [handles(one) for one in (first, spare, mine, every)] == [
        ["Running (1)", "R1", "Over", "R2"],  # the cloud does not know the key of R2
        ["Over", "R2"],
        [],
        ["Running (1)", "R1"],
    ]
    assert "Only yours · Only app spare" in words(mine)
    assert "None." in words(mine)


async def test_with_tables_what_has_no_row_stands_in_a_table_with_one_menu(world_with):
    world = await world_with(settings={"tables": "auto"})
    for room in range(1, 13):
        await world.typed(start(room))
        world.clock.push(seconds=1)

    answer = await world.typed("/relay list")

    (table,) = [part for part in answer.parts if isinstance(part, Table)]
    menu = next(part for part in answer.parts if isinstance(part, Select))
    assert handles(answer) == ["Running (12)", *[f"R{n}" for n in range(12, 2, -1)]]
    assert [row[0] for row in table.rows] == ["🔵 R2", "🔵 R1"]
    assert [one.label for one in menu.choices] == [
        "Open R2",
        "Stop R2…",
        "Open R1",
        "Stop R1…",
    ]
    assert labels(answer) == ["Export CSV"]


async def test_an_export_is_a_file_for_the_asker_in_which_no_cell_is_a_formula(world):
    await world.typed(f'{START} note="=HYPERLINK(1)"')

    answer = await world.typed("/relay list --csv")

    (row,) = list(csv.DictReader(io.StringIO(answer.file.text)))
    assert answer.audience is Audience.ASKER
    assert (row["name"], row["room"], row["note"]) == (
        "R1",
        "295066",
        "'=HYPERLINK(1)",
    )
    assert row["id"].startswith("'-")


async def test_an_empty_list_says_so(world):
    answer = await world.typed("/relay list")

    assert "No relay that was started here is running." in words(answer)
    assert not any(isinstance(part, Buttons) for part in answer.parts)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("recent yesterday", "Unknown filter “yesterday”: use mine, live, failed or"),
        ("list failed all", "Use one of live, failed and all; you gave 2."),
        ("list from=x", "“x” is not the number of a row."),
        ("list from=²", "“²” is not the number of a row."),
    ],
)
async def test_a_filter_that_does_not_exist_is_said(world, typed, sentence):
    answer = await world.typed(f"/relay {typed}")

    assert sentence in answer.plain


@pytest.mark.parametrize("text", ["/relay status R1", "/relay r1", "/relay R1 status"])
async def test_the_status_of_a_relay_is_its_card_for_the_asker(world, text):
    await world.typed(START)

    answer = await world.typed(text)

    assert answer.plain == "🔵 R1 · accepted, callbacks are off · room 295066"
    assert answer.audience is Audience.ASKER


async def test_the_status_of_nothing_is_what_runs_and_of_a_stranger_is_unknown(world):
    running = await world.typed("/relay status")

    assert running.plain == "Relays that run, or may"
    assert (await world.typed("/relay status R7")).plain == "🟠 No relay R7."


async def test_a_room_where_a_relay_was_expected_offers_both_and_runs_neither(world):
    await world.typed(start(7))
    before = list(world.cloud.state.calls)

    answer = await world.typed("/relay 7")
    form, of_room = [await world.typed(f"/relay {one.text}") for one in buttons(answer)]

    assert answer.plain == "🟠 No relay is called “7”."
    assert labels(answer) == ["Start in room 7", "Relays of room 7"]
    assert form.fields
    assert handles(of_room) == ["Running (1)", "R1"]
    assert world.cloud.state.calls == before


def test_a_page_is_what_fits_on_a_phone():
    assert lists.PAGE == 10


async def test_an_address_is_no_room_and_is_looked_up_elsewhere(world):
    answer = await world.typed("/relay status rtmp://a.example.com/live/secret")

    assert answer.plain == "🟠 No relay is called “rtmp://a.example.com/live/****”."
    assert answer.buttons == ()
    assert "/lookup rtmp://…" in repr(answer.parts)
