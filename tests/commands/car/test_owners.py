"""A user who has a render session already, by somebody else: asked about, and told."""

import asyncio
from dataclasses import replace

from bot.dialogue.outcome import Buttons, plain
from bot.settings import Policy, Rule
from bot.states import State

START = "/car start user=cg_user ip=125.127.178.228 --go"
ASKED = "🟠 Nothing was started: the same runs already, or may."
AGAIN = START.replace("--go", "again=S1 --go")


def calls(world):
    return len(world.cloud.state.calls)


def anyway(asked):
    """Return the button that goes on all the same."""
    (button,) = [
        one for part in asked.parts if isinstance(part, Buttons) for one in part.buttons
    ]
    return button


async def told(world):
    """Return what is told in threads, to whom by the mention in it."""
    notices = await world.notices()
    return [one.text for one in notices if one.audience == "thread"]


TOLD = "🟠 S1 · U0ANA: U0BOB asked for its user again (S2), which reconnects to it."


async def test_a_session_of_somebody_else_is_asked_about_before_it_is_taken(world):
    await world.typed(START)

    asked = await world.typed(START, user="U0BOB")

    assert asked.plain == ASKED
    assert "Somebody else opened a session for this user (S1)." in repr(asked.parts)
    assert (calls(world), await told(world)) == (1, [])
    assert await world.handle("S2") is None


async def test_who_goes_on_takes_it_over_and_the_owner_is_told(world):
    await world.typed(START)
    button = anyway(await world.typed(START, user="U0BOB"))

    answer = await world.typed(f"/{button.command} {button.text}", user="U0BOB")

    assert answer.plain == "🟡 S2 requested…"
    assert calls(world) == 2
    assert await told(world) == [TOLD]


async def test_so_does_who_names_it(world):
    await world.typed(START)

    answer = await world.typed(AGAIN, user="U0BOB")

    assert answer.plain == "🟡 S2 requested…"
    assert await told(world) == [TOLD]


async def test_a_form_that_is_sent_in_once_more_takes_it_over(world):
    await world.typed(START)
    form = await world.typed("/car start", user="U0BOB")
    values = {"user": "cg_user", "ip": "125.127.178.228"}

    asked = await world.submitted(form, by="U0BOB", **values)
    unread = await world.submitted(form, by="U0BOB", **values)
    before = calls(world)
    await world.submitted(asked, by="U0BOB", **values)

    assert (asked.submit, unread.submit) == ("Take it over", "Take it over")
    assert "(S1)" in plain(asked.fields[1].spans)
    assert (before, calls(world)) == (1, 2)
    assert await told(world) == [TOLD]


async def test_ones_own_session_is_reconnected_to_without_a_word(world):
    await world.typed(START)

    again = await world.typed(START)

    assert again.plain == "🟡 S2 requested…"
    assert await told(world) == []


async def test_a_session_that_may_run_is_asked_about_too(world):
    world.cloud.state.fail_next("CreateSession", "html", 2)
    await world.typed(START)
    state = (await world.handle("S1")).state

    asked = await world.typed(START, user="U0BOB")

    assert (state, asked.plain) == (State.UNKNOWN, ASKED)


async def test_what_did_not_start_is_nobodys(world):
    world.cloud.state.idle_units = 0
    await world.typed(START)
    world.cloud.state.idle_units = 9

    assert (await world.typed(START, user="U0BOB")).plain == "🟡 S2 requested…"


async def test_of_two_people_at_once_one_is_asked(world):
    asks = [world.ask(START, user=user) for user in ("U0ANA", "U0BOB")]

    answers = await asyncio.gather(*map(world.router.answer, asks))
    await world.settled()

    assert {one.plain for one in answers} == {"🟡 S1 requested…", ASKED}
    assert calls(world) == 1


async def test_whoever_lost_it_is_asked_before_they_take_it_back(world):
    await world.typed(START)
    world.clock.push(seconds=1)
    await world.typed(AGAIN, user="U0BOB")
    world.clock.push(seconds=1)

    asked = await world.typed(START)
    back = await world.typed(START.replace("--go", "again=S2 --go"))
    third = await world.typed(START, user="U0EVE")

    assert asked.plain == ASKED
    assert back.plain == "🟡 S3 requested…"
    assert await told(world) == [
        TOLD,
        "🟠 S2 · U0BOB: U0ANA asked for its user again (S3), which reconnects to it.",
    ]
    assert "(S3)" in repr(third.parts)


async def test_another_user_is_another_session(world):
    await world.typed(START)

    other = await world.typed(START.replace("cg_user", "CG_USER"), user="U0BOB")

    assert other.plain == "🟡 S2 requested…"


async def test_a_session_of_another_workspace_is_asked_about_and_not_shown(world_with):
    rule = Rule(name="all", actions=("car.start",), users=("U0ANA", "U0BOB"))
    world = await world_with(Policy(rules=(rule,), teams=("T2",)))
    await world.typed(START)
    bob = world.ask(START, user="U0BOB", home="T2")
    theirs = replace(bob, who=replace(bob.who, team="T2"))

    asked = await world.router.answer(theirs)

    assert asked.plain == ASKED
    assert "(in another workspace)" in repr(asked.parts)
    assert "S1" not in repr(asked.parts)
    assert "U0ANA" not in repr(asked)
