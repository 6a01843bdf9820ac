"""Phones of a co-stream session go offline, come back, and become more."""

import pytest

from bot.sandbox.cloud.phones import ONLINE, SELECTED, SESSIONS, Phones

SESSION = "1326515201117065216"


@pytest.fixture
def phones():
    return Phones()


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ([("offline", 1)], "offline. 1 online, 3 selected."),
        ([("offline", 9)], "offline. 0 online, 3 selected."),
        ([("online", 9)], "online. 3 online, 3 selected."),
        ([("offline", 2), ("online", 1)], "online. 1 online, 3 selected."),
        ([("grow", 1000)], "grow. 1002 online, 1003 selected."),
        ([("unsaid", 1)], "unsaid. 2 online, 0 selected."),
        ([("unsaid", 1), ("grow", 2)], "grow. 4 online, 2 selected."),
    ],
)
def test_what_happens_to_phones_is_said(phones, steps, said):
    *_before, last = [phones.happen(SESSION, what, count) for what, count in steps]

    assert last == f"{SESSION}: {said}"
    assert set(phones.sessions[SESSION]) <= {"MasterInstanceId", ONLINE, SELECTED}


def test_a_session_that_is_gone_cannot_be_looked_up(phones):
    phones.happen(SESSION, "gone")

    assert SESSION not in phones.sessions
    assert phones.happen(SESSION, "online") == "There is no such session."


def test_each_cloud_has_sessions_of_its_own(phones):
    phones.happen(SESSION, "gone")

    assert SESSION in Phones().sessions
    assert SESSION in SESSIONS
