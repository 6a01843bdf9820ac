"""The whole bot, between a Slack and a Tencent that know nothing of it."""

import asyncio
import io
import json
from contextlib import AsyncExitStack

import aiohttp
import pytest

from bot.app import Ports, build
from bot.lifecycle import begin, greet
from bot.resources.relay.cdn import choice_of
from bot.routing.manifest import SCOPES
from bot.sandbox.cloud import LoopbackCloud
from bot.sandbox.run import free_port
from bot.sandbox.slack.client.payloads import Control
from bot.sandbox.slack.loopback import LoopbackSlack
from bot.sandbox.slack.model import seed
from bot.sandbox.slack.model.objects import Message, View
from bot.settings import load
from bot.slack.inbound.guard import LARGEST
from commands import COMMANDS
from tests.judge import judged

START = "/relay start 295066 url=rtmp://push.example.com/live/the-secret-key --go"
ACCEPTED = "🔵 R1 · accepted, callbacks are off   room 295066"
REQUESTED = "🟡 R1 requested…"


class Bot:
    """A running bot, and hands on the keyboard of its Slack."""

    def __init__(self, parts, slack, cloud, url):
        self.url = url
        self.parts = parts
        self.slack = slack
        self.cloud = cloud
        self.space = slack.space
        self.hands = slack.client

    @property
    def ops(self):
        return self.space.channels[seed.OPS.id]

    async def typed(self, line, who=seed.ANA, channel=None):
        await self.hands.command(who, channel or self.ops, line)
        await self.settled()

    async def settled(self):
        await self.parts.tasks.drain(10)
        while await self.parts.journal.outbox.waiting():
            await self.space.feed.stirred(0.05)
        await self.space.feed.quiet()
        for change in self.space.feed.changes:
            self.judge(change.subject)

    @staticmethod
    def judge(subject):
        """Show what the bot sent to the outside judges."""
        if isinstance(subject, View):
            judged(subject.body, subject.body["type"])
        elif isinstance(subject, Message) and subject.blocks:
            judged({"text": subject.text, "blocks": list(subject.blocks)}, "message")

    def seen(self, channel=seed.OPS.id):
        return [
            one.text
            for (where, _), one in self.space.messages.items()
            if where == channel
        ]

    def whispered(self, user=seed.ANA.id):
        return [one for one in self.space.whispers.values() if one.only_for == user]


@pytest.fixture
async def start(tmp_path, monkeypatch):
    """Start a bot over Socket Mode or HTTP; again means after a crash."""
    async with AsyncExitStack() as outer:
        cloud = LoopbackCloud()
        await cloud.start()
        outer.push_async_callback(cloud.close)

        async def live(stack, *, port=0, slack=None, called_back=False):
            port = port or free_port()
            if called_back and not cloud.callbacks:
                url = f"http://127.0.0.1:{port}/tencent/callbacks/default"
                cloud.call_back(url, pauses=(0.05,) * 40)
            for name, value in {
                **slack.environment(),
                **cloud.environment,
                "BOT_DATABASE_URL": f"sqlite:///{tmp_path}/patchbay.db",
                "BOT_ALLOW_ALL": "true",
                "BOT_PORT": str(port),
            }.items():
                monkeypatch.setenv(name, value)
            settings = load()
            parts = await build(settings, Ports(), COMMANDS, stack)
            delivering = asyncio.create_task(parts.delivery.run())
            stack.callback(delivering.cancel)
            stack.push_async_callback(parts.server.close)
            if parts.sockets:
                stack.push_async_callback(parts.sockets.close)
            await begin(parts)
            await greet(parts)
            return Bot(parts, slack, cloud, f"http://127.0.0.1:{port}/slack/events")

        yield live


@pytest.fixture
async def by_socket(start):
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(LoopbackSlack())
        yield await start(stack, slack=slack)


@pytest.fixture
async def by_http(start, unused_tcp_port):
    async with AsyncExitStack() as stack:
        url = f"http://127.0.0.1:{unused_tcp_port}/slack/events"
        slack = await stack.enter_async_context(LoopbackSlack(bot_url=url))
        yield await start(stack, slack=slack, port=unused_tcp_port)


@pytest.fixture(params=["by_socket", "by_http"])
def bot(request):
    return request.getfixturevalue(request.param)


async def test_a_relay_is_started_and_stopped_from_slack(bot):
    await bot.typed(START)
    started = bot.seen()
    await bot.typed("/relay stop R1 --yes")

    assert started == [ACCEPTED]
    (card, told) = bot.seen()
    assert card == "⚪ R1 · stopped   room 295066"
    assert told.startswith("⚪ R1 · Stopped by ")
    assert bot.cloud.state.running == []


