"""The panel lets phones of co-stream sessions go offline and come back."""

import pytest

from bot.sandbox.cloud import LoopbackCloud
from bot.sandbox.cloud.phones import HAPPENS, SESSIONS
from bot.sandbox.console.guard import Refused
from bot.sandbox.console.phones import PhoneKnobs

FIRST = next(iter(SESSIONS))


@pytest.fixture
def knobs():
    return PhoneKnobs(LoopbackCloud())


async def test_each_entry_of_a_session_does_what_it_says(knobs):
    row = knobs.rows()[0]
    counts = []
    for entry in row["menu"][:-1]:
        await knobs.knobs[entry["knob"]](entry["sends"])
        shown = knobs.rows()[0]
        counts.append((entry["label"], shown["online"], shown["selected"]))

    assert [one["sends"]["what"] for one in row["menu"]] == list(HAPPENS)
    assert counts == [
        ("A phone goes offline", 1, 3),
        ("A phone comes online", 2, 3),
        ("50 more phones", 52, 53),
        ("Leave out who is selected", 52, None),
    ]
    await knobs.knobs["phones"](row["menu"][-1]["sends"])
    assert FIRST not in [one["session"] for one in knobs.rows()]


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"what": "explode"}, "what: one of"),
        ({"count": 0}, "count: a number from 1 to 1000."),
        ({"count": "many"}, "count: a number from 1 to 1000."),
        ({"session": "nobody's"}, "session: there is no such session."),
    ],
)
async def test_a_knob_does_not_go_further(knobs, wrong, why):
    body = {"session": FIRST, "what": "offline", "count": 1}

    with pytest.raises(Refused, match=why):
        await knobs.knobs["phones"]({**body, **wrong})
