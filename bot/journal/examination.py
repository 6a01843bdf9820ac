"""Is the audit trail whole? It is held against itself, its anchors and its key.

*Deep* reads every record; otherwise only the ends of the chains are looked at, which
finds what was cut off, emptied or put back from a copy, and costs a few look-ups.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, select

from bot.i18n import _
from bot.journal.anchors import NOTHING_BEFORE, Anchor, Anchors, Head
from bot.journal.audit import (
    IN_ORDER,
    INSTALLATION,
    OF_CHAIN,
    Record,
    closed_at,
    head_in,
    record_of,
    unkeyed_record_of,
)
from bot.journal.audit_key import AuditKey
from bot.journal.known import kept
from bot.journal.rows import moment
from bot.journal.schema_audit import audit, audit_heads, audit_unkeyed
from bot.journal.statement import Connection, Statement

BEGUN, SETTLED = "audit.begun", "audit.settled"
ANCHORED = "audit-anchor"  # the text that names the newest line of the anchors file

HEADS = Statement(select(audit_heads).order_by(audit_heads.c.chain))
_ALL = Statement(IN_ORDER)
_ONE = Statement(
    select(audit).where(
        audit.c.chain == bindparam("chain"), audit.c.number == bindparam("number")
    )
)
_LAST = Statement(
    select(audit)
    .where(audit.c.chain == bindparam("chain"))
    .order_by(audit.c.number.desc())
    .limit(1)
)
_SETTLEMENTS = Statement(
    IN_ORDER.where(audit.c.chain == INSTALLATION, audit.c.action == SETTLED)
)
_UNKEYED = Statement(select(audit_unkeyed).order_by(audit_unkeyed.c.number))


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, as a sentence.

    *restored*: so it looks after a journal was put back from a copy, too; then a
    person can settle it.
    """

    what: str
    restored: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """What was looked at, and what is wrong with it.

    *unkeyed* is how many records of earlier releases there are, *anchored* the newest
    line of the anchors file, *settled* what people said to earlier findings. Of a copy
    that has no anchors beside it, *copied_at* is when it was made, in UTC milliseconds.
    """

    heads: tuple[Head, ...]
    findings: tuple[Finding, ...]
    anchored: Anchor | None = None
    unkeyed: int = 0
    settled: tuple[Record, ...] = ()
    copied_at: int = 0

    @property
    def count(self) -> int:
        """The number of records with a key."""
        return sum(head.count for head in self.heads)

    @property
    def can_be_settled(self) -> bool:
        """Whether it may all come from a journal that was put back from a copy."""
        return bool(self.findings) and all(one.restored for one in self.findings)


