"""`python -m bot [run|sandbox|doctor|manifest|migrate|move|backup|recover|keys|audit]`.

Without a word it runs the bot, or, where nothing at all is configured, the sandbox.
"""

import argparse
import os
import signal
import sys
from collections.abc import Coroutine, Sequence
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from bot import VERSION
from bot.errors import BotError, JournalUnavailable, SettingsError
from bot.runtime.ends import carried_out

if TYPE_CHECKING:  # what takes long to import is imported where Ctrl-C is answered
    from bot.operations.doctor import Check
    from bot.settings import Reading, Settings

Result = TypeVar("Result")

NO_SANDBOX = "The sandbox is not installed: pip install 'patchbay[sandbox]'."
UNFINISHED = (
    "Slack is not configured: set {missing}.\n"
    "`python -m bot doctor` says what else is missing; "
    "`python -m bot sandbox` starts the sandbox, which needs nothing."
)
STARTED_FROM = "Read: {files}. "
ROTATED = (
    "A new key is in the ring and seals from now on. Start the bot: beside its work it "
    "seals anew what older keys sealed, and then drops them."
)
RESEALED = "{count} values are sealed anew; {left} open with no key that is set."
PREFIXED = (
    '# bot.toml has to say: command_prefix = "{prefix}"\n'  # a comment of the YAML
)
EPILOG = """\
examples:
  python -m bot                     the bot; the sandbox where nothing is configured
  python -m bot sandbox --open      the sandbox, and its console in the browser
  python -m bot doctor              what is wrong with the settings, all of it
  python -m bot manifest --prefix tc- > manifest.yml

Settings stand in the environment, .env and bot.toml; see .env.example and
bot.example.toml. docs/install.md goes through an installation, click by click.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit code."""
    return carried_out(lambda: _begun(arguments))


def _begun(arguments: Sequence[str] | None) -> int:
    options = _parser().parse_args(arguments)
    try:
        return int(options.do(options))
    except BotError as error:
        sys.stderr.write(f"{error}\n")
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bot",
        description="A Slack bot that runs Tencent Cloud real-time streams.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"patchbay {VERSION}")
    parser.set_defaults(do=_whatever)
    commands = parser.add_subparsers(metavar="command", title="commands")
    run = commands.add_parser("run", help="run the bot")
    run.set_defaults(do=_run)
    _add_sandbox(commands.add_parser("sandbox", help="try it, with nothing real"))
    _add_doctor(
        commands.add_parser("doctor", help="say what is wrong with the settings")
    )
    manifest = commands.add_parser("manifest", help="print the Slack app's manifest")
    manifest.add_argument("--prefix", default="", help="goes before every command")
    manifest.add_argument("--http-url", default="", help="public base URL: HTTP mode")
    manifest.add_argument(
        "--org", action="store_true", help="for an organisation: an Enterprise Grid"
    )
    manifest.set_defaults(do=_manifest)
    migrate = commands.add_parser("migrate", help="bring the journal up to date")
    migrate.set_defaults(do=_migrate)
    _add_keeping(commands)
    keys = commands.add_parser("keys", help="exchange the key of the journal's secrets")
    keys.add_argument("does", metavar="rotate|reseal", choices=["rotate", "reseal"])
    keys.set_defaults(do=_keys)
    _add_audit(commands.add_parser("audit", help="check the audit trail"))
    return parser


def _add_live(doctor: argparse.ArgumentParser) -> None:
    add = doctor.add_argument
    add("--live", action="store_true", help="ask Slack and Tencent; free, reads only")
    add("--as", dest="person", default="", help="U…: who is looked up, and written to")
    add("--http-url", default="", help="public base URL: is the bot there?")
    add(
        "--post",
        dest="channel",
        default="",
        metavar="CHANNEL",
        help="write six messages, and delete",
    )
    add("--relay", dest="app", default="", metavar="APP", help="start one, for cents")
    add("--push", default="", help="rtmp://…, where that relay goes")
    add("--yes", action="store_true", help="start it")
    add("--port", type=int, default=0, help="where its events come; usually BOT_PORT")
    add("--resume", action="store_true", help="stop what an earlier run has left")


def _add_sandbox(sandbox: argparse.ArgumentParser) -> None:
    sandbox.add_argument("--script", help="play a file of lines, print the transcript")
    sandbox.add_argument("--port", type=int, help="of the console (BOT_SANDBOX_PORT)")
    sandbox.add_argument("--open", action="store_true", help="open it in the browser")
    sandbox.set_defaults(do=_sandbox)


def _add_doctor(doctor: argparse.ArgumentParser) -> None:
    doctor.add_argument("--offline", action="store_true", help="call nobody")
    _add_live(doctor)
    doctor.set_defaults(do=_doctor)


