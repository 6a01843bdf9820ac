"""Rows in which one PostgreSQL follows another: a standby, and a backup put back."""

import asyncio
import os
import signal
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

from tests.servers.postgres import Server, runs_as
from tests.trials.chaos.rows import LEFT, judged

READ_ONLY = "ALTER SYSTEM SET default_transaction_read_only = {how}"
RELOAD = "SELECT pg_reload_conf()"
SYNCHRONOUS = "ALTER SYSTEM SET synchronous_standby_names = '{names}'"
TAKEN_UP = 90.0  # seconds within which a backup that was put back can be
AWAY = 4.0  # seconds in which only the old one answers, and takes no writes


@contextmanager
def standby(primary):
    """Start a standby of *primary*, which waits for it at each commit from then on."""
    with tempfile.TemporaryDirectory(prefix="patchbay-standby-") as made:
        folder = Path(made)
        one = Server(folder, primary._settings, primary._bin)
        if user := runs_as():
            os.chown(folder, user.pw_uid, user.pw_gid)
        source = primary.url("postgres") + "?application_name=standby"
        words = ("-D", str(folder / "data"), "-R", "-X", "stream", "-c", "fast")
        subprocess.run(  # noqa: S603 - our own words
            [primary._bin / "pg_basebackup", *words, "-d", source],
            check=True,
            capture_output=True,
            cwd=folder,
            **one._as_user(),
        )
        one.start()
        primary.run(SYNCHRONOUS.format(names="*"))
        primary.run(RELOAD)
        try:
            yield one
        finally:
            one.stop()
            primary.run(READ_ONLY.format(how="off"))
            primary.run(SYNCHRONOUS.format(names=""))
            primary.run(RELOAD)


async def promotes(trial):
    """Promote a standby under load, while the old one takes no writes any more."""
    async with trial.stage() as (stage, traffic):
        with standby(trial.server) as other:
            flows = asyncio.create_task(traffic.flows(trial.most(5), 24))
            await asyncio.sleep(6)
            stage.note("database away")
            await asyncio.to_thread(_only_reads, trial.server)
            await asyncio.sleep(AWAY)
            await asyncio.to_thread(other.run, "SELECT pg_promote()")
            for one in stage.replicas:
                one.proxy.target = "127.0.0.1", other.port
                one.proxy.hang_up()
            stage.note("database back")
            await flows
            stage.url = other.url(stage.url.rpartition("/")[2])
            yield "a standby", await judged(stage, traffic, LEFT)


def _only_reads(server):
    server.run(READ_ONLY.format(how="on"))
    server.run(RELOAD)


async def restores(trial):
    """Put back a backup, after which starts were sent that it knows nothing of."""
    async with trial.stage() as (stage, traffic):
        stage.cloud.answer_after = 1.0
        flows = asyncio.create_task(traffic.flows(10, 6))
        await asyncio.sleep(4)
        backup = await asyncio.to_thread(_dumped, trial.server, stage)
        await flows
        await traffic.settled()
        for one in stage.replicas:
            one.send(signal.SIGTERM)
            await one.gone()
        await asyncio.to_thread(_put_back, trial.server, stage, backup)
        code, says = await _recovered(stage)
        stage.note("restored", code=code, says=says)
        await stage.start()
        yield "of some seconds before", await judged(stage, traffic, LEFT)


async def _recovered(stage):
    """Take up the backup; by it all were alive just now, so a minute has to pass."""
    deadline = stage.clock.seconds + TAKEN_UP
    code, says = await stage.replicas[0].says("recover", "--restored")
    while code and stage.clock.seconds < deadline:
        await asyncio.sleep(5)
        code, says = await stage.replicas[0].says("recover", "--restored")
    return code, says


def _dumped(server, stage):
    file = stage.folder / "backup"
    words = ("-Fc", "-f", str(file), "-d", stage.url)
    subprocess.run([server._bin / "pg_dump", *words], check=True)  # noqa: S603 - ours
    return file


def _put_back(server, stage, file):
    """Let the stage's database be as it is in *file*."""
    server.run(f'DROP DATABASE "{stage.url.rpartition("/")[2]}" WITH (FORCE)')
    server.run(f'CREATE DATABASE "{stage.url.rpartition("/")[2]}"')
    words = ("-d", stage.url, str(file))
    subprocess.run([server._bin / "pg_restore", *words], check=True)  # noqa: S603 - ours
