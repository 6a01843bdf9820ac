"""The metrics have a port of their own, which is off unless it is set."""

import socket
from contextlib import closing

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.config.ports import Place
from bot.errors import SettingsError
from bot.http.metrics import PATH, scraped
from bot.http.server import Server
from bot.runtime.metrics import ROUTES

HOST, OF = "127.0.0.1", "BOT_METRICS_"


async def asked(port, path):
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://{HOST}:{port}{path}") as answer,
    ):
        return answer.status, answer.headers["Content-Type"], await answer.text()


@pytest.fixture
async def served(world):
    one = scraped(world.bot.gauges, Place(HOST, 0, OF))
    port = await one.start()
    yield port
    await one.close()


async def test_prometheus_reads_them_as_its_own_format(served):
    status, kind, text = await asked(served, PATH)

    assert (status, kind.partition(";")[0]) == (200, "text/plain")
    names = {family.name for family in text_string_to_metric_families(text)}
    assert {"patchbay_up", "patchbay_ack_seconds", "process_cpu_seconds"} <= names


async def test_health_is_told_there_too_and_nothing_else(served):
    statuses = [
        (await asked(served, path))[0]
        for path in ("/healthz", "/readyz", "/slack/events", "/tencent/callbacks/x")
    ]

    assert statuses == [200, 200, 404, 404]


def test_without_a_port_nobody_listens(world):
    assert world.bot.scraped is None
    assert scraped(world.bot.gauges, None) is None


async def test_a_port_that_is_taken_is_told_by_the_name_of_its_setting(world):
    with closing(socket.socket()) as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        one = scraped(world.bot.gauges, Place(HOST, port, OF))

        with pytest.raises(SettingsError) as refused:
            await one.start()

    sentence = f"{HOST}:{port} is taken; BOT_METRICS_PORT chooses another port."
    assert str(refused.value) == sentence


async def test_an_address_of_another_machine_is_told_by_the_name_of_its_setting(world):
    one = scraped(world.bot.gauges, Place("192.0.2.1", 0, OF))

    with pytest.raises(SettingsError, match=r"^BOT_METRICS_HOST: 192.0.2.1 is no "):
        await one.start()


async def test_what_the_other_port_answers_is_counted_by_its_route(world):
    server: Server = world.bot.server
    port = await server.start(HOST, 0)
    for path in ("/healthz", "/nothing/U0ANA"):
        await asked(port, path)
    await server.close()

    text = (await world.bot.gauges.exposition()).decode()
    counted = {
        (one.labels["route"], one.labels["status"]): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
        if one.name == "patchbay_http_requests_total"
    }
    nought = {(route, "5xx"): 0 for route in ROUTES}  # or the first would be no news
    assert counted == {**nought, ("/healthz", "2xx"): 1, ("other", "4xx"): 1}