def _add_keeping(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
) -> None:
    move = commands.add_parser("move", help="move the journal to a PostgreSQL")
    move.add_argument("source", help="sqlite:///…, which no bot has open")
    move.add_argument("target", help="postgresql://…, an empty database")
    move.set_defaults(do=_move)
    backup = commands.add_parser("backup", help="copy the journal, beside the bot")
    backup.add_argument("file", type=Path, help="which must not be there yet")
    backup.set_defaults(do=_backup)
    recover = commands.add_parser("recover", help="take up a backup that was put back")
    add = recover.add_argument
    add("--restored", action="store_true", required=True, help="send nothing of it")
    add("--reason", default="recover --restored", help="for whoever reads it later")
    recover.set_defaults(do=_recover)


def _add_audit(audit: argparse.ArgumentParser) -> None:
    does = audit.add_subparsers(metavar="verify|settle", required=True)
    verify = does.add_parser("verify", help="say whether it is whole; beside the bot")
    verify.add_argument("--has", help="a hash that was told earlier")
    verify.set_defaults(do=_verify)
    settle = does.add_parser("settle", help="go on from a journal that was restored")
    settle.add_argument("--reason", required=True, help="for whoever reads it later")
    settle.set_defaults(do=_settle)


def _read() -> "Reading":
    from bot.settings import read  # noqa: PLC0415 - see above

    return read()


def _load() -> "Settings":
    from bot.settings import load  # noqa: PLC0415 - see above

    return load()


def _done(work: Coroutine[Any, Any, Result]) -> Result:
    import asyncio  # noqa: PLC0415 - see above

    return asyncio.run(work)


def _whatever(options: argparse.Namespace) -> int:
    reading = _read()
    begun = reading.there or reading.settings.slack_bot_token or reading.faults
    if begun or reading.settings.has_slack:
        return _run(options)
    return _sandbox(_parser().parse_args(["sandbox"]))


def _run(_options: argparse.Namespace) -> int:
    from bot.runtime.memory import keep_memory_private  # noqa: PLC0415 - see above

    keep_memory_private()
    # held back until it is listened to: it would end a bot that starts, or be missed
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
    settings = _load()
    if not settings.has_slack:
        raise SettingsError(_unfinished(_read()))
    _log(settings)
    try:
        return _done(_serve(settings))
    except JournalUnavailable as error:
        # another command may have it, or its disk is not there yet: no wrong setting,
        # for which a service does not start again
        sys.stderr.write(f"{error}\n")
        return 1


def _unfinished(reading: "Reading") -> str:
    way_in = "SLACK_APP_TOKEN or SLACK_SIGNING_SECRET"
    missing = way_in if reading.settings.slack_bot_token else "SLACK_BOT_TOKEN"
    files = ", ".join(reading.there)
    begins = STARTED_FROM.format(files=files) if files else ""
    return begins + UNFINISHED.format(missing=missing)


async def _serve(settings: "Settings") -> int:
    from bot.runtime.memory import kept_for_good  # noqa: PLC0415 - see above

    with kept_for_good():
        from bot.app import Ports, build  # noqa: PLC0415 - `manifest` needs none of it
        from bot.lifecycle import run  # noqa: PLC0415 - see above
        from bot.runtime.tracing import traced  # noqa: PLC0415 - see above
        from commands import COMMANDS  # noqa: PLC0415 - see above

    async with AsyncExitStack() as stack:
        stack.enter_context(traced(settings.traces_to))
        return await run(await build(settings, Ports(), COMMANDS, stack))


def _sandbox(options: argparse.Namespace) -> int:
    try:
        from bot.sandbox.run import run  # noqa: PLC0415 - the real bot never loads it
    except ModuleNotFoundError as missing:
        if missing.name not in ("bot.sandbox", "bot.sandbox.run"):
            raise
        raise BotError(NO_SANDBOX) from missing

    port = _read().settings.sandbox_port if options.port is None else options.port
    return _done(run(options.script, port=port, browse=options.open))


def _doctor(options: argparse.Namespace) -> int:
    """Print what is found out; the code is 1 where something is wrong."""
    if _is_live(options):
        return _live(options)
    checks = _done(_examined(offline=options.offline))
    for check in checks:
        sign = {True: "ok  ", False: "FAIL", None: "note"}[check.well]
        sys.stdout.write(f"{sign}  {check.what}  {check.fix}".rstrip() + "\n")
    wrong = sum(check.well is False for check in checks)
    sys.stdout.write(f"{wrong} of {len(checks)} are wrong.\n" if wrong else "")
    return 1 if wrong else 0


async def _examined(*, offline: bool) -> "list[Check]":
    from bot.app import Ports  # noqa: PLC0415 - see above
    from bot.lifecycle import examine_ahead  # noqa: PLC0415 - see above
    from commands import COMMANDS  # noqa: PLC0415 - see above

    ports = Ports()
    slack = None if offline else ports.slack
    return await examine_ahead(_read(), COMMANDS, slack=slack, now=ports.now)


def _is_live(options: argparse.Namespace) -> bool:
    """Tell whether the doctor shall ask; refuse what only matters if it does."""
    from bot.live.trial import Wishes  # noqa: PLC0415 - see above

    if not options.live and any(vars(options)[name] for name in Wishes.__slots__):
        raise BotError("say --live with that: it asks Slack and Tencent themselves")
    return bool(options.live)


