"""Starts a bot, runs it until it is told to stop, and drains it.

Nothing that grows with the journal stands before the first answer: what a crash left
is taken up, the file is read through, and the audit trail is looked at behind it.

Who owns what runs beside: one event loop has the delivery, the upkeep, the sockets and
what keeps user groups known, each a task of `run` here, and every accepted ask and
intent as a task of `Tasks`, which `drain` waits for. The journal has two threads of its
own (`journal/sqlite/writer.py`): one commits, the other reads what is long; after a
crash a third reads the file through. Nothing else leaves the loop.
"""

import asyncio
import gc
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

import structlog

from bot.config.kinds import trusted
from bot.errors import JournalUnavailable, SettingsError
from bot.http.listener import why_deaf
from bot.http.metrics import Scraped
from bot.http.server import Server
from bot.i18n import _, commands_called
from bot.journal import texts
from bot.journal.journal import Journal
from bot.journal.store import look
from bot.operations.anchoring import Anchoring
from bot.operations.damage import keep_watch, look_through
from bot.operations.delivery import Delivery
from bot.operations.doctor import Check, examine_settings
from bot.operations.exchange import Exchange
from bot.operations.facade import Operations
from bot.operations.gauges import Gauges
from bot.operations.hearing import Hearing
from bot.operations.heartbeat import look_after, show, stay_alive
from bot.operations.jobs import Jobs
from bot.operations.preflight.machine import examine_machine
from bot.operations.preflight.reading import examine_reading
from bot.operations.preflight.slack import Scopes, examine_slack
from bot.operations.recovery import recover
from bot.operations.running import running
from bot.routing.command import Command
from bot.routing.manifest import FEATURES, REQUIRED
from bot.runtime.descriptors import raise_limit
from bot.runtime.steps import Step, take
from bot.runtime.tasks import Tasks, watch_lag
from bot.settings import Reading, Settings
from bot.slack.directory import SlackDirectory
from bot.slack.inbound.sockets import Sockets
from bot.slack.outbound.line import ACK_SECONDS, CLOSE_SECONDS
from bot.slack.outbound.web import Web
from bot.tencent import models

INTRODUCED_SECONDS = 2.0  # that what a crash left waits for Slack
AWAY_SECONDS = 1.0  # until the journal is asked again

# What the steps of a stop may take, in this order: 39 s of the 45 s that a supervisor
# waits (deploy/), of which a balancer has 3 to send nothing more here.
SOCKETS_SECONDS = ACK_SECONDS + CLOSE_SECONDS + 0.5
SERVER_SECONDS = 2.0  # requests get 1
WORK_SECONDS = 18.0  # a stop takes 15 at Tencent, and a start 10
CANCELLED_SECONDS = 1.0  # for what was cancelled then to end
RECORD_SECONDS = 1.0
FLUSH_SECONDS = 3.0  # for notices; another replica or the next run delivers the rest
LAST_ROUND_SECONDS = 6.0  # Slack takes 5 at most
SWITCH_SECONDS = 0.0005  # a thread of the journal gives the lock back at every row
YOUNG = 10_000  # objects before cycles are looked for: most are gone by then

log = structlog.get_logger(__name__)


class Bot(Protocol):
    """What runs, however it was built: `bot.app.Bot`."""

    @property
    def settings(self) -> Settings:
        """Where it listens, and with which token."""

    @property
    def journal(self) -> Journal:
        """What is known, and what was left."""

    @property
    def operations(self) -> Operations:
        """The service, its executor and its clock."""

    @property
    def tasks(self) -> Tasks:
        """What is under way."""

    @property
    def delivery(self) -> Delivery:
        """The way of notices to Slack."""

    @property
    def hearing(self) -> Hearing:
        """Whether callbacks are proven to arrive."""

    @property
    def jobs(self) -> Jobs:
        """What time makes due."""

    @property
    def anchoring(self) -> Anchoring:
        """What keeps the audit trail provable."""

    @property
    def directory(self) -> SlackDirectory:
        """Who the bot is, and who people are."""

    @property
    def server(self) -> Server:
        """The HTTP server."""

    @property
    def gauges(self) -> Gauges:
        """What is counted and measured."""

    @property
    def scraped(self) -> Scraped | None:
        """Where that is read; None where no port is set for it."""

    @property
    def exchange(self) -> Exchange:
        """What exchanges secrets."""

    @property
    def sockets(self) -> Sockets | None:
        """Slack's sockets; None where Slack comes by HTTP."""


