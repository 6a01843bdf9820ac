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
from bot.journal.model import Intent
from bot.journal.recents import Recents
from bot.operations.ahead import Ahead
from bot.operations.alerts import AlertRound
from bot.operations.approving import Approving
from bot.operations.behalf import Behalf
from bot.operations.callbacks import Callbacks
from bot.operations.delivery import Delivery
from bot.operations.emptiness import Emptiness
from bot.operations.exchange import Exchange
from bot.operations.gauges import Gauges, Others
from bot.operations.hearing import Hearing
from bot.operations.leaving import Leaving
from bot.operations.looks import Looks
from bot.operations.pushes import Pushes, still_alarms
from bot.operations.readiness import Readiness, no_beat
from bot.operations.rooms import Rooms
from bot.operations.throttle import Throttles, named
from bot.operations.timers import TimerRound
from bot.resources.kinds import Registry
from bot.runtime.metrics import Metrics
from bot.runtime.secret import Current
from bot.runtime.tasks import Tasks
from bot.settings import App, Reading, Settings, read
from bot.slack.directory import SlackDirectory
from bot.slack.inbound.admission import Admission
from bot.slack.inbound.sockets import Sockets
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
    settings: Callable[[], Reading] = read  # again, where a secret is exchanged
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


# ── what Tencent tells ────────────────────────────────────────────────────────────


def rooms_of(journal: Journal, ports: Ports) -> Rooms:
    """Return what keeps what is heard of rooms; *ports* go by the journal's clock."""
    return Rooms(
        rows=journal.rooms,
        now=ports.now,
        monotonic=ports.monotonic,
        sleep=ports.sleep,
    )


def pushes_of(base: Base, throttles: Throttles) -> Pushes:
    """Return what asks Tencent's CDN about the relays of the bot of *base*."""
    key = base.settings.account("live")

    def changed(relay: Intent) -> None:
        base.recents.invalidate(relay)
        base.delivery.wake()

    return Pushes(
        rows=base.journal.pushes,
        looks=Looks(client=base.client, throttles=throttles),
        settings=base.settings.live,
        account=named(key.secret_id) if key.endpoint and key.complete else "",
        now=base.ports.now,
        sleep=base.ports.sleep,
        changed=changed,
        also=still_alarms(base.delivery.readers.alerts),
    )


def callbacks_of(base: Base, operations: Approving) -> Callbacks:
    """Return what receives Tencent's callbacks for *operations*."""
    return Callbacks(
        apps=operations.executor.apps,
        journal=base.journal,
        recents=base.recents,
        reception=base.hearing.reception,
        hearing=base.hearing,
        rooms=operations.rooms,
        take_up=operations.takeover.go_on,
        wake=base.delivery.wake,
        team=lambda: base.directory.team if base.directory.installed else None,
        ops_channel=base.delivery.readers.ops,
        now=base.ports.now,
    )


# ── how it is operated ────────────────────────────────────────────────────────────


def readiness_of(base: Base, sockets: Sockets | None) -> Readiness:
    """Return what says whether the bot of *base* is ready."""
    return Readiness(
        journal=base.journal,
        directory=base.directory,
        client=base.client,
        sockets=sockets,
        heartbeat=heartbeat_of(base.journal),
    )


def gauges_of(base: Base, readiness: Readiness, admission: Admission) -> Gauges:
    """Return what is asked for the numbers of the bot of *base*."""
    return Gauges(
        metrics=base.metrics,
        journal=base.journal,
        readiness=readiness,
        hearing=base.hearing,
        admission=admission,
        apps=base.settings.all_apps,
        tasks=base.tasks,
        now=base.ports.now,
        others=Others(
            heartbeat=heartbeat_of(base.journal),
            reruns=lambda: base.journal.maintenance.reruns,
            shared=base.journal.life.shared,
        ),
    )


def heartbeat_of(journal: Journal) -> Callable[[], float | None]:
    """Return what tells the age of the last heartbeat, where the journal has one."""
    return journal.life.age if journal.life.shared else no_beat


def signing_of(settings: Settings) -> Current | None:
    """Return Slack's signing secret if Slack comes by HTTP."""
    secret = settings.slack_signing_secret
    return Current(secret) if secret and not settings.slack_app_token else None


def timers_of(base: Base, behalf: Behalf) -> TimerRound:
    """Return what looks at the timers of the bot of *base*, and stops by *behalf*."""
    return TimerRound(
        journal=base.journal,
        recents=base.recents,
        resources=base.resources,
        behalf=behalf,
        ahead=Ahead(web=base.web, readers=base.delivery.readers),
        nag_after_hours=base.settings.policy.nag_after_hours,
        wake=base.delivery.wake,
        now=base.ports.now,
    )


def leaving_of(base: Base) -> Leaving:
    """Return what tells of workspaces that the bot of *base* is no more in."""
    return Leaving(
        journal=base.journal,
        resources=base.resources,
        wake=base.delivery.wake,
        now=base.ports.now,
    )


def alerts_round_of(base: Base, rooms: Rooms) -> AlertRound:
    """Return what looks at the outages of the bot of *base*, which hears of *rooms*."""
    return AlertRound(
        journal=base.journal,
        rooms=rooms,
        emptiness=Emptiness(base.journal, base.ports.now, base.ports.now()),
        alerts=base.delivery.readers.alerts,
        wake=base.delivery.wake,
        now=base.ports.now,
    )


def exchange_of(
    base: Base,
    apps: dict[str, App],
    signing: Current | None,
    sockets: Sockets | None,
) -> Exchange:
    """Return what exchanges the secrets of the bot of *base*; *apps* are in use."""
    return Exchange(
        settings=base.settings,
        read=base.ports.settings,
        web=base.web,
        directory=base.directory,
        client=base.client,
        apps=apps,
        signing=signing,
        sockets=sockets,
    )
