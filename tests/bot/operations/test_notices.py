"""A notice is drawn when it is delivered: for its reader, and of what it tells of."""

import json
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from bot.dialogue.ask import Place
from bot.dialogue.outcome import Audience, line
from bot.i18n import reader_locale
from bot.journal.model import (
    CARD_NOTICE,
    CONTRADICTION,
    NOT_ENDED,
    REVIVED,
    Notice,
    Notification,
)
from bot.journal.stops import How
from bot.operations.delivery import Delivery
from bot.operations.notices import is_moot
from bot.operations.readers import Readers
from bot.resources.kinds import Registry
from bot.resources.registry import RESOURCES
from bot.resources.relay.news import PUSH_FAILED
from bot.resources.relay.resource import Relay
from bot.states import OVER, State
from tests.bot.operations.tencent import KEY, RUNNING, Tencent, lost, texts
from tests.bot.resources.intents import an_intent
from tests.fakes.slack import FakeSlack
from tests.world import make_world

START = "/relay start 295066 url=rtmp://push.example.com/live/k --go"


class Speaking(Relay):
    """Says on its card in which language it is read."""

    def body(self, intent):
        yield line(f"read in {reader_locale()}")


class Broken(Relay):
    """Has a card that cannot be drawn."""

    def body(self, intent):
        raise ValueError(intent.handle)


class Unrenderable(Relay):
    """Has a card that Block Kit has no shape for."""

    def body(self, intent):
        yield intent


@pytest.fixture
async def make(tmp_path):
    async with AsyncExitStack() as stack:

        async def world(resource=None, **more):
            resources = Registry((resource,)) if resource else RESOURCES
            path = tmp_path / "p.db"
            return await make_world(stack, path, resources=resources, **more)

        yield world


async def delivered(world):
    """Return what is posted once all that waits may go."""
    world.clock.push(minutes=1)
    await world.bot.delivery.deliver()
    return [body for way, body in world.slack.sent if way.startswith("post")]


async def test_a_card_is_drawn_in_the_language_of_whoever_asked(make):
    world = await make(Speaking())
    ask = world.ask(START)
    await world.router.answer(replace(ask, who=replace(ask.who, locale="zh-CN")))
    await world.settled()

    (body,) = await delivered(world)

    assert "read in zh-CN" in json.dumps(body)
    assert reader_locale() == "en-US"


async def test_each_of_two_readers_reads_their_own_language(make):
    world = await make(Speaking())
    for room, locale in (("1", "zh-CN"), ("2", "ja-JP")):
        line = START.replace("295066", room).replace("/live/", f"/live{room}/")
        ask = world.ask(line, channel=f"C{room}")
        await world.router.answer(replace(ask, who=replace(ask.who, locale=locale)))
    await world.settled()

    bodies = await delivered(world)

    languages = [json.dumps(body).partition("read in ")[2][:5] for body in bodies]
    assert languages == ["zh-CN", "ja-JP"]


async def test_in_a_burst_over_many_channels_no_card_has_to_be_changed(make):
    world = await make()
    world.cloud.clock = world.cloud.state.clock = lambda: world.clock().timestamp()
    world.clock.hold()  # whoever waits for a turn goes on waiting
    for room in range(40):
        typed = START.replace("295066", f"{room}").replace("/k", f"/k{room}")
        await world.router.answer(world.ask(typed, channel=f"C{room}"))

    soon = world.clock() + timedelta(seconds=9)
    early = [
        one.intent.handle
        for one in await world.journal.outbox.due(soon, limit=1000)
        if one.intent.state is State.QUEUED
    ]

    assert early == []
    world.clock.release()
    await world.settled()
    await delivered(world)
    assert {way for way in world.slack.ways if way.startswith("chat")} == set()
    cards = [body for way, body in world.slack.sent if way.startswith("post")]
    assert len(cards) == 40
    assert all("· accepted" in body["text"] for body in cards)


async def test_an_alarm_says_what_was_so_when_it_was_raised(make):
    world = await make(key=KEY)
    relay = await lost(world, START)
    await world.typed("/relay close R1 reason=“nothing there”")
    tencent = Tencent(world)
    await tencent.tells(relay, RUNNING)
    await tencent.later(minutes=1)
    await world.typed("/relay stop R1 --yes")

    told = await texts(world, "ops", "channel")

    assert sorted(told) == [
        "⚪ R1 · stopped · room 295066",
        "🟠 R1 runs, though it was told as “closed”. It may be billed.",
    ]


async def test_a_card_that_cannot_be_drawn_is_told_by_its_state(make, capsys):
    world = await make(Broken())
    await world.typed(START)

    (body,) = await delivered(world)

    assert body["text"] == "🟠 R1 · started"
    assert "notice.undrawable" in capsys.readouterr().out