async def examine_ahead(
    reading: Reading,
    commands: Mapping[str, Command],
    *,
    slack: Callable[..., AbstractAsyncContextManager[Web]] | None,
    now: Callable[[], datetime],
) -> list[Check]:
    """Return all that can be found out before a start: of settings, here, at Slack.

    *slack* opens a client with a token at a URL, as `bot.app.Ports` has it; without
    one nobody is called.
    """
    settings = reading.settings
    permits = [permit for command in commands.values() for permit in command.permits]
    with commands_called(settings.command_prefix, commands):
        checks = examine_reading(reading, permits) + examine_settings(settings)
        journal = look(settings.database_url.get_secret_value())
        deaf = await why_deaf(settings.places)
        checks += examine_machine(settings, journal, deaf)
        token = settings.slack_bot_token
        if token and slack:
            trust = trusted(settings.trial_ca)
            async with slack(token, settings.slack_api_url, trust=trust) as web:
                scopes = Scopes(REQUIRED, FEATURES)
                checks += await examine_slack(web, settings, scopes, now())
        return checks


async def run(bot: Bot) -> int:
    """Run *bot* until it is told to stop; return the exit code."""
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.set_threshold(YOUNG)
    raise_limit()
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stopped.set)
    listen_to_hangup(lambda: _exchange_later(bot))
    await begin(bot)
    beginning = {  # which begin what was not asked for, and so end first
        asyncio.create_task(work)
        for work in (
            stopped.wait(),
            upkeep(bot),
            bot.directory.renew(),
            _listen_to_slack(bot),
        )
    }
    serving = {
        asyncio.create_task(work)
        for work in (
            bot.delivery.run(),
            watch_lag(loop.time, observe=bot.gauges.metrics.lag.observe),
        )
    }
    done, _others = await asyncio.wait(
        beginning | serving, return_when=asyncio.FIRST_COMPLETED
    )
    for task in beginning:
        task.cancel()
    loop.remove_signal_handler(signal.SIGINT)  # who presses Ctrl-C again waits no more
    await drain(bot)
    for task in serving:
        task.cancel()
    for task in done:
        task.result()  # what ended it, if it was an error
    return 0 if stopped.is_set() else 1


def listen_to_hangup(heard: Callable[[], None]) -> None:
    """Call *heard* at each SIGHUP, and for one that was held back while it started."""
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, heard)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGHUP})


def _exchange_later(bot: Bot) -> None:
    bot.tasks.spawn(bot.exchange.again(), name="exchange secrets")


async def begin(bot: Bot) -> int:
    """Listen; return the port.

    None of it needs Slack: while Slack is away, Tencent's callbacks are received, and
    a stop is taken, or carried on, in the workspace that Slack named last.

    Raises:
        SettingsError: nobody can listen there.
    """
    await bot.directory.recall(_token(bot))
    await show(bot.operations.executor)
    port = await bot.server.listen(bot.settings.own_place)
    log.info("bot.listening", port=port)
    if bot.scraped:
        await bot.scraped.start()
    return port


async def upkeep(bot: Bot) -> None:
    """Take up what a crash left, then do for ever what time makes due.

    Slack is asked first who the bot is, but not waited for long. Where several share
    the journal, each shows that it is alive, and looks after what others leave.
    """
    executor = bot.operations.executor
    async with asyncio.TaskGroup() as together:
        rooms, pushes = bot.operations.rooms, bot.operations.pushes
        for work in (stay_alive(executor), rooms.run(), pushes.run()):
            together.create_task(work)
        await _introduced(bot)
        watch = keep_watch(executor, bot.delivery, bot.delivery.readers.ops(""))
        made = texts.make(bot.journal.dialect, executor.sleep)
        for work in (_look_through(bot), watch, made, models.build(executor.sleep)):
            together.create_task(work)
        while not await take_up(bot):
            await executor.sleep(AWAY_SECONDS)
        together.create_task(look_after(executor))
        await bot.jobs.run()


async def take_up(bot: Bot) -> bool:
    """Take up what a crash left; False if the journal is away, so once more then."""
    try:
        await recover(bot.operations.executor, bot.hearing, bot.operations.now())
    except JournalUnavailable as error:
        log.critical("recovery.waits", why=str(error))
        return False
    await bot.anchoring.begin()  # reads the trail, and no stop should wait for that
    return True


