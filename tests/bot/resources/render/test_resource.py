"""The card of a render session: whom it runs for, and how to settle an unknown one."""

from bot.dialogue.outcome import Bold, Button, Buttons, Facts, Line, Mono, When, line
from bot.resources.render.resource import RENDER, Render
from bot.states import State
from tests.bot.resources.intents import AT, an_intent

ID = "01J00000000000000000000000"
NO_END = "Whether it still runs is not known: Tencent tells of no end."
NO_ID = line("A session is keyed by its user; it has no ID.", quiet=True)


def session(state=State.STARTED, **masked):
    return an_intent(kind=RENDER, ref="cg_user", state=state, masked=masked)


def test_it_says_whom_it_runs_for_and_how():
    masked = {"RunMode": "RunWithoutClient", "HostUserId": "host", "Role": "Viewer"}

    assert list(Render().body(session(**masked))) == [
        Facts(
            (
                ("User", (Mono("cg_user"),)),
                ("Run mode", ("RunWithoutClient",)),
                ("Host", (Mono("host"), "  Viewer")),
            )
        ),
        line("Opened", " ", When(AT), ". ", NO_END),
        NO_ID,
    ]


def test_one_that_does_not_run_says_the_user_alone():
    assert list(Render().body(session(State.NOT_STARTED))) == [
        Facts((("User", (Mono("cg_user"),)),))
    ]


def test_an_unknown_one_may_be_billed_and_can_be_closed():
    text = "Starting it for the same user again reconnects to it."
    close = Button("Close as not started", "car", f"close {ID}")

    assert list(Render().unknown(session(State.UNKNOWN))) == [
        Line(
            (
                Bold("No answer came back; the session may exist, and be billed."),
                " ",
                text,
            )
        ),
        Buttons((close,)),
    ]


def test_the_server_session_is_offered_only_while_it_runs():
    reveal = Button("Reveal server session", "car", f"reveal {ID}")

    assert list(Render().menu(session())) == [reveal]
    assert list(Render().menu(session(State.NOT_STARTED))) == []
