"""What a bot takes from outside, and what everything else of it stands on."""

import asyncio
import os
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from bot.i18n import Languages
from bot.journal.journal import Journal
from bot.journal.recents import Recents
from bot.operations.delivery import Delivery
from bot.operations.hearing import Hearing
from bot.resources.base import Registry
from bot.runtime.metrics import Metrics
from bot.runtime.tasks import Tasks
from bot.settings import Settings
from bot.slack.directory import SlackDirectory
from bot.slack.outbound.web import Web
from bot.tencent.client import Client

utc_now = partial(datetime.now, UTC)  # the wall clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What a bot takes from outside: the time, waiting, chance, and HTTP.

    *slack* opens a client of the Web API with a token at a URL, *cloud* one of Tencent
    Cloud with the accounts of the products; both are told whom to `trust`.
    """

    now: Callable[[], datetime] = utc_now
    monotonic: Callable[[], float] = time.monotonic  # seconds
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    random: Callable[[], float] = random.random
    random_bytes: Callable[[int], bytes] = os.urandom
    slack: Callable[..., AbstractAsyncContextManager[Web]] = Web
    cloud: Callable[..., AbstractAsyncContextManager[Client]] = Client


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """What everything else stands on."""

    settings: Settings
    ports: Ports
    resources: Registry
    tasks: Tasks
    web: Web
    client: Client
    journal: Journal
    recents: Recents
    hearing: Hearing
    delivery: Delivery
    directory: SlackDirectory
    languages: Languages
    metrics: Metrics
