"""A key that has sealed something and is missing is told, until it is back."""

import shutil
import sqlite3
from contextlib import closing

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from bot.journal.sealed import SEALED
from bot.journal.sqlite.keyring import key_path
from bot.journal.sqlite.look import look
from bot.journal.sqlite.writer import sqlite_file
from tests.bot.journal.revisions import unbound
from tests.bot.journal.test_rotation import OLD, filled
from tests.fakes.journal import opened

pytestmark = pytest.mark.sqlite
CELLS = [(table.name, one.name) for table in SEALED for one in SEALED[table]]


@pytest.fixture
async def of_all(reopen, new, clock, url):
    """Return the file of a journal with something sealed in every column."""
    journal = await reopen()
    await filled(journal, new, clock, count=1)
    journal.close()
    return sqlite_file(url)


async def missed(url, clock, **more):
    """Open the journal at *url*, and return the key files that are told to miss."""
    with capture_logs() as logs:
        (await opened(url, clock, **more)).close()
    return [
        one["file"]
        for one in logs
        if (one["event"], one["log_level"]) == ("seal.key-missing", "critical")
    ]


def leave(file, table, column):
    """Leave nothing sealed in *file* but what is in *column* of *table*."""
    with closing(sqlite3.connect(file)) as opened_file, opened_file:
        for other, columns in SEALED.items():
            if other.name != table:
                opened_file.execute(f"DELETE FROM {other.name}")  # noqa: S608 - our own
            for one in columns:
                if other.name == table and one.name != column and one.nullable:
                    opened_file.execute(f"UPDATE {table} SET [{one.name}] = NULL")  # noqa: S608 - our own


@pytest.mark.parametrize(("table", "column"), CELLS)
async def test_it_is_told_by_each_start_and_the_doctor_whatever_is_sealed(
    of_all, url, clock, table, column
):
    leave(of_all, table, column)
    before = look(url).keyless
    key_path(of_all).unlink()
    ahead = look(url).keyless

    assert (before, ahead) == (False, True)
    for _start in range(2):
        assert await missed(url, clock) == [str(key_path(of_all))]
        assert look(url).keyless


async def test_where_nothing_is_sealed_none_is_missed(reopen, url, clock):
    (await reopen()).close()
    key_path(sqlite_file(url)).unlink()

    assert not look(url).keyless
    assert await missed(url, clock) == []


async def test_beside_a_bot_that_runs_it_is_seen_too(of_all, url, clock):
    key_path(of_all).unlink()
    journal = await opened(url, clock)

    assert (look(url).in_use, look(url).keyless) == (True, True)
    journal.close()


async def test_once_it_is_back_nothing_is_missed(of_all, url, clock, tmp_path):
    key, saved = key_path(of_all), tmp_path / "saved"
    shutil.move(key, saved)
    assert await missed(url, clock) == [str(key)]

    shutil.copy2(saved, key)

    assert await missed(url, clock) == []
    assert not look(url).keyless


async def test_what_was_gone_through_is_not_missed_any_more(of_all, url, clock):
    key_path(of_all).unlink()
    journal = await opened(url, clock)
    await journal.rotation.reseal()
    journal.close()

    assert journal.rotation.unopened == len(CELLS)
    assert await missed(url, clock) == []


async def test_the_key_of_a_release_before_is_missed_and_known_again(
    of_all, url, clock
):
    with closing(sqlite3.connect(of_all)) as opened_file, opened_file:
        sealed = unbound(OLD, b"{}")
        opened_file.execute("UPDATE intents SET request = ?", (sealed,))
    key = key_path(of_all)
    key.unlink()
    assert await missed(url, clock) == [str(key)]

    key.write_bytes(OLD)

    assert await missed(url, clock) == []


async def test_a_key_of_the_settings_needs_no_file(of_all, url, clock):
    key_path(of_all).unlink()

    assert await missed(url, clock, seal_key=SecretStr("s" * 40)) == []