@dataclass(frozen=True, slots=True)
class Examination:
    """Looks at the trail on *connection*; of one chain, or of all.

    *copied_at* is when the journal was copied, if it says that it is a backup: the
    anchors file that it names is beside the original.
    """

    connection: Connection
    anchors: Anchors
    key: AuditKey
    chain: str | None = None
    copied_at: int = 0

    def report(self, *, deep: bool) -> Report:
        """Return what is so, and what is wrong."""
        lines, broken = self.anchors.read()  # before the records: they only grow
        findings: list[Finding] = []
        if broken:
            findings.append(_file(self.anchors, broken.line, broken.why))
        anchored = [one for one in lines if self.chain in {None, one.chain}]
        rows = {row.chain: head_in(row) for row in self.connection.execute(HEADS)}
        rows = {name: row for name, row in rows.items() if self.chain in {None, name}}
        wanted = {(one.chain, one.count) for one in anchored}
        ends, seen, unfit = (
            self._walked(wanted) if deep else self._looked_up(rows, anchored)
        )
        findings += unfit
        findings += _cut_off(anchored, ends, seen)
        findings += _moved(rows, ends)
        findings += self._unnamed(lines)
        unkeyed = self._unkeyed(findings) if deep and self.chain is None else 0
        settled = self.connection.execute(_SETTLEMENTS) if deep else ()
        return Report(
            heads=tuple(ends.values()),
            findings=tuple(findings),
            anchored=lines[-1] if lines else None,
            unkeyed=unkeyed,
            settled=tuple(map(record_of, settled)),
            copied_at=0 if lines else self.copied_at,
        )

    def _walked(
        self, wanted: set[tuple[str, int]]
    ) -> tuple[dict[str, Head], dict[tuple[str, int], str], list[Finding]]:
        """Read every record: where each chain ends, the *wanted*, and what is unfit."""
        ends: dict[str, Head] = {}
        seen: dict[tuple[str, int], str] = {}
        unfit: dict[str, Finding] = {}
        begins = self._begins_after()
        for record in self._records():
            name = record.chain
            before = ends.get(name) or _beginning(record, begins)
            if not record.fits(before, self.key):
                unfit.setdefault(name, _misfit(name, before.count + 1))
            ends[name] = Head(name, record.number, record.hash)
            if (name, record.number) in wanted:
                seen[name, record.number] = record.hash
        return ends, seen, list(unfit.values())

    def _begins_after(self) -> tuple[str, ...]:
        """Return the hashes after which a chain may begin.

        That is where the trail without a key was closed, as the first record of all
        says. If that record comes after nothing itself, an earlier release began the
        chains there were then, after nothing too. Which those are is on no record, so
        each may begin so: its MAC covers which it was, and nobody without the key
        makes the one into the other.
        """
        first = self.one(INSTALLATION, 1)
        if first is None or first.action != BEGUN:
            return closed_at(self.connection), NOTHING_BEFORE
        if first.previous == first.digest:
            return (first.digest,)
        return first.digest, NOTHING_BEFORE

    def _records(self) -> Iterator[Record]:
        query = OF_CHAIN if self.chain else _ALL
        return map(record_of, self.connection.each(query, {"chain": self.chain}))

    def _looked_up(
        self, rows: Mapping[str, Head], anchored: Iterable[Anchor]
    ) -> tuple[dict[str, Head], dict[tuple[str, int], str], list[Finding]]:
        """Do what `_walked` does at the ends alone."""
        farthest: dict[str, int] = {}
        for anchor in anchored:
            reached = farthest.get(anchor.chain, 0)
            farthest[anchor.chain] = max(reached, anchor.count)
        ends: dict[str, Head] = {}
        seen: dict[tuple[str, int], str] = {}
        unfit: list[Finding] = []
        for name in sorted({*rows, *farthest}):
            row = self.connection.execute(_LAST, {"chain": name}).first()
            if row is None:
                continue
            last = record_of(row)
            ends[name] = Head(name, last.number, last.hash)
            if not last.fits(Head(name, last.number - 1, last.previous), self.key):
                unfit.append(_misfit(name, last.number))
            number = farthest.get(name, last.number)
            one = self.one(name, number)
            seen[name, number] = one.hash if one else ""
        return ends, seen, unfit

    def one(self, chain: str, number: int) -> Record | None:
        """Return a record, if it is there."""
        asked = {"chain": chain, "number": number}
        row = self.connection.execute(_ONE, asked).first()
        return record_of(row) if row else None

    def _unnamed(self, lines: Sequence[Anchor]) -> Iterator[Finding]:
        """Yield that the anchors file lacks the line that the journal names."""
        if not self.anchors.is_named or (self.copied_at and not lines):
            return
        named = kept(self.connection, ANCHORED)
        if named is None:
            yield Finding(_("The journal names no line of the anchors file."))
            return
        if named in {one.mac for one in lines}:
            return
        lines_now, _broken = self.anchors.read()  # it may have been written just now
        if named not in {one.mac for one in lines_now}:
            sentence = _(
                "The anchors file {file} lacks the line that the journal names: it was "
                "cut off, removed or exchanged."
            )
            yield Finding(sentence.format(file=self.anchors.name), restored=True)

    def _unkeyed(self, findings: list[Finding]) -> int:
        """Check the trail of earlier releases; return how long it is."""
        before = Head("", 0, NOTHING_BEFORE)
        unfit = 0
        for record in map(unkeyed_record_of, self.connection.each(_UNKEYED)):
            if not record.fits(before):
                unfit = unfit or before.count + 1
            before = Head("", record.number, record.hash)
        if unfit:
            sentence = _("Record {n} of the trail without a key was changed.")
            findings.append(Finding(sentence.format(n=unfit)))
        first = self.one(INSTALLATION, 1)
        if first is None or first.action != BEGUN:
            sentence = _("The first record of the trail is not there: it was emptied.")
            findings.append(Finding(sentence))
        elif (first.why, first.digest) != closing(before):
            sentence = _(
                "The trail without a key is not the one that was closed: {words}."
            )
            findings.append(Finding(sentence.format(words=first.why)))
        return before.count


