"""The same relay is started once, however close together two people ask for it."""

import asyncio

import pytest

from bot.dialogue.outcome import plain
from bot.slack.inbound.payloads import mention
from commands import COMMANDS
from tests.commands.relay.filling import opened
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
    assert [one.plain for one in refused] == [later.plain]
    assert later.plain == ("🟠 Nothing was started: the same runs already, or may.")
    assert calls(world) == 1


OTHER_ROOM, OTHER = SAME.replace(" 7 ", " 8 "), SAME.replace("/live/k", "/live/other")


async def test_another_target_is_another_relay(world):
    asks = [
        world.ask(SAME),
        world.ask(OTHER),
        world.ask(OTHER_ROOM.replace("/live/k", "/live/of8")),
    ]

    answers = await asyncio.gather(*map(world.router.answer, asks))
    await world.settled()

    assert sorted(one.plain for one in answers) == [
        f"🟡 R{number} requested…" for number in (1, 2, 3)
    ]
    assert calls(world) == 3


@pytest.mark.parametrize(
    "like",
    [
        OTHER_ROOM,
        OTHER_ROOM.replace("rtmp://push.example.com/", "rtmp://PUSH.example.com:1935/"),
        SAME.replace("/live/k", "/live/k?txSecret=1&txTime=2"),
    ],
)
async def test_another_relay_to_the_same_target_is_asked_about(world, like):
    await world.typed(SAME)

    asked = await world.typed(like)
    known = await world.typed(f"{like} again=R1")

    assert asked.plain == ("🟠 Nothing was started: the same runs already, or may.")
    assert known.plain == "🟡 R2 requested…"
    assert calls(world) == 2


async def test_any_unknown_start_of_the_room_is_asked_about(world):
    world.cloud.state.fail_next("StartPublishCdnStream", "reset")
    await world.typed(SAME)

    asked = await world.typed(OTHER)

    assert asked.plain == ("🟠 Nothing was started: the same runs already, or may.")
    assert await world.handle("R2") is None


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
    assert again.plain.startswith("🟠 The same came twice with different contents")
    assert len(world.cloud.state.running) == 1


async def test_in_a_form_without_addresses_it_is_asked_at_its_rooms(world):
    typed = "/relay start 7 feedback=8"
    await world.typed(f"{typed} --go")
    form = await opened(world, typed)

    asked = await form.send()

    names = [getattr(one, "name", "") for one in asked.fields]
    line = asked.fields[names.index("feedback") + 1]
    assert "R1 is alike" in plain(line.spans)
    await form.send()
    assert calls(world) == 2


async def test_who_has_not_read_the_question_starts_no_other_by_the_same_form(world):
    """Slack's answer may be lost, so that somebody sends the form in again."""
    await world.typed(SAME)
    form = await opened(world, SAME.removesuffix(" --go"))

    first = await world.submitted(form.form, key="modal:T0HOME:V1", **form.state)
    again = await world.submitted(form.form, key="modal:T0HOME:V1", **form.state)
    before = calls(world)
    read = await world.submitted(again, key="modal:T0HOME:V1", **form.state)

    assert [one.submit for one in (form.form, first, again)] == [
        "Start",
        "Start another",
        "Start another",
    ]
    assert (before, read, calls(world)) == (1, None, 2)


async def test_the_question_stays_asked_through_the_choices_made_after_it(world):
    await world.typed(SAME)
    form = await opened(world, SAME.removesuffix(" --go"))

    await form.send()
    await form.fill(quality="custom")

    assert form.form.submit == "Start another"
    assert await form.send() is None
    assert calls(world) == 2
