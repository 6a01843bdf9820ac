"""What waits for a second person is found without the card that asks for it."""

import pytest

from bot.dialogue.form import Form
from bot.settings import Rule
from tests.bot.operations.approvals import (
    ANA,
    BOB,
    CARL,
    DORA,
    RULES,
    START,
    asked,
    decided,
    policy,
)

OTHER = "/relay start 8 url=rtmp://push.example.com/live/k --go"
NOTHING = "Nothing waits for your approval."
NONE_OF_MINE = "Nothing that you asked for waits to be approved."


@pytest.fixture
async def two(world_with):
    """Return a world in which every start needs a second person."""
    return await world_with(policy())


def rows(outcome):
    """Return the first line of each row of *outcome*, and what its menu asks for."""
    return [
        (part.spans[0].text, [one.text for one in part.menu]) for part in outcome.parts
    ]


async def test_without_an_id_what_waits_for_whoever_asks_is_listed(two):
    _answer, first = await asked(two)
    two.clock.push(minutes=1)
    _answer, second = await asked(two, OTHER)

    for word in ("approve", "deny"):
        waits = await two.typed(f"/patchbay {word}", user=BOB)
        assert waits.headline[0].text == "2 requests wait for your approval"
        assert rows(waits) == [
            (f"Start a relay of room {room}", [f"approve {of}", f"deny {of}"])
            for room, of in ((7, first), (8, second))
        ]


async def test_what_is_chosen_from_the_list_asks_for_a_reason(two):
    await asked(two)
    (row,) = (await two.typed("/patchbay approve", user=BOB)).parts
    form = await two.typed(f"/patchbay {row.menu[0].text}", user=BOB)

    assert isinstance(form, Form)
    done = await two.submitted(form, by=BOB, reason="seen it")
    assert done.plain == "This was approved."


async def test_their_own_is_listed_to_be_withdrawn_and_not_to_be_approved(two):
    _answer, of = await asked(two)

    approving = await two.typed("/patchbay approve", user=ANA)
    assert (approving.plain, approving.parts) == (NOTHING, ())
    own = await two.typed("/patchbay withdraw", user=ANA)
    assert own.plain == "Asked for by you, and not decided on yet"
    assert rows(own) == [("Start a relay of room 7", [f"withdraw {of}"])]
    assert (await two.typed("/patchbay withdraw", user=BOB)).plain == NONE_OF_MINE


async def test_what_they_may_not_decide_on_is_not_listed(world_with):
    rules = (*RULES, Rule(name="desk", actions=("patchbay.*",), users=(CARL,)))
    two = await world_with(policy(rules))
    await asked(two)

    # one may approve and not start, the other may do both
    assert (await two.typed("/patchbay approve", user=DORA)).plain == NOTHING
    assert rows(await two.typed("/patchbay approve", user=CARL)) != []


@pytest.mark.parametrize("how", ["denied", "withdrawn", "over"])
async def test_what_is_decided_or_over_is_not_listed(two, how):
    _answer, of = await asked(two, START)
    if how == "denied":
        await decided(two, "deny", of)
    elif how == "withdrawn":
        await two.typed(f"/patchbay withdraw {of}", user=ANA)
    else:
        two.clock.push(days=1)

    assert (await two.typed("/patchbay approve", user=BOB)).plain == NOTHING
    assert (await two.typed("/patchbay withdraw", user=ANA)).plain == NONE_OF_MINE


async def test_what_another_workspace_asked_for_is_not_listed(two):
    await asked(two)

    assert await two.journal.proposals.open("T0OTHER") == []
