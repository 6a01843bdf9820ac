"""What waits for one place at once goes as one message, and every one is told."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.dialogue.outcome import Audience
from bot.ids import ChannelId
from bot.journal.model import ANSWER, CARD_NOTICE, DAMAGED, Notice, Notification
from bot.operations.batches import (
    BEHIND,
    MOST_ALARMS,
    MOST_CARDS,
    batches,
    cards,
    digest,
    together,
)
from bot.resources.registry import RESOURCES
from bot.slack.outbound.routes import Post
from bot.slack.render import limits
from bot.states import State
from tests.bot.operations.deliveries import delivery
from tests.bot.resources.intents import an_intent
from tests.fakes.journal import answered, claimed
from tests.fakes.slack import FakeSlack, refused
from tests.judge import judged

ALARM = Notice(name="unsettled", audience=Audience.OPS)
LATER = timedelta(seconds=1)  # when the first card of a start is due


async def places(journal, *intents):
    return [(await journal.find.get(one.id)).card for one in intents]


async def sends(journal, intent):
    """Let *intent* be sent, and its card say so."""
    await claimed(journal, intent.id)
    await journal.update(intent.id, notices=(CARD_NOTICE,))


def handles(intents):
    return ", ".join(one.handle for one in intents)


async def shared(journal, waiting, clock, count):
    """Return *count* intents whose cards stand in one message of channel C."""
    intents = [await waiting() for _number in range(count)]
    await delivery(journal, FakeSlack(), clock).deliver()
    clock.push(seconds=2)
    return intents


async def test_cards_of_a_channel_that_is_behind_share_a_message(
    journal, waiting, clock
):
    intents = [await waiting() for _number in range(3)]
    slack = FakeSlack()

    assert await delivery(journal, slack, clock).deliver() == 3

    ((way, body),) = slack.sent
    judged({"text": body["text"], "blocks": body["blocks"]}, "message")
    assert way == "post C"
    assert f"3 at once: {handles(intents)}" in repr(body["blocks"][0])
    assert [line.split(" · ")[0][-2:] for line in body["text"].splitlines()] == [
        one.handle for one in intents
    ]
    assert await places(journal, *intents) == [("C", "1.5")] * 3
    for one in intents:
        assert f"{one.handle} · " in repr(body["blocks"])
    assert await journal.outbox.waiting() == 0


async def test_a_message_that_cards_share_names_none_of_them(journal, waiting, clock):
    intents = await shared(journal, waiting, clock, 3)

    assert await journal.find.by_card("C", "1.5", "T") is None
    assert await journal.outbox.cards_at(("C", "1.5")) == [
        await journal.find.get(one.id) for one in intents
    ]


async def test_two_cards_go_one_by_one(journal, waiting, clock):
    intents = [await waiting() for _number in range(2)]
    slack = FakeSlack()
    box = delivery(journal, slack, clock)

    await box.deliver()
    clock.push(seconds=1)
    await box.deliver()

    assert slack.ways == ["post C", "post C"]
    assert await places(journal, *intents) == [("C", "1.5"), ("C", "2.5")]


async def test_a_shared_message_is_drawn_anew_with_all_that_stand_in_it(
    journal, waiting, clock
):
    intents = await shared(journal, waiting, clock, 4)
    for one in intents[1:3]:
        await sends(journal, one)
    slack = FakeSlack()

    assert await delivery(journal, slack, clock).deliver() == 2

    ((way, body),) = slack.sent
    place = {"channel": body["channel"], "ts": body["ts"]}
    assert (way, place) == ("chat.update", {"channel": "C", "ts": "1.5"})
    rows = [block["text"]["text"] for block in body["blocks"] if "accessory" in block]
    assert [row.split(" · ")[0][-2:] for row in rows] == ["R1", "R2", "R3", "R4"]
    assert rows[1].split(" · ")[1] == rows[2].split(" · ")[1] != rows[0].split(" · ")[1]
    assert await places(journal, *intents) == [("C", "1.5")] * 4


async def test_cards_of_a_shared_message_that_is_gone_get_their_own(
    journal, waiting, clock
):
    intents = await shared(journal, waiting, clock, 3)
    for one in intents:
        await sends(journal, one)
    slack = FakeSlack(refusing={"chat.update": "message_not_found"})
    box = delivery(journal, slack, clock)

    for _second in range(4):
        await box.deliver()
        clock.push(seconds=1)

    assert slack.ways.count("post C") == 3
    assert len({*await places(journal, *intents)}) == 3
    assert await journal.outbox.waiting() == 0


async def test_where_a_shared_message_is_refused_each_is_told_by_its_next_way(
    journal, waiting, clock
):
    for _number in range(5):
        await waiting()
    slack = FakeSlack(refusing={"post C": "not_in_channel"})

    assert await delivery(journal, slack, clock).deliver() == 5

    assert slack.ways == ["post C", *["answer in_channel"] * 5]


async def test_alarms_that_wait_at_once_are_one_digest(journal, waiting, clock):
    intents = [await waiting(ALARM) for _number in range(3)]
    slack = FakeSlack()

    assert await delivery(journal, slack, clock).deliver() == 3

    ((way, body),) = slack.sent
    judged({"text": body["text"], "blocks": body["blocks"]}, "message")
    assert way == "post COPS"
    assert f"3 alarms: {handles(intents)}" in repr(body["blocks"][0])
    assert len(body["text"].splitlines()) == 3
    pressed = [block["accessory"]["value"] for block in body["blocks"][1:]]
    assert pressed == [f"- {one.id}" for one in intents]


def test_a_digest_says_all_that_each_of_its_alarms_says_alone():
    told = {
        "audit-heads": {
            "heads": [("T", 7, "hash-of-seven")],
            "findings": ["record 3 is gone"],
            "restored": False,
        },
        DAMAGED: {"why": "page 4 is torn"},
    }
    alarms = [
        Notification(
            id=number, rev=1, name=name, audience=Audience.OPS, facts=facts, intent=None
        )
        for number, (name, facts) in enumerate(told.items())
    ]

    _title, trail, journal = digest(alarms, RESOURCES)["blocks"]

    assert "hash-of-seven" in repr(trail)
    assert "record 3 is gone" in repr(trail)
    assert "page 4 is torn" in repr(journal)


async def test_as_many_as_fit_go_together_and_the_rest_a_moment_later(
    journal, waiting, clock
):
    for notice in (CARD_NOTICE, ALARM):
        for _number in range(MOST_CARDS + MOST_ALARMS):
            await waiting(notice)
    slack = FakeSlack()
    box = delivery(journal, slack, clock)

    arrived = []
    for _second in range(5):
        arrived.append(await box.deliver())
        clock.push(seconds=1)

    assert sum(arrived) == 2 * (MOST_CARDS + MOST_ALARMS)
    assert arrived[0] == MOST_CARDS + MOST_ALARMS
    for _way, body in slack.sent:
        judged({"text": body["text"], "blocks": body["blocks"]}, "message")
        assert len(body["blocks"]) <= limits.MESSAGE_BLOCKS
        assert "more" not in repr(body["blocks"])


async def test_what_is_for_one_person_is_never_shared(journal, waiting, clock):
    notice = Notice(name=ANSWER, audience=Audience.ASKER)
    for _number in range(4):
        await waiting(notice)
    slack = FakeSlack()

    await delivery(journal, slack, clock).deliver()

    assert slack.ways == ["answer ephemeral"] * 4


# ── fifty people in one channel, as fast as Slack takes messages ──────────────────


async def test_fifty_starts_in_one_channel_are_all_told_within_three_seconds(
    journal, waiting, clock
):
    """Typed within 1.2 s, done at once; Slack keeps its rates, time is virtual."""
    slack = FakeSlack(timer=clock.monotonic)
    box = delivery(journal, slack, clock)
    typed = {}
    for _tick in range(160):
        if len(typed) < 50:
            await start(journal, waiting, clock, typed, 2)
        await box.deliver()
        clock.push(seconds=0.05)

    told = first_told(slack, typed)
    assert max(told[handle] - at for handle, at in typed.items()) <= 3.0
    assert len(slack.taken) == len(slack.sent)  # no 429 was provoked
    assert await journal.outbox.waiting() == 0


async def start(journal, waiting, clock, typed, count):
    """Let *count* starts be typed and succeed; note when, by handle, in *typed*."""
    for _number in range(count):
        card = replace(CARD_NOTICE, not_before=clock() + LATER)
        intent = await waiting(card)
        await claimed(journal, intent.id)
        started = replace(CARD_NOTICE, not_before=clock() + LATER)
        ref = f"-m{len(typed)}"
        await answered(journal, intent.id, notices=(started,), ref=ref)
        typed[intent.handle] = clock.monotonic()


def first_told(slack, typed):
    """Return when each handle was first seen in channel C."""
    told = {}
    for at, _way, body in slack.taken:
        for handle in typed:
            if f"{handle} ·" in repr(body["blocks"]):
                told.setdefault(handle, at)
    return told


@pytest.mark.parametrize("way", ["post C", "chat.update"])
async def test_what_slack_refuses_for_now_is_told_later_all_the_same(
    journal, waiting, clock, way
):
    intents = await shared(journal, waiting, clock, 3)
    if way == "chat.update":
        for one in intents:
            await sends(journal, one)
    else:
        intents += [await waiting() for _number in range(3)]
    slack = FakeSlack(answers={way: [refused("rate_limited", retry_after=7.0)]})
    box = delivery(journal, slack, clock)

    assert await box.deliver() == 0
    clock.push(seconds=6)
    assert await box.deliver() == 0
    clock.push(seconds=1)
    assert await box.deliver() == 3
    assert slack.ways == [way, way]


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize(
    ("room", "ids"), [("9" * 10, MOST_CARDS), ("r" * 64, MOST_CARDS), ("<" * 64, None)]
)
async def test_the_fullest_message_leaves_out_no_card(waiting, state, room, ids):
    intent = await waiting()
    subject = replace(intent.subject, ref="-m" + "9" * 74, room=room)
    full = [
        replace(intent, handle=f"R{number}", state=state, subject=subject)
        for number in range(10_000, 10_000 + MOST_CARDS)
    ]

    body = cards(full, RESOURCES)

    judged(body, "message")
    drawn = repr(body["blocks"])
    assert all(f"{one.handle} · " in drawn for one in full)
    assert ids is None or drawn.count(subject.ref) >= ids


def test_what_cannot_be_rendered_together_is_counted(capsys):
    def broken(_things, _resources):
        raise ZeroDivisionError

    body = together(broken, ["R1", "R2"], RESOURCES)

    assert body["text"] == "2 at once; see /relay recent."
    assert "batch.unrenderable" in capsys.readouterr().out


@pytest.mark.parametrize("notice", [ALARM, CARD_NOTICE], ids=lambda one: one.name)
def test_a_message_is_of_one_workspace_alone(notice):
    """What is pressed in it is done in that workspace."""
    intent = an_intent(kind="R")
    due = [
        Notification(
            id=number,
            rev=1,
            name=notice.name,
            audience=notice.audience,
            facts={},
            intent=replace(intent, asker=replace(intent.asker, team=f"T{number % 2}")),
        )
        for number in range(2 * BEHIND)
    ]
    ways = (Post(ChannelId("C0BOTH")),)

    apart = batches(due, lambda _one: ways, lambda one: one.intent.asker.team)
    together_ = batches(due, lambda _one: ways)

    assert [{one.intent.asker.team for one in b.notifications} for b in apart] == [
        {"T0"},
        {"T1"},
    ]
    assert len(together_) == 1
