"""The same relay is started once, however close together two people ask for it."""

import asyncio

from bot.slack.inbound.payloads import mention
from commands import COMMANDS
from tests.commands.relay.samples import START, calls
from tests.world import TEAM

SAME = "/relay start 7 url=rtmp://push.example.com/live/k --go"


async def test_of_two_who_ask_at_once_one_starts_it_and_the_other_is_refused(world):
    asks = [world.ask(SAME, user=user) for user in ("U0ANA", "U0BOB")]

    answers = await asyncio.gather(*map(world.router.answer, asks))
    await world.settled()
    later = await world.typed(SAME, user="U0EVE")

    accepted = [one for one in answers if one.plain == "🟡 R1 requested…"]
    refused = [one for one in answers if one not in accepted]
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

    assert sorted(one.plain for one in answers) == [
        f"🟡 R{number} requested…" for number in (1, 2, 3)
    ]
    assert calls(world) == 3


async def test_once_it_is_over_it_may_be_started_again(world):
    await world.typed(START)
    await world.typed("/relay stop R1 --yes")

    assert (await world.typed(START)).plain == "🟡 R2 requested…"
    assert calls(world) == 2


async def test_a_message_that_slack_sends_again_starts_nothing_more(world):
    def delivered(url, number):
        event = {"user": "U0ANA", "channel": "C0OPS", "ts": "1706785424.099119"}
        text = f"<@UBOT> relay start 777 url={url} --go"
        body = {"team_id": TEAM, "event_id": number, "event": {**event, "text": text}}
        return mention(body, COMMANDS, "")

    first = await world.router.answer(delivered("rtmp://a.example.com/l/AAA", "Ev1"))
    await world.settled()
    again = await world.router.answer(delivered("rtmp://a.example.com/l/BBB", "Ev2"))
    await world.settled()

    assert first.plain == "🟡 R1 requested…"
    assert again.plain.startswith("🟠 This came twice, with different contents.")
    assert len(world.cloud.state.running) == 1