async def test_a_card_that_cannot_be_rendered_is_told_by_its_first_line(make, capsys):
    world = await make(Unrenderable())
    await world.typed(START)

    (body,) = await delivered(world)

    assert body["text"] == "🔵 R1 · accepted, callbacks are off · room 295066"
    assert "notice.unrenderable" in capsys.readouterr().out


async def test_what_is_told_in_the_bots_own_messages_is_posted_there(make):
    world = await make()
    place = Place(channel="D0ANA", direct=True)
    ask = replace(world.ask("/gs 1326515201117065216"), where=place, answer_url=None)
    await world.router.answer(ask)
    await world.settled()

    await delivered(world)

    assert world.slack.ways[-1] == "post D0ANA"


async def test_an_alarm_says_when_it_was_raised(make):
    world = await make()
    await world.typed(START)
    notice = Notice(name="not-ended", audience=Audience.OPS)
    await world.journal.update((await world.handle("R1")).id, notices=(notice,))
    raised = world.clock().timestamp()
    world.clock.push(hours=3)

    (alarm,) = await world.alarms()

    assert f"{int(raised)}" in json.dumps(alarm.body)


@pytest.mark.parametrize("is_over", [True, False])
async def test_an_alarm_that_something_goes_on_is_not_told_once_it_is_over(
    make, is_over
):
    world = await make(key=KEY)
    await world.typed(START)
    end = "StopPublishCdnStream"
    world.cloud.state.fail_next(end, "UnauthorizedOperation", times=1 if is_over else 2)
    await world.typed("/relay stop R1 --yes")
    await world.typed("/relay stop R1 --yes")

    told = [body["text"] for body in await delivered(world)]

    sentence = "🟠 R1 was not stopped; as far as is known it is billed."
    assert sum(sentence in text for text in told) == (0 if is_over else 1)
    assert await texts(world, "ops") == []


GOES_ON = {NOT_ENDED, *(timer.name for timer in Relay.timers)}
NEWS_FOR_GOOD = {CONTRADICTION, REVIVED, PUSH_FAILED, "of tomorrow"}
ACTION = {"ends": True, "about": "01J0000000000000000000000R"}


@pytest.mark.parametrize("name", sorted(GOES_ON | NEWS_FOR_GOOD))
def test_moot_is_an_alarm_that_what_is_over_goes_on(name):
    for audience, state in product(Audience, State):
        lasting = audience is Audience.OPS and name in GOES_ON
        notice = {"id": 0, "rev": 1, "name": name, "audience": audience, "facts": {}}

        def moot(notice=notice, state=state, reason="", **about):
            about = {"kind": Relay.kind, "state": state, "reason": reason, **about}
            return is_moot(Notification(**notice, intent=an_intent(**about)), RESOURCES)

        assert moot() == (lasting and state in OVER)
        assert not moot({**notice, "stands": ("COPS", "1.5")})  # it is drawn anew
        assert moot(**ACTION) == (lasting and state is State.DONE)
        assert moot(reason=How.OVER, **ACTION) == lasting
        assert moot(reason=How.PERHAPS, **ACTION) == lasting


async def test_a_notice_of_an_unknown_name_is_told_all_the_same(make):
    world = await make()
    await world.typed(START)
    notice = Notice(name="of-a-later-release", audience=Audience.OPS)
    await world.journal.update((await world.handle("R1")).id, notices=(notice,))

    (alarm,) = await world.alarms()

    assert alarm.text == "🟠 R1 · started"


@pytest.mark.parametrize(
    ("app", "text"),
    [("live-main", "🟠 live-main · callbacks-silent"), ("", "🟠 callbacks-silent")],
)
async def test_a_notice_about_an_app_or_nothing_goes_to_the_operators(
    journal, clock, app, text
):
    facts = {"last event": "12:00 UTC"}
    notice = Notice(name="callbacks-silent", audience=Audience.OPS, facts=facts)
    await journal.outbox.put(notice, clock(), app=app)
    slack = FakeSlack()

    await delivery(journal, slack, clock).deliver()

    ((way, body),) = slack.sent
    assert (way, body["text"]) == ("post COPS", text)
    assert "last event: 12:00 UTC" in json.dumps(body)


async def test_what_an_older_release_drew_is_delivered_as_it_is(
    journal, waiting, clock, file
):
    await waiting(CARD_NOTICE)
    file.run('UPDATE outbox SET body = \'{"text": "drawn long ago"}\'')
    slack = FakeSlack()

    await delivery(journal, slack, clock).deliver()

    assert slack.sent == [("post C", {"text": "drawn long ago", "thread_ts": None})]


def delivery(journal, slack, clock):
    return Delivery(
        journal.outbox,
        slack,
        RESOURCES,
        now=clock,
        sleep=clock.sleep,
        readers=Readers(ops_channel="COPS"),
    )