def closing(unkeyed: Head) -> tuple[str, str]:
    """Return in which words, and with which digest, the trail before is closed."""
    return f"{unkeyed.count} records without a key come before", unkeyed.head


def _beginning(record: Record, begins: tuple[str, ...]) -> Head:
    """Return what *record* is the first after: one of the hashes that *begins* has."""
    after = record.previous if record.previous in begins else begins[0]
    return Head(record.chain, 0, after)


def _misfit(chain: str, number: int) -> Finding:
    sentence = _(
        "{chain}: record {n} does not fit. It was changed, removed or inserted, "
        "or the audit key is another one."
    )
    return Finding(sentence.format(chain=chain, n=number))


def _cut_off(
    anchored: Iterable[Anchor],
    ends: Mapping[str, Head],
    seen: Mapping[tuple[str, int], str],
) -> Iterator[Finding]:
    """Yield for each chain the farthest anchor that it does not have."""
    lacking: dict[str, Finding] = {}
    for one in sorted(anchored, key=lambda one: (one.count, one.line)):
        chain, count = one.chain, one.count
        end = ends.get(chain, Head(chain, 0, NOTHING_BEFORE))
        if (chain, count) not in seen and count <= end.count:
            continue  # not looked up
        if seen.get((chain, count)) == one.head:
            continue
        sentence = (
            _(
                "{chain}: it ends at record {n}, and had {count} at {at} (anchor "
                "{line}). Its end was cut off, or the journal is an older copy."
            )
            if count > end.count
            else _(
                "{chain}: record {count} is not the one that was there at {at} (anchor "
                "{line}). Records were replaced, or an older copy was continued."
            )
        )
        what = sentence.format(
            chain=chain, n=end.count, count=count, at=_when(one.at), line=one.line
        )
        lacking[chain] = Finding(what, restored=True)
    yield from lacking.values()


def _moved(rows: Mapping[str, Head], ends: Mapping[str, Head]) -> Iterator[Finding]:
    """Yield the chains whose head row is not where they end."""
    for chain in sorted({*rows, *ends}):
        none = Head(chain, 0, NOTHING_BEFORE)
        row, end = rows.get(chain, none), ends.get(chain, none)
        if row != end:
            sentence = _(
                "{chain}: its head row says {n} records, and it has {count}: records "
                "or the head row were changed."
            )
            what = sentence.format(chain=chain, n=row.count, count=end.count)
            yield Finding(what)


def _file(anchors: Anchors, line: int, why: str) -> Finding:
    if line == 0:
        sentence = _("The anchors file {file} cannot be read: {why}.")
        return Finding(sentence.format(file=anchors.name, why=why), restored=True)
    sentence = _(
        "Line {line} of the anchors file {file} does not fit: it was changed, or the "
        "audit key is another one."
    )
    return Finding(sentence.format(file=anchors.name, line=line), restored=True)


def _when(at: int) -> str:
    return f"{moment(at):%Y-%m-%d %H:%M:%S} UTC"
