"""The card of a render session: whom it runs for, and how to settle an unknown one."""

from dataclasses import replace

import pytest

from bot.dialogue.outcome import Bold, Button, Clock, Facts, Mono, When, line
from bot.errors import AlreadyRuns
from bot.journal.usage import Usage
from bot.resources.render.resource import RENDER, Render
from bot.settings import Policy
from bot.states import State
from tests.bot.resources.intents import AT, an_intent

ID = "01J00000000000000000000000"
NO_END = ". Whether it still runs, CAR does not tell."
OPENED = ["Opened ", When(AT), ", ", When(AT, Clock.AGO), NO_END]
NO_ID = line("A session is keyed by its user; it has no ID.", quiet=True)
SUBMISSION = ("Submission", (Mono(ID),))


def session(state=State.STARTED, **masked):
    return an_intent(kind=RENDER, ref="cg_user", state=state, masked=masked)


def test_it_says_since_when_it_is_open_and_for_whom():
    assert Render().place(session()) == "user cg_user"
    assert list(Render().sentence(session())) == OPENED


def test_how_it_was_opened_stands_behind_details():
    masked = {"RunMode": "RunWithoutClient", "HostUserId": "host", "Role": "Viewer"}

    assert list(Render().details(session(**masked))) == [
        Facts(
            (
                ("User", (Mono("cg_user"),)),
                ("Run mode", ("RunWithoutClient",)),
                ("Host", (Mono("host"), "  Viewer")),
                SUBMISSION,
            )
        ),
        NO_ID,
    ]


def test_one_that_does_not_run_says_the_user_alone():
    failed = session(State.NOT_STARTED)

    assert list(Render().sentence(failed)) == []
    assert list(Render().offers(failed)) == []
    assert list(Render().details(failed)) == [
        Facts((("User", (Mono("cg_user"),)), SUBMISSION)),
        NO_ID,
    ]


def test_an_unknown_one_may_be_billed_and_can_be_closed():
    close = Button("Close as not started", "car", f"close {ID}")

    assert list(Render().sentence(session(State.UNKNOWN))) == [
        Bold("No answer came back; the session may exist, and be billed."),
        " ",
        "Starting it for the same user again reconnects to it.",
    ]
    assert list(Render().offers(session(State.UNKNOWN))) == [close]


def test_the_server_session_is_offered_only_while_it_runs():
    reveal = Button("Reveal server session", "car", f"reveal {ID}")

    assert list(Render().offers(session())) == [reveal]
    assert list(Render().offers(session(State.NOT_STARTED))) == []


def test_an_hour_later_the_card_says_that_it_is_not_shown_any_more():
    hidden = replace(session(), marks=("hidden",))

    assert list(Render().offers(hidden)) == []
    assert list(Render().sentence(hidden)) == [
        *OPENED,
        " ",
        "Its server session is not shown any more.",
    ]


def test_news_that_is_not_about_another_session_is_told_as_of_any_thing():
    told = Render().told(session(State.CLOSED), {})

    assert told.plain == "⚪ S1 · closed"


@pytest.mark.parametrize(
    ("users", "again", "concerned"),
    [
        ("", "", ""),
        ("A", "", ""),  # one's own
        ("B", "S1", "1"),
        ("BC", "S1 S2", "12"),
        ("BCB", "S2 S3", "23"),  # the newest of each
        ("BA", "", ""),  # one's own is newer
        ("AB", "S2", "2"),
        ("BACB", "S3 S4", "34"),
        ("B", "", None),
        ("BC", "S1", None),
        ("AB", "S1", None),
    ],
)
def test_those_are_concerned_who_opened_one_since_the_asker_did(
    users, again, concerned
):
    alike = tuple(
        replace(session(), handle=f"S{n}", asker=replace(session().asker, user=user))
        for n, user in enumerate(users, 1)
    )
    usage = Usage(live=0, lately=0, alike=alike, by="A", team=session().asker.team)
    known = frozenset(again.split())

    if concerned is None:
        with pytest.raises(AlreadyRuns):
            Render().admit(usage, Policy(), again=known)
    else:
        told = Render().admit(usage, Policy(), again=known)
        assert [one.handle for one in told] == [f"S{n}" for n in concerned]
