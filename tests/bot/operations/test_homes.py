"""Who is shown the Home tab again, when, and how often at most."""

from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest

from bot.dialogue.ask import Person
from bot.operations.homes import APART, EVERY, LOOKS, MOST_LOOKING, SOON, Homes
from bot.resources.registry import RESOURCES
from bot.runtime.tasks import Tasks
from tests.bot.resources.intents import an_intent
from tests.fakes.clock import VirtualTime


def person(user, team="T"):
    return Person(team=team, user=user, home=team)


def by(user, kind="R"):
    """Return a thing that *user* asked for."""
    intent = an_intent(kind=kind)
    return replace(intent, asker=replace(intent.asker, user=user))


class Tabs:
    """Homes of which it is noted who was shown theirs, and when."""

    def __init__(self):
        self.time, self.shown = VirtualTime(), []
        self.homes = Homes(
            self._show,
            RESOURCES,
            Tasks(),
            monotonic=self.time,
            sleep=self.time.sleep,
        )

    async def _show(self, who):
        self.shown.append((who.user, round(self.time(), 3)))

    async def play(self, *steps):
        """Take each of *steps* at its second; let time pass until all is shown."""

        async def script():
            for at, step, *arguments in sorted(steps, key=lambda one: one[0]):
                await self.time.sleep(at - self.time())
                step(*arguments)
            while self.homes.later:
                await self.time.sleep(1.0)

        await self.time.run(script())
        return self.shown


@pytest.fixture
def tabs():
    return Tabs()


async def test_it_is_shown_when_it_is_opened(tabs):
    assert await tabs.play((0, tabs.homes.opened, person("A"))) == [("A", 0.0)]


async def test_ones_own_change_is_shown_soon_also_after_an_hour(tabs):
    opened, changed = tabs.homes.opened, tabs.homes.changed

    shown = await tabs.play((0, opened, person("A")), (3600, changed, by("A")))

    assert shown == [("A", 0.0), ("A", 3600 + SOON)]


async def test_others_changes_are_shown_while_somebody_may_be_looking(tabs):
    opened, changed = tabs.homes.opened, tabs.homes.changed

    shown = await tabs.play(
        (0, opened, person("A")),
        (0, opened, person("Z", team="T2")),
        (LOOKS - 1, changed, by("B")),
        (LOOKS + 1, changed, by("B")),
    )

    assert shown == [("A", 0.0), ("Z", 0.0), ("A", LOOKS - 1 + SOON)]


@pytest.mark.parametrize("by_whom", ["A", "B"])
async def test_what_is_opened_while_it_is_to_be_shown_again_is_shown_once(
    tabs, by_whom
):
    opened, changed = tabs.homes.opened, tabs.homes.changed

    shown = await tabs.play(
        (0, opened, person("A")),
        (3, changed, by(by_whom)),
        (9, opened, person("A")),
    )

    assert shown == [("A", 0.0), ("A", 9.0), ("A", 9 + EVERY)]


async def test_who_never_opened_it_is_shown_nothing(tabs):
    assert await tabs.play((0, tabs.homes.changed, by("A"))) == []


async def test_what_home_does_not_show_changes_no_home(tabs):
    opened, changed = tabs.homes.opened, tabs.homes.changed

    shown = await tabs.play((0, opened, person("A")), (60, changed, by("A", "G")))

    assert shown == [("A", 0.0)]


async def test_whoever_acts_in_it_after_a_restart_has_opened_it(tabs):
    seen, changed = tabs.homes.seen, tabs.homes.changed

    assert await tabs.play((0, seen, person("A")), (1, changed, by("A"))) == [
        ("A", 1 + SOON)
    ]


async def test_a_burst_is_shown_to_nobody_more_often_than_every_ten_seconds(tabs):
    people = [f"U{n}" for n in range(40)]
    opened, changed = tabs.homes.opened, tabs.homes.changed
    looks = [(0, opened, person(one)) for one in people]
    burst = [(20 + n / 50, changed, by("U0" if n % 2 else "B")) for n in range(1500)]

    shown = await tabs.play(*looks, *burst)

    times = {one: [at for user, at in shown if user == one] for one in people}
    gaps = [b - a for at in times.values() for a, b in pairwise(at)]
    assert min(gaps) >= EVERY
    others = sorted(at for user, at in shown if user != "U0" and at > 0)
    paced = [b - a for a, b in pairwise(others)]
    assert min(paced) >= APART - 1e-3
    last = 20 + 1499 / 50
    assert all(at[-1] >= last for at in times.values())  # nobody is left behind
    assert times["U0"] == [0.0, 21.02, 31.02, 41.02, 51.02]  # nor waits for the others


async def test_only_so_many_are_remembered(tabs):
    opened, changed = tabs.homes.opened, tabs.homes.changed
    looks = [(0, opened, person(f"U{n}")) for n in range(MOST_LOOKING + 5)]

    shown = await tabs.play(*looks, (20, changed, by("B")))

    again = Counter(user for user, at in shown if at > 0)
    assert len(again) == MOST_LOOKING
    assert set(again.values()) == {1}


async def test_the_tab_is_of_the_workspace_in_which_it_was_opened_last(tabs):
    """Slack has one for each person: what it shows of another would stand there."""
    opened, changed = tabs.homes.opened, tabs.homes.changed
    there = replace(by("A"), asker=replace(by("A").asker, team="T2"))

    shown = await tabs.play(
        (0, opened, person("A", "T")),
        (20, opened, person("A", "T2")),
        (40, changed, by("A")),
        (60, changed, there),
    )

    assert shown == [("A", 0.0), ("A", 20.0), ("A", 60 + SOON)]
