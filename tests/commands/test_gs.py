"""`/gs`, from the ID typed to who is selected but offline."""

import json

import pytest

from bot.dialogue.outcome import Tone
from bot.states import State

FULL, BARE = "1326515201117065216", "1326515201117065217"


async def looked(world, text):
    await world.typed(text)
    return (await world.notices())[-1]


async def test_who_is_selected_but_offline_comes_first(world):
    notice = await looked(world, f"/gs {FULL}")

    body = json.dumps(notice.body)
    assert notice.audience == "asker"
    assert notice.notification.intent.asker.user == "U0ANA"
    assert notice.text == "🟢 G1 · looked up"
    assert body.index("Selected but offline (1)") < body.index("95de5774")
    assert body.index("95de5774") < body.index("Online (2)")


async def test_what_tencent_did_not_say_is_unknown_and_not_none(world):
    notice = await looked(world, f"/gs {BARE}")

    body = json.dumps(notice.body)
    assert "who lags is unknown" in body
    assert "Selected but offline" not in body


async def test_a_session_keeps_its_handle_and_the_handle_looks_it_up(world):
    await world.typed(f"/gs {FULL}")
    await world.typed("/gs show g1")
    world.clock.push(seconds=1)
    await world.typed(f"/gs {BARE}")

    recent = await world.journal.find.recent("T0HOME")
    assert [(one.handle, one.subject.ref) for one in recent] == [
        ("G2", BARE),
        ("G1", FULL),
        ("G1", FULL),
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "19 digits"),
        ("132651520111706521", "19 digits"),
        ("13265152011170652160", "19 digits"),
        ("abc", "19 digits"),
        ("🔥", "19 digits"),
        ("G7", "I know no “G7”."),
        (f"{FULL} {BARE}", "takes one"),
    ],
)
async def test_bad_input_is_told_and_nothing_is_sent(world, text, sentence):
    answer = await world.typed(f"/gs {text}".strip())

    assert answer.tone is Tone.WARN
    assert sentence in f"{answer.plain} {answer.parts!r}"
    assert world.cloud.state.calls == []


async def test_a_look_up_that_fails_is_explained(world):
    notice = await looked(world, "/gs 1326515201117065299")

    intent = await world.handle("G1")
    body = json.dumps(notice.body)
    assert intent.state is State.NOT_STARTED
    assert intent.settlement.error_code == "FailedOperation"
    assert "an unknown, an expired and a cancelled session" in body


async def test_a_passing_fault_is_tried_again(world):
    world.cloud.state.fail_next("*", "InternalError", times=2)

    notice = await looked(world, f"/gs {FULL}")

    assert notice.text == "🟢 G1 · looked up"
