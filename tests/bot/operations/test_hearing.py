"""That nothing was heard says something only where it would have been heard."""

import json
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest

from bot.errors import JournalUnavailable
from bot.journal.evidence import Headline, Silence
from bot.journal.rows import millis
from bot.operations.hearing import Hearing
from bot.operations.reception import Reception
from bot.operations.recovery import recover
from bot.states import State
from tests.bot.operations.accidents import JournalFile
from tests.bot.operations.tencent import (
    KEY,
    RECOVERING,
    RUNNING,
    Tencent,
    lost,
    started,
    texts,
)
from tests.world import live_again, make_world

START = "/relay start 295066 url=rtmp://push.example.com/live/k --go"
OTHER = "/relay start 2 url=rtmp://push.example.com/live/2 --go"
UNKNOWN = "⚠️ R1 · unknown: {} · room 295066"


@pytest.fixture
async def world(tmp_path):
    async with AsyncExitStack() as stack:
        yield await make_world(stack, tmp_path / "p.db", key=KEY)


async def never_began(world, line):
    """Type *line*, a start that does not reach Tencent, whatever is known here."""
    world.cloud.state.fail_next("StartPublishCdnStream", "reset")
    await world.typed(line)


async def card_of(world, handle):
    """Return how the newest card of *handle* reads, whole."""
    (card,) = [
        one
        for one in await world.notices()
        if one.audience == "channel" and one.notification.intent.handle == handle
    ]
    return card.text, json.dumps(card.body)


async def test_it_probably_did_not_start_where_others_were_heard_since(world, tencent):
    await never_began(world, START)
    other = await started(world, OTHER)
    await tencent.tells(other, RUNNING)

    await tencent.later(minutes=2, seconds=5)

    text, body = await card_of(world, "R1")
    assert text == UNKNOWN.format("probably not started")
    assert "Probably not started." in body
    assert (await world.handle("R1")).standing.silence.proven


async def test_what_was_heard_before_it_was_sent_proves_nothing(world, tencent):
    other = await started(world, OTHER)
    await tencent.tells(other, RUNNING)
    heard = world.clock()
    await tencent.later(minutes=1)
    await never_began(world, START)

    await tencent.later(minutes=2, seconds=5)

    unknown = await world.handle("R2")
    assert unknown.standing.silence == Silence(proven=False, heard_at=millis(heard))
    text, body = await card_of(world, "R2")
    assert text == "⚠️ R2 · unknown: please look, no callbacks arrive · room 295066"
    assert "none has arrived since" in body
    assert "The last one came" in body


async def test_a_clock_that_is_set_back_does_not_undo_what_was_heard(world, tencent):
    await never_began(world, START)
    world.clock.ahead = -timedelta(seconds=200)
    other = await started(world, OTHER)
    await tencent.tells(other, RUNNING)

    await tencent.later(minutes=6)

    text, _body = await card_of(world, "R1")
    assert text == UNKNOWN.format("probably not started")


async def test_that_one_was_refused_outlives_a_restart(world, tencent, tmp_path):
    await never_began(world, START)
    other = await started(world, OTHER)
    file = JournalFile(tmp_path / "p.db")
    file.refuse_state("started")
    with pytest.raises(JournalUnavailable):
        await tencent.tells(other, RUNNING)
    file.mend()
    await world.hearing.alive()
    await tencent.tells(other, RUNNING)

    reception = Reception(world.clock, world.clock.monotonic)
    again = Hearing(world.journal, reception, world.clock)

    assert not await again.proves(await world.handle("R1"))


async def test_what_is_refused_later_unmakes_the_proof(world, tencent, tmp_path):
    await never_began(world, START)
    other = await started(world, OTHER)
    await tencent.tells(other, RUNNING)
    await tencent.later(minutes=2, seconds=5)
    proven = (await world.handle("R1")).standing.silence.proven
    file = JournalFile(tmp_path / "p.db")
    file.refuse_state("started")
    with pytest.raises(JournalUnavailable):
        await tencent.tells(other, RECOVERING)
    file.mend()

    await tencent.later(seconds=5)

    assert proven
    text, _body = await card_of(world, "R1")
    assert text == UNKNOWN.format("please look, callbacks were refused")


async def test_each_callback_after_a_sending_is_kept_and_of_others_one_in_10_s(world):
    app, kept = world.cloud.app_id, []

    async def comes(seconds):
        world.clock.push(seconds=seconds)
        came = world.clock()
        await world.hearing.keep(app)
        at = await world.journal.heard.at(app)
        kept.append(millis(at) == millis(came))

    for seconds in (0, 3, 11):
        await comes(seconds)
    await never_began(world, START)
    for seconds in (1, 1):
        await comes(seconds)
    world.clock.ahead = -timedelta(seconds=200)
    await comes(1)

    assert kept == [True, False, True, True, False, True]


