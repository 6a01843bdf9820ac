"""Outages in the journal: whoever looks, takes or mutes, each is told once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.dialogue.outcome import Audience
from bot.journal.alert_rows import AGAIN, ALERT, PAGE
from bot.journal.alerts import Subscription
from bot.journal.model import NEWS, Notice
from bot.journal.outages import NO_MUTE, AlertCause, How, Mute, Told
from bot.journal.rows import millis
from bot.states import State
from tests.bot.journal.conftest import APP, AT, moved
from tests.bot.journal.makers import stop_of
from tests.bot.journal.test_audit import entry

TEN = timedelta(minutes=10)


def ringing(cause=AlertCause.FAILED):
    return Notice(name="push-failed", audience=Audience.OPS, cause=cause)


@pytest.fixture
async def relay(journal, new):
    accepted, _ = await journal.accept(new())
    return await moved(journal, accepted.id, State.SENDING, State.STARTED)


async def waiting(journal):
    """Return the names of what waits, with the line of each."""
    due = await journal.outbox.due(AT + timedelta(days=30), 100)
    rings = [one for one in due if ALERT in one.facts]
    return [(one.name, one.line) for one in rings]


async def delivered(journal, clock, at=None):
    """Let what waits be delivered, as by messages of the time *at*, or without any."""
    for one in await journal.outbox.due(clock(), 100):
        place = ("CALERTS", f"{at.timestamp():.6f}") if at and one.line else None
        await journal.outbox.sent(one, place)


async def the_outage(journal):
    ((outage, _about),) = await journal.alerts.due(AT + timedelta(days=30))
    return outage


@pytest.mark.parametrize("cause", AlertCause)
async def test_each_cause_rings_once_and_leads_there_from_the_thread(
    journal, relay, cause
):
    first = await journal.alerts.trouble(relay.id, ringing(cause))
    again = await journal.alerts.trouble(relay.id, ringing(cause))

    assert (first, again) == (True, False)
    assert await waiting(journal) == [
        ("push-failed", f"alert:{cause}:1"),
        (PAGE, f"page:{cause}:1"),
        (NEWS, f"link:alert:{cause}:1"),
    ]


async def test_of_two_who_look_at_once_one_calls_again(journal, relay, clock):
    await journal.alerts.trouble(relay.id, ringing())
    await delivered(journal, clock)
    seen = await the_outage(journal)
    clock.push(minutes=10)

    told = [
        await journal.alerts.look(seen, How.ILL, again_after=TEN) for _each in range(2)
    ]

    assert told == [Told.AGAIN, Told.NOTHING]
    assert [name for name, _line in await waiting(journal)].count(AGAIN) == 1


@pytest.mark.parametrize("ahead", [0, -3, 30])
async def test_the_next_call_is_counted_from_when_the_last_one_came(
    journal, relay, clock, ahead
):
    """However many minutes Slack's clock is ahead."""

    async def looked(times):
        told = []
        for _time in range(times):
            clock.push(minutes=1)
            seen = await the_outage(journal)
            told.append(await journal.alerts.look(seen, How.ILL, again_after=TEN))
        return [number for number, one in enumerate(told, 1) if one is Told.AGAIN]

    await journal.alerts.trouble(relay.id, ringing())
    calls = []
    for _call in range(2):
        calls.append(await looked(25))  # while it waits
        await delivered(journal, clock, clock() + timedelta(minutes=ahead))
        calls.append(await looked(10))

    assert calls == [[], [10]] * 2


async def test_a_message_that_is_posted_anew_calls_nobody_and_counts_for_nothing(
    journal, relay, clock
):
    await journal.alerts.trouble(relay.id, ringing())
    await delivered(journal, clock, clock())
    clock.push(minutes=8)
    await journal.alerts.mute(relay.id, None, audit=entry(0))  # it is drawn anew
    await delivered(journal, clock, clock())
    clock.push(minutes=2)

    seen = await the_outage(journal)

    assert await journal.alerts.look(seen, How.ILL, again_after=TEN) is Told.AGAIN


async def test_what_was_given_up_is_counted_from_when_it_was_raised(
    journal, relay, clock
):
    await journal.alerts.trouble(relay.id, ringing())
    for one in await journal.outbox.due(clock(), 100):
        await journal.outbox.gave_up(one)
    clock.push(minutes=10)

    seen = await the_outage(journal)

    assert await journal.alerts.look(seen, How.ILL, again_after=TEN) is Told.AGAIN


async def test_who_takes_it_first_has_it_and_nobody_is_called_again(
    journal, relay, clock
):
    await journal.alerts.trouble(relay.id, ringing())
    (first,) = await journal.alerts.take(relay.id, "UANA", audit=entry(0))
    (second,) = await journal.alerts.take(relay.id, "UBO", audit=entry(1))
    clock.push(hours=1)

    seen = await the_outage(journal)
    told = await journal.alerts.look(seen, How.ILL, again_after=TEN)

    assert (first.taken_by, second.taken_by) == ("UANA", "UANA")
    assert (told, seen.taken_by) == (Told.NOTHING, "UANA")


async def test_what_is_muted_calls_nobody_until_that_is_over(journal, relay, clock):
    until = millis(clock() + timedelta(hours=1))
    await journal.alerts.mute(relay.id, Mute("UANA", until), audit=entry(0))
    await journal.alerts.trouble(relay.id, ringing())
    muted = await the_outage(journal)
    clock.push(minutes=59)
    before = await journal.alerts.look(muted, How.ILL, again_after=TEN)
    clock.push(minutes=2)
    seen = await the_outage(journal)
    after = await journal.alerts.look(seen, How.ILL, again_after=TEN)

    assert (muted.rings, before, after) == (0, Told.NOTHING, Told.AGAIN)
    assert PAGE in [name for name, _line in await waiting(journal)]