async def greet(bot: Bot) -> None:
    """Find out from Slack who the bot is, however long Slack is away; then listen.

    Where the run before knew it, sockets are listened to meanwhile.

    Raises:
        SettingsError: Slack does not take a token, or it lacks what everything needs.
    """
    identifying = asyncio.ensure_future(_identify(bot))
    if not bot.directory.installed:
        await identifying
    connecting = asyncio.ensure_future(_connect(bot))
    try:
        await identifying
        await connecting
    finally:
        identifying.cancel()
        connecting.cancel()
    log.info("bot.ready", boot=bot.journal.boot, sockets=bot.sockets is not None)


async def _identify(bot: Bot) -> None:
    await bot.directory.identify(_token(bot))
    if bot.directory.scopes is not None:
        _examine(bot.directory.scopes)


async def _connect(bot: Bot) -> None:
    app_token = bot.settings.slack_app_token
    if bot.sockets and app_token:
        await bot.directory.ensure_sockets(app_token)
    if bot.sockets:
        await bot.sockets.start()


def _examine(scopes: frozenset[str]) -> None:
    """Say what the *scopes* of the token leave out.

    Raises:
        SettingsError: something that everything needs.
    """
    if missing := ", ".join(sorted(REQUIRED - scopes)):
        raise SettingsError(
            f"SLACK_BOT_TOKEN: it lacks {missing}; add that under OAuth & Permissions, "
            "in the settings of the app, and install it again"
        )
    for scope, feature in FEATURES.items():
        if scope not in scopes:
            log.warning("scope.missing", scope=scope, off=feature)


async def drain(bot: Bot) -> None:
    """Take nothing new, finish what is under way, bring its letters, then let go.

    What is not done by then stands in the journal, for another replica or the next
    run. From the first moment on `/readyz` says that nothing more should come.
    """
    bot.server.leave()
    await take(_last_steps(bot), JournalUnavailable)


def _last_steps(bot: Bot) -> list[Step]:
    work, record = WORK_SECONDS + CANCELLED_SECONDS, RECORD_SECONDS
    steps = [
        Step("server", SERVER_SECONDS, bot.server.close),
        Step("work", work, lambda: _finish(bot)),
        Step("refusals", record, bot.operations.refusals.write_all),
        Step("rooms", record, bot.operations.rooms.leave),
        Step("life", record, bot.journal.life.leave),  # others take up what is left
        Step("notices", FLUSH_SECONDS + 0.5, lambda: _flush(bot)),
        Step("last notices", LAST_ROUND_SECONDS, bot.delivery.stop),
        Step("audit", record, bot.anchoring.end),
    ]
    if bot.sockets:
        steps.insert(0, Step("sockets", SOCKETS_SECONDS, bot.sockets.close))
    if bot.scraped:
        steps.append(Step("metrics", record, bot.scraped.close))
    return steps


async def _finish(bot: Bot) -> None:
    log.info("bot.drained", late=await bot.tasks.drain(WORK_SECONDS))


async def _flush(bot: Bot) -> None:
    undelivered = await bot.delivery.flush(FLUSH_SECONDS)
    log.info("bot.flushed", undelivered=undelivered)


async def _introduced(bot: Bot) -> None:
    """Wait until Slack has said who the bot is, but not for long."""
    waits = (
        bot.directory.identified.wait(),
        bot.operations.executor.sleep(INTRODUCED_SECONDS),
    )
    tasks = [asyncio.ensure_future(one) for one in waits]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()


async def _look_through(bot: Bot) -> None:
    """Read the journal's file through; whatever breaks, the bot goes on serving."""
    ops_channel, now = bot.delivery.readers.ops(""), bot.operations.now()
    try:
        await look_through(bot.journal, bot.delivery, ops_channel=ops_channel, now=now)
    except Exception:
        log.exception("journal.not-read-through")


def _token(bot: Bot) -> str:
    token = bot.settings.slack_bot_token
    return token.get_secret_value() if token else ""


async def announce(bot: Bot) -> None:
    """Say to whoever started it that it is connected, beside the log."""
    team, name = bot.directory.called
    text = _("Connected to {workspace} as @{name}; {running}.")
    there = await running(bot.operations, bot.directory)
    what = ", ".join(there) or _("nothing runs")
    sys.stdout.write(text.format(workspace=team, name=name, running=what) + "\n")
    sys.stdout.flush()


async def _listen_to_slack(bot: Bot) -> None:
    """Listen to Slack; over sockets, return when nothing comes any more."""
    await greet(bot)
    await announce(bot)
    if bot.sockets:
        await bot.sockets.watch()
    else:
        await asyncio.Event().wait()
