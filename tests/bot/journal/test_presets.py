"""A preset is a person's or everybody's, and what was typed stands sealed."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.errors import NameTaken, TooMany
from bot.journal.presets import EVERYBODYS, MOST_SAVED, Leading, Preset, Presets
from tests.bot.journal.test_audit import entry
from tests.fakes.clock import AT
from tests.fakes.journal import SlowReader

PLAN = {"layout": "side", "users": "ana,bob", "url": "@main"}


def preset(number=1, **values):
    """Return a preset of UANA's; each value can be given."""
    usual = {
        "id": f"{number:032x}",
        "team": "T",
        "owner": "UANA",
        "name": f"preset-{number}",
        "plan": PLAN,
        "targets": ("main",),
        "changed_by": "UANA",
        "changed_at": AT,
        "used_at": AT,
    }
    return Preset(**{**usual, **values})


@pytest.fixture
def presets(journal):
    return journal.saved.presets


async def names(presets, user="UANA", team="T"):
    return [one.name for one in await presets.listed(team, user)]


async def test_each_person_has_their_own_beside_everybodys(presets):
    own, shared = preset(1), preset(2, owner=EVERYBODYS)
    for one in (own, shared, preset(3, team="T2", owner=EVERYBODYS)):
        await presets.keep(one, entry(1))

    assert await presets.listed("T", "UANA") == [own, shared]
    assert await presets.listed("T", "UBOB") == [shared]


async def test_the_one_that_was_used_last_comes_first(presets):
    for number in (1, 2, 3):
        await presets.keep(preset(number), entry(number))
    assert await names(presets) == ["preset-1", "preset-2", "preset-3"]

    await presets.used(preset(3).id, AT + timedelta(minutes=1))
    await presets.used(preset(2).id, AT + timedelta(minutes=2))

    assert await names(presets) == ["preset-2", "preset-3", "preset-1"]


async def test_it_is_kept_in_the_place_of_what_it_was(presets, journal):
    await presets.keep(preset(1), entry(1))
    changed = preset(1, name="talk", owner=EVERYBODYS, plan={"room": "7"}, targets=())
    await presets.keep(changed, entry(2))

    assert await presets.listed("T", "UBOB") == [changed]
    assert len(await journal.audit.all()) == 2


async def test_a_name_is_given_once_to_each_owner(presets, journal):
    await presets.keep(preset(1), entry(1))
    await presets.keep(preset(2, owner="UBOB", name="preset-1"), entry(2))
    await presets.keep(preset(3, owner=EVERYBODYS, name="preset-1"), entry(3))

    for another in (preset(4, name="preset-1"), preset(5, name="preset-1")):
        with pytest.raises(NameTaken):
            await presets.keep(another, entry(4))

    await presets.keep(preset(6), entry(5))
    with pytest.raises(NameTaken):
        await presets.keep(preset(6, name="preset-1"), entry(6))
    assert len(await journal.audit.all()) == 4


async def test_each_owner_has_as_many_as_a_menu_offers(presets):
    for number in range(MOST_SAVED):
        await presets.keep(preset(number), entry(number))

    with pytest.raises(TooMany):
        await presets.keep(preset(MOST_SAVED), entry(MOST_SAVED))

    await presets.keep(preset(MOST_SAVED, owner=EVERYBODYS), entry(1))
    await presets.keep(preset(0, plan={"room": "7"}), entry(2))  # is there already
    assert len(await presets.listed("T", "UANA")) == MOST_SAVED + 1


async def test_those_that_lead_to_a_target_are_known_whoever_has_them(presets):
    await presets.keep(preset(1), entry(1))
    await presets.keep(preset(2, owner="UBOB", targets=("a", "main")), entry(2))
    await presets.keep(preset(3, targets=("other",)), entry(3))
    await presets.keep(preset(4, team="T2"), entry(4))

    leading = await presets.leading_to("T", "main")

    assert sorted(leading, key=lambda one: one.name) == [
        Leading("UANA", "preset-1"),
        Leading("UBOB", "preset-2"),
    ]


async def test_it_is_deleted_once(presets, journal):
    await presets.keep(preset(1), entry(1))

    assert await presets.delete(preset(1).id, entry(2))
    assert not await presets.delete(preset(1).id, entry(3))

    assert await names(presets) == []
    assert len(await journal.audit.all()) == 2


async def test_what_is_read_is_not_what_is_kept(presets):
    one = preset(1)
    await presets.keep(one, entry(1))

    (read,) = await presets.listed("T", "UANA")

    assert replace(read, plan=PLAN) == one
    assert read.plan is not one.plan


async def test_what_was_read_before_a_change_is_not_believed_after_it(journal, presets):
    slow = SlowReader(journal._writer)
    presets = Presets(slow, presets._seal, presets._key)
    reading = asyncio.create_task(names(presets))
    await slow.has_read.wait()

    await presets.keep(preset(1), entry(1))
    slow.go.set()

    assert [await reading, await names(presets)] == [[], ["preset-1"]]
