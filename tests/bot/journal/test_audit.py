"""The audit records: written once, a chain for each workspace, signed."""

import hashlib
import hmac
import json
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.journal.anchors import NOTHING_BEFORE, Head
from bot.journal.audit import INSTALLATION, Decision, Entry, Record
from bot.journal.audit_key import AuditKey
from tests.bot.journal.conftest import AT

KEY = AuditKey(b"k" * 32)


def entry(number, **values):
    return Entry(
        **{
            "at": AT,
            "team": "T",
            "user": f"U{number}",
            "home": "T",
            "channel": "C",
            "action": "relay.start",
            "decision": Decision.ALLOWED,
            "rule": "on-call",
            "handle": "R1",
            **values,
        }
    )


@pytest.fixture
async def trail(journal):
    for number in range(4):
        await journal.audit.write(entry(number))
    return await journal.audit.all()


@pytest.fixture
def key(journal):
    return journal._audit_key


def misfits(records, key):
    """Return the numbers of the *records* that do not fit behind the one before."""
    before, found = Head("T", 0, NOTHING_BEFORE), []
    for number, record in enumerate(records, 1):
        if not record.fits(before, key):
            found.append(number)
        before = Head(record.chain, record.number, record.hash)
    return found


async def test_records_follow_one_another(trail, key):
    assert [record.number for record in trail] == [1, 2, 3, 4]
    assert trail[0].previous == NOTHING_BEFORE
    assert [one.previous for one in trail[1:]] == [one.hash for one in trail[:-1]]
    assert misfits(trail, key) == []


async def test_each_workspace_has_a_chain_and_the_installation_has_one(journal):
    for number, team in enumerate(("T1", "T2", "", "T1", "T2", "T1")):
        await journal.audit.write(entry(number, team=team))

    async def numbers(chain):
        return [record.number for record in await journal.audit.all(chain)]

    assert await numbers("T1") == [1, 2, 3]
    assert await numbers("T2") == [1, 2]
    assert await numbers(INSTALLATION) == [1, 2]  # the first closes what was before
    assert [(one.chain, one.number) for one in await journal.audit.all()] == [
        *(("T1", number) for number in (1, 2, 3)),
        *(("T2", number) for number in (1, 2)),
    ]


@pytest.mark.parametrize("field", [*Entry.__dataclass_fields__, "chain"])
async def test_whatever_is_changed_later_is_found(trail, key, field):
    old = getattr(trail[1], field)
    new = old + "x" if isinstance(old, str) else old.replace(year=2020)

    changed = [trail[0], replace(trail[1], **{field: new}), *trail[2:]]

    assert 2 in misfits(changed, key)


async def test_what_is_taken_out_moved_or_slipped_in_is_found(trail, key):
    assert misfits([trail[0], *trail[2:]], key) == [2]
    assert misfits(trail[1:], key) == [1]
    assert misfits([trail[0], trail[2], trail[1], trail[3]], key) == [2, 3, 4]
    assert misfits([trail[0], trail[0], *trail[1:]], key) == [2]


async def test_without_the_key_no_record_can_be_written(trail):
    assert misfits(trail, KEY) == [1, 2, 3, 4]


async def test_an_exported_line_has_all_that_the_hash_covers(trail):
    line = json.loads(trail[2].as_json())

    assert line.keys() == set(Record.__dataclass_fields__)
    assert line["at"] == round(AT.timestamp() * 1000)


@given(st.text(), st.text())
def test_any_text_has_one_canonical_form(rule, why):
    record = Record(
        **{name: getattr(entry(1), name) for name in Entry.__dataclass_fields__}
        | {"rule": rule, "why": why},
        chain="T",
        number=1,
        previous="p",
        hash="h",
    )

    assert json.loads(record.as_json())["why"] == why
    assert "\n" not in record.as_json()


