"""The one place that constructs: a bot from its settings and its ports."""

import asyncio
import os
import random
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from bot.access.policy import Gate
from bot.config.kinds import trusted
from bot.dialogue.ask import Person
from bot.errors import SettingsError
from bot.http.server import Server
from bot.i18n import Languages
from bot.journal.journal import Journal
from bot.journal.recents import Recents
from bot.operations.anchoring import Anchoring
from bot.operations.callbacks import Callbacks
from bot.operations.completion import Completion
from bot.operations.delivery import Delivery
from bot.operations.executor import Executor
from bot.operations.facade import Operations
from bot.operations.hearing import Hearing
from bot.operations.homes import Homes
from bot.operations.inspection import files_of
from bot.operations.jobs import Jobs
from bot.operations.readers import Readers
from bot.operations.reception import Reception
from bot.operations.recheck import Recheck
from bot.operations.refusals import Refusals
from bot.operations.rights import Rights
from bot.operations.throttle import throttles
from bot.products import PRODUCTS
from bot.resources.base import Registry
from bot.resources.registry import RESOURCES
from bot.routing.command import Command, check_rules
from bot.routing.pace import Paces
from bot.routing.router import Router
from bot.runtime.tasks import Tasks
from bot.settings import Settings
from bot.slack.directory import SlackDirectory
from bot.slack.inbound import http as slack_http
from bot.slack.inbound.admission import Admission
from bot.slack.inbound.listeners import Listeners
from bot.slack.inbound.sockets import Sockets
from bot.slack.outbound.replies import Replies
from bot.slack.outbound.web import Web
from bot.tencent import explain, webhook
from bot.tencent.client import Account, Client
from bot.tencent.tc3 import Credential

utc_now = partial(datetime.now, UTC)  # the wall clock
SKEW_REFUSED = 240.0  # seconds; Slack and Tencent refuse at 300


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
class Bot:
    """What runs: built by `build`, closed in the reverse order."""

    settings: Settings
    ports: Ports
    journal: Journal
    tasks: Tasks
    operations: Operations
    delivery: Delivery
    callbacks: Callbacks
    hearing: Hearing
    jobs: Jobs
    anchoring: Anchoring
    router: Router
    directory: SlackDirectory
    admission: Admission
    server: Server
    sockets: Sockets | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Base:
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


async def build(
    settings: Settings,
    ports: Ports,
    commands: Mapping[str, Command],
    stack: AsyncExitStack,
    *,
    resources: Registry = RESOURCES,
) -> Bot:
    """Build a bot that answers *commands*; *stack* closes what has to be closed.

    Raises:
        SettingsError: something that the bot cannot do without is missing.
        JournalUnavailable: the journal does not open, so nothing may be started.
    """
    explain.codes()  # a mistake in a text stops the start, not the first look-up
    check_rules(settings.policy, commands)
    base = await _base(settings, ports, resources, stack)
    operations = _operations(base)
    prefix = settings.command_prefix
    router = Router(commands, operations, Paces(settings.pace, ports.monotonic))
    replies = Replies(base.web, now=ports.now, sleep=ports.sleep)
    homes = _homes(base, lambda who: listeners.show_home(who))  # noqa: PLW0108 - made below
    stack.push_async_callback(homes.later.drain, 0)
    parts = (router, replies, base.directory, base.tasks)
    listeners = Listeners(*parts, homes=homes, prefix=prefix)
    token = settings.slack_app_token
    admission = Admission(_unix_time(ports), ports.monotonic)
    sockets = Sockets(listeners, base.web.client, token, admission) if token else None
    if sockets:
        base.directory.people.lines = sockets.lines
    callbacks = _callbacks(base, operations)
    return Bot(
        settings=settings,
        ports=ports,
        journal=base.journal,
        tasks=base.tasks,
        operations=operations,
        delivery=base.delivery,
        callbacks=callbacks,
        hearing=base.hearing,
        jobs=_jobs(base, operations, anchoring := _anchoring(base)),
        anchoring=anchoring,
        router=router,
        directory=base.directory,
        admission=admission,
        server=_server(base, listeners, callbacks, admission, sockets),
        sockets=sockets,
    )


def _homes(base: _Base, show: Callable[[Person], Coroutine[Any, Any, None]]) -> Homes:
    ports = base.ports

    homes = Homes(
        show,
        base.resources,
        base.tasks,
        monotonic=ports.monotonic,
        sleep=ports.sleep,
    )
    base.recents.changed = homes.changed
    return homes


def _callbacks(base: _Base, operations: Operations) -> Callbacks:
    return Callbacks(
        apps=operations.executor.apps,
        journal=base.journal,
        recents=base.recents,
        reception=base.hearing.reception,
        hearing=base.hearing,
        take_up=operations.executor.take_up,
        wake=base.delivery.wake,
        team=lambda: base.directory.team if base.directory.installed else None,
        ops_channel=base.settings.ops_channel,
        now=base.ports.now,
    )


async def open_journal(
    settings: Settings, ports: Ports, resources: Registry = RESOURCES
) -> Journal:
    """Open the journal that *settings* name, made or brought up to date."""
    return await Journal.open(
        settings.database_url.get_secret_value(),
        now=ports.now,
        random_bytes=ports.random_bytes,
        lifecycles=resources.lifecycles,
        seal_key=settings.seal_key,
        audit=files_of(settings),
        monotonic=ports.monotonic,
    )


