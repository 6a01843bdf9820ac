"""`python -m bot audit`: says whether the trail is whole, and lets it be gone on with.

Both work beside a running bot. Each returns the exit code and what is to be printed.
"""

import re
from collections.abc import Iterator
from datetime import datetime

from bot.cards.audit import SETTLE
from bot.errors import BotError
from bot.i18n import _
from bot.journal import stored_trail
from bot.journal.examination import Report
from bot.journal.rows import moment
from bot.journal.trail import AuditFiles
from bot.settings import Settings

WHOLE, BROKEN = 0, 1
HASH = re.compile(r"[0-9a-f]{64}")  # of a record: SHA-256, in figures and letters
Told = tuple[int, list[str]]


def verify(settings: Settings, *, has: str | None = None) -> Told:
    """Say whether the trail is whole, and whether it *has* a hash that was told.

    Raises:
        BotError: that is no hash, of which nothing can be said.
        JournalUnavailable: there is no journal, or no key.
    """
    digest = None if has is None else has.strip().lower()
    if digest is not None and not HASH.fullmatch(digest):
        sentence = _(
            "--has takes a whole hash: 64 figures and letters a to f, as it was told. "
            "Nothing was looked for."
        )
        raise BotError(sentence)
    url = settings.database_url.get_secret_value()
    report = stored_trail.verified(url, files_of(settings))
    lines = [one.what for one in report.findings]
    if digest and not stored_trail.has(url, digest):
        lines.append(_("That hash is not in the trail: it was rewritten or cut off."))
    if not lines:
        return WHOLE, list(_whole(report))
    if report.can_be_settled:
        hint = _("If the journal was put back from a copy on purpose: {command}")
        lines.append(hint.format(command=SETTLE))
    return BROKEN, lines


def settle(settings: Settings, *, reason: str, by: str, now: datetime) -> Told:
    """Let *by* say for which *reason* the journal was put back from a copy.

    Raises:
        JournalUnavailable: there is no journal, no key, or it cannot be written.
    """
    url = settings.database_url.get_secret_value()
    report = stored_trail.settle(url, files_of(settings), reason=reason, by=by, now=now)
    lines = [one.what for one in report.findings]
    if not lines:
        return WHOLE, [_("The audit trail is whole; there is nothing to settle.")]
    if not report.can_be_settled:
        return BROKEN, [*lines, _("No restore explains that: nothing is settled.")]
    return WHOLE, [*lines, _("Settled: it goes on from here, and a record says so.")]


def files_of(settings: Settings) -> AuditFiles:
    """Return what *settings* say of the trail's files."""
    return AuditFiles(settings.audit_key, settings.audit_anchors)


def _whole(report: Report) -> Iterator[str]:
    """Yield what there is, and what was said to what was found earlier."""
    if report.copied_at:
        sentence = _(
            "a copy of {at:%Y-%m-%d %H:%M:%S} UTC, made by `backup`: its anchors file "
            "stays with the original. Whether the end of this copy was cut off is not "
            "known; BOT_AUDIT_ANCHORS may name a file to hold it against."
        )
        yield sentence.format(at=moment(report.copied_at))
    yield _("whole: {n} records").format(n=report.count)
    for head in report.heads:
        sentence = _("{chain}: {n}, newest hash {head}")
        yield sentence.format(chain=head.chain, n=head.count, head=head.head)
    if report.unkeyed:
        yield _("before them: {n} without a key").format(n=report.unkeyed)
    if line := report.anchored:
        sentence = _("anchored at {at:%Y-%m-%d %H:%M:%S} UTC, line {n}")
        yield sentence.format(at=moment(line.at), n=line.line)
    for one in report.settled:
        sentence = _("settled at {at:%Y-%m-%d %H:%M:%S} UTC by {user}: {why}")
        yield sentence.format(at=one.at, user=one.user, why=one.why)
