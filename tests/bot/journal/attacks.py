"""A journal of a stopped bot, and all that is done to it by who has not its key."""

import hashlib
import json
import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bot.journal import stored_trail
from bot.journal.audit_key import AuditKey, canonical
from bot.journal.trail import AuditFiles
from tests.trials import audit_checker


@dataclass
class Disk:
    """A folder with a journal whose bot is stopped, as an attacker finds it.

    *older* is a copy of the folder from an hour before, without any key.
    """

    folder: Path
    older: Path
    name: str = "p"

    @property
    def url(self):
        return f"sqlite:///{self.journal}"

    @property
    def journal(self):
        return self.folder / f"{self.name}.db"

    @property
    def anchors(self):
        return self.folder / f"{self.name}.db.anchors"

    def run(self, *statements, **values):
        """Change the file without its guards."""
        with closing(sqlite3.connect(self.journal)) as file, file:
            names = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            for (name,) in file.execute(names).fetchall():
                file.execute(f"DROP TRIGGER {name}")
            for statement in statements:
                file.execute(statement, values)

    def records(self, chain):
        with closing(sqlite3.connect(self.journal)) as file:
            file.row_factory = sqlite3.Row
            query = "SELECT * FROM audit WHERE chain = ? ORDER BY number"
            return [dict(row) for row in file.execute(query, (chain,))]

    def rewrite(self, chain, records, key):
        """Put *records* in the place of a chain, numbered and signed with *key*."""
        self.run(
            "DELETE FROM audit WHERE chain = :chain",
            "DELETE FROM audit_heads WHERE chain = :chain",
            chain=chain,
        )
        mac = self.closed_at()
        for number, record in enumerate(records, 1):
            fields = {**record, "number": number, "previous": mac}
            del fields["hash"]
            mac = key.sign(fields)
            row = {**fields, "hash": mac}
            names = ", ".join(row)
            marks = ", ".join(f":{name}" for name in row)
            self.run(f"INSERT INTO audit ({names}) VALUES ({marks})", **row)  # noqa: S608 - our own
        head = "INSERT INTO audit_heads VALUES (:chain, :count, :mac)"
        self.run(head, chain=chain, count=len(records), mac=mac)

    def closed_at(self):
        """Return where the trail without a key was closed."""
        query = "SELECT hash FROM audit_unkeyed ORDER BY number DESC LIMIT 1"
        with closing(sqlite3.connect(self.journal)) as file:
            return (file.execute(query).fetchone() or ("0" * 64,))[0]

    def findings(self):
        report = stored_trail.verified(self.url, AuditFiles())
        return [one.what for one in report.findings]

    def judged(self):
        key = (self.folder / f"{self.name}.audit.key").read_bytes()
        return audit_checker.check(self.journal, key, self.anchors)


def signed(key, chain, number, previous, **values):
    """Return a record as whoever has *key* writes it."""
    texts = ("team", "user", "home", "channel", "action", "decision", "rule", "why")
    fields = dict.fromkeys((*texts, "app", "intent", "handle", "digest"), "")
    fields |= {"decision": "allow", "at": 1, **values}
    fields |= {"chain": chain, "number": number, "previous": previous}
    return {**fields, "hash": key.sign(fields)}


# ── with the journal's file alone ────────────────────────────────────────────────────


def rewritten(disk, chain):
    """Remove what one person did, and sign the rest anew with a key of one's own."""
    records = [one for one in disk.records(chain) if one["user"] != "U1"]
    disk.rewrite(chain, records, AuditKey(os.urandom(32)))


def unsigned(disk, chain):
    """Do so with the bare hashes of earlier releases."""

    class Bare:
        def sign(self, fields):
            return hashlib.sha256(canonical(fields).encode()).hexdigest()

    disk.rewrite(chain, disk.records(chain)[:-1], Bare())


def edited(disk, chain):
    disk.run("UPDATE audit SET user = 'UEVIL' WHERE chain = :c AND number = 3", c=chain)


def replaced(disk, chain):
    disk.run(
        "INSERT OR REPLACE INTO audit SELECT chain, number, at, team, 'UEVIL', home,"
        " channel, action, decision, rule, why, app, intent, handle, digest, previous,"
        " hash FROM audit WHERE chain = :c ORDER BY number DESC LIMIT 1",
        c=chain,
    )


def middle(disk, chain):
    disk.run("DELETE FROM audit WHERE chain = :c AND number = 3", c=chain)


def first(disk, chain):
    disk.run("DELETE FROM audit WHERE chain = :c AND number = 1", c=chain)


def begun_after_nothing(disk, chain):
    disk.run(
        "UPDATE audit SET previous = :zero WHERE chain = :c AND number = 1",
        zero="0" * 64,
        c=chain,
    )


def begun_after_another(disk, chain):
    """Let it begin after the end of a chain that somebody made up."""
    disk.run(
        "UPDATE audit_unkeyed SET hash = :made WHERE number = (SELECT max(number)"
        " FROM audit_unkeyed)",
        "UPDATE audit SET previous = :made WHERE chain = :c AND number = 1",
        made="f" * 64,
        c=chain,
    )


