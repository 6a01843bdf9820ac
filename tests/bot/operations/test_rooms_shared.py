"""With several bots on one database, whichever is asked knows what each was told."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from pydantic import SecretStr

from bot.operations.rooms import LOOKED_EVERY, REST_AT_ONCE, Rooms
from bot.resources.room.presence import participants
from bot.tencent import events
from bot.tencent.room_events import RoomEventKind as K
from tests.bot.operations.tencent import KEY, Tencent
from tests.fakes.clock import FakeClock
from tests.fakes.journal import opened

APP = 7
ROOM = "295066"


class Run:
    """One bot of several, as far as it hears of rooms."""

    def __init__(self, journal, clock):
        self.journal, self.clock = journal, clock
        self.rooms = Rooms(
            rows=journal.rooms,
            now=clock,
            monotonic=clock.monotonic,
            sleep=clock.sleep,
        )

    def hears(self, raw, sign):
        self.rooms.take(events.read(raw, sign, SecretStr(KEY)), APP)

    async def tells(self, room=ROOM):
        """Return who is in that room, and what they send."""
        return [
            {p.user: tuple(p.on) for p in participants(one.presence)[0]}
            for one in await self.rooms.called(room, [APP])
        ]


class Cloud:
    """Tells runs of rooms, each event to one of them."""

    def __init__(self, clock):
        cloud = SimpleNamespace(clock=clock)
        self.tencent = Tencent(SimpleNamespace(clock=clock, cloud=cloud))

    def tells(self, run, kind, user="alice", **more):
        raw = self.tencent.of_room(kind, user, **more)
        run.hears(raw, self.tencent.calls.sign(raw))

    def tells_of_many(self, run, count):
        for room in range(count):
            self.tells(run, K.ENTERED, room=room)
            self.tencent.at -= 1000


@pytest.fixture
def clock():
    return FakeClock(datetime.now(UTC))


@pytest.fixture
async def runs(postgres_url, clock):
    journals = [await opened(postgres_url, clock) for _ in range(2)]
    yield [Run(one, clock) for one in journals]
    for one in journals:
        one.close()


async def test_any_of_them_answers_what_all_of_them_heard(runs, clock):
    cloud, (first, second) = Cloud(clock), runs
    cloud.tells(first, K.ENTERED)
    cloud.tells(second, K.CAMERA_ON)
    cloud.tells(first, K.ENTERED, "bob")
    cloud.tells(second, K.LEFT, "bob")
    cloud.tells(second, K.ENTERED, "carol")
    for one in runs:
        await one.rooms.flush()

    both = {"alice": ("camera",), "carol": ()}
    assert [await one.tells() for one in runs] == [[both], [both]]


async def test_of_rooms_that_nobody_asks_about_some_are_written_each_second(
    runs, clock
):
    (first, second), many = runs, 2 * REST_AT_ONCE
    Cloud(clock).tells_of_many(first, many)
    await first.tells(str(many - 1))  # somebody asks
    await first.rooms.flush()
    written = sum([bool(await second.tells(str(room))) for room in range(many)])
    waiting = first.rooms.waiting
    await first.rooms.flush()

    assert (written, waiting) == (REST_AT_ONCE + 1, REST_AT_ONCE)
    assert first.rooms.waiting == 0


async def test_whoever_leaves_writes_all_that_it_heard(runs, clock):
    (first, second), many = runs, REST_AT_ONCE + 5
    Cloud(clock).tells_of_many(first, many)
    await first.rooms.leave()

    told = [await second.tells(str(room)) for room in range(many)]
    assert told == [[{"alice": ()}]] * many


async def test_what_was_heard_by_one_that_fell_stays_told(runs, clock):
    cloud, (first, second) = Cloud(clock), runs
    cloud.tells(first, K.ENTERED)
    await first.rooms.flush()
    first.journal.close()
    clock.push(seconds=LOOKED_EVERY)
    cloud.tells(second, K.CAMERA_ON)

    assert await second.tells() == [{"alice": ("camera",)}]
