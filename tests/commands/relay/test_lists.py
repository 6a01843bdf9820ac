"""`/relay list`, `recent` and `status`: what runs, and what was."""

import pytest

from bot.dialogue.outcome import Audience, plain
from tests.commands.relay.samples import START, words


async def test_lists_show_what_runs_and_what_was(world):
    await world.typed(START)
    world.clock.push(seconds=1)
    world.cloud.state.fail_next("StartPublishCdnStream", "InvalidParameter")
    other = START.replace("295066", "7").replace("/live/", "/live7/")
    await world.typed(other, user="U0BOB")

    running = await world.typed("/relay list")
    recent = await world.typed("/relay recent")
    mine = await world.typed("/relay recent mine", user="U0BOB")
    failed = await world.typed("/relay recent failed")
    of_room = await world.typed("/relay recent room=295066")

    def handles(outcome):
        return [plain(part.spans).split()[1] for part in outcome.parts]

    assert [handles(one) for one in (running, recent, mine, failed, of_room)] == [
        ["R1"],
        ["R2", "R1"],
        ["R2"],
        ["R2"],
        ["R1"],
    ]


async def test_an_empty_list_says_so(world):
    answer = await world.typed("/relay list")

    assert "No relay that I started is running." in words(answer)


async def test_a_filter_that_does_not_exist_is_said(world):
    answer = await world.typed("/relay recent yesterday")

    assert answer.plain == "🟠 I cannot sort by “yesterday”."


@pytest.mark.parametrize("text", ["/relay status R1", "/relay r1", "/relay R1 status"])
async def test_the_status_of_a_relay_is_its_card_for_the_asker(world, text):
    await world.typed(START)

    answer = await world.typed(text)

    assert answer.plain == "🔵 R1 · accepted, callbacks are off · room 295066"
    assert answer.audience is Audience.ASKER


async def test_the_status_of_nothing_is_what_runs_and_of_a_stranger_is_unknown(world):
    assert (await world.typed("/relay status")).plain == "Running now"
    assert "no relay “R7”" in (await world.typed("/relay status R7")).plain
