"""What this machine has to give: a file to remember in, ports to listen on."""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.config.ports import Place
from bot.i18n import _
from bot.journal.sqlite.keyring import key_path
from bot.journal.sqlite.look import Look
from bot.journal.trail import key_file
from bot.operations.doctor import Check
from bot.settings import Settings

LEAST_ROOM = 64 * 1024**2  # bytes that the journal's disk should have left


def examine_machine(
    settings: Settings,
    journal: Look,
    deaf: Mapping[Place, str],
    *,
    least_room: int = LEAST_ROOM,
) -> list[Check]:
    """Return what is found of the *journal*'s file, and of the ports.

    *deaf* are those on which nobody can listen now, and why. A disk with less than
    *least_room* bytes is nearly full.
    """
    checks = []
    if journal.in_use:
        fix = _("The bot runs already, so its port is not looked at.")
        checks.append(Check(_("{file} is in use").format(file=journal.file), None, fix))
    else:
        checks += _ports(settings, deaf)
    if journal.fault:
        text = f"BOT_DATABASE_URL: {journal.fault}"
        checks.append(Check(text, well=False))
    elif not journal.in_use:
        checks.append(
            Check(_("Journal: {file}").format(file=journal.file or journal.name))
        )
    return [
        *checks,
        *_keys(settings, journal),
        *_files(settings),
        *_room(journal.file, least_room),
    ]


def _ports(settings: Settings, deaf: Mapping[Place, str]) -> Iterator[Check]:
    for place in settings.places:
        if place in deaf:
            yield Check(deaf[place], well=False)
        else:
            yield Check(_("Port: {at} is free").format(at=place))


def _keys(settings: Settings, journal: Look) -> Iterator[Check]:
    if journal.file and journal.keyless and not settings.seal_key:
        text = _("{file}: the key that sealed what is in the journal was not there.")
        fix = _("Stop the bot, and put back the file that was saved with the backup.")
        yield Check(text.format(file=key_path(journal.file)), well=False, fix=fix)
    if journal.file and journal.unsigned and not settings.audit_key:
        text = _("{file}: the key that signs the audit trail is not there.")
        fix = _("Set BOT_AUDIT_KEY as it was, or put the file back: nothing starts.")
        yield Check(text.format(file=key_file(journal.file)), well=False, fix=fix)


def _files(settings: Settings) -> Iterator[Check]:
    anchors = settings.audit_anchors
    if anchors and not anchors.parent.is_dir():
        text = _("BOT_AUDIT_ANCHORS: the folder {folder} does not exist.")
        yield Check(text.format(folder=anchors.parent), well=False)


def _room(file: Path | None, least: int) -> Iterator[Check]:
    there = next((one for one in file.parents if one.is_dir()), None) if file else None
    if there and shutil.disk_usage(there).free < least:
        text = _("The disk of {folder} is nearly full; nothing could be remembered.")
        yield Check(text.format(folder=there), well=False)
