"""`python -m bot migrate`, `move`, `backup`, and `recover --restored` after a restore.

Each returns the exit code and what is to be printed.
"""

from datetime import datetime
from pathlib import Path

from bot.config.kinds import is_server, shown_server
from bot.errors import JournalUnavailable
from bot.i18n import _, n_
from bot.journal import moving, store, stored_trail
from bot.journal.journal import Journal
from bot.journal.marks import RECOVER
from bot.journal.migrate import newest
from bot.journal.rows import millis
from bot.journal.sqlite.backup import backed_up
from bot.journal.sqlite.writer import sqlite_file
from bot.operations.inspection import Told, files_of
from bot.settings import Settings

DONE = 0
BY_SERVER = (
    "a server's database is backed up by its own means, which put it back as of any "
    "moment: docs/upgrading.md"
)


def migrate(settings: Settings) -> Told | None:
    """Bring a server's database up to date; None of a file, which opening does.

    Raises:
        JournalUnavailable: that did not go, and the database is as it was.
    """
    url = settings.database_url.get_secret_value()
    return migrated(settings, store.migrated(url)) if is_server(url) else None


def migrated(settings: Settings, before: str) -> Told:
    """Say what was done to the tables, which were of the revision *before*."""
    now = newest()
    if before >= now:
        sentence = _("{journal} is up to date already (migration {before}).")
    elif before:
        sentence = _("{journal} is brought from migration {before} to {now}.")
    else:
        sentence = _("{journal} is made, as migration {now} has it.")
    journal = _named(settings)
    return DONE, [sentence.format(journal=journal, before=before, now=now)]


def _named(settings: Settings) -> str:
    """Return what the journal is called where people read: without a password."""
    url = settings.database_url.get_secret_value()
    return shown_server(url) if is_server(url) else str(sqlite_file(url))


def move(settings: Settings, source: str, target: str) -> Told:
    """Move the journal at *source* to *target*, and say what has to be set then.

    Raises:
        JournalUnavailable: it is not moved to its end, and why.
    """
    done = moving.move(source, target, settings.seal_keys, files_of(settings))
    moved, file, where = done.moved, done.file, shown_server(target)
    sentence = _(
        "{rows} rows are in {where}. The audit trail is whole there ({records} "
        "records), and {sealed} sealed values open."
    )
    counts = {"rows": moved.rows, "records": moved.records, "sealed": moved.sealed}
    lines = [sentence.format(where=where, **counts)]
    if moved.unopened:
        sentence = _(
            "{n} sealed values do not open, as in the file: no key that is set opens "
            "them."
        )
        lines.append(sentence.format(n=moved.unopened))
    lines.append(_("Set for every bot, in the place of what they have:"))
    lines.append(f"  BOT_DATABASE_URL={where}")
    for name, beside in done.keys:
        same = _as_it_is(name)
        lines.append(f"  {name}_FILE={beside}" if beside else same)
        if name == moving.SEAL_KEY and settings.seal_key_old:  # it opens the rest
            lines.append(_as_it_is(f"{name}_OLD"))
    sentence = _("{file} is left as it is, and does not open any more.")
    return DONE, [*lines, sentence.format(file=file)]


def _as_it_is(name: str) -> str:
    return _("  {name} as it is").format(name=name)


def backup(settings: Settings, copy: Path, now: datetime) -> Told:
    """Copy the journal that *settings* name to *copy*, beside a bot that has it open.

    Raises:
        JournalUnavailable: it is not copied, and why.
    """
    url = settings.database_url.get_secret_value()
    if is_server(url):
        raise JournalUnavailable(BY_SERVER)
    journal = sqlite_file(url)
    made = backed_up(journal, copy, millis(now))
    sentence = _("{journal} is copied, and the copy is whole: {files}")
    files = ", ".join(map(str, made))
    lines = [sentence.format(journal=journal, files=files)]
    if len(made) > 1:
        lines.append(_("The keys open what is sealed in it: keep them as safe."))
    lines.append(
        _("Once it is put back, and before the bot is started: {command}").format(
            command=RECOVER
        )
    )
    return DONE, lines


async def withdraw(journal: Journal, *, by: str) -> list[str]:
    """Let nothing leave that was under way in *journal*, which was put back.

    Raises:
        JournalUnavailable: some of it was not; it is to be done again.
    """
    if others := await journal.life.others():
        running = n_(
            "{n} bot has the journal open: stop it, and wait for a minute",
            "{n} bots have the journal open: stop them, and wait for a minute",
            others,
        )
        raise JournalUnavailable(running.format(n=others))
    done = await journal.restored.withdraw(by)
    under_way = n_(
        "{n} was under way: it is shown as unknown, and is not sent again.",
        "{n} were under way: they are shown as unknown, and are not sent again.",
        done.unknown,
    )
    letters = n_(
        "{n} message that waited is not posted; cards are drawn anew.",
        "{n} messages that waited are not posted; cards are drawn anew.",
        done.letters,
    )
    return [
        under_way.format(n=done.unknown),
        letters.format(n=done.letters),
        _("Handles go on a thousand further, so that none is given twice."),
    ]


def settle(settings: Settings, *, reason: str, by: str, now: datetime) -> list[str]:
    """Let the audit trail go on from where the restored journal is.

    Raises:
        JournalUnavailable: it cannot be read or written, or there is no key.
    """
    url = settings.database_url.get_secret_value()
    files = files_of(settings)
    report = stored_trail.settle(url, files, reason=reason, by=by, now=now)
    lines = [one.what for one in report.findings]
    if report.can_be_settled:
        return [*lines, _("Settled: the audit trail goes on from here.")]
    if lines:
        raise JournalUnavailable("\n".join(lines))
    return []
