"""Callbacks that are refused are counted and told, and not only in a log at night."""

from collections import Counter
from contextlib import AsyncExitStack, suppress

import pytest
from aiohttp import ClientSession
from structlog.testing import capture_logs

from bot.errors import (
    BotError,
    InvalidRequest,
    JournalUnavailable,
    NotAllowed,
    NotFound,
)
from bot.operations.reception import About, Reception, Refusal, addressed
from bot.settings import App
from tests.fakes.clock import FakeClock
from tests.world import make_world

KEY = "k" * 16
NO_KEY = App(name="silent", sdk_app_id=1500000001, usersig_key="u" * 8)
TWIN = App(
    name="twin", sdk_app_id=1500000001, usersig_key="u" * 8, callback_key="k" * 8
)
NUMBERED = App(name="1500000001", sdk_app_id=7, usersig_key="u" * 8)


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def reception(clock):
    return Reception(now=clock, monotonic=clock.monotonic)


@pytest.mark.parametrize(
    ("apps", "address", "name"),
    [
        ([NO_KEY], "silent", "silent"),
        ([NO_KEY], "1500000001", "silent"),
        ([NO_KEY, TWIN], "1500000001", "twin"),
        ([TWIN, NO_KEY], "1500000001", "twin"),
        ([NO_KEY, TWIN, NUMBERED], "1500000001", "1500000001"),
        ([NO_KEY], "01500000001", None),
        ([NO_KEY], "", None),
        ([], "silent", None),
    ],
)
def test_an_address_names_an_app_by_its_name_or_else_by_its_sdk_app_id(
    apps, address, name
):
    app = addressed(apps, address)

    assert (app.name if app else None) == name


@pytest.mark.parametrize(
    ("error", "sign", "counts"),
    [
        (NotAllowed("wrong", rule="r"), "", {Refusal.UNSIGNED: 1}),
        (NotAllowed("wrong", rule="r"), "x", {Refusal.FORGED: 1}),
        (InvalidRequest({"": "no event"}), "x", {Refusal.UNREAD: 1}),
        (JournalUnavailable("away"), "x", {}),
        (KeyError("a bug"), "x", {}),
    ],
)
def test_what_is_not_taken_in_is_noted_by_its_reason(
    reception, clock, error, sign, counts
):
    with pytest.raises(type(error)), reception.receiving(TWIN, sign):
        raise error

    assert reception.refused == ({"twin": Counter(counts)} if counts else {})
    assert reception.turned_away == {TWIN.sdk_app_id}
    assert reception.heard_at(TWIN.sdk_app_id) is None


def test_it_is_known_when_a_genuine_callback_last_came_and_that_one_was_refused(
    reception, clock
):
    with suppress(BotError), reception.receiving(TWIN, "x"):
        raise JournalUnavailable("away")
    clock.push(seconds=10)

    with reception.receiving(TWIN, "x"):
        reception.hear(TWIN.sdk_app_id, About.RELAY)

    ours, others = TWIN.sdk_app_id, NUMBERED.sdk_app_id
    assert reception.turned_away == {ours}
    assert (reception.heard_at(ours), reception.heard_at(others)) == (clock.at, None)
    assert reception.heard_at(ours, About.ROOM) is None


def test_refusals_are_told_once_a_minute_with_their_number(reception, clock):
    with capture_logs() as logs:
        for _second in range(130):
            reception.refuse("twin", Refusal.UNSIGNED)
            clock.push(seconds=1)
        reception.refuse("twin", Refusal.FORGED)

    told = [(one["log_level"], one["why"], one["count"]) for one in logs]
    assert told == [
        ("warning", "unsigned", 1),
        ("warning", "unsigned", 60),
        ("warning", "unsigned", 60),
        ("warning", "wrongly signed", 1),
    ]
    assert reception.refused["twin"][Refusal.UNSIGNED] == 130


@pytest.mark.parametrize("address", ["live-main", "1400000001"])
async def test_the_doctor_shows_what_came_of_the_callbacks(tmp_path, address):
    async with AsyncExitStack() as stack:
        world = await make_world(stack, tmp_path / "p.db", key=KEY, apps=(NO_KEY,))
        calls = [("", NotAllowed), ("", NotAllowed), ("bm8=", NotAllowed)]
        for sign, error in calls:
            with pytest.raises(error):
                await world.callbacks.receive(address, b"{}", sign)
        for other in ("silent", "nobody", "somebody"):
            with pytest.raises(NotFound):
                await world.callbacks.receive(other, b"{}", "")

        text = repr((await world.typed("/patchbay doctor")).parts)

    assert "Callbacks of live-main: none was heard since the bot started." in text
    assert "Callbacks of live-main: 2 came unsigned. Set the key in TRTC" in text
    assert "Callbacks of live-main: 1 came with a wrong signature." in text
    assert "Callbacks of silent: 1 came, and it has no key here." in text
    assert "Callbacks for an app that is not set up: 2" in text


async def test_callbacks_that_nobody_here_has_a_key_for_are_noticed(tmp_path):
    async with AsyncExitStack() as stack:
        world = await make_world(stack, tmp_path / "p.db")
        port = await world.bot.server.start("127.0.0.1", 0)
        stack.push_async_callback(world.bot.server.close)
        async with ClientSession() as session:
            url = f"http://127.0.0.1:{port}/tencent/callbacks/live-main"
            async with session.post(url, data=b"{}") as answer:
                refused = answer.status >= 400

        text = repr((await world.typed("/patchbay doctor")).parts)

    assert refused
    assert "Callbacks of live-main: 1 came, and it has no key here." in text


async def test_over_the_wire_an_unknown_app_is_answered_as_a_wrong_signature_is(
    tmp_path,
):
    async with AsyncExitStack() as stack:
        world = await make_world(stack, tmp_path / "p.db", key=KEY, apps=(NO_KEY,))
        port = await world.bot.server.start("127.0.0.1", 0)
        stack.push_async_callback(world.bot.server.close)
        session = await stack.enter_async_context(ClientSession())

        answers = set()
        for app in ("live-main", "silent", "nobody"):
            url = f"http://127.0.0.1:{port}/tencent/callbacks/{app}"
            async with session.post(url, data=b"{}", headers={"Sign": "bm8="}) as one:
                names = frozenset(one.headers)
                answers.add((one.status, await one.text(), names))

    assert [(status, text) for status, text, _names in answers] == [(401, "")]
