"""An outage rings once, again until it is taken, and is over after five minutes."""

from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.journal import outages
from bot.journal.outages import (
    FLAPS_AT,
    MOST_RINGS,
    NEVER,
    AlertCause,
    How,
    Mute,
    Outage,
    Told,
)

MINUTE = 60_000
START = 1_800_000_000_000
AFTER = 10 * MINUTE
STEPS = st.lists(
    st.tuples(
        st.sampled_from(("breaks", "ill", "well", "over", "taken", "muted")),
        st.integers(0, 400).map(lambda seconds: seconds * 1000),
    ),
    max_size=40,
)


def trouble(at, **more):
    return Outage(
        thing="R1",
        cause=AlertCause.FAILED,
        number=1,
        about="R1",
        name="push-failed",
        began_at=at,
        **more,
    )


@dataclass
class Model:
    """What people are to live through, told by minutes and not by rows."""

    at: int = START
    begins: list = field(default_factory=list)  # of all outages' troubles
    ill: bool = False
    open: bool = False
    well_at: int = 0
    taken: bool = False
    muted: int = 0
    rings: int = 0  # of this outage
    rung_at: int = 0
    calls: int = 0
    outages: int = 0

    def breaks(self):
        if self.open and self.ill:
            return
        recent = [one for one in self.begins if one > self.at - 15 * MINUTE]
        self.begins = [*recent, self.at][-3:]
        goes_on = self.open or (len(self.begins) == FLAPS_AT and self.outages)
        if not goes_on:
            self.outages += 1
            self.rings, self.taken = 0, False
            if self.at >= self.muted:
                self.call()
        elif not self.open:
            self.rung_at = self.at
        self.open, self.ill, self.well_at = True, True, 0

    def call(self):
        self.rings += 1
        self.calls += 1
        self.rung_at = self.at

    def look(self, how):
        if not self.open:
            return
        if how == "over" or (
            how == "well" and self.at - (self.well_at or self.at) >= 5 * MINUTE
        ):
            self.open = self.ill = False
        elif how == "well":
            self.well_at, self.ill = self.well_at or self.at, False
        elif not self.ill:
            self.breaks()
        elif self.taken or self.at < self.muted or self.rings >= MOST_RINGS:
            pass
        elif not self.rings or self.at >= self.rung_at + 10 * MINUTE:
            self.call()


@given(STEPS)
def test_whatever_happens_people_are_called_as_they_are_told(steps):
    model, row, mute, calls = Model(), None, Mute("", 0), 0
    for what, passes in steps:
        model.at += passes
        before, told = row, Told.NOTHING
        if what == "breaks":
            row, told = outages.begun(row, trouble(model.at), mute)
            model.breaks()
        elif what == "muted":
            mute = Mute("UBO", model.at + 60 * MINUTE)
            model.muted = mute.until
        elif row is None:
            continue
        elif what == "taken":
            row, told = outages.taken(row, "UBO", model.at)
            model.taken |= model.open
        else:
            how = How(what)
            row, told = outages.looked_at(
                row, how, model.at, again_at=row.rung_at + AFTER, mute=mute
            )
            model.look(what)
        calls += told in {Told.RING, Told.AGAIN}
        if before is row:
            assert told is Told.NOTHING
        if row:
            seen = (row.is_open, row.number, row.rings, bool(row.taken_by), calls)
            assert seen == (
                model.open,
                model.outages,
                model.rings,
                model.taken,
                model.calls,
            )
            assert (row.look_at == NEVER) is not row.is_open


def test_the_third_beginning_in_fifteen_minutes_is_the_same_outage_and_flaps():
    row, told, rung = None, None, []
    for minute in (0, 6, 12):
        row, told = outages.begun(row, trouble(START + minute * MINUTE))
        rung.append((told, row.number, row.flapping))
        well = START + (minute + 1) * MINUTE
        row, _ = outages.looked_at(row, How.WELL, well)
        row, _ = outages.looked_at(row, How.WELL, well + 5 * MINUTE)
        row = row if minute else replace(row, ended_at=START + 5 * MINUTE)

    assert rung == [(Told.RING, 1, False), (Told.RING, 2, False), (Told.FLAPS, 2, True)]


def test_it_is_over_once_it_was_well_for_five_minutes_without_a_break():
    row, _ = outages.begun(None, trouble(START))
    steps = ((1, 1), (2, 1), (4, 3), (6, 3), (8, 3))  # when, and since when it is live
    seen = []
    for minute, since in steps:
        at, live = START + minute * MINUTE, START + since * MINUTE
        row, told = outages.looked_at(row, How.WELL, at, since=live)
        seen.append((row.is_open, (row.well_at - START) // MINUTE, told))

    assert seen == [
        (True, 1, Told.EDIT),
        (True, 1, Told.NOTHING),
        (True, 3, Told.EDIT),  # it broke between two looks
        (True, 3, Told.NOTHING),
        (False, 3, Told.EDIT),
    ]


@pytest.mark.parametrize("minutes", [0, 5, 9])
def test_nobody_is_called_again_before_it_is_time(minutes):
    row, _ = outages.begun(None, trouble(START))

    at = START + minutes * MINUTE
    _row, told = outages.looked_at(row, How.ILL, at, again_at=row.rung_at + AFTER)

    assert told is Told.NOTHING


def test_the_group_is_called_four_times_at_most():
    row, told = outages.begun(None, trouble(START))
    calls = [told]
    for minute in range(10, 200, 10):
        at = START + minute * MINUTE
        row, told = outages.looked_at(row, How.ILL, at, again_at=row.rung_at + AFTER)
        calls.append(told)

    assert calls.count(Told.AGAIN) == MOST_RINGS - 1
    assert row.rings == MOST_RINGS


@pytest.mark.parametrize(
    ("since", "ended"),
    [(START + MINUTE, START + MINUTE), (START - 1, START), (0, START + 2 * MINUTE)],
)
def test_it_is_over_since_its_thing_is_whenever_somebody_looks(since, ended):
    row, _ = outages.begun(None, trouble(START))
    row, _ = outages.looked_at(row, How.OVER, START + 2 * MINUTE, since=since)

    assert (row.ended_at, row.is_open) == (ended, False)


def test_it_is_over_five_minutes_after_it_was_well_whenever_somebody_looks():
    row, _ = outages.begun(None, trouble(START))
    row, _ = outages.looked_at(row, How.WELL, START + MINUTE)
    row, _ = outages.looked_at(row, How.WELL, START + 40 * MINUTE)

    assert row.ended_at == START + 6 * MINUTE
