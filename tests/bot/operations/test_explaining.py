"""`/lookup` of an error: by its code, a part of it, or as the last that one got."""

from itertools import chain

import pytest

from bot.cards.errors import STEPS
from bot.dialogue.outcome import Bold, Mono, Tone, line, plain
from bot.operations.explaining import last_error_in
from bot.states import State
from bot.tencent.explain import codes, explain
from tests.commands.relay.samples import buttons

URL = "rtmp://push.example.com/live/the-secret-key"
START = f"/relay start 295066 url={URL} --go"
START_ACTION = "StartPublishCdnStream"
QUOTA = "FailedOperation.RestrictedConcurrency"


@pytest.fixture
async def failed(world):
    """A relay that was not started, for a reason of Tencent's."""
    world.cloud.state.fail_next(START_ACTION, QUOTA)
    await world.typed(START)
    return await world.handle("R1")


def labels(answer):
    return [button.label for button in buttons(answer)]


@pytest.mark.parametrize(
    "typed",
    [
        *("last error", "my last error", "explain my last error", "last failure?"),
        *("what was my last error?", "上次错误", "解释 上一个错误"),
    ],
)
async def test_the_last_error_is_explained_with_the_act_and_what_can_be_done(
    world, failed, typed
):
    answer = await world.typed(f"/lookup {typed}")

    assert answer.plain == f"{QUOTA}  Too many relays at once  TRTC"
    assert "nothing was started" in plain(answer.sentence)
    assert labels(answer) == ["Edit and retry", "Open R1", "Relays that run"]
    _asked, words = answer.context
    assert answer.parts[0] == line(Bold("R1 · not started"))
    assert words[0] == Mono(QUOTA)
    assert answer.request_id == failed.settlement.request_id


async def test_the_last_error_is_ones_own_and_the_newest(world, failed):
    world.clock.push(seconds=1)
    world.cloud.state.fail_next(START_ACTION, "InvalidParameter.SdkAppId")
    await world.typed(START.replace("295066", "7"), user="U0BOB")
    world.clock.push(seconds=1)
    await world.typed("/gs 1326515201117065299", user="U0BOB")

    bobs = await world.typed("/lookup last error", user="U0BOB")
    anas = await world.typed("/lookup last error")

    assert bobs.plain == "FailedOperation  The session could not be looked up  GS"
    assert anas.plain.startswith(QUOTA)


@pytest.mark.parametrize("typed", ["last", "error", "last R1", "last error R1", "i"])
def test_only_what_asks_for_the_last_error_alone_is_that(typed):
    assert last_error_in(typed) == ()


async def test_a_stop_that_failed_is_a_last_error_as_well(world):
    await world.typed(START)
    world.clock.push(seconds=1)
    world.cloud.state.fail_next("StopPublishCdnStream", "AuthFailure")
    await world.typed("/relay stop R1 --yes")

    answer = await world.typed("/lookup last error")

    assert answer.plain.startswith("AuthFailure  The key or the signature")
    assert answer.parts[0] == line(Bold("R1 was not stopped by this."))
    assert labels(answer) == ["Stop R1", "Open R1", "Run doctor"]


async def test_whoever_has_no_error_is_told_so(world):
    await world.typed(START)

    answer = await world.typed("/lookup last error")

    assert answer.plain == "Nothing that you asked for is on record with an error."
    assert "Explain the last error" not in labels(await world.typed("/lookup"))


async def test_the_recent_things_offer_to_explain_the_last_error(world, failed):
    (button,) = [
        one
        for one in buttons(await world.typed("/lookup"))
        if one.label == "Explain the last error"
    ]

    answer = await world.typed(f"/{button.command} {button.text}")

    assert answer.plain.startswith(QUOTA)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("NoIdle", "ResourceNotFound.NoIdle"),
        ("noidle", "ResourceNotFound.NoIdle"),
        ("explain SlowDown", "FailedOperation.SlowDown"),
        ("why NoIdle again", "ResourceNotFound.NoIdle"),
        ("GetRoomCacheIpError", "InternalError.GetRoomCacheIpError"),
        ("FailedOperation car", "FailedOperation"),
        ("car FailedOperation", "FailedOperation"),
    ],
)
async def test_a_code_is_found_without_its_prefix_or_with_its_product(
    world, typed, code
):
    answer = await world.typed(f"/lookup {typed}")

    assert answer.plain.startswith(f"{code}  ")
    assert answer.tone is Tone.PLAIN


async def test_a_part_that_several_codes_have_lists_them(world):
    answer = await world.typed("/lookup RoomId")

    codes = [button.text for part in answer.parts for button in part.menu]
    assert answer.plain == "3 things named there"
    assert codes == [
        "InvalidParameter.RoomId",
        "InvalidParameterValue.RoomId",
        "MissingParameter.RoomId",
    ]


async def test_one_products_text_is_shown_where_only_other_tools_get_the_others(world):
    answer = await world.typed("/lookup FailedOperation.ProcessTimeout")

    assert answer.plain == "FailedOperation.ProcessTimeout  CAR took too long  CAR"


async def test_under_a_card_a_code_is_that_of_its_product(world):
    await world.typed(START)
    (card,) = await world.notices()
    await world.journal.outbox.sent(card.notification, ("C0OPS", "1.1"))

    answer = await world.typed("/lookup FailedOperation", parent="1.1")

    assert answer.plain == "FailedOperation  The operation failed  TRTC"
    other = await world.typed("/lookup NoIdle", parent="1.1")
    assert other.plain == "ResourceNotFound.NoIdle  No concurrency is free  CAR"


async def test_a_step_that_the_bot_can_do_is_a_button(world):
    answer = await world.typed("/lookup AuthFailure product=trtc")

    (button,) = answer.buttons
    assert (button.label, button.command, button.text) == (
        "Run doctor",
        "patchbay",
        "doctor",
    )


@pytest.mark.parametrize("typed", sorted(STEPS))
async def test_what_a_step_offers_is_a_command_that_answers(world, typed):
    answer = await world.typed(f"/{typed}")

    if answer is None:  # Tencent was asked, and its answer comes by itself
        (notice,) = await world.notices()
        assert notice.notification.intent.state is State.DONE
    else:
        assert answer.tone not in {Tone.WARN, Tone.UNKNOWN}


def test_every_step_that_is_offered_is_named_by_some_explanation():
    meanings = chain.from_iterable(map(explain, codes()))
    named = {typed for one in meanings for typed in one.commands}

    assert named >= set(STEPS)
