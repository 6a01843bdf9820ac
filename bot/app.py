"""Builds everything once, hands it in, starts it and drains it."""

import asyncio
import os
import random
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from bot.access.policy import Gate
from bot.errors import JournalUnavailable, SettingsError
from bot.http.server import Server
from bot.journal.journal import Journal
from bot.journal.recents import Recents
from bot.operations.callbacks import Callbacks
from bot.operations.completion import Completion
from bot.operations.delivery import Delivery
from bot.operations.executor import Executor
from bot.operations.jobs import Jobs
from bot.operations.recovery import recover
from bot.operations.service import Service
from bot.routing.command import Command
from bot.routing.router import Router
from bot.runtime.tasks import Tasks, watch_lag
from bot.settings import PRODUCTS, Settings
from bot.slack.directory import SlackDirectory
from bot.slack.inbound import http as slack_http
from bot.slack.inbound.listeners import Listeners
from bot.slack.inbound.sockets import Sockets
from bot.slack.outbound.replies import Replies
from bot.slack.outbound.web import Web
from bot.tencent import explain, webhook
from bot.tencent.client import Account, Client
from bot.tencent.models import REQUESTS
from bot.tencent.pacer import Pacer
from bot.tencent.tc3 import Credential

DRAIN_SECONDS = 20.0  # for work in flight, after the listeners have closed
LAST_ROUND_SECONDS = 6.0  # Slack takes 5 at most
FLUSH_SECONDS = 4.0  # for letters after that; the next life delivers the rest

SKEW_REFUSED = 240.0  # seconds; Slack and Tencent refuse at 300
SWITCH_SECONDS = 0.0005  # the writer thread gives the lock back every row it reads

log = structlog.get_logger(__name__)


def now() -> datetime:
    """Return the time of the wall clock, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What runs: built by `build`, closed in the reverse order."""

    journal: Journal
    tasks: Tasks
    executor: Executor
    delivery: Delivery
    server: Server
    sockets: Sockets | None
    jobs: Jobs
    people: SlackDirectory


