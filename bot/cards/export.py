"""Things as a CSV file, which opens in a spreadsheet and runs nothing there.

The names of the columns and the times are for programs: they are the same in every
language, and in UTC. https://owasp.org/www-community/attacks/CSV_Injection
"""

import csv
import io
from collections.abc import Iterable
from datetime import datetime

from bot.dialogue.outcome import File
from bot.journal.model import Intent
from bot.resources.kinds import Registry

HEAD = (
    "name",
    "state",
    "what",
    "app",
    "region",
    "room",
    "id",
    "asked_by",
    "asked_at",
    "sent_at",
    "settled_at",
    "request_id",
    "error_code",
    "note",
)
# A cell that begins with one of these is a formula to some spreadsheet; the last four
# are their full-width forms.
FORMULAS = frozenset("=+-@\uff1d\uff0b\uff0d\uff20")


def csv_file(
    name: str, intents: Iterable[Intent], resources: Registry, at: datetime
) -> File:
    """Return *intents* as the file *name*, a row each under a row of names.

    No cell is a formula: one that would be begins with an apostrophe, TaskIds too.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEAD)
    for intent in intents:
        writer.writerow(map(defused, _cells(intent, resources)))
    return File(f"patchbay-{name}-{at:%Y%m%dT%H%M%SZ}.csv", text.getvalue())


def defused(cell: str) -> str:
    """Return *cell* with an apostrophe before it if a spreadsheet might run it."""
    begins = cell.lstrip("\0\t\r\n\v\f \u00a0\ufeff")[:1]
    return f"'{cell}" if begins in FORMULAS and begins else cell


def _cells(intent: Intent, resources: Registry) -> tuple[str, ...]:
    resource, subject, end = resources.of(intent), intent.subject, intent.settlement
    return (
        intent.handle,
        resource.standing(intent),
        resource.gist(intent),
        subject.app,
        subject.region,
        subject.room,
        subject.ref,
        intent.asker.user,
        _time(intent.created_at),
        _time(intent.sent_at),
        _time(end.settled_at),
        end.request_id,
        end.error_code,
        intent.note,
    )


def _time(at: datetime | None) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}" if at else ""
