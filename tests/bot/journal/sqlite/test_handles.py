"""A number that was given is not given again, whatever becomes of the journal."""

import json
import shutil
import stat

import pytest
from structlog.testing import capture_logs

from bot.ids import Kind
from bot.journal.sqlite.writer import sqlite_file

SESSION = Kind("S")


@pytest.fixture
def marks(url):
    return sqlite_file(url).with_name("patchbay.db.handles")


async def handles(journal, new, *kinds, **of):
    return [
        (await journal.accept(new(kind=Kind(one), **of)))[0].handle for one in kinds
    ]


@pytest.fixture
def copied(url, tmp_path):
    """Copy the journal's file away, and bring it back, as a restore does."""

    class Copied:
        @staticmethod
        def take():
            shutil.copy(sqlite_file(url), tmp_path / "copy.db")

        @staticmethod
        def put_back():
            file = sqlite_file(url)
            for one in file.parent.glob(f"{file.name}-*"):
                one.unlink()
            shutil.copy(tmp_path / "copy.db", file)

    return Copied


async def test_a_journal_that_was_put_back_gives_no_handle_twice(reopen, new, copied):
    journal = await reopen()
    await handles(journal, new, "R", "S")
    journal.close()
    copied.take()
    given = await handles(await reopen(), new, "R", "R", "S", "G")
    (await reopen()).close()
    copied.put_back()

    with capture_logs() as logs:
        journal = await reopen()
    again = await handles(journal, new, "R", "S", "G")

    assert given == ["R2", "R3", "S2", "G1"]
    assert again == ["R4", "S3", "G2"]
    ahead = {one["kind"]: one["handles_from"] for one in logs if "kind" in one}
    assert ahead == {"R": 4, "S": 3, "G": 2}


async def test_what_was_put_back_twice_still_gives_none_twice(reopen, new, copied):
    (await reopen()).close()
    copied.take()
    given = []
    for _ in range(3):
        given += await handles(await reopen(), new, "R", "R")
        (await reopen()).close()
        copied.put_back()

    assert given == [f"R{n}" for n in range(1, 7)]


async def test_a_number_is_noted_before_it_is_committed_and_undone_ones_are_lost(
    journal, new, marks
):
    assert not marks.exists()
    await handles(journal, new, "R", "R", "S")

    assert json.loads(marks.read_bytes()) == {"T R": 2, "T S": 1}
    assert stat.S_IMODE(marks.stat().st_mode) == 0o600


async def test_without_its_marks_the_journal_counts_on(reopen, new, marks):
    await handles(await reopen(), new, "R", "R")
    marks.unlink()

    assert await handles(await reopen(), new, "R") == ["R3"]
    assert json.loads(marks.read_bytes()) == {"T R": 3}


async def test_marks_that_are_behind_change_nothing(reopen, new, marks):
    await handles(await reopen(), new, "R", "R")
    marks.write_text(json.dumps({"R": 1}))

    assert await handles(await reopen(), new, "R") == ["R3"]


@pytest.mark.parametrize("text", ["", "[]", "nonsense", '{"R": "many"}', '{"R": null}'])
async def test_marks_that_cannot_be_read_are_told_and_counted_anew(
    reopen, new, marks, text
):
    await handles(await reopen(), new, "R")
    marks.write_text(text)

    with capture_logs() as logs:
        journal = await reopen()

    assert [one["event"] for one in logs if one["log_level"] == "critical"] == [
        "handles.unreadable"
    ]
    assert await handles(journal, new, "R") == ["R2"]


async def test_where_no_marks_can_be_kept_it_is_told_and_handles_are_given(
    journal, new, marks
):
    marks.mkdir()

    with capture_logs() as logs:
        given = await handles(journal, new, "R")

    assert given == ["R1"]
    assert [one["event"] for one in logs] == ["handles.unwritten"]
    assert list(marks.iterdir()) == []


async def test_each_workspace_counts_for_itself(journal, new, marks):
    first = await handles(journal, new, "R", "R", "S", team="T1")
    second = await handles(journal, new, "R", "S", team="T2")

    assert (first, second) == (["R1", "R2", "S1"], ["R1", "S1"])
    assert await handles(journal, new, "R", team="T1") == ["R3"]
    noted = {"T1 R": 3, "T1 S": 1, "T2 R": 1, "T2 S": 1}
    assert json.loads(marks.read_bytes()) == noted


async def test_what_was_put_back_gives_no_workspace_a_handle_twice(reopen, new, copied):
    """Nor one that the copy does not know, and whose marks are gone as well."""
    await handles(await reopen(), new, "R", team="T1")
    (await reopen()).close()
    copied.take()
    given = await handles(await reopen(), new, "R", "G", team="T2")
    (await reopen()).close()
    copied.put_back()

    journal = await reopen()
    again = await handles(journal, new, "R", "G", team="T2")

    assert (given, again) == (["R1", "G1"], ["R2", "G2"])


async def test_a_workspace_that_a_copy_without_marks_does_not_know_begins_behind(
    reopen, new, copied, marks, url, tmp_path
):
    await handles(await reopen(), new, "R", team="T1")
    (await reopen()).close()
    copied.take()
    await handles(await reopen(), new, "R", team="T2")
    (await reopen()).close()
    sqlite_file(url).rename(tmp_path / "before.db")
    copied.put_back()
    marks.unlink()

    journal = await reopen()

    assert await handles(journal, new, "R", "G", team="T2") == ["R1001", "G1001"]
    assert await handles(journal, new, "R", team="T1") == ["R1002"]


@pytest.mark.parametrize(
    ("teams", "given"), [(["T1", "T2"], ["R8", "R8", "R1"]), ([], ["R8", "R8", "R8"])]
)
async def test_marks_of_a_release_that_counted_for_all_hold_for_each(
    reopen, new, marks, teams, given
):
    journal = await reopen()
    for team in teams:
        await handles(journal, new, "R", team=team)
    journal.close()
    marks.touch(mode=0o600)
    marks.write_text(json.dumps({"R": 7}))

    journal = await reopen()

    assert [
        (await handles(journal, new, "R", team=team))[0] for team in ("T1", "T2", "T3")
    ] == given
    assert json.loads(marks.read_bytes())["R"] == 7
