"""What was just written reads as it is made without reading."""

import os
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from bot.journal.rows import intent_of, moment, row_of, standing_columns
from bot.journal.schema import intents
from bot.journal.seal import Ring, Seal
from bot.journal.unread import accepted_of, as_kept, as_standing
from bot.states import State
from tests.bot.journal.strategies import ids, moments, standings, submissions

SEAL = Seal(Ring(keys=(os.urandom(32),)), os.urandom)
OWN = {"ref", "error_code", "error_text", "standing", "settled_by", "reason"}
OWN |= {"undecided"}


# The columns that the database fills in by itself.
FILLED = {"sequence": 0, "course": "[]", "differences": "[]", "present": ""} | {
    "pushed": ""
}


def stored(row):
    """Return *row* as the database gives it back: what is left out is NULL."""
    left_out = {**dict.fromkeys(intents.c.keys()), "doubt": False, "standing": ""}
    return SimpleNamespace(**{**left_out, **FILLED, **row})


@given(
    new=submissions,
    handle=ids,
    state=st.sampled_from([State.QUEUED, State.WAITING]),
    joins=st.none() | ids,
)
def test_what_was_accepted_reads_so(new, handle, state, joins):
    own = {"state": state.value, "joins": joins, "owner": "me"}
    row = {**row_of(new, handle, SEAL), **own}

    assert accepted_of(new, handle, state, joins, "me") == intent_of(stored(row))


@given(new=submissions, handle=ids, standing=standings, at=moments)
def test_what_stands_so_reads_so(new, handle, standing, at):
    row = row_of(new, handle, SEAL)
    before = accepted_of(new, handle, State.QUEUED, None, "")
    columns = standing_columns(standing)

    after = as_standing(before, standing, before.card, settled_at=at)

    settled_at = round(at.timestamp() * 1000)
    written = {**row, **columns, "rev": before.rev + 1, "settled_at": settled_at}
    assert columns.keys() == OWN | {"state"}
    assert after == intent_of(stored(written))


@given(at=st.datetimes(timezones=st.timezones()))
def test_a_moment_is_kept_to_the_millisecond(at):
    kept = as_kept(at)

    assert abs((kept - at).total_seconds()) <= 0.001
    assert moment(round(kept.timestamp() * 1000)) == kept