async def run(settings: Settings, commands: Mapping[str, Command]) -> int:
    """Run the bot until it is told to stop; return the exit code.

    Raises:
        SettingsError: something that the bot cannot do without is missing.
        JournalUnavailable: the journal does not open, so nothing may be started.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    async with AsyncExitStack() as stack:
        parts = await build(settings, commands, stack)
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(sign, stopped.set)
        await begin(parts, settings)
        waiting = {
            asyncio.create_task(work)
            for work in (
                stopped.wait(),
                parts.delivery.run(),
                parts.jobs.run(),
                watch_lag(loop.time),
                _hear_slack(parts, settings),
            )
        }
        done, _others = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        await _drain(parts)
        for task in waiting:
            task.cancel()
        for task in done:
            task.result()  # what ended it, if it was an error
        return 0 if stopped.is_set() else 1


async def begin(parts: Parts, settings: Settings) -> int:
    """Listen, then take up what a crash left; return the port.

    None of it needs Slack: while Slack is away, Tencent's callbacks are heard, and a
    stop that was under way is carried on.
    """
    port = await parts.server.start(settings.host, settings.port)
    log.info("bot.listening", port=port)
    await recover(parts.executor, now())
    return port


async def greet(parts: Parts, settings: Settings) -> None:
    """Find out from Slack who the bot is, however long Slack is away; then hear it.

    Raises:
        SettingsError: Slack does not know the token.
    """
    token = settings.slack_bot_token
    await parts.people.identify(token.get_secret_value() if token else "")
    if parts.sockets:
        await parts.sockets.start()
    log.info("bot.ready", sockets=parts.sockets is not None)


async def _hear_slack(parts: Parts, settings: Settings) -> None:
    """Hear what comes from Slack; over sockets, return when nothing does any more."""
    await greet(parts, settings)
    if parts.sockets:
        await parts.sockets.watch()
    else:
        await asyncio.Event().wait()


async def build(
    settings: Settings, commands: Mapping[str, Command], stack: AsyncExitStack
) -> Parts:
    """Build everything; *stack* closes what has to be closed."""
    token = settings.slack_bot_token
    if token is None:
        raise SettingsError("SLACK_BOT_TOKEN is not set")
    explain.codes()  # a mistake in a text stops the start, not the first look-up
    tasks = Tasks()
    web = await stack.enter_async_context(Web(token, settings.slack_api_url))
    client = await stack.enter_async_context(Client(_accounts(settings), now=now))
    journal = await open_journal(settings)
    stack.callback(journal.close)
    groups = {group for rule in settings.policy.rules for group in rule.groups}
    people = SlackDirectory(web, tasks, groups=sorted(groups))
    delivery = Delivery(journal.outbox, web, now=now, ops_channel=settings.ops_channel)
    service = _service(settings, journal, client, people, tasks, delivery)
    router, prefix = Router(commands, service), settings.command_prefix
    listeners = Listeners(router, Replies(web), people, tasks, prefix=prefix)
    app_token = settings.slack_app_token
    sockets = Sockets(listeners, web.client, app_token) if app_token else None

    async def ready() -> dict[str, bool]:
        heard = await sockets.connected() if sockets else True
        return {
            "journal": await journal.writable(),
            "slack": people.identified.is_set() and heard,
            "clock": abs(client.skew or 0.0) < SKEW_REFUSED,
        }

    server = _server(settings, listeners, ready, service, delivery)
    jobs = Jobs(journal, service.recents, ring=delivery.ring, now=now)
    return Parts(
        journal=journal,
        tasks=tasks,
        executor=service.executor,
        delivery=delivery,
        server=server,
        sockets=sockets,
        jobs=jobs,
        people=people,
    )


def _server(
    settings: Settings,
    listeners: Listeners,
    ready: Callable[[], Awaitable[Mapping[str, bool]]],
    service: Service,
    delivery: Delivery,
) -> Server:
    """Listen for Slack if it comes by HTTP, and for Tencent if it calls back."""
    secret = None if settings.slack_app_token else settings.slack_signing_secret
    called_back = any(app.callback_key for app in settings.all_apps)
    callbacks = Callbacks(
        apps=service.executor.apps,
        journal=service.journal,
        recents=service.recents,
        ring=delivery.ring,
    )
    slack = slack_http.routes(listeners, secret, time.time) if secret else []
    tencent = webhook.routes(callbacks.hear) if called_back else []
    return Server(routes=[*slack, *tencent], ready=ready)


async def open_journal(settings: Settings) -> Journal:
    """Open the journal that *settings* name, made or brought up to date."""
    return await Journal.open(
        settings.database_url.get_secret_value(),
        now=now,
        random_bytes=os.urandom,
        seal_key=settings.seal_key,
    )


def _service(
    settings: Settings,
    journal: Journal,
    client: Client,
    people: SlackDirectory,
    tasks: Tasks,
    delivery: Delivery,
) -> Service:
    gate = Gate(settings.policy, people, settings.allow_all)
    recents = Recents(journal)
    completion = Completion(
        journal=journal,
        recents=recents,
        ring=delivery.ring,
        tell_at_once=delivery.tell_at_once,
        sleep=asyncio.sleep,
    )
    executor = _executor(settings, journal, client, gate, tasks, completion)
    return Service(
        settings=settings,
        journal=journal,
        recents=recents,
        executor=executor,
        gate=gate,
        ring=delivery.ring,
        now=now,
        random_bytes=os.urandom,
    )


def _executor(
    settings: Settings,
    journal: Journal,
    client: Client,
    gate: Gate,
    tasks: Tasks,
    completion: Completion,
) -> Executor:
    monotonic = asyncio.get_running_loop().time
    return Executor(
        journal=journal,
        client=client,
        pacers={
            action: Pacer(request.rate, monotonic=monotonic)
            for action, request in REQUESTS.items()
        },
        apps={app.name: app for app in settings.all_apps},
        gate=gate,
        completion=completion,
        tasks=tasks,
        boot=os.urandom(8).hex(),
        now=now,
        random=random.random,
        sleep=asyncio.sleep,
        monotonic=monotonic,
    )


async def _drain(parts: Parts) -> None:
    """Take nothing new, finish what is under way, then let go."""
    if parts.sockets:
        await parts.sockets.close()
    await parts.server.close()
    late = await parts.tasks.drain(DRAIN_SECONDS)
    try:
        untold = await parts.delivery.flush(FLUSH_SECONDS)
    except JournalUnavailable as error:
        log.critical("bot.unflushed", why=str(error))
    else:
        log.info("bot.drained", late=late, untold=untold)
    with suppress(TimeoutError):
        async with asyncio.timeout(LAST_ROUND_SECONDS):
            await parts.delivery.stop()


def _accounts(settings: Settings) -> dict[str, Account]:
    accounts: dict[str, Account] = {}
    for product in PRODUCTS:
        account = settings.account(product)
        if account.secret_id and account.secret_key:
            key = Credential(
                account.secret_id.get_secret_value(), account.secret_key, account.token
            )
            accounts[product] = Account(account.endpoint, key)
    return accounts