async def test_where_one_was_refused_here_silence_proves_nothing(
    world, tencent, tmp_path
):
    await never_began(world, START)
    other = await started(world, OTHER)
    file = JournalFile(tmp_path / "p.db")
    file.refuse_state("started")
    with pytest.raises(JournalUnavailable):
        await tencent.tells(other, RUNNING)
    file.mend()
    await tencent.tells(other, RUNNING)

    await tencent.later(minutes=2, seconds=5)

    text, body = await card_of(world, "R1")
    assert text == UNKNOWN.format("please look, callbacks were refused")
    assert "Callbacks arrive, but some could not be taken: please look." in body
    assert "none has arrived" not in body


async def test_that_it_is_not_live_is_an_alarm_only_where_it_would_be_heard(
    world, tencent
):
    await started(world, START)
    await tencent.later(seconds=65)
    unproven = await texts(world, "ops")
    await world.typed(OTHER)
    third = await started(world, OTHER.replace("/live/2", "/live/3"))
    await tencent.tells(third, RUNNING)
    await tencent.later(seconds=65)

    assert unproven == []
    assert await texts(world, "ops") == [
        "🟠 No callback says that R2 is live, 60 s after its start."
    ]


async def test_what_was_heard_outlives_a_restart(world, tencent):
    other = await started(world, OTHER)
    await tencent.tells(other, RUNNING)
    heard = world.clock()

    reception = Reception(world.clock, world.clock.monotonic)
    again = Hearing(world.journal, reception, world.clock)

    last = await again.last_heard(world.cloud.app_id)
    assert abs(last - heard) < timedelta(seconds=1)


async def test_an_app_of_which_nothing_came_was_never_heard(world):
    assert await world.hearing.last_heard(1) is None


@pytest.mark.parametrize(
    ("seconds", "is_absence"), [(59, False), (90, True), (-90, True)]
)
async def test_absence_is_longer_than_tencent_repeats_or_of_unknown_length(
    world, seconds, is_absence
):
    assert await world.hearing.absence() is None  # it never was up
    await world.hearing.alive()
    was_up = world.clock()
    world.clock.ahead = timedelta(seconds=seconds)

    absence = await world.hearing.absence()

    assert (absence is not None) is is_absence
    if absence:
        now = world.clock()
        assert absence[1] - now < timedelta(seconds=1)
        assert abs(absence[0] - min(was_up, now)) < timedelta(seconds=1)


@pytest.fixture
async def away(world, tmp_path):
    """Let the bot die, be away for so many seconds, and live again."""
    async with AsyncExitStack() as stack:

        async def be(seconds, *, breaks=False):
            await world.jobs.run_due()
            await world.tasks.drain(0)
            world.journal.close()
            world.clock.push(seconds=seconds)
            world.cloud.clock = lambda: world.clock().timestamp()
            path, cloud = tmp_path / "p.db", world.cloud
            again = await live_again(stack, path, cloud, key=KEY, clock=world.clock)
            again.asked = world.asked  # what is typed now is not what was
            if breaks:
                JournalFile(path).refuse_facts()
                with pytest.raises(JournalUnavailable):
                    await recover(again.executor, again.hearing, again.clock())
                JournalFile(path).mend()
            await recover(again.executor, again.hearing, again.clock())
            await again.settled()
            return again

        yield be


async def test_after_90_seconds_away_an_unknown_start_says_so(world, away):
    await lost(world, START)

    again = await away(90)
    other = await started(again, OTHER)
    tencent = Tencent(again)
    await tencent.tells(other, RUNNING)
    await tencent.later(minutes=2, seconds=5)

    text, body = await card_of(again, "R1")
    assert text == UNKNOWN.format("please look, callbacks may have been missed")
    assert "Patchbay was down when its callback may have come:" in body
    assert "robably not started." not in body


@pytest.mark.parametrize("breaks", [False, True])  # the first time that it recovers
async def test_after_90_seconds_away_a_relay_that_runs_says_so_and_alarms_nobody(
    world, away, breaks
):
    await started(world, START)

    again = await away(90, breaks=breaks)
    other = await started(again, OTHER)
    tencent = Tencent(again)
    await tencent.tells(other, RUNNING)
    await tencent.later(minutes=2)

    relay = await again.handle("R1")
    assert (relay.state, relay.standing.headline) == (
        State.STARTED,
        Headline.ACCEPTED,
    )
    _text, body = await card_of(again, "R1")
    assert "Patchbay was down, and callbacks of that time may be missing:" in body
    assert await texts(again, "ops") == []


async def test_after_a_minute_away_nothing_was_missed(world, away):
    await lost(world, START)

    again = await away(55)

    assert (await again.handle("R1")).standing.silence is None
