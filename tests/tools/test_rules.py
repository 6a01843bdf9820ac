"""What each rule finds in a line or two, and what it lets pass."""

import ast

import pytest

from tests.tools import rules


def faults(rule, text, path="bot/operations/executor.py"):
    return sorted(rule(path, ast.parse(text)))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("isinstance(x, RelayStarted)", ["isinstance RelayStarted"]),
        ("isinstance(x, requests.RelayStarted | int)", ["isinstance RelayStarted"]),
        ("isinstance(x, (int, CoStreamSlaves))", ["isinstance CoStreamSlaves"]),
        ("match x:\n case RelayStarted(): pass", ["case RelayStarted"]),
        ("x = 'StopPublishCdnStream'", ['"StopPublishCdnStream"']),
        ("Kind.RELAY, model.Kind.RENDER", ["Kind.RELAY", "Kind.RENDER"]),
        ("intent.kind == 'relay'", ["intent.kind == 'relay'"]),
        ("intent.kind in ('relay', 'car')", ["intent.kind in ('relay', 'car')"]),
        ("isinstance(x, Request); isinstance(x, Reply)", []),
        ("x.kind is None; x.kind == y.kind; Kind(x)", []),
        ("intent.kind == parameter('of')", []),
    ],
)
def test_a_product_is_found_in_generic_code_and_not_where_it_belongs(text, found):
    rule = rules.generic_code_knows_no_product

    assert faults(rule, text) == found
    assert faults(rule, text, "bot/resources/relay/plan.py") == []
    assert faults(rule, text, "commands/relay.py") == []


@pytest.mark.parametrize(
    ("text", "found", "unit"),
    [
        ("import slack_sdk", ["slack_sdk"], "bot/slack/web.py"),
        (
            "def f():\n from slack_bolt.app import App",
            ["slack_bolt.app.App"],
            "bot/slack/web.py",
        ),
        ("import sqlite3 as db", ["sqlite3"], "bot/journal/rows.py"),
        ("from sqlalchemy import select", ["sqlalchemy.select"], "bot/journal/rows.py"),
        (
            "from aiohttp import ClientSession",
            ["aiohttp.ClientSession"],
            "bot/tencent/client.py",
        ),
        (
            "import aiohttp\naiohttp.ClientTimeout(1)",
            ["aiohttp.ClientTimeout"],
            "bot/slack/outbound/web.py",
        ),
        ("import os\nos.environ['A']", ["os.environ"], "bot/settings.py"),
        ("from os import getenv", ["os.getenv"], "bot/settings.py"),
    ],
)
def test_a_library_is_found_everywhere_but_in_its_home(text, found, unit):
    rule = rules.a_library_is_known_in_its_package_only

    assert faults(rule, text) == found
    assert faults(rule, text, unit) == []


def test_the_rest_of_a_library_may_be_used():
    text = "import os\nfrom aiohttp import web\nos.urandom(1)\nimport slack_sdkish"

    assert faults(rules.a_library_is_known_in_its_package_only, text) == []


def test_a_block_is_found_everywhere_but_in_slacks_rendering():
    rule = rules.blocks_are_drawn_in_one_package
    text = "{'type': 'section', 'a': {'type': 'mrkdwn'}, **{'type': 'other'}}"

    assert faults(rule, text) == ["type: mrkdwn", "type: section"]
    assert faults(rule, text, "bot/slack/render/blocks.py") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("import time\ntime.monotonic()", ["time.monotonic"]),
        ("from time import time as clock\nclock()", ["time.time"]),
        ("from datetime import datetime\ndatetime.now()", ["datetime.datetime.now"]),
        ("import random\nf(random.random)", ["random.random"]),
        ("import os\nos.urandom(8)", ["os.urandom"]),
        ("import asyncio\nasyncio.sleep(1)", ["asyncio.sleep"]),
        ("import asyncio\ndef f(a, *, b=asyncio.sleep): pass", []),
        ("import time\nclass A:\n clock: Clock = time.monotonic", []),
        ("import time\ndef f(time): time.strftime('')", []),
        ("def f(random, sleep): random(); sleep(1)", []),
    ],
)
def test_clock_and_chance_are_found_but_as_defaults_and_where_they_are_handed_in(
    text, found
):
    rule = rules.clock_and_chance_come_in_as_arguments

    assert faults(rule, text) == found
    assert faults(rule, text, "bot/base.py") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("import asyncio\nawait asyncio.sleep(0.1)", ["asyncio.sleep(0.1)"]),
        ("import time\ntime.sleep(WAIT)", ["time.sleep(WAIT)"]),
        ("from time import sleep as nap\nnap(1)", ["nap(1)"]),
        ("import asyncio\nawait asyncio.sleep(0)", []),
        ("await clock.sleep(5)", []),
        ("await self.time.sleep(5)", []),
        ("async def f(time): await time.sleep(5)", []),
    ],
)
def test_a_sleep_is_found_but_for_others_turns_and_a_clock_of_the_tests(text, found):
    assert faults(rules.no_test_sleeps, text, "tests/bot/test_x.py") == found
    assert faults(rules.no_test_sleeps, text, "tests/trials/test_x.py") == []


def test_a_participle_is_found_wherever_it_is_bound():
    text = "told = 1\nfor said in x: pass\ndef f(given): known.found = told"

    rule = rules.a_local_says_what_kind_of_thing_it_is
    assert faults(rule, text) == ["given", "said", "told"]