async def test_a_form_is_filled_in_corrected_and_sent(bot):
    await bot.typed("/relay start 295066")
    form = bot.space.top(seed.ANA.id)

    async def fill(name, value):
        block = next(one for one in form.blocks if one["block_id"] == name)
        kind = block["element"]["type"]
        state = {"type": kind, "value": value}
        bot.space.fill(bot.space.view(form.id), name, f"field:{name}", state)

    await fill("url", "http://push.example.com/live/a")
    await bot.hands.submit(seed.ANA, bot.space.view(form.id))
    faults = [
        one.subject.by_block for one in bot.space.feed.changes if one.what == "faulted"
    ]
    await fill("url", "rtmp://push.example.com/live/a")
    await bot.hands.submit(seed.ANA, bot.space.view(form.id))
    whose = choice_of("push.example.com")
    form = bot.space.top(seed.ANA.id)
    (other,) = [
        one["element"]["options"][1] for one in form.blocks if one["block_id"] == whose
    ]
    state = {"type": "radio_buttons", "selected_option": other}
    bot.space.fill(form, whose, f"field:{whose}", state)
    await bot.hands.submit(seed.ANA, bot.space.view(form.id))
    await bot.settled()

    assert [list(one) for one in faults] == [["url"]]
    assert "rtmp://" in faults[0]["url"]
    assert bot.seen() == [ACCEPTED]
    closing = bot.space.top(seed.ANA.id).body  # whose CDN it is, and what that costs
    assert "submit" not in closing
    assert "other CDN, which is billed." in json.dumps(closing)


async def test_a_choice_redraws_the_form_and_keeps_what_was_typed(bot):
    await bot.typed("/relay start 295066")
    form = bot.space.top(seed.ANA.id)
    block = next(one for one in form.blocks if one["block_id"] == "what")
    element = block["element"]
    control = Control("what", element["action_id"], element)
    one_user = next(o for o in element["options"] if o["value"] == "one")

    await bot.hands.act(
        seed.ANA, form, control, {"type": element["type"], "selected_option": one_user}
    )
    await bot.settled()

    redrawn = bot.space.view(form.id)
    names = [one["block_id"] for one in redrawn.blocks if one["type"] == "input"]
    assert "user" in names
    assert "layout" not in names
    assert redrawn.values["room"]["field:room"]["value"] == "295066"


async def test_a_look_up_answers_the_asker_alone(bot):
    await bot.typed("/gs 1326515201117065216")
    await bot.typed("/lookup FailedOperation.SlowDown")

    assert bot.seen() == []
    texts = sorted(one.text.partition("  ")[0] for one in bot.whispered())
    assert texts == ["FailedOperation.SlowDown", "🔴 G1 · 1 of 3 selected is offline"]


async def test_where_the_bot_is_not_the_answer_comes_all_the_same(bot):
    random = bot.space.channels[seed.RANDOM.id]

    await bot.typed(START, channel=random)

    (card,) = [one for one in bot.space.messages.values() if one.channel == random.id]
    assert card.text == ACCEPTED
    assert "Invite me" in json.dumps(card.blocks)


async def test_a_mention_in_a_channel_and_bare_words_in_a_dm_say_the_same(bot):
    await bot.hands.say(seed.ANA, bot.ops, "@patchbay relay list")
    await bot.hands.say(seed.ANA, bot.space.direct_with(seed.ANA.id), "relay list")
    await bot.settled()

    (whisper,) = bot.whispered()
    direct = bot.space.direct_with(seed.ANA.id).id
    assert whisper.text == "Running now"
    assert bot.seen(direct)[-1] == "Running now"


async def heard(bot, text, **more):
    """Say *text* in #ops, and return the last that ana alone is shown."""
    message = await bot.hands.say(seed.ANA, bot.ops, text, **more)
    await bot.settled()
    return message, [one.text for one in bot.whispered()]


async def test_under_its_card_a_relay_needs_no_id(bot):
    await bot.typed(START)
    (card,) = [one for one in bot.space.messages.values() if "R1" in one.text]

    _message, looked_up = await heard(bot, "@patchbay", thread=card.ts)
    _message, status = await heard(bot, "@patchbay relay status", thread=card.ts)
    await heard(bot, "@patchbay relay stop --yes", thread=card.ts)
    await bot.space.feed.until(lambda: "⚪ R1" in "".join(bot.seen()))

    assert looked_up == [REQUESTED, ACCEPTED]
    assert status == [REQUESTED, ACCEPTED, ACCEPTED]
    assert bot.cloud.state.running == []


async def test_under_an_alert_a_mention_looks_up_what_it_says(bot):
    await bot.typed(START)
    alert = await bot.hands.say(seed.BOB, bot.ops, "room 295066 is black, see R1")

    _message, told = await heard(bot, "@patchbay why?", thread=alert.ts)

    assert told == [REQUESTED, ACCEPTED]


