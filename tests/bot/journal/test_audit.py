"""The audit trail: written once, and whoever changes it is found out."""

import hashlib
import json
import sqlite3
from dataclasses import asdict, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import JournalUnavailable
from bot.journal.audit import (
    NOTHING_BEFORE,
    Decision,
    Entry,
    Record,
    broken_at,
    stored,
)
from tests.bot.journal.conftest import AT


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


async def test_records_follow_one_another(trail):
    assert [record.number for record in trail] == [1, 2, 3, 4]
    assert trail[0].previous == NOTHING_BEFORE
    assert [one.previous for one in trail[1:]] == [one.hash for one in trail[:-1]]
    assert broken_at(trail) is None
    assert broken_at([]) is None


@pytest.mark.parametrize("field", list(Entry.__dataclass_fields__))
async def test_whatever_is_changed_later_is_found(trail, field):
    old = getattr(trail[1], field)
    new = old + "x" if isinstance(old, str) else old.replace(year=2020)

    changed = [trail[0], replace(trail[1], **{field: new}), *trail[2:]]

    assert broken_at(changed) == 2


async def test_what_is_taken_out_moved_or_slipped_in_is_found(trail):
    assert broken_at([trail[0], *trail[2:]]) == 2
    assert broken_at(trail[1:]) == 1
    assert broken_at([trail[0], trail[2], trail[1], trail[3]]) == 2
    assert broken_at([trail[0], trail[0], *trail[1:]]) == 2


async def test_the_hash_of_an_earlier_export_tells_that_the_end_was_cut_off(trail):
    assert broken_at(trail[:-1]) is None
    assert trail[-1].hash not in {record.hash for record in trail[:-1]}


async def test_an_exported_line_has_all_that_the_hash_covers(trail):
    line = json.loads(trail[2].as_json())

    assert line.keys() == asdict(trail[2]).keys()
    assert line["at"] == round(AT.timestamp() * 1000)


@given(st.text(), st.text())
def test_any_text_has_one_canonical_form(rule, why):
    record = Record(
        **asdict(entry(1, rule=rule, why=why)), number=1, previous="p", hash="h"
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


async def test_of_a_long_reason_the_beginning_is_written_and_covered(journal):
    await journal.audit.write(entry(1, why="w" * 500 + "x"))

    trail = await journal.audit.all()

    assert [record.why for record in trail] == ["w" * 500]
    assert broken_at(trail) is None


async def test_a_record_is_written_down_and_hashed_in_one_way_for_all_times(journal):
    await journal.audit.write(entry(1, why="é"))

    (record,) = await journal.audit.all()

    body = (
        '{"action":"relay.start","app":"","at":1772366400000,"channel":"C",'
        '"decision":"allow","digest":"","handle":"R1",%s"home":"T","intent":"",'
        '"number":1,"previous":"' + "0" * 64 + '","rule":"on-call","team":"T",'
        '"user":"U1","why":"\\u00e9"}'
    )
    covered = hashlib.sha256((body % "").encode()).hexdigest()
    assert record.hash == covered
    assert record.as_json() == body % f'"hash":"{covered}",'


async def test_the_file_itself_refuses_changes(journal, trail, tmp_path):
    with sqlite3.connect(tmp_path / "var/patchbay.db") as other:
        for statement in ("DELETE FROM audit", "UPDATE audit SET why = 'x'"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                other.execute(statement)
    other.close()


async def test_it_is_read_beside_a_running_bot(trail, url):
    assert stored(url) == trail


def test_where_there_is_no_journal_there_is_no_trail(tmp_path):
    with pytest.raises(JournalUnavailable, match="is not there"):
        stored(f"sqlite:///{tmp_path}/nothing.db")
    (tmp_path / "empty.db").touch()
    with pytest.raises(JournalUnavailable, match="no such table"):
        stored(f"sqlite:///{tmp_path}/empty.db")
