"""The whole bot, between a Slack and a Tencent that know nothing of it."""

import io
import json
from contextlib import AsyncExitStack

import aiohttp
import pytest

from bot.routing.manifest import SCOPES
from bot.sandbox.slack.loopback import LoopbackSlack
from bot.sandbox.slack.model import seed
from bot.slack.inbound.guard import LARGEST
from tests.bot.conftest import ACCEPTED, START


async def test_a_relay_is_started_and_stopped_from_slack(bot):
    await bot.typed(START)
    started = bot.seen()
    await bot.typed("/relay stop R1 --yes")

    assert started == [ACCEPTED]
    (card, told) = bot.seen()
    assert card == "⚪ R1 · stopped · room 295066"
    assert told.startswith("⚪ R1 · Stopped by ")
    assert bot.cloud.state.running == []


async def test_where_the_bot_is_not_the_answer_comes_all_the_same(bot):
    random = bot.space.channels[seed.RANDOM.id]

    await bot.typed(START, channel=random)

    (card,) = [one for one in bot.space.messages.values() if one.channel == random.id]
    assert card.text == ACCEPTED
    assert "Invite the bot" in json.dumps(card.blocks)


async def test_the_home_tab_shows_what_runs(bot):
    await bot.typed(START)

    await bot.hands.open_home(seed.ANA)
    await bot.settled()

    assert "R1" in json.dumps(bot.space.homes[seed.ANA.id].body)


async def test_a_guest_and_an_outsider_are_refused(bot):
    for who in (seed.GUS, seed.OLGA, seed.GUS):
        await bot.typed(START, who=who)

    assert bot.cloud.state.calls == []
    for who in (seed.GUS, seed.OLGA):
        assert "You may not do that here." in bot.whispered(who.id)[-1].text


@pytest.mark.short
async def test_after_a_crash_everything_is_known_again(start, clock):
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(LoopbackSlack(**clock.of_slack()))
        async with AsyncExitStack() as first:
            bot = await start(first, slack=slack)
            await bot.typed(START)
        async with AsyncExitStack() as second:
            bot = await start(second, slack=slack)
            await bot.typed("/relay list")
            await bot.typed("/relay stop R1 --yes")

            requested, running, *_others = [one.text for one in bot.whispered()]
            assert (requested, running) == (
                "🟡 R1 requested…",
                "Relays that run, or may",
            )
            (card, told) = bot.seen()
            assert card == "⚪ R1 · stopped · room 295066"
            assert told.startswith("⚪ R1 · Stopped by ")


async def test_the_health_of_the_bot_can_be_asked_for(start, clock, unused_tcp_port):
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(LoopbackSlack(**clock.of_slack()))
        bot = await start(stack, slack=slack, port=unused_tcp_port)
        session = await stack.enter_async_context(aiohttp.ClientSession())
        base = f"http://127.0.0.1:{unused_tcp_port}"

        async with session.get(f"{base}/healthz") as answer:
            assert (answer.status, await answer.json()) == (200, {"ok": True})
        async with session.get(f"{base}/readyz") as answer:
            assert await answer.json() == {
                "ready": True,
                "installed": True,
                "hears": True,
                "beats": True,
                "file": True,
                "clock": True,
                "journal": True,
                "slack": True,
            }
        async with session.post(f"{base}/slack/events") as answer:
            assert answer.status == 404
        bot.parts.journal.close()
        async with session.get(f"{base}/readyz") as answer:
            assert (answer.status, (await answer.json())["journal"]) == (200, False)


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"", 401),
        (b"payload=%7Bnope", 401),
        (b"x" * (LARGEST + 1), 413),
        (b"ssl_check=2", 401),
        (b"\xff", 401),
    ],
)
async def test_what_is_not_slacks_is_turned_away_without_a_word(
    by_http, data, status, caplog
):
    caplog.set_level("DEBUG")

    async with (
        aiohttp.ClientSession() as session,
        session.post(by_http.url, data=io.BytesIO(data)) as answer,
    ):
        assert answer.status == status
    assert "nope" not in caplog.text


async def test_slacks_probe_of_a_commands_address_needs_no_signature(by_http):
    assert await by_http.hands.carrier.probe() == 200


@pytest.mark.short
async def test_a_lost_answer_is_found_again_by_a_signed_callback(start, clock):
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(LoopbackSlack(**clock.of_slack()))
        bot = await start(stack, slack=slack, called_back=True)
        bot.cloud.state.fail_next("StartPublishCdnStream", "late")

        await bot.typed(START)
        await bot.space.feed.until(lambda: "🟢 R1" in "".join(bot.seen()))
        await bot.typed("/relay stop R1 --yes")

        (card, told) = bot.seen()
        assert card == "⚪ R1 · stopped · room 295066"
        assert told.startswith("⚪ R1 · Stopped by ")
        assert bot.cloud.state.running == []


async def test_a_callback_that_comes_while_the_bot_is_down_is_taken_when_it_is_up(
    start, clock, unused_tcp_port
):
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(LoopbackSlack(**clock.of_slack()))
        async with AsyncExitStack() as first:
            more = {"slack": slack, "port": unused_tcp_port, "called_back": True}
            bot = await start(first, **more)
            bot.cloud.state.fail_next("StartPublishCdnStream", "late")
            bot.cloud.callbacks.cut()
            await bot.typed(START)
            unknown = bot.seen()
        bot.cloud.callbacks.mend()
        bot = await start(stack, **more)
        await bot.space.feed.until(lambda: "🟢 R1" in "".join(bot.seen()))

        assert unknown == ["⚠️ R1 · unknown: no answer yet · room 295066"]
        assert bot.seen() == ["🟢 R1 · live · room 295066"]


async def test_the_audit_trail_comes_as_a_file_into_the_askers_messages(bot):
    await bot.typed(START)

    await bot.typed("/patchbay audit export")

    direct = bot.space.direct_with(seed.ANA.id).id
    shared = [one for one in bot.space.messages.values() if one.channel == direct]
    assert any("patchbay-audit-" in repr(one) for one in shared)
    assert bot.whispered()[-1].text == "🟢 The audit trail is whole: 1 record."


async def test_a_scope_that_serves_one_feature_turns_only_that_off(
    start, clock, capsys
):
    scopes = {*SCOPES} - {"files:write", "im:history"}
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(
            LoopbackSlack(scopes=scopes, **clock.of_slack())
        )
        bot = await start(stack, slack=slack)
        await bot.typed(START)

        assert bot.seen() == [ACCEPTED]
    missing = [
        line for line in capsys.readouterr().out.splitlines() if "scope." in line
    ]
    assert [line.split("off=")[1] for line in missing] == [
        "'the export of the audit trail, the picture of a layout' scope=files:write",
        '"words in the bot\'s own messages" scope=im:history',
        "'taking an alert by the reaction 👀' scope=reactions:read",
    ]