async def test_a_mute_can_be_taken_back(journal, relay, clock):
    until = millis(clock() + timedelta(hours=1))
    await journal.alerts.mute(relay.id, Mute("UANA", until))
    await journal.alerts.mute(relay.id, None)
    await journal.alerts.trouble(relay.id, ringing())

    assert (await the_outage(journal)).rings == 1


async def test_what_is_over_is_looked_at_no_more(journal, relay, clock):
    await journal.alerts.trouble(relay.id, ringing())
    told = await journal.alerts.look(await the_outage(journal), How.OVER)

    assert told is Told.EDIT
    assert await journal.alerts.due(clock() + timedelta(days=30)) == []
    assert (await journal.alerts.of(relay.id))[0] == []


@pytest.mark.parametrize("does", ["take", "mute"])
async def test_of_what_is_over_by_now_nothing_is_left_to_take_or_mute(
    journal, relay, does
):
    await journal.alerts.trouble(relay.id, ringing())
    await moved(journal, relay.id, State.ENDED)
    what = "UBO" if does == "take" else Mute("UBO", millis(AT + TEN))

    assert await getattr(journal.alerts, does)(relay.id, what) == []
    mute = NO_MUTE if does == "take" else what
    assert await journal.alerts.of(relay.id) == ([], mute)
    due = await journal.outbox.due(AT + TEN, 100)
    (alert,) = [one.facts[ALERT] for one in due if one.name == "push-failed"]
    assert (alert["past"], bool(alert["ended_at"])) == (True, True)


async def test_an_outage_is_found_by_its_message(journal, relay):
    await journal.alerts.trouble(relay.id, ringing())
    due = await journal.outbox.due(AT + timedelta(days=30), 100)
    alarm = next(one for one in due if one.audience is Audience.OPS)
    await journal.outbox.sent(alarm, ("CALERTS", "7.1"))

    assert await journal.alerts.at("CALERTS", "7.1") == (relay.id, relay.asker.team)
    assert await journal.alerts.at("CALERTS", "7.2") is None


async def test_channels_are_told_what_they_want(journal, relay):
    for channel, causes in (("C1", ()), ("C2", ("failed",)), ("C3", ("stop",))):
        wanted = Subscription(channel=channel, causes=causes, by="UANA")
        await journal.alerts.subscribe("T", wanted, audit=entry(0))
    other = Subscription(channel="C4", apps=("other",), by="UANA")
    await journal.alerts.subscribe("T", other, audit=entry(1))
    gone = Subscription(channel="C5", by="UANA")
    await journal.alerts.subscribe("T", gone, audit=entry(2))
    was = await journal.alerts.unsubscribe("T", "C5", audit=entry(3))
    is_none = await journal.alerts.unsubscribe("T", "C5", audit=entry(4))

    await journal.alerts.trouble(relay.id, ringing())

    lines = [line for name, line in await waiting(journal) if name == "push-failed"]
    assert lines == ["alert:failed:1", "alert:failed:1:C1", "alert:failed:1:C2"]
    assert (was, is_none) == (True, False)
    assert other in await journal.alerts.subscriptions("T")


async def test_a_step_of_what_is_not_as_it_was_seen_is_none(journal, relay):
    await journal.alerts.trouble(relay.id, ringing())
    seen = replace(await the_outage(journal), rev=7)

    assert await journal.alerts.look(seen, How.OVER) is Told.NOTHING
    assert (await the_outage(journal)).is_open


async def test_the_alert_of_another_workspaces_stop_ends_where_it_rang(
    journal, relay, new
):
    for team, channel in (("T", "C1"), ("T2", "C2")):
        wanted = Subscription(channel=channel, by="UANA")
        await journal.alerts.subscribe(team, wanted, audit=entry(0))
    stop, _ = await journal.accept(stop_of(new, relay, team="T2", home="T"))
    rings = (ringing(AlertCause.STOP),)
    await moved(journal, stop.id, State.SENDING, State.UNKNOWN, notices=rings)
    rang = [line for name, line in await waiting(journal) if name == "push-failed"]

    await moved(journal, relay.id, State.ENDED)

    over = [line for name, line in await waiting(journal) if name == "push-failed"]
    assert rang == ["alert:stop:1", "alert:stop:1:C2"]
    assert {*over} == {*rang}


async def test_stops_of_an_id_that_nobody_knows_ring_once_in_each_workspace(
    journal, new
):
    async def fails(team, ref):
        task = {"ends": True, "ref": ref, "sdk_app_id": APP}
        stop, _ = await journal.accept(new(**task, team=team, home=team))
        rings = (ringing(AlertCause.STOP),)
        await moved(journal, stop.id, State.SENDING, State.NOT_STARTED, notices=rings)
        return stop.id

    first, _again = await fails("T", "-task"), await fails("T", "-task")
    others = [await fails("T2", "-task"), await fails("T", "-other")]
    due = await journal.alerts.due(AT + timedelta(days=30))

    assert {one.thing for one, _about in due} == {first, *others}

    (outage,) = [one for one, _about in due if one.thing == first]
    await journal.alerts.look(outage, How.OVER)
    later = await fails("T", "-task")

    due = await journal.alerts.due(AT + timedelta(days=30))
    assert {one.thing for one, _about in due} == {later, *others}
