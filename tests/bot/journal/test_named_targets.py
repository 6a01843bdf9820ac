"""A named target is one workspace's, and what opens it stands sealed."""

import asyncio
from dataclasses import replace

import pytest
from pydantic import SecretStr

from bot.errors import NameTaken, TooMany
from bot.journal.named_targets import MOST_NAMED, NamedTarget, NamedTargets, Opened
from tests.bot.journal.test_audit import entry
from tests.fakes.clock import AT
from tests.fakes.journal import SlowReader

KEY = "the-stream" + "-key"
URL = SecretStr(f"rtmp://push.example.com/live/{KEY}")
OTHER = SecretStr("rtmp://push.example.com/live/rotated")


def target(number=1, **values):
    """Return a named target; each value can be given."""
    usual = {
        "id": f"{number:032x}",
        "team": "T",
        "name": f"target-{number}",
        "shown": "rtmp://push.example.com/live/****",
        "digest": f"{number:064x}",
        "cdn": "other",
        "changed_by": "UANA",
        "changed_at": AT,
    }
    return NamedTarget(**{**usual, **values})


@pytest.fixture
def targets(journal):
    return journal.saved.targets


async def records(journal):
    return [one.action for one in await journal.audit.all()]


async def test_it_is_listed_in_its_workspace_without_what_opens_it(targets):
    ours, theirs = target(1, apps=("live",), users=("UBOB", "S1")), target(2, team="T2")
    await targets.add(ours, URL, entry(1))
    await targets.add(theirs, URL, entry(2))

    assert await targets.listed("T") == [ours]
    assert await targets.listed("T2") == [theirs]
    assert KEY not in repr(await targets.listed("T"))


async def test_its_address_is_had_by_its_name_in_its_workspace_alone(targets):
    await targets.add(target(1), URL, entry(1))

    found = await targets.opened("T", ["target-1", "none"])

    assert found == {"target-1": Opened(target(1), URL)}
    assert await targets.opened("T2", ["target-1"]) == {}


async def test_it_is_known_by_its_digest_in_its_workspace(targets):
    one = target(1)
    await targets.add(one, URL, entry(1))

    assert await targets.at("T", [one.digest, "f" * 64]) == [one]
    assert await targets.at("T2", [one.digest]) == []


async def test_a_name_is_given_once_in_a_workspace_and_nothing_is_on_record(
    targets, journal
):
    await targets.add(target(1), URL, entry(1))
    before = await records(journal)

    with pytest.raises(NameTaken):
        await targets.add(target(2, name="target-1"), URL, entry(2))
    assert await records(journal) == before

    await targets.add(target(3, name="target-1", team="T2"), URL, entry(3))
    assert len(await records(journal)) == len(before) + 1


async def test_there_are_as_many_as_a_menu_offers(targets):
    for number in range(MOST_NAMED):
        await targets.add(target(number), URL, entry(number))

    with pytest.raises(TooMany) as full:
        await targets.add(target(MOST_NAMED), URL, entry(MOST_NAMED))

    assert full.value.most == MOST_NAMED
    assert len(await targets.listed("T")) == MOST_NAMED


async def test_a_change_leaves_the_address_unless_one_is_given(targets):
    await targets.add(target(1), URL, entry(1))

    changed = target(1, cdn="tencent", apps=("live",), users=("UEVE",))
    assert await targets.change(changed, None, entry(2))
    assert await targets.opened("T", ["target-1"]) == {"target-1": Opened(changed, URL)}

    rotated = replace(changed, shown="rtmp://b/c/****", digest="e" * 64)
    assert await targets.change(rotated, OTHER, entry(3))
    opened = await targets.opened("T", ["target-1"])
    assert opened == {"target-1": Opened(rotated, OTHER)}
    assert await targets.listed("T") == [rotated]


async def test_what_is_gone_is_neither_changed_nor_removed_and_not_on_record(
    targets, journal
):
    await targets.add(target(1), URL, entry(1))
    assert not await targets.remove("T2", "target-1", entry(2))
    assert await targets.remove("T", "target-1", entry(3))
    before = await records(journal)

    assert not await targets.remove("T", "target-1", entry(4))
    assert not await targets.change(target(1), OTHER, entry(5))

    assert await targets.listed("T") == []
    assert await records(journal) == before
    assert len(before) == 2


@pytest.mark.sqlite
async def test_what_opens_it_stands_in_no_file(targets, journal, tmp_path):
    await targets.add(target(1), URL, entry(1))
    await targets.change(target(1), OTHER, entry(2))
    journal.close()

    files = [one for one in (tmp_path / "var").iterdir() if one.is_file()]
    texts = [one.read_bytes() for one in files]
    assert files
    assert not any(b"rotated" in one or KEY.encode() in one for one in texts)


async def test_what_was_read_before_a_change_is_not_believed_after_it(journal, targets):
    slow = SlowReader(journal._writer)
    targets = NamedTargets(slow, targets._seal, targets._key)
    reading = asyncio.create_task(targets.listed("T"))
    await slow.has_read.wait()

    await targets.add(target(1), URL, entry(1))
    slow.go.set()

    assert [await reading, await targets.listed("T")] == [[], [target(1)]]
