"""`python -m bot [run|sandbox|doctor|manifest|migrate|keys|audit]`.

Without a word it runs the bot, or, where no Slack is configured, the sandbox.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from functools import partial

from bot.errors import BotError
from bot.runtime.memory import keep_memory_private, kept_for_good
from bot.settings import Settings, load, secrets_of

NO_SANDBOX = "The sandbox is not installed: pip install 'patchbay[sandbox]'."

ROTATED = (
    "A new key is in the ring and seals from now on. Start the bot: beside its work it "
    "seals anew what older keys sealed, and then drops them."
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.do(options))
    except BotError as error:
        sys.stderr.write(f"{error}\n")
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot", description=__doc__)
    parser.set_defaults(do=_whatever)
    commands = parser.add_subparsers(metavar="command")
    run = commands.add_parser("run", help="run the bot")
    run.set_defaults(do=_run)
    sandbox = commands.add_parser("sandbox", help="try it, with nothing real")
    sandbox.add_argument("--script", help="play a file of lines, print the transcript")
    sandbox.set_defaults(do=_sandbox)
    doctor = commands.add_parser("doctor", help="check the settings")
    doctor.set_defaults(do=_doctor)
    _add_live(doctor)
    manifest = commands.add_parser("manifest", help="print the Slack app's manifest")
    manifest.add_argument("--prefix", default="", help="goes before every command")
    manifest.add_argument("--http-url", default="", help="public base URL: HTTP mode")
    manifest.set_defaults(do=_manifest)
    migrate = commands.add_parser("migrate", help="bring the journal up to date")
    migrate.set_defaults(do=_migrate)
    keys = commands.add_parser("keys", help="exchange the key of the journal's secrets")
    keys.add_argument("rotate", choices=["rotate"])
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
    add(
        "--relay",
        dest="app",
        default="",
        metavar="APP",
        help="start and stop a relay, for cents",
    )
    add("--push", default="", help="rtmp://…, where that relay goes")
    add("--yes", action="store_true", help="start it")
    add("--port", type=int, default=0, help="where its events come; usually BOT_PORT")
    add("--resume", action="store_true", help="stop what an earlier run has left")


def _add_audit(audit: argparse.ArgumentParser) -> None:
    does = audit.add_subparsers(metavar="verify|settle", required=True)
    verify = does.add_parser("verify", help="say whether it is whole; beside the bot")
    verify.add_argument("--has", default="", help="a hash that was told earlier")
    verify.set_defaults(do=_verify)
    settle = does.add_parser("settle", help="go on from a journal that was restored")
    settle.add_argument("--reason", required=True, help="for whoever reads it later")
    settle.set_defaults(do=_settle)


def _whatever(options: argparse.Namespace) -> int:
    if load().has_slack:
        return _run(options)
    options.script = None
    return _sandbox(options)


def _run(_options: argparse.Namespace) -> int:
    keep_memory_private()
    settings = load()
    _log(settings)
    return asyncio.run(_serve(settings))


async def _serve(settings: Settings) -> int:
    with kept_for_good():
        from bot.app import Ports, build  # noqa: PLC0415 - `manifest` needs none of it
        from bot.lifecycle import run  # noqa: PLC0415 - see above
        from commands import commands_with  # noqa: PLC0415 - see above

    commands = commands_with(settings.command_prefix)
    async with AsyncExitStack() as stack:
        return await run(await build(settings, Ports(), commands, stack))


def _sandbox(options: argparse.Namespace) -> int:
    try:
        from bot.sandbox.run import run  # noqa: PLC0415 - the real bot never loads it
    except ModuleNotFoundError as missing:
        if missing.name not in ("bot.sandbox", "bot.sandbox.run"):
            raise
        raise BotError(NO_SANDBOX) from missing

    return asyncio.run(run(options.script))


def _doctor(options: argparse.Namespace) -> int:
    if _is_live(options):
        return _live(options)
    from bot.app import check_rules  # noqa: PLC0415 - see above
    from bot.operations.doctor import examine_settings  # noqa: PLC0415 - see above
    from commands import COMMANDS  # noqa: PLC0415 - see above

    settings = load()
    check_rules(settings, COMMANDS)
    checks = examine_settings(settings)
    for check in checks:
        sign = {True: "ok  ", False: "FAIL", None: "note"}[check.well]
        sys.stdout.write(f"{sign}  {check.what}  {check.fix}\n")
    return 0 if all(check.well is not False for check in checks) else 1


def _is_live(options: argparse.Namespace) -> bool:
    """Tell whether the doctor shall ask; refuse what only matters if it does."""
    from bot.live.trial import Wishes  # noqa: PLC0415 - see above

    if not options.live and any(vars(options)[name] for name in Wishes.__slots__):
        raise BotError("say --live with that: it asks Slack and Tencent themselves")
    return bool(options.live)


def _live(options: argparse.Namespace) -> int:
    from bot.app import Ports, open_cloud  # noqa: PLC0415 - see above
    from bot.live import run, trial  # noqa: PLC0415 - see above

    settings, ports = load(), Ports()
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
    return asyncio.run(run.run(settings, trial.Wishes(**wishes), live))


def _manifest(options: argparse.Namespace) -> int:
    from bot.routing.manifest import as_yaml, manifest  # noqa: PLC0415 - see above
    from commands import COMMANDS  # noqa: PLC0415 - see above

    made = manifest(COMMANDS.values(), prefix=options.prefix, http_url=options.http_url)
    sys.stdout.write(as_yaml(made))
    return 0


def _migrate(_options: argparse.Namespace) -> int:
    from bot.app import Ports, open_journal  # noqa: PLC0415 - see above

    asyncio.run(open_journal(load(), Ports())).close()
    return 0


def _keys(_options: argparse.Namespace) -> int:
    asyncio.run(_rotate(load()))
    sys.stdout.write(f"{ROTATED}\n")
    return 0


async def _rotate(settings: Settings) -> None:
    from bot.app import Ports, open_journal  # noqa: PLC0415 - see above

    journal = await open_journal(settings, Ports())
    try:
        await journal.rotation.add_key()
    finally:
        journal.close()


def _verify(options: argparse.Namespace) -> int:
    from bot.operations.inspection import verify  # noqa: PLC0415 - see above

    return _said(*verify(load(), has=options.has))


def _settle(options: argparse.Namespace) -> int:
    from bot.app import utc_now  # noqa: PLC0415 - see above
    from bot.operations.inspection import settle  # noqa: PLC0415 - see above

    by = f"uid {os.getuid()}"
    return _said(*settle(load(), reason=options.reason, by=by, now=utc_now()))


def _said(code: int, lines: list[str]) -> int:
    sys.stdout.writelines(f"{line}\n" for line in lines)
    return code


def _log(settings: Settings) -> None:
    from bot.runtime.logs import set_up  # noqa: PLC0415 - see above
    from bot.runtime.redact import Redactor  # noqa: PLC0415 - see above

    values = [secret.get_secret_value() for secret in secrets_of(settings).values()]
    lines = (line for value in values for line in value.splitlines())  # of key rings
    set_up(Redactor((*values, *lines)))


if __name__ == "__main__":
    sys.exit(main())