async def _base(
    settings: Settings, ports: Ports, resources: Registry, stack: AsyncExitStack
) -> _Base:
    token = settings.slack_bot_token
    if token is None:
        raise SettingsError("SLACK_BOT_TOKEN is not set")
    tasks = Tasks()
    trust = trusted(settings.trial_ca)
    slack = ports.slack(token, settings.slack_api_url, trust=trust)
    web = await stack.enter_async_context(slack)
    journal = await open_journal(settings, ports, resources)
    stack.callback(journal.close)
    ports = replace(ports, now=journal.now)  # the clock of all that share the journal
    cloud = ports.cloud(_accounts(settings), now=ports.now, trust=trust)
    client = await stack.enter_async_context(cloud)
    directory = _directory(settings, ports, web, tasks, journal)
    languages = Languages.of(settings.language, settings.channels)
    return _Base(
        settings=settings,
        ports=ports,
        resources=resources,
        tasks=tasks,
        web=web,
        client=client,
        journal=journal,
        recents=Recents(journal.find, ports.monotonic),
        hearing=Hearing(journal, Reception(ports.now, ports.monotonic), ports.now),
        delivery=Delivery(
            journal.outbox,
            web,
            resources,
            now=ports.now,
            monotonic=ports.monotonic,
            sleep=ports.sleep,
            ops_channel=settings.ops_channel,
            readers=Readers(languages, directory.known_locale, settings.ops_channel),
            slots=journal.slots,
        ),
        directory=directory,
        languages=languages,
    )


def _directory(
    settings: Settings, ports: Ports, web: Web, tasks: Tasks, journal: Journal
) -> SlackDirectory:
    groups = {group for rule in settings.policy.rules for group in rule.groups}
    return SlackDirectory(
        web,
        tasks,
        groups=sorted(groups),
        memory=journal.known,
        timer=ports.monotonic,
        sleep=ports.sleep,
    )


def _operations(base: _Base) -> Operations:
    settings, ports = base.settings, base.ports
    gate = Gate(
        settings.policy, base.directory, settings.allow_all, settings.allowed_exits
    )
    completion = Completion(
        journal=base.journal,
        resources=base.resources,
        recents=base.recents,
        wake=base.delivery.wake,
        send_at_once=base.delivery.send_at_once,
        sleep=ports.sleep,
    )
    return Operations(
        settings=settings,
        resources=base.resources,
        journal=base.journal,
        recents=base.recents,
        executor=_executor(base, gate, completion),
        rights=Rights(gate, settings.all_apps, base.resources),
        refusals=Refusals(base.journal.audit.write, ports.now),
        reception=base.hearing.reception,
        languages=base.languages,
        wake=base.delivery.wake,
        now=ports.now,
        random_bytes=ports.random_bytes,
    )


def _executor(base: _Base, gate: Gate, completion: Completion) -> Executor:
    ports, slots = base.ports, base.journal.slots
    time = ports.monotonic, ports.sleep
    requests = base.resources.requests.values()
    apps = {app.name: app for app in base.settings.all_apps}
    return Executor(
        journal=base.journal,
        resources=base.resources,
        client=base.client,
        throttles=throttles(requests, base.settings, *time, slots),
        apps=apps,
        recheck=Recheck(gate=gate, apps=apps, find=base.journal.find),
        completion=completion,
        tasks=base.tasks,
        now=ports.now,
        random=ports.random,
        sleep=ports.sleep,
        monotonic=ports.monotonic,
    )


def _anchoring(base: _Base) -> Anchoring:
    return Anchoring(
        journal=base.journal,
        settings=base.settings,
        wake=base.delivery.wake,
        now=base.ports.now,
    )


def _jobs(base: _Base, operations: Operations, anchoring: Anchoring) -> Jobs:
    return Jobs(
        base.journal,
        base.recents,
        base.hearing,
        resources=base.resources,
        anchoring=anchoring,
        take_up=operations.executor.take_up_left,
        write_refusals=operations.refusals.write_due,
        wake=base.delivery.wake,
        now=base.ports.now,
        sleep=base.ports.sleep,
    )


def _server(
    base: _Base,
    listeners: Listeners,
    callbacks: Callbacks,
    admission: Admission,
    sockets: Sockets | None,
) -> Server:
    """Listen for Slack if it comes by HTTP, and for Tencent if it calls back."""
    settings = base.settings

    async def ready() -> dict[str, bool]:
        connected = await sockets.connected() if sockets else True
        return {
            "journal": await base.journal.writable(),
            "slack": base.directory.identified.is_set() and connected,
            "clock": abs(base.client.skew or 0.0) < SKEW_REFUSED,
        }

    secret = None if sockets else settings.slack_signing_secret
    called_back = bool(settings.all_apps)  # those of an app without a key are counted
    slack, front = [], None
    if secret:
        parts = (listeners, secret, _unix_time(base.ports), admission)
        slack, front = slack_http.routes(*parts), slack_http.raw_commands(*parts)
    tencent = webhook.routes(callbacks.receive) if called_back else []
    return Server(
        routes=[*slack, *tencent],
        ready=ready,
        trusted=settings.trusted_proxies,
        front=front,
    )


def _unix_time(ports: Ports) -> Callable[[], float]:
    return lambda: ports.now().timestamp()


def _accounts(settings: Settings) -> dict[str, Account]:
    accounts: dict[str, Account] = {}
    for product in PRODUCTS:
        account = settings.account(product)
        if account.secret_id and account.secret_key:
            key = Credential(
                account.secret_id.get_secret_value(), account.secret_key, account.token
            )
            trial = settings.trial_ca is not None
            accounts[product] = Account(account.endpoint, key, trial)
    return accounts


def open_cloud(
    settings: Settings, ports: Ports, **more: Any
) -> AbstractAsyncContextManager[Client]:
    """Return a client of Tencent Cloud with the accounts of *settings*."""
    return ports.cloud(_accounts(settings), now=ports.now, **more)