async def test_an_edited_or_repeated_mention_starts_nothing_more(bot):
    bot.hands.again = 2
    message, _told = await heard(bot, f"@patchbay {START[1:]}")
    await bot.space.feed.until(lambda: ACCEPTED in bot.seen())
    first = len(bot.cloud.state.running)

    await bot.hands.edit(
        seed.ANA, message, f"@patchbay {START[1:]}".replace("e/t", "x")
    )
    await bot.settled()

    assert (first, len(bot.cloud.state.running)) == (1, 1)
    assert [one.text for one in bot.whispered()] == [
        REQUESTED,
        "🟠 An edited message is not carried out. Send it as a new one.",
    ]


async def test_a_mention_that_needs_a_form_gets_a_button_that_opens_it(bot):
    await heard(bot, "@patchbay relay start 295066")
    (told,) = bot.whispered()
    (row,) = [block for block in told.blocks if block["type"] == "actions"]
    (button,) = row["elements"]
    control = Control(row["block_id"], button["action_id"], button)

    await bot.hands.act(seed.ANA, told, control)
    await bot.settled()

    assert bot.space.top(seed.ANA.id).body["callback_id"] == "form:relay:start"


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


async def test_after_a_crash_everything_is_known_again(start):
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(LoopbackSlack())
        async with AsyncExitStack() as first:
            bot = await start(first, slack=slack)
            await bot.typed(START)
        async with AsyncExitStack() as second:
            bot = await start(second, slack=slack)
            await bot.typed("/relay list")
            await bot.typed("/relay stop R1 --yes")

            requested, running, *_others = [one.text for one in bot.whispered()]
            assert (requested, running) == ("🟡 R1 requested…", "Running now")
            (card, told) = bot.seen()
            assert card == "⚪ R1 · stopped   room 295066"
            assert told.startswith("⚪ R1 · Stopped by ")


async def test_the_health_of_the_bot_can_be_asked_for(start, unused_tcp_port):
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(LoopbackSlack())
        bot = await start(stack, slack=slack, port=unused_tcp_port)
        session = await stack.enter_async_context(aiohttp.ClientSession())
        base = f"http://127.0.0.1:{unused_tcp_port}"

        async with session.get(f"{base}/healthz") as answer:
            assert (answer.status, await answer.json()) == (200, {"ok": True})
        async with session.get(f"{base}/readyz") as answer:
            assert await answer.json() == {
                "journal": True,
                "slack": True,
                "clock": True,
            }
        async with session.post(f"{base}/slack/events") as answer:
            assert answer.status == 404
        bot.parts.journal.close()
        async with session.get(f"{base}/readyz") as answer:
            assert (answer.status, (await answer.json())["journal"]) == (503, False)


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


async def test_a_lost_answer_is_found_again_by_a_signed_callback(start):
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(LoopbackSlack())
        bot = await start(stack, slack=slack, called_back=True)
        bot.cloud.state.fail_next("StartPublishCdnStream", "late")

        await bot.typed(START)
        await bot.space.feed.until(lambda: "🟢 R1" in "".join(bot.seen()))
        await bot.typed("/relay stop R1 --yes")

        (card, told) = bot.seen()
        assert card == "⚪ R1 · stopped   room 295066"
        assert told.startswith("⚪ R1 · Stopped by ")
        assert bot.cloud.state.running == []


async def test_a_callback_that_comes_while_the_bot_is_down_is_taken_when_it_is_up(
    start, unused_tcp_port
):
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(LoopbackSlack())
        async with AsyncExitStack() as first:
            more = {"slack": slack, "port": unused_tcp_port, "called_back": True}
            bot = await start(first, **more)
            bot.cloud.state.fail_next("StartPublishCdnStream", "late")
            calls = bot.cloud.callbacks
            calls.url, reachable = calls.url.replace("default", "nobody"), calls.url
            await bot.typed(START)
            unknown = bot.seen()
        calls.url = reachable
        bot = await start(stack, **more)
        await bot.space.feed.until(lambda: "🟢 R1" in "".join(bot.seen()))

        assert unknown == ["⚠️ R1 · unknown: no answer yet   room 295066"]
        assert bot.seen() == ["🟢 R1 · live   room 295066"]


async def test_the_audit_trail_comes_as_a_file_into_the_askers_messages(bot):
    await bot.typed(START)

    await bot.typed("/patchbay audit export")

    direct = bot.space.direct_with(seed.ANA.id).id
    shared = [one for one in bot.space.messages.values() if one.channel == direct]
    assert any("patchbay-audit-" in repr(one) for one in shared)
    assert bot.whispered()[-1].text == "🟢 The audit trail is whole: 1 records."


async def test_a_scope_that_serves_one_feature_turns_only_that_off(start, capsys):
    scopes = {*SCOPES} - {"files:write", "im:history"}
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(LoopbackSlack(scopes=scopes))
        bot = await start(stack, slack=slack)
        await bot.typed(START)

        assert bot.seen() == [ACCEPTED]
    missing = [
        line for line in capsys.readouterr().out.splitlines() if "scope." in line
    ]
    assert [line.split("off=")[1] for line in missing] == [
        "'the export of the audit trail' scope=files:write",
        '"words in the bot\'s own messages" scope=im:history',
    ]
