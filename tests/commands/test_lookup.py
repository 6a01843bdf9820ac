"""`/lookup`: paste anything, learn what it is."""

import itertools
import json

import pytest

from bot.dialogue.outcome import Audience, Code, Row, Tone, When, line, plain
from tests.commands.relay.samples import buttons

URL = "rtmp://push.example.com/live/the-secret-key"


@pytest.fixture
async def relay(world):
    await world.typed(f"/relay start 295066 url={URL} --go")
    return await world.handle("R1")


def codes(outcome):
    return [part.text for part in outcome.parts if isinstance(part, Code)]


def rows(outcome):
    """Return each row with the look-up that its button is."""
    listed = [part for part in outcome.parts if isinstance(part, Row)]
    return [(plain(row.spans), *[b.text for b in row.menu]) for row in listed]


@pytest.mark.parametrize("kind", ["handle", "task", "head", "tail", "request", "room"])
async def test_a_thing_is_found_by_anything_that_names_it(world, relay, kind):
    typed = {
        "handle": "r1",
        "task": relay.subject.ref,
        "head": relay.subject.ref[:14],
        "tail": relay.subject.ref[-12:],
        "request": relay.settlement.request_id,
        "room": "295066",
    }[kind]

    answer = await world.typed(f"/lookup {typed}")

    assert answer.plain == "🔵 R1 · accepted, callbacks are off · room 295066"
    assert answer.audience is Audience.ASKER


async def test_it_is_found_by_a_link_to_its_card(world, relay):
    (card,) = await world.notices()
    at = ("C0OPS", "1700000000.123456")
    await world.journal.outbox.sent(card.notification, at)

    answer = await world.typed(
        "/lookup https://acme.slack.com/archives/C0OPS/p1700000000123456"
    )

    assert answer.plain == "🔵 R1 · accepted, callbacks are off · room 295066"


async def test_it_can_be_shared(world, relay):
    answer = await world.typed("/lookup R1")
    (share,) = [b for b in buttons(answer) if b.label == "Share"]

    shared = await world.typed(f"/{share.command} {share.text}")

    assert shared.audience is Audience.CHANNEL


async def test_a_log_line_with_several_ids_lists_them(world, relay):
    request_id = relay.settlement.request_id
    line = f'failed {{"Code": "InternalError", "RequestId": "{request_id}"}} R1'

    answer = await world.typed(f"/lookup {line}")

    assert answer.plain == "2 things named there"
    assert rows(answer) == [
        ("🔵 R1 · accepted, callbacks are off · room 295066", relay.id),
        ("InternalError  means different things", "InternalError"),
    ]


async def test_the_ids_can_be_copied_and_the_details_show_how_to_repeat_it(
    world, relay
):
    ids = await world.typed("/lookup R1 --ids")
    details = await world.typed("/lookup R1 --details")

    assert codes(ids) == [relay.subject.ref, relay.settlement.request_id]
    request, repeat, support = codes(details)
    assert json.loads(request)["RoomId"] == "295066"
    assert f"--TaskId={relay.subject.ref}" in repeat
    assert relay.settlement.request_id in support
    assert "the-secret-key" not in "".join(codes(details))


async def test_that_bare_ids_were_shown_is_on_the_record(world, relay):
    await world.typed("/lookup R1 --ids", user="U0BOB")

    last = (await world.journal.audit.all())[-1]
    assert (last.action, last.decision, last.user, last.handle, last.intent) == (
        "lookup.ids",
        "did",
        "U0BOB",
        "R1",
        relay.id,
    )


async def test_an_error_code_is_explained_for_its_product_or_for_all(world):
    one = await world.typed("/lookup failedoperation.slowdown")
    many = await world.typed("/lookup FailedOperation")
    named = await world.typed("/lookup FailedOperation product=gs")
    unlisted = await world.typed("/lookup InvalidParameter.Brand")
    unknown = await world.typed("/lookup Quite.Unknown")

    assert one.plain.startswith("FailedOperation.SlowDown")
    assert many.plain == "FailedOperation  means different things"
    assert named.plain.endswith("GS")
    assert "the general code" in repr(unlisted.context)
    assert unknown.plain == "🟠 Quite.Unknown is not listed here."