def _live(options: argparse.Namespace) -> int:
    from bot.app import Ports, open_cloud  # noqa: PLC0415 - see above
    from bot.live import run, trial  # noqa: PLC0415 - see above

    settings, ports = _load(), Ports()
    _log(settings)
    wishes = {name: vars(options)[name] for name in trial.Wishes.__slots__}
    live = trial.Ports(
        now=ports.now,
        sleep=ports.sleep,
        random_bytes=ports.random_bytes,
        slack=ports.slack,
        cloud=partial(open_cloud, settings, ports),
        write=partial(print, end="", flush=True),
    )
    return int(_done(run.run(settings, trial.Wishes(**wishes), live)))


def _manifest(options: argparse.Namespace) -> int:
    from bot.routing import manifest  # noqa: PLC0415 - see above
    from commands import COMMANDS  # noqa: PLC0415 - see above

    prefix, http_url = options.prefix, options.http_url
    if refused := manifest.refusal(prefix, http_url):
        raise SettingsError(refused)
    wanted = {"prefix": prefix, "http_url": http_url, "org": options.org}
    made = manifest.manifest(COMMANDS.values(), **wanted)
    sys.stdout.write(PREFIXED.format(prefix=prefix) if prefix else "")
    sys.stdout.write(manifest.as_yaml(made))
    return 0


def _migrate(_options: argparse.Namespace) -> int:
    from bot.app import Ports, open_journal  # noqa: PLC0415 - see above
    from bot.operations import keeping  # noqa: PLC0415 - see above

    settings = _load()
    if done := keeping.migrate(settings):
        return _said(*done)
    journal = _done(open_journal(settings, Ports()))
    journal.close()
    return _said(*keeping.migrated(settings, journal.former_revision))


def _move(options: argparse.Namespace) -> int:
    from bot.operations import keeping  # noqa: PLC0415 - see above

    settings = _load()
    _log(settings)
    return _said(*keeping.move(settings, options.source, options.target))


def _backup(options: argparse.Namespace) -> int:
    from bot.app import utc_now  # noqa: PLC0415 - see above
    from bot.operations import keeping  # noqa: PLC0415 - see above

    return _said(*keeping.backup(_load(), options.file, utc_now()))


def _recover(options: argparse.Namespace) -> int:
    from bot.app import utc_now  # noqa: PLC0415 - see above
    from bot.operations import keeping  # noqa: PLC0415 - see above

    settings, by = _load(), f"uid {os.getuid()}"
    _log(settings)
    _said(0, _done(_withdrawn(settings, by)))
    reason, now = options.reason, utc_now()
    return _said(0, keeping.settle(settings, reason=reason, by=by, now=now))


async def _withdrawn(settings: "Settings", by: str) -> list[str]:
    from bot.app import Ports, opened_journal  # noqa: PLC0415 - see above
    from bot.operations import keeping  # noqa: PLC0415 - see above

    async with opened_journal(settings, Ports(), restored=True) as journal:
        return await keeping.withdraw(journal, by=by)


def _keys(options: argparse.Namespace) -> int:
    settings = _load()
    _log(settings)
    code, line = _done(_with_keys(settings, options.does))
    return _said(code, [line])


async def _with_keys(settings: "Settings", does: str) -> tuple[int, str]:
    """Add a key, or seal anew; return the exit code and what is to be printed."""
    from bot.app import Ports, opened_journal  # noqa: PLC0415 - see above

    async with opened_journal(settings, Ports()) as journal:
        rotation = journal.rotation
        if does == "rotate":
            await rotation.add_key()
            return 0, ROTATED
        await rotation.reseal()
        text = RESEALED.format(count=rotation.resealed, left=rotation.unopened)
        return (1 if rotation.unopened else 0), text


def _verify(options: argparse.Namespace) -> int:
    from bot.operations.inspection import verify  # noqa: PLC0415 - see above

    return _said(*verify(_load(), has=options.has))


def _settle(options: argparse.Namespace) -> int:
    from bot.app import utc_now  # noqa: PLC0415 - see above
    from bot.operations.inspection import settle  # noqa: PLC0415 - see above

    by = f"uid {os.getuid()}"
    return _said(*settle(_load(), reason=options.reason, by=by, now=utc_now()))


def _said(code: int, lines: list[str]) -> int:
    sys.stdout.writelines(f"{line}\n" for line in lines)
    return code


def _log(settings: "Settings") -> None:
    from bot.runtime.logs import set_up  # noqa: PLC0415 - see above
    from bot.runtime.redact import Redactor  # noqa: PLC0415 - see above
    from bot.settings import secrets_of  # noqa: PLC0415 - see above

    values = [secret.get_secret_value() for secret in secrets_of(settings).values()]
    lines = (line for value in values for line in value.splitlines())  # of key rings
    set_up(Redactor((*values, *lines)))


if __name__ == "__main__":
    sys.exit(main())
