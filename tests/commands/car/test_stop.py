"""`/car stop`: whom it ends, what is asked first, and what is known afterwards."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from bot.dialogue.ask import Surface
from bot.dialogue.form import Form
from bot.dialogue.outcome import plain
from bot.journal.evidence import Headline
from bot.states import State
from tests.bot.operations.accidents import GatedCloud
from tests.world import live_again

START = "/car start user=cg_user ip=125.127.178.228 --go"
TAKEN = START.replace("--go", "again=S1 --go")

CROSSED = (
    "🟡 CAR took the stop of S1, which was being opened at that moment: it may run."
)


def ended(world):
    return [name for _at, name in world.cloud.state.calls].count("DestroySession")


async def standings(world, *handles):
    each = [await world.handle(one) for one in handles]
    return [(one.state, one.standing.headline) for one in each]


async def told(world, audience):
    return [one.text for one in await world.notices() if one.audience == audience]


async def until_told(world):
    async with asyncio.timeout(10):
        while not await told(world, "asker"):  # noqa: ASYNC110 - the journal has no event for it
            await asyncio.sleep(0)


async def test_it_asks_once_and_says_whose_session_ends(world):
    await world.typed(START)

    asked = await world.typed("/car stop S1")

    assert asked.plain == "🟠 Stop S1, the session of user cg_user?"
    assert plain(asked.sentence) == "U0ANA opened it. Whoever plays it now is cut off."
    assert ended(world) == 0


async def test_the_button_ends_it_and_everything_says_so(world):
    await world.typed(START)
    (button,) = (await world.typed("/car stop user=cg_user")).buttons

    placed = await world.typed(f"/{button.command} {button.text}")

    assert placed.plain == "🟡 S1 is being stopped."
    assert (world.cloud.state.renders, ended(world)) == ({}, 1)
    assert await standings(world, "S1") == [(State.STOPPED, Headline.STOPPED)]
    assert await told(world, "asker") == [
        "⚪ S1 is stopped: CAR ended the session of user cg_user."
    ]


async def test_a_button_whose_stop_came_to_nothing_is_another_the_next_time(world):
    await world.typed(START)
    (first,) = (await world.typed("/car stop S1")).buttons
    world.cloud.state.fail_next("DestroySession", "InvalidParameter")
    await world.typed(f"/car {first.text}")

    (again,) = (await world.typed("/car stop S1")).buttons

    assert again.text == first.text
    assert again.once != first.once


async def test_the_older_of_two_reads_replaced_and_its_stop_ends_the_newer(world):
    await world.typed(START)
    await world.typed(TAKEN, user="U0BOB")

    shown = await world.typed("/car status S1")
    asked = await world.typed("/car stop S1")
    await world.typed("/car stop S1 --yes")

    assert shown.plain == "⚪ S1 · replaced by S2 · user cg_user"
    assert asked.plain == "🟠 Stop S2, the session of user cg_user?"
    assert plain(asked.sentence).startswith("S1 was replaced by S2, which U0BOB opened")
    assert await standings(world, "S1", "S2") == [
        (State.ENDED, Headline.REPLACED),
        (State.STOPPED, Headline.STOPPED),
    ]
    assert ended(world) == 1


async def test_a_list_says_so_too(world):
    await world.typed(START)
    await world.typed(TAKEN, user="U0BOB")

    rows = (await world.typed("/car recent")).parts

    assert "replaced by S2" in repr(rows)


async def test_an_end_whose_answer_is_lost_is_not_sent_twice(world):
    await world.typed(START)
    world.cloud.state.fail_next("DestroySession", "late")

    await world.typed("/car stop S1 --yes")

    assert ended(world) == 1
    assert await standings(world, "S1") == [(State.STARTED, Headline.MAY_RUN)]
    assert await told(world, "asker") == [
        "⚠️ S1 may still run: it is not known whether it was stopped."
    ]


async def test_another_stop_settles_it(world):
    await world.typed(START)
    world.cloud.state.fail_next("DestroySession", "late")
    await world.typed("/car stop S1 --yes")

    await world.typed("/car stop S1 --yes")

    assert await standings(world, "S1") == [(State.STOPPED, Headline.STOPPED)]


async def test_a_stop_that_crosses_with_the_start_says_that_it_may_run(tmp_path):
    async with AsyncExitStack() as stack:
        cloud = GatedCloud("CreateSession")
        await cloud.start()
        stack.push_async_callback(cloud.close)
        world = await live_again(stack, tmp_path / "p.db", cloud)
        await world.router.answer(world.ask(START))
        await cloud.done.wait()
        await world.router.answer(world.ask("/car stop S1 --yes"))
        await until_told(world)
        world.clock.push(seconds=1)
        cloud.go.set()
        await world.settled()

        assert await told(world, "asker") == [CROSSED]
        assert await standings(world, "S1") == [(State.STARTED, Headline.MAY_RUN)]


async def test_an_answered_stop_settles_an_unknown_start(world):
    world.cloud.state.fail_next("CreateSession", "reset", 2)
    await world.typed(START)
    before = await standings(world, "S1")

    await world.typed("/car stop S1 --yes")

    assert before == [(State.UNKNOWN, Headline.UNKNOWN)]
    assert await standings(world, "S1") == [(State.STOPPED, Headline.STOPPED)]


async def test_so_does_an_answered_start_for_the_same_user(world):
    world.cloud.state.fail_next("CreateSession", "reset", 2)
    await world.typed(START)

    await world.typed(START)

    assert await standings(world, "S1", "S2") == [
        (State.ENDED, Headline.REPLACED),
        (State.STARTED, Headline.ACCEPTED),
    ]


async def test_a_start_that_was_refused_replaces_nothing(world):
    await world.typed(START)
    world.cloud.state.fail_next("CreateSession", "OperationDenied")

    await world.typed(START)

    assert await standings(world, "S1", "S2") == [
        (State.STARTED, Headline.ACCEPTED),
        (State.NOT_STARTED, Headline.NOT_STARTED),
    ]


async def test_a_refused_stop_says_why_and_the_session_goes_on(world):
    await world.typed(START)
    world.cloud.state.fail_next("DestroySession", "AuthFailure.UnauthorizedOperation")

    await world.typed("/car stop S1 --yes")

    assert await standings(world, "S1") == [(State.STARTED, Headline.ACCEPTED)]
    assert await told(world, "asker") == ["🔴 S1 was not stopped by this."]


async def test_of_a_user_who_is_not_on_record_it_asks_and_ends_what_is_there(world):
    world.cloud.state.renders["elsewhere"] = {}

    asked = await world.typed("/car stop user=elsewhere")
    (button,) = asked.buttons
    await world.typed(f"/{button.command} {button.text}")

    assert asked.plain == "🟠 Stop whatever user elsewhere has open?"
    assert world.cloud.state.renders == {}
    assert await told(world, "asker") == [
        "⚪ CAR took the stop: whatever user elsewhere had open is over."
    ]


async def test_of_one_that_is_over_it_asks_too(world):
    await world.typed(START)
    await world.typed("/car stop S1 --yes")

    asked = await world.typed("/car stop S1")

    assert asked.plain == "🟠 Stop whatever user cg_user has open?"
    assert "S1 is over, as far as is known." in repr(asked.sentence)


@pytest.mark.parametrize("typed", ["", "S1 user=cg_user"])
async def test_it_has_to_be_said_which(world, typed):
    refused = await world.typed(f"/car stop {typed}")

    assert "Say which session: its handle, or user=… alone." in refused.plain


async def test_a_handle_that_nothing_has_is_no_user(world):
    refused = await world.typed("/car stop S7")

    assert refused.plain.endswith("No render session “S7”.")


async def test_with_dry_run_nothing_is_sent(world):
    await world.typed(START)

    shown = await world.typed("/car stop S1 --dry-run")

    assert shown.plain == "Nothing was sent. This is what would be."
    assert ended(world) == 0


async def test_in_the_home_tab_a_form_asks(world):
    await world.typed(START)

    form = await world.typed("/car stop S1", surface=Surface.BUTTON, channel="")
    await world.submitted(form)

    assert isinstance(form, Form)
    assert world.cloud.state.renders == {}
    assert await standings(world, "S1") == [(State.STOPPED, Headline.STOPPED)]
