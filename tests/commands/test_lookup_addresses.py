"""A push address leads to the relays that push there, and opens nothing by itself."""

import pytest

from bot.dialogue.ask import Surface
from tests.commands.relay.samples import buttons, words

HOST = "rtmp://push.example.com/live"
START = f"/relay start 295066 url={HOST}/the-key --go"
UNPUSHED = f"⚠️ No relay that runs here, or may, pushes to {HOST}/****."


@pytest.mark.parametrize(
    "typed",
    [
        f"{HOST}/the-key",
        "RTMP://PUSH.example.com:1935/live/the-key?txSecret=ab&txTime=5",
        f"<{HOST}/the-key>.",
        f"“{HOST}/the-key”",
        f"`{HOST}/the-key`",
        f'{{"PublishCdnUrl": "{HOST}/the-key"}}',
        f"推流中断：{HOST}/the-key，请处理",
        f"{HOST}/the-key R1",
    ],
)
async def test_who_pushes_to_an_address_is_found_however_it_is_written(world, typed):
    await world.typed(START)

    answer = await world.typed(f"/lookup {typed}")

    assert answer.plain == "🔵 R1 · accepted, callbacks are off · room 295066"
    assert "the-key" not in words(answer)


@pytest.mark.parametrize("typed", [f"{HOST}/another", f"{HOST}/****"])
async def test_that_nobody_pushes_there_is_said_of_what_runs(world, typed):
    await world.typed(START)

    answer = await world.typed(f"/lookup {typed}")

    assert answer.plain == UNPUSHED


async def test_a_relay_that_is_over_pushes_nowhere(world):
    await world.typed(START)
    await world.typed("/relay stop R1 --yes")

    assert (await world.typed(f"/lookup {HOST}/the-key")).plain == UNPUSHED


async def test_an_alert_that_names_an_address_leads_to_its_relay(world):
    await world.typed(START)
    alert = f"no data on {HOST}/the-key since 03:12, nor on {HOST}/another"

    answer = await world.typed("/lookup", surface=Surface.SHORTCUT, pasted=alert)

    assert answer.plain == "🔵 R1 · accepted, callbacks are off · room 295066"


async def test_of_two_addresses_each_is_told_and_leads_on(world):
    await world.typed(START)
    await world.typed(f"/relay start 7 url={HOST}/the-key again=R1 --go")

    answer = await world.typed(f"/lookup {HOST}/the-key {HOST}/another")
    first, second = (row.menu[0].text for row in answer.parts)
    opened = [await world.typed(f"/lookup {one}") for one in (first, second)]

    assert (sorted(first.split()), second) == (["R1", "R2"], f"{HOST}/****")
    assert [one.text for one in buttons(opened[1])] == []
    assert [answer.plain for answer in opened] == ["2 things named there", UNPUSHED]


@pytest.mark.parametrize("typed", ["room R5", "room=R5", "R5 --room"])
async def test_a_room_that_is_called_like_a_handle_is_a_room(world, typed):
    await world.typed(f"/relay start R5 type=text url={HOST}/the-key --go")

    answer = await world.typed(f"/lookup {typed}")

    assert answer.plain.startswith("Room R5 ")


async def test_a_handle_of_which_there_is_no_room_either_was_never_given_out(world):
    answer = await world.typed("/lookup room R5")

    assert answer.plain == "⚠️ “R5” is not on record here."