async def test_the_newest_of_a_thing_or_a_person_are_read(journal):
    await journal.audit.write(entry(1, handle="R7"))
    await journal.audit.write(entry(2, decision=Decision.REFUSED, handle=""))
    await journal.audit.write(entry(1, decision=Decision.DID))
    await journal.audit.write(entry(1, team="TELSE"))

    async def numbers(**by):
        records = await journal.audit.lately("T", **{"handle": None, "user": "", **by})
        return [record.number for record in records]

    assert await numbers() == [3, 2, 1]
    assert await numbers(handle="R7") == [1]
    assert await numbers(user="U1") == [3, 1]


async def test_fifteen_records_are_read_unless_more_are_asked_for(journal):
    for number in range(17):
        await journal.audit.write(entry(number))

    async def numbers(**more):
        records = await journal.audit.lately("T", handle=None, user="", **more)
        return [record.number for record in records]

    assert await numbers() == list(range(17, 2, -1))
    assert await numbers(limit=2) == [17, 16]


async def test_of_a_long_reason_the_beginning_is_written_and_covered(journal, key):
    await journal.audit.write(entry(1, why="w" * 500 + "x"))

    trail = await journal.audit.all()

    assert [record.why for record in trail] == ["w" * 500]
    assert misfits(trail, key) == []


@pytest.mark.sqlite
async def test_a_record_is_written_down_and_signed_in_one_way_for_all_times(
    journal, tmp_path
):
    await journal.audit.write(entry(1, why="é"))

    (record,) = await journal.audit.all()

    body = (
        '{"action":"relay.start","app":"","at":1772366400000,"chain":"T",'
        '"channel":"C","decision":"allow","digest":"","handle":"R1",%s"home":"T",'
        '"intent":"","number":1,"previous":"' + "0" * 64 + '","rule":"on-call",'
        '"team":"T","user":"U1","why":"\\u00e9"}'
    )
    key = (tmp_path / "var/patchbay.audit.key").read_bytes()
    covered = hmac.new(key, (body % "").encode(), hashlib.sha256).hexdigest()
    assert record.hash == covered
    assert record.as_json() == body % f'"hash":"{covered}",'


REFUSED = {
    "delete": "DELETE FROM audit",
    "update": "UPDATE audit SET why = 'x'",
    "replace": "INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE number = 4",
    "upsert": "INSERT INTO audit SELECT * FROM audit WHERE true"
    " ON CONFLICT DO UPDATE SET why = 'x'",
    "a gap": "INSERT INTO audit SELECT chain, 9, at, team, user, home, channel, action,"
    " decision, rule, why, app, intent, handle, digest, hash, hash FROM audit"
    " WHERE number = 4",
    "a head back": "UPDATE audit_heads SET count = 3",
    "a head forth": "UPDATE audit_heads SET count = count + 1",
    "a new head": "UPDATE audit_heads SET head = 'x'",
    "no head": "DELETE FROM audit_heads",
    "another head": "INSERT INTO audit_heads VALUES ('TNEW', 1, 'x')",
    "a head replaced": "INSERT OR REPLACE INTO audit_heads"
    " SELECT chain, 1, hash FROM audit WHERE number = 1",
    "an unkeyed record": "INSERT INTO audit_unkeyed SELECT number, at, team, user,"
    " home, channel, action, decision, rule, why, app, intent, handle, digest,"
    " previous, hash FROM audit WHERE number = 4",
}


@pytest.mark.sqlite
@pytest.mark.usefixtures("trail")
@pytest.mark.parametrize("recursive", ["ON", "OFF"])
@pytest.mark.parametrize("change", REFUSED)
async def test_the_file_itself_refuses_changes(tmp_path, change, recursive):
    with closing(sqlite3.connect(tmp_path / "var/patchbay.db")) as other:
        other.execute(f"PRAGMA recursive_triggers={recursive}")
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            other.execute(REFUSED[change])


@pytest.mark.sqlite
async def test_the_journal_itself_lets_no_replacement_pass_by_the_triggers(journal):
    pragma = "PRAGMA recursive_triggers"

    on = await journal._writer.write(lambda c: c.run(pragma).scalar())

    assert on == 1