@pytest.mark.parametrize("code", ["-3", "84", "R1x", "zoe"])
async def test_what_is_asked_about_as_a_code_is_never_a_room(world, code):
    await world.typed(f"/relay start {code} url=rtmp://a.example.com/b/c --go")

    answer = await world.typed(f"/lookup {code} product=trtc")

    assert answer.plain == f"🟠 {code} is not listed here."
    assert answer.buttons == ()


async def test_a_general_code_is_a_sentence_a_product_and_asks_which(world):
    answer = await world.typed("/lookup FailedOperation")

    (points,) = answer.parts
    assert [plain(one).partition("  ")[0] for one in points.lines] == [
        "TRTC",
        "CAR",
        "GS",
        "LIVE",
    ]
    assert [(b.label, b.text) for b in answer.buttons] == [
        ("TRTC", "FailedOperation product=trtc"),
        ("CAR", "FailedOperation product=car"),
        ("GS", "FailedOperation product=gs"),
        ("LIVE", "FailedOperation product=live"),
    ]
    chosen = await world.typed(f"/lookup {answer.buttons[1].text}")
    assert chosen.plain == "FailedOperation  The operation failed  CAR"


async def test_a_subcode_alone_is_explained(world):
    one = await world.typed("/lookup SlowDown")
    two = await world.typed("/lookup unauthorizedoperation")
    role = await world.typed("/lookup RoomNotExist")

    assert one.plain.startswith("FailedOperation.SlowDown  ")
    assert two.plain.startswith("UnauthorizedOperation  ")
    assert role.plain.startswith("FailedOperation.RoomNotExist  ")


async def test_the_words_of_other_bots_work_too(world, relay):
    for text in ("find R1", "explain R1", "R1 find"):
        assert "R1" in (await world.typed(f"/lookup {text}")).plain


@pytest.mark.parametrize(
    ("text", "looks"),
    [
        ("-m97l2ZU7vxyBSmXYsRx1Xy9", "TaskId"),
        ("1326515201117065216", "GS session"),
        ("a2f248c2-120d-436d-8931-a18575019580", "RequestId"),
        ("R99", "handle"),
        ("lobby", "Handles, IDs, rooms, people and push"),
        ("🔥", "Handles, IDs, rooms, people and push"),
        ("https://acme.slack.com/archives/C1/p1700000000000000", "can be looked up"),
    ],
)
async def test_what_is_not_known_is_said_with_what_it_looks_like(world, text, looks):
    answer = await world.typed(f"/lookup {text}")

    assert answer.tone is Tone.UNKNOWN
    assert looks in plain(answer.sentence)


async def test_an_unknown_task_can_be_stopped_and_an_unknown_session_asked_for(world):
    task = await world.typed("/lookup -m97l2ZU7vxyBSmXYsRx1Xy9")
    session = await world.typed("/lookup 1326515201117065216")

    assert [(b.command, b.text) for b in buttons(task)] == [
        ("relay", "stop -m97l2ZU7vxyBSmXYsRx1Xy9")
    ]
    assert [(b.command, b.text) for b in buttons(session)] == [
        ("gs", "1326515201117065216")
    ]


async def test_several_things_of_one_room_are_listed(world, relay):
    await world.typed(f"/relay start 295066 url={URL}2 --go")

    answer = await world.typed("/lookup 295066")

    assert answer.plain == "2 found for “295066”"
    assert len(answer.parts) == 2


async def test_bare_it_lists_what_was_done_lately(world, relay):
    answer = await world.typed("/lookup")

    assert answer.plain == "Recent"
    assert "R1" in repr(answer.parts)


async def test_too_much_text_is_not_read(world):
    answer = await world.typed("/lookup " + "x" * 4001)

    assert "4,000" in answer.plain


# ── what a message says ──────────────────────────────────────────────────────────


async def test_one_relay_is_one_thing_by_whichever_names_it_goes(world, relay):
    names = [relay.subject.ref, relay.settlement.request_id, "r1", "R1"]

    for order in itertools.permutations(names, 3):
        answer = await world.typed("/lookup", pasted=f"down: {' and '.join(order)}!")
        assert answer.plain == "🔵 R1 · accepted, callbacks are off · room 295066"


