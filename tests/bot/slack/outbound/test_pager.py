"""A pager on loopback is told of what rings, with one key, and of no secret."""

import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.slack.outbound.pager import AGAIN_AFTER, MOST_SUMMARY, Page, Pager

DETAILS = (("handle", "R1"), ("app", "live-main"), ("cause", "failed"))


@pytest.fixture
async def there():
    """A pager that remembers what it is sent, and answers as it is told."""
    got, status = [], [202]

    async def take(request):
        got.append((request.path_qs, await request.json()))
        return web.Response(status=status[0], headers={"Location": "http://x.example"})

    app = web.Application()
    app.router.add_post("/v2/enqueue", take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}/v2/enqueue", got, status
    await runner.cleanup()


def page(url, action="trigger"):
    return Page(Pager(SecretStr(url)), action, "patchbay:1", DETAILS, "critical")


@pytest.mark.parametrize("action", ["trigger", "acknowledge", "resolve"])
async def test_an_event_has_the_shape_of_pagerdutys(there, action):
    url, got, _status = there

    sent = await page(f"{url}#the-key", action).send(None, {"text": "R1: failed"})

    body = {
        "routing_key": "the-key",
        "event_action": action,
        "dedup_key": "patchbay:1",
        "client": "Patchbay",
        "payload": {
            "summary": "R1: failed",
            "source": "patchbay",
            "severity": "critical",
            "component": "R1",
            "group": "live-main",
            "class": "failed",
            "custom_details": dict(DETAILS),
        },
    }
    assert sent.ok
    assert got == [("/v2/enqueue", body)]


async def test_without_a_routing_key_none_is_sent(there):
    url, got, _status = there

    await page(url).send(None, {"text": "x" * 2000})

    ((_path, body),) = got
    assert "routing_key" not in body
    assert len(body["payload"]["summary"]) == MOST_SUMMARY


@pytest.mark.parametrize(
    ("status", "again"),
    [(200, "taken"), (429, "later"), (503, "later"), (302, "no"), (400, "no")],
)
async def test_what_was_not_taken_is_sent_again_where_that_may_help(
    there, status, again
):
    url, _got, answers = there
    answers[0] = status

    sent = await page(url).send(None, {"text": "R1"})

    how = "taken" if sent.ok else "later" if sent.transient else "no"
    assert how == again
    assert sent.retry_after == (AGAIN_AFTER if status == 429 else 0)


async def test_a_pager_that_is_away_is_told_later():
    sent = await page("http://127.0.0.1:9/v2/enqueue").send(None, {"text": "R1"})

    assert sent.away
