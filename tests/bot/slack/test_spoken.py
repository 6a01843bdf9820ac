"""What language somebody reads outlives the process, and what else is known of them."""

import asyncio

import pytest

from bot.dialogue.ask import Person
from bot.runtime.tasks import Tasks
from bot.slack.directory import SlackDirectory
from bot.slack.people import REMEMBERED
from bot.slack.spoken import MOST, Spoken
from tests.fakes.clock import FakeClock
from tests.fakes.loop import VirtualLoop
from tests.fakes.slack import FakeSlack

ANA = Person(team="T1", user="UANA", home="T1")
INFO = "users.info"
SAYS = {
    "auth.test": {"ok": True, "team_id": "T1", "user_id": "UBOT"},
    INFO: {"user": {"id": "UANA", "team_id": "T1", "locale": "zh-CN"}},
}


class Memory:
    """What outlives the process."""

    def __init__(self):
        self.kept, self.writes = {}, []

    async def get(self, name):
        return (self.kept[name], 0.0) if name in self.kept else None

    async def keep(self, name, value):
        self.kept[name] = value
        self.writes.append(name)


@pytest.fixture
def web():
    return FakeSlack(data=SAYS)


@pytest.fixture
def clock():
    return FakeClock()


async def run(web, clock, memory):
    """Return the directory of one more run."""
    made = SlackDirectory(web, Tasks(), memory=memory, timer=clock.monotonic)
    await made.recall("token")
    await made.identify("token")
    return made


async def test_the_first_answer_ever_waits_for_the_language(web, clock):
    made = await run(web, clock, Memory())

    await made.introduced(ANA)

    assert made.known_locale("UANA") == "zh-CN"


async def test_the_next_run_knows_it_and_asks_for_nothing(web, clock):
    memory = Memory()
    await (await run(web, clock, memory)).introduced(ANA)

    made = await run(web, clock, memory)
    await made.introduced(ANA)

    assert made.locale("UANA") == "zh-CN"
    assert web.ways.count(INFO) == 1
    assert memory.writes.count("locales") == 1
    assert made.profile(ANA) is None  # nobody has a right by what an earlier run knew


async def test_who_was_not_here_for_a_night_is_answered_in_it(web, clock):
    made = await run(web, clock, Memory())
    await made.introduced(ANA)

    clock.push(seconds=REMEMBERED + 1)

    assert (made.profile(ANA), made.locale("UANA")) == (None, "zh-CN")


def test_no_longer_than_a_moment_is_waited_for_it():
    async def waited():
        loop, web = asyncio.get_running_loop(), FakeSlack(data=SAYS)
        made = SlackDirectory(web, Tasks(), timer=loop.time)
        await made.identify("token")
        web.hanging[INFO] = asyncio.Event()
        began = loop.time()
        await made.introduced(ANA)
        return round(loop.time() - began, 1), made.locale("UANA")

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        assert runner.run(waited()) == (0.5, "en-US")


async def test_another_language_is_kept_and_the_same_is_not_written_again():
    writes = []

    async def keep(kept):
        writes.append(kept)

    spoken = Spoken(keep)
    for locale in ("en-US", "en-US", "zh-CN"):
        await spoken.learn("UANA", locale)

    assert writes == [{"UANA": "en-US"}, {"UANA": "zh-CN"}]


async def test_of_too_many_people_those_are_kept_who_came_last():
    kept = {}

    async def keep(now):
        kept.clear()
        kept.update(now)

    spoken = Spoken(keep)
    for number in range(MOST + 1):
        await spoken.learn(f"U{number}", "zh-CN")

    assert (len(kept), "U0" in kept, spoken.of(f"U{MOST}")) == (MOST, False, "zh-CN")
