"""A process is taken out for what is its own, and never for what all share."""

from dataclasses import replace
from itertools import product

import pytest

from bot.operations.readiness import BEAT_LATE, SKEW_REFUSED, Readiness


class Lines:
    """Sockets that are up or not, and deaf or not."""

    def __init__(self, *, up=True, deaf=False):
        self.up, self.is_deaf = up, deaf

    async def connected(self):
        return self.up

    def deaf(self):
        return self.is_deaf


@pytest.fixture
def readiness(world):
    return Readiness(
        journal=world.journal,
        directory=world.directory,
        client=world.executor.client,
        sockets=Lines(),
    )


async def test_where_all_is_there_each_is_told(readiness):
    told = await readiness()

    assert told.body == {
        "ready": True,
        "installed": True,
        "hears": True,
        "beats": True,
        "file": True,
        "clock": True,
        "journal": True,
        "slack": True,
    }


@pytest.mark.parametrize(
    ("lines", "hears"),
    [
        (Lines(), True),
        (Lines(up=False), True),  # it is Slack that is away
        (Lines(up=False, deaf=True), False),
        (None, True),
    ],
)
async def test_sockets_that_hear_nothing_though_slack_is_there_are_deaf(
    readiness, lines, hears
):
    told = await replace(readiness, sockets=lines)()

    assert (told.own["hears"], told.ready) == (hears, hears)


@pytest.mark.parametrize(
    ("age", "ready"), [(None, True), (BEAT_LATE - 1, True), (BEAT_LATE, False)]
)
async def test_a_heartbeat_that_is_late_is_its_own(readiness, age, ready):
    told = await replace(readiness, heartbeat=lambda: age)()

    assert (told.own["beats"], told.ready) == (ready, ready)


@pytest.mark.parametrize(
    ("skew", "ready"), [(None, True), (1.0, True), (-SKEW_REFUSED, False)]
)
async def test_so_is_its_clock(readiness, skew, ready):
    readiness.client.skew = skew

    told = await readiness()

    assert (told.own["clock"], told.ready) == (ready, ready)


@pytest.mark.parametrize(
    ("journal", "slack"),
    [one for one in product([True, False], repeat=2) if not all(one)],
)
async def test_what_all_share_is_told_and_takes_nobody_out(
    readiness, world, journal, slack
):
    if not journal:
        world.journal.close()
    told = await replace(readiness, sockets=Lines(up=slack))()

    assert (told.shared, told.ready) == ({"journal": journal, "slack": slack}, True)


async def test_a_file_that_is_gone_is_its_own(readiness, tmp_path):
    (file,) = tmp_path.rglob("*.db")
    file.unlink()

    told = await readiness()

    assert (told.own["file"], told.shared["journal"], told.ready) == (
        False,
        False,
        False,
    )
