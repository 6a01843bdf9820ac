"""The one place that constructs: a bot from its settings and its ports."""

from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from bot.access.policy import Gate
from bot.base import Base as _Base
from bot.base import (
    Ports,
    alerts_round_of,
    callbacks_of,
    exchange_of,
    gauges_of,
    leaving_of,
    pushes_of,
    readiness_of,
    rooms_of,
    signing_of,
    timers_of,
    utc_now,
)
from bot.config.kinds import trusted
from bot.dialogue.ask import Person
from bot.errors import SettingsError
from bot.http.metrics import Scraped, scraped
from bot.http.server import Closing, Server
from bot.i18n import Languages, commands_called
from bot.journal.journal import Journal
from bot.journal.recents import Recents
from bot.operations.accounts import accounts_of
from bot.operations.anchoring import Anchoring
from bot.operations.approving import Approving
from bot.operations.callbacks import Callbacks
from bot.operations.completion import Completion
from bot.operations.delivery import Delivery
from bot.operations.exchange import Exchange
from bot.operations.executor import Executor
from bot.operations.gauges import Gauges, metrics_of
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
from bot.resources.kinds import Registry
from bot.resources.registry import RESOURCES
from bot.routing.command import Command, check_rules
from bot.routing.pace import Paces
from bot.routing.router import Router
from bot.runtime.metrics import Metrics
from bot.runtime.secret import Current
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
from bot.tencent.client import Client

__all__ = ["Bot", "Ports", "build", "open_cloud", "opened_journal", "utc_now"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """What runs: built by `build`, closed in the reverse order."""

    settings: Settings
    ports: Ports
    journal: Journal
    tasks: Tasks
    operations: Approving
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
    gauges: Gauges
    scraped: Scraped | None
    exchange: Exchange


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
    stack.enter_context(commands_called(settings.command_prefix, commands))
    subcommands = {one.name: one.subcommands for one in commands.values()}
    metrics = metrics_of(subcommands, resources, ports.monotonic)
    base = await _base(settings, ports, resources, stack, metrics)
    operations = _operations(base)
    paces = Paces(settings.pace, ports.monotonic)
    router = Router(commands, operations, paces, metrics.answering)
    replies = Replies(base.web, now=ports.now, sleep=ports.sleep)
    homes = _homes(base, lambda who: listeners.show_home(who))  # noqa: PLW0108 - made below
    stack.push_async_callback(homes.later.drain, 0)
    parts = (router, replies, base.directory, base.tasks)
    listeners = Listeners(*parts, homes=homes, prefix=settings.command_prefix)
    admission = Admission(_unix_time(ports), ports.monotonic, acking=metrics.acking)
    sockets = _sockets(base, listeners, admission)
    callbacks = callbacks_of(base, operations)
    signing = signing_of(settings)
    gauges = gauges_of(base, readiness_of(base, sockets), admission)
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
        server=_server(base, listeners, callbacks, admission, gauges, signing),
        sockets=sockets,
        gauges=gauges,
        exchange=exchange_of(base, operations.executor.apps, signing, sockets),
        scraped=scraped(gauges, settings.metrics_place),
    )


def _sockets(base: _Base, listeners: Listeners, admission: Admission) -> Sockets | None:
    token = base.settings.slack_app_token
    if token is None:
        return None
    sockets = Sockets(listeners, base.web.client, token, admission)
    base.directory.people.lines = sockets.lines
    return sockets


def _homes(base: _Base, show: Callable[[Person], Coroutine[Any, Any, None]]) -> Homes:
    ports = base.ports
    homes = Homes(
        show, base.resources, base.tasks, monotonic=ports.monotonic, sleep=ports.sleep
    )
    base.recents.changed = homes.changed
    return homes


async def open_journal(
    settings: Settings,
    ports: Ports,
    resources: Registry = RESOURCES,
    *,
    restored: bool = False,
) -> Journal:
    """Open the journal that *settings* name, made or brought up to date.

    A backup is opened only if it is *restored*.
    """
    return await Journal.open(
        settings.database_url.get_secret_value(),
        now=ports.now,
        random_bytes=ports.random_bytes,
        lifecycles=resources.lifecycles,
        seal_key=settings.seal_keys,
        audit=files_of(settings),
        monotonic=ports.monotonic,
        restored=restored,
    )


