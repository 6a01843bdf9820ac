"""Runs a trial: level by level, each announced with what it costs before it begins."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path

from pydantic import SecretStr

from bot.access.limits import host_of
from bot.config.kinds import is_server, trusted
from bot.errors import SettingsError
from bot.i18n import _
from bot.journal.sqlite.writer import sqlite_file
from bot.journal.trail import REPLICAS
from bot.live.car_reads import read_car
from bot.live.cloud_reads import read_cloud, read_own_address
from bot.live.ending import resume
from bot.live.ledger import claimed
from bot.live.posting import post
from bot.live.recorder import Recorder
from bot.live.relaying import relay
from bot.live.report import Report
from bot.live.slack_reads import read_slack
from bot.live.trial import Ports, Trial, Wishes
from bot.operations.reception import addressed
from bot.runtime.redact import secrets_in
from bot.settings import Settings, secrets_of
from bot.slack.outbound.web import Web
from bot.slack.outbound.witness import witness

INTERRUPTED = 130  # exit code


async def run(settings: Settings, wishes: Wishes, ports: Ports) -> int:
    """Do what *wishes* say; return the exit code.

    Raises:
        SettingsError: the folder of the journal cannot be used, or is in use.
    """
    try:
        async with _trial(settings, wishes, ports) as trial:
            with _interruptible(trial.report):
                try:
                    await _levels(trial)
                except asyncio.CancelledError:
                    return INTERRUPTED
            _close(trial)
            return trial.report.code
    except OSError as error:
        raise SettingsError(str(error)) from None


@asynccontextmanager
async def _trial(
    settings: Settings, wishes: Wishes, ports: Ports
) -> AsyncIterator[Trial]:
    folder, trust = _folder(settings), trusted(settings.trial_ca)
    async with AsyncExitStack() as stack:
        ledger = stack.enter_context(claimed(folder))
        recorder = Recorder(folder, ports.now, _secrets(settings, wishes))
        stack.callback(recorder.close)
        traces = [witness(recorder.saw)]

        async def web(token: SecretStr) -> Web:
            slack = ports.slack(token, settings.slack_api_url, trust, traces)
            return await stack.enter_async_context(slack)

        token = settings.slack_bot_token
        cloud = ports.cloud(trust=trust, saw=recorder.saw)
        yield Trial(
            settings=settings,
            wishes=wishes,
            ports=ports,
            report=Report(ports.write, recorder.hide),
            recorder=recorder,
            ledger=ledger,
            web=await web(token) if token else None,
            judge=await web(SecretStr("")),
            client=await stack.enter_async_context(cloud),
            trust=trust,
        )


async def _levels(trial: Trial) -> None:
    wishes, report = trial.wishes, trial.report
    if wishes.resume:
        report.say(_("Stops and deletes what an earlier run left; starts nothing."))
        await resume(trial)
        return
    if trial.ledger.left():
        fix = _("Run doctor --live --resume.")
        report.add(_("An earlier run has left something behind"), well=None, fix=fix)
    report.say(
        _("Level 1 of 3: free, reads only, some 20 s. One socket is open for a moment.")
    )
    slack = await read_slack(trial)
    apps = await read_cloud(trial)
    await read_car(trial)
    await read_own_address(trial)
    if wishes.channel:
        await _post(trial, slack=slack)
    if wishes.app:
        app = addressed(trial.settings.all_apps, wishes.app)
        await _relay(trial, taken=app is None or app.name in apps)


async def _post(trial: Trial, *, slack: bool) -> None:
    text = _(
        "Level 2 of 3: free. Writes six messages, to {channel} and to whom --as names, "
        "and deletes them; an ephemeral one goes when Slack is loaded again."
    )
    trial.report.say(text.format(channel=trial.wishes.channel))
    if slack:
        await post(trial)
    else:
        trial.report.add(_("Left out: Slack does not take the token"), well=None)


async def _relay(trial: Trial, *, taken: bool) -> None:
    text = _(
        "Level 3 of 3: costs cents. One relay, sound alone, from an empty room to "
        "{host}; it is stopped at once, and else ends by itself after 5 s."
    )
    trial.report.say(text.format(host=host_of(trial.wishes.push) or "-"))
    if not trial.wishes.yes:
        fix = _("Say --yes to start it.")
        trial.report.add(_("Not started"), well=None, fix=fix)
    elif not taken:
        trial.report.add(_("Left out: Tencent does not take the app"), well=None)
    else:
        await relay(trial)


def _close(trial: Trial) -> None:
    trial.report.table()
    text = _("The answers are in {path}, without secrets.")
    trial.report.say("")
    trial.report.say(text.format(path=trial.recorder.path))


@contextmanager
def _interruptible(report: Report) -> Iterator[None]:
    """Let the first SIGINT or SIGTERM end the trial; what is begun is ended first."""
    task, loop = asyncio.current_task(), asyncio.get_running_loop()
    interrupted = False

    def interrupt() -> None:
        nonlocal interrupted
        if task and not interrupted:
            report.say(_("Interrupted: what was begun is ended first."))
            task.cancel()
        interrupted = True

    signs = (signal.SIGINT, signal.SIGTERM)
    for sign in signs:
        loop.add_signal_handler(sign, interrupt)
    try:
        yield
    finally:
        for sign in signs:
            loop.remove_signal_handler(sign)


def _folder(settings: Settings) -> Path:
    """Return where the journal is: what belongs to nobody else goes beside it."""
    url = settings.database_url.get_secret_value()
    return REPLICAS.parent if is_server(url) else sqlite_file(url).parent


def _secrets(settings: Settings, wishes: Wishes) -> list[str]:
    values = [one.get_secret_value() for one in secrets_of(settings).values()]
    lines = [line for value in values for line in value.splitlines()]  # of key rings
    return [*values, *lines, *secrets_in(wishes.push)]