async def test_ids_are_found_at_the_end_of_100_kb_and_what_is_known_stands_first(
    world, relay
):
    noise = "time=12 GET /health 200 level=info " * 2800
    pasted = f"{noise} R404 InternalError -m97l2ZU7vxyBSmXYsRx1Xy9 R1"

    answer = await world.typed("/lookup", pasted=pasted)

    assert answer.plain == "4 things named there"
    assert [row[-1] for row in rows(answer)] == [
        relay.id,
        "InternalError",
        "R404",
        "-m97l2ZU7vxyBSmXYsRx1Xy9",
    ]


async def test_more_things_than_can_be_shown_are_counted(world, relay):
    pasted = " ".join(f"R{number}" for number in range(1, 21))

    answer = await world.typed("/lookup", pasted=pasted)

    assert answer.plain == "20 things named there"
    assert "and 12 more" in repr(answer.parts)


@pytest.mark.parametrize("way", ["R1 --public", "R1 --details --public", "Share"])
async def test_what_is_shared_says_of_which_moment_it_is(world, relay, way):
    own = await world.typed("/relay status R1")
    (share,) = [one.text for one in own.buttons if one.label == "Share"]
    world.clock.push(hours=1)

    shown = await world.typed(f"/lookup {share if way == 'Share' else way}")
    room = await world.typed("/lookup 295066 --room --public")

    as_of = line("As of", " ", When(world.clock()), quiet=True)
    assert shown.audience is room.audience is Audience.CHANNEL
    assert shown.parts[-1] == room.parts[-1] == as_of
    assert as_of not in own.parts


async def test_what_an_error_means_has_no_date(world):
    shown = await world.typed("/lookup FailedOperation.SlowDown --public")

    assert "As of" not in str(shown)


async def test_what_a_message_says_is_never_read_as_a_command(world, relay):
    answer = await world.typed("/lookup", pasted="help --public --nonsense R1")

    assert answer.plain == "🔵 R1 · accepted, callbacks are off · room 295066"
    assert answer.audience is Audience.ASKER


AT = ("C0OPS", "1700000000.123456")


@pytest.fixture
async def card(world, relay):
    """The card of R1 stands at AT."""
    (notice,) = await world.notices()
    await world.journal.outbox.sent(notice.notification, AT)


@pytest.mark.parametrize(
    ("pasted", "parent", "shown"),
    [
        ("", AT[1], "🔵 R1 · accepted, callbacks are off · room 295066"),
        ("R1 is black", AT[1], "🔵 R1 · accepted, callbacks are off · room 295066"),
        ("SlowDown? FailedOperation.SlowDown", AT[1], "2 things named there"),
        ("R1 R1", AT[1], "🔵 R1 · accepted, callbacks are off · room 295066"),
        ("R1 is black", "1.5", "🔵 R1 · accepted, callbacks are off · room 295066"),
        ("good morning", "1.5", "names nothing that can be looked up."),
        ("", "1.5", "cannot be read from here."),
    ],
)
async def test_in_a_thread_it_looks_up_what_stands_above(
    world, card, pasted, parent, shown
):
    answer = await world.typed("/lookup", pasted=pasted, parent=parent)

    assert shown in answer.plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("why is it black?", "🔵 R1 · accepted, callbacks are off · room 295066"),
        ("295066", "🔵 R1 · accepted, callbacks are off · room 295066"),
        ("R404", "“R404” is not on record here."),
    ],
)
async def test_words_that_name_nothing_are_about_what_stands_above(
    world, card, text, shown
):
    answer = await world.typed(f"/lookup {text}", pasted="R1 is black", parent="1.5")

    assert answer.plain.removeprefix("⚠️ ") == shown


async def test_where_nothing_above_can_be_read_the_shortcut_is_named(world, card):
    answer = await world.typed("/lookup", parent="1.5")

    assert "Look up IDs" in plain(answer.sentence)


async def test_the_thread_of_another_channel_is_another_thread(world, card):
    answer = await world.typed("/lookup", parent=AT[1], channel="C0ELSE")

    assert "cannot be read" in answer.plain
