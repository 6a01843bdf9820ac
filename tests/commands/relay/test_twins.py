"""The same relay is started once, however close together two people ask for it."""

import asyncio

from tests.commands.relay.samples import START, calls

SAME = "/relay start 7 url=rtmp://push.example.com/live/k --go"


async def test_of_two_who_ask_at_once_one_starts_it_and_the_other_is_refused(world):
    asks = [world.ask(SAME, user=user) for user in ("U0ANA", "U0BOB")]

    answers = await asyncio.gather(*map(world.router.answer, asks))
    await world.settled()
    later = await world.typed(SAME, user="U0EVE")

    accepted = [one for one in answers if one is None]
    refused = [one for one in answers if one is not None]
    assert len(accepted) == 1
    assert refused == [later]
    sentence = "The same relay is running as R1; --again starts another."
    assert sentence in repr(later.parts)
    assert calls(world) == 1


async def test_another_room_or_another_target_is_another_relay(world):
    asks = [
        world.ask(SAME),
        world.ask(SAME.replace(" 7 ", " 8 ")),
        world.ask(SAME.replace("/live/k", "/live/other")),
    ]

    answers = await asyncio.gather(*map(world.router.answer, asks))
    await world.settled()

    assert answers == [None] * 3
    assert calls(world) == 3


async def test_once_it_is_over_it_may_be_started_again(world):
    await world.typed(START)
    await world.typed("/relay stop R1 --yes")

    assert await world.typed(START) is None
    assert calls(world) == 2