def moved(disk, chain):
    disk.run(
        "UPDATE audit SET number = -1 WHERE chain = :c AND number = 2",
        "UPDATE audit SET number = 2 WHERE chain = :c AND number = 3",
        "UPDATE audit SET number = 3 WHERE chain = :c AND number = -1",
        c=chain,
    )


def cut_to(disk, chain, number):
    disk.run(
        "DELETE FROM audit WHERE chain = :c AND number > :n",
        "UPDATE audit_heads SET count = :n, head = (SELECT hash FROM audit WHERE"
        " chain = :c AND number = :n) WHERE chain = :c",
        c=chain,
        n=number,
    )


def truncated(disk, chain):
    cut_to(disk, chain, len(disk.records(chain)) - 1)


def truncated_to_one(disk, chain):
    cut_to(disk, chain, 1)


def truncated_with_its_head_left(disk, chain):
    disk.run("DELETE FROM audit WHERE chain = :c AND number > 2", c=chain)


def emptied(disk, chain):
    disk.run(
        "DELETE FROM audit WHERE chain = :c",
        "DELETE FROM audit_heads WHERE chain = :c",
        c=chain,
    )


def all_emptied(disk, _chain):
    disk.run("DELETE FROM audit", "DELETE FROM audit_heads")


def put_back(disk, chain):
    """Put one chain back from an older copy, and leave the others."""
    cut_to(disk, chain, 3)


def older_file(disk, _chain):
    shutil.copy(disk.older / "p.db", disk.journal)


def head_back(disk, chain):
    disk.run("UPDATE audit_heads SET count = count - 1 WHERE chain = :c", c=chain)


def head_exchanged(disk, chain):
    disk.run("UPDATE audit_heads SET head = 'x' WHERE chain = :c", c=chain)


def head_removed(disk, chain):
    disk.run("DELETE FROM audit_heads WHERE chain = :c", c=chain)


def moved_to_another_chain(disk, chain):
    disk.run("UPDATE audit SET chain = 'T9' WHERE chain = :c", c=chain)
    disk.run("UPDATE audit_heads SET chain = 'T9' WHERE chain = :c", c=chain)


def slipped_in(disk, chain):
    disk.run(
        "INSERT INTO audit SELECT chain, number + 1, at, team, 'UEVIL', home, channel,"
        " action, decision, rule, why, app, intent, handle, digest, hash, hash FROM"
        " audit WHERE chain = :c ORDER BY number DESC LIMIT 1",
        "UPDATE audit_heads SET count = count + 1 WHERE chain = :c",
        c=chain,
    )


WITH_THE_JOURNAL = (
    rewritten,
    unsigned,
    edited,
    replaced,
    middle,
    first,
    begun_after_nothing,
    begun_after_another,
    moved,
    truncated,
    truncated_to_one,
    truncated_with_its_head_left,
    emptied,
    all_emptied,
    put_back,
    older_file,
    head_back,
    head_exchanged,
    head_removed,
    moved_to_another_chain,
    slipped_in,
)

# ── with the anchors file, too ───────────────────────────────────────────────────────


def left(disk):
    """Leave the anchors as they are."""


def anchors_deleted(disk):
    disk.anchors.unlink()


def anchors_emptied(disk):
    disk.anchors.write_text("")


def anchors_cut(disk):
    lines = disk.anchors.read_text().splitlines(keepends=True)
    disk.anchors.write_text("".join(lines[:-1]))


def anchors_edited(disk):
    text = disk.anchors.read_text()
    disk.anchors.write_text(text.replace('"count":', '"count":1'))


def anchors_forged(disk):
    """Remove the newest, and sign the rest with a key of one's own."""
    lines = [json.loads(one) for one in disk.anchors.read_text().splitlines()][:-1]
    key, mac, made = AuditKey(os.urandom(32)), "0" * 64, []
    for line in lines:
        del line["mac"]
        line["previous"] = mac
        mac = key.sign(line)
        made.append(canonical({**line, "mac": mac}))
    disk.anchors.write_text("".join(f"{one}\n" for one in made))
    disk.run("UPDATE known SET value = :mac WHERE name = 'audit-anchor'", mac=mac)


def anchors_linked(disk):
    elsewhere = disk.folder / "elsewhere"
    disk.anchors.rename(elsewhere)
    disk.anchors.symlink_to(elsewhere)


def anchors_unnamed(disk):
    """Remove the file, and that the journal names a line of it."""
    disk.anchors.unlink()
    disk.run("DELETE FROM known WHERE name = 'audit-anchor'")


WITH_THE_ANCHORS = (
    anchors_deleted,
    anchors_emptied,
    anchors_cut,
    anchors_edited,
    anchors_forged,
    anchors_linked,
    anchors_unnamed,
)
