"""A refusal is on the record at once; the same once more is counted, and not lost."""

from datetime import timedelta

import pytest

from bot.errors import JournalUnavailable
from bot.journal.audit import Decision, Entry
from bot.operations.refusals import FOLDED_FOR, MOST_FOLDS, Refusals
from tests.fakes.clock import FakeClock


class Trail:
    """Remembers what is written, unless it is away."""

    def __init__(self):
        self.written, self.away = [], False

    async def write(self, entry):
        if self.away:
            raise JournalUnavailable("away")
        self.written.append(entry)

    @property
    def whys(self):
        return [one.why for one in self.written]


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def trail():
    return Trail()


@pytest.fixture
def refusals(trail, clock):
    return Refusals(trail.write, clock)


def refusal(clock, **of):
    about = {"user": "U1", "action": "relay.read", "rule": "guests", "why": "Guest."}
    return Entry(
        at=clock(),
        team="T",
        home="T",
        channel="C",
        decision=Decision.REFUSED,
        **{**about, **of},
    )


async def test_the_first_is_written_at_once_and_those_like_it_are_counted(
    refusals, trail, clock
):
    first = refusal(clock)
    for _time in range(42):
        await refusals.add(replace_at(first, clock))
        clock.push(seconds=1)

    assert trail.written == [first]

    clock.push(hours=1)
    await refusals.write_due()
    since = f"{first.at:%Y-%m-%d %H:%M:%S} UTC"
    assert trail.whys == ["Guest.", f"Refused 41 times more since {since}: Guest."]
    assert trail.written[1].at == first.at + timedelta(seconds=41)


def replace_at(entry, clock):
    return refusal(clock, user=entry.user)


@pytest.mark.parametrize(
    "of",
    [
        {"user": "U2"},
        {"action": "relay.start"},
        {"rule": "outsiders"},
        {"why": "At most 60."},
    ],
)
async def test_another_person_action_rule_or_reason_is_another_refusal(
    refusals, trail, clock, of
):
    await refusals.add(refusal(clock))
    await refusals.add(refusal(clock, **of))

    assert trail.written == [refusal(clock), refusal(clock, **of)]


async def test_after_an_hour_it_is_a_first_again(refusals, trail, clock):
    await refusals.add(refusal(clock))
    clock.push(seconds=FOLDED_FOR.total_seconds())
    await refusals.add(refusal(clock))

    assert trail.whys == ["Guest.", "Guest."]


async def test_when_the_bot_stops_the_counts_are_written(refusals, trail, clock):
    for _time in range(3):
        await refusals.add(refusal(clock))
    await refusals.add(refusal(clock, user="U2"))

    await refusals.write_all()
    await refusals.write_all()

    assert [(one.user, one.why.partition(" since")[0]) for one in trail.written] == [
        ("U1", "Guest."),
        ("U2", "Guest."),
        ("U1", "Refused 2 times more"),
    ]


async def test_of_too_many_the_oldest_is_written(refusals, trail, clock):
    for user in ("U1", "U1", *(f"V{n}" for n in range(MOST_FOLDS)), "W"):
        await refusals.add(refusal(clock, user=user))

    counted = [one.user for one in trail.written if "more" in one.why]
    assert counted == ["U1"]


async def test_what_cannot_be_written_is_tried_again(refusals, trail, clock, capsys):
    trail.away = True
    await refusals.add(refusal(clock))
    trail.away = False
    await refusals.add(refusal(clock))
    await refusals.add(refusal(clock))
    assert trail.whys == ["Guest."]

    trail.away = True
    await refusals.write_all()
    trail.away = False
    await refusals.write_all()

    assert trail.whys[1].startswith("Refused 1 times more since")
    assert "audit.unwritten" in capsys.readouterr().out
