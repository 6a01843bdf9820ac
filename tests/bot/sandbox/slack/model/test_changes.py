import asyncio

from bot.sandbox.slack.model.changes import Change, ChangeFeed, ChangeKind
from bot.sandbox.slack.model.objects import Notice

PSST = Notice("U0ANA", "C0OPS", "psst")


def quick():
    return ChangeFeed(settle=0.02, limit=0.1)


async def test_listeners_hear_every_change_until_they_stop():
    feed, heard = ChangeFeed(), []
    stop = feed.listen(heard.append)

    feed.tell(ChangeKind.TOLD, PSST)
    stop()
    feed.tell(ChangeKind.TOLD, PSST)

    assert heard == [Change(0, ChangeKind.TOLD, PSST)]
    assert len(feed.changes) == 2


async def test_it_is_quiet_when_nothing_happens():
    assert await quick().quiet()


async def test_it_is_not_quiet_while_something_is_under_way():
    feed = quick()

    with feed.busy():
        assert not await feed.quiet()


async def test_it_is_not_quiet_while_somebody_else_is_busy():
    feed = quick()
    feed.also_busy.append(lambda: True)

    assert not await feed.quiet()


async def test_it_is_quiet_once_what_was_under_way_is_done():
    feed = quick()
    under_way = feed.busy()
    under_way.__enter__()

    waiting = asyncio.ensure_future(feed.quiet())
    asyncio.get_running_loop().call_soon(under_way.__exit__, None, None, None)

    assert await waiting


async def test_it_is_at_rest_from_when_it_was_quiet_until_anything_happens():
    feed = quick()
    busy = []
    feed.also_busy.append(lambda: bool(busy))
    rested = [feed.at_rest]

    for disturbed in (lambda: feed.tell(ChangeKind.TOLD, PSST), feed.stir):
        await feed.quiet()
        rested.append(feed.at_rest)
        disturbed()
        rested.append(feed.at_rest)
    await feed.quiet()
    with feed.busy():
        rested.append(feed.at_rest)
    await feed.quiet()
    busy.append("somebody else")
    rested.append(feed.at_rest)

    assert rested == [False, True, False, True, False, False, False]


async def test_a_fact_is_waited_for():
    feed = quick()

    waiting = asyncio.ensure_future(feed.until(lambda: bool(feed.changes)))
    asyncio.get_running_loop().call_soon(feed.tell, ChangeKind.TOLD, PSST)

    assert await waiting
    assert not await feed.until(lambda: False)