@asynccontextmanager
async def opened_journal(
    settings: Settings, ports: Ports, *, restored: bool = False
) -> AsyncIterator[Journal]:
    """Open the journal for a command; at the end nobody misses this run's life.

    Raises:
        JournalUnavailable: it does not open, or others miss this run for a minute.
    """
    journal = await open_journal(settings, ports, restored=restored)
    try:
        try:
            yield journal
        finally:
            await journal.life.leave()
    finally:
        journal.close()


async def _base(
    settings: Settings,
    ports: Ports,
    resources: Registry,
    stack: AsyncExitStack,
    metrics: Metrics,
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
    cloud = ports.cloud(accounts_of(settings), now=ports.now, trust=trust)
    client = await stack.enter_async_context(cloud)
    web.counted, client.counted = metrics.posted, metrics.called
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
            readers=Readers.of(settings, languages, directory),
            slots=journal.slots,
        ),
        directory=directory,
        languages=languages,
        metrics=metrics,
    )


def _directory(
    settings: Settings, ports: Ports, web: Web, tasks: Tasks, journal: Journal
) -> SlackDirectory:
    groups_in = settings.policy.groups_in
    return SlackDirectory(
        web,
        tasks,
        groups=sorted(group for _team, group in groups_in(())),
        groups_in=groups_in,
        workspaces=[one.team for one in settings.workspaces],
        memory=journal.known,
        timer=ports.monotonic,
        sleep=ports.sleep,
    )


def _operations(base: _Base) -> Approving:
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
        counted=base.metrics.settled,
    )
    executor = _executor(base, gate, completion)
    base.directory.left = leaving_of(base).tell
    return Approving(
        settings=settings,
        resources=base.resources,
        journal=base.journal,
        recents=base.recents,
        executor=executor,
        rights=Rights(gate, settings.all_apps, base.resources),
        refusals=Refusals(base.journal.audit.write, ports.now),
        reception=base.hearing.reception,
        rooms=(rooms := rooms_of(base.journal, ports)),
        alert_round=alerts_round_of(base, rooms),
        pushes=pushes_of(base, executor.throttles),
        languages=base.languages,
        wake=base.delivery.wake,
        now=ports.now,
        random_bytes=ports.random_bytes,
    )


def _executor(base: _Base, gate: Gate, completion: Completion) -> Executor:
    ports, slots = base.ports, base.journal.slots
    time = ports.monotonic, ports.sleep
    requests = base.resources.all_requests
    apps = {app.name: app for app in base.settings.all_apps}
    return Executor(
        journal=base.journal,
        resources=base.resources,
        client=base.client,
        throttles=throttles(requests, base.settings, *time, slots, base.metrics.waited),
        apps=apps,
        recheck=Recheck.of(gate, apps, base.journal),
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
        ops_channel=base.delivery.readers.ops(""),
        wake=base.delivery.wake,
        now=base.ports.now,
    )


def _jobs(base: _Base, operations: Approving, anchoring: Anchoring) -> Jobs:
    return Jobs(
        base.journal,
        base.recents,
        base.hearing,
        resources=base.resources,
        anchoring=anchoring,
        take_up=operations.takeover.go_on_left,
        write_refusals=operations.refusals.write_due,
        run_timers=timers_of(base, operations.behalf).run_due,
        run_alerts=operations.alert_round.run_due,
        wake=base.delivery.wake,
        now=base.ports.now,
        sleep=base.ports.sleep,
    )


def _server(
    base: _Base,
    listeners: Listeners,
    callbacks: Callbacks,
    admission: Admission,
    gauges: Gauges,
    signing: Current | None,
) -> Server:
    """Listen for Slack if it comes by HTTP, and for Tencent if there are apps."""
    settings = base.settings
    slack, fronts = [], list[Closing]()
    if signing:
        parts = (listeners, signing, _unix_time(base.ports), admission)
        slack = slack_http.routes(*parts)
        fronts += [slack_http.raw_commands(*parts)]
    tencent = []
    if settings.all_apps:
        tencent = webhook.routes(callbacks.receive)
        fronts += [
            webhook.PlainCallbacks(callbacks.take_at_once, base.metrics.answered)
        ]
    server = Server(
        routes=[*slack, *tencent],
        ready=gauges.readiness,
        trusted=settings.trusted_proxies,
        fronts=fronts,
    )
    server.answered = base.metrics.answered
    return server


def _unix_time(ports: Ports) -> Callable[[], float]:
    return lambda: ports.now().timestamp()


def open_cloud(
    settings: Settings, ports: Ports, **more: Any
) -> AbstractAsyncContextManager[Client]:
    """Return a client of Tencent Cloud with the accounts of *settings*."""
    return ports.cloud(accounts_of(settings), now=ports.now, **more)
