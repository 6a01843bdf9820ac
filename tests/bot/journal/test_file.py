"""The file of the journal: whose it is, what is in it, and when it does not open."""

import sqlite3
import stat

import pytest
from pydantic import SecretStr

from bot.errors import JournalUnavailable
from bot.journal.migrate import make_engine, upgrade
from bot.journal.sqlite.writer import sqlite_file
from tests.bot.journal.makers import form_at
from tests.bot.journal.revisions import home, put_own
from tests.fakes.disk import damage
from tests.fakes.journal import opened

pytestmark = pytest.mark.sqlite


async def test_the_file_is_for_its_owner_only(journal, url):
    file = sqlite_file(url)

    for ending in ("", "-wal", "-shm"):
        beside = file.with_name(file.name + ending)
        assert stat.S_IMODE(beside.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.with_suffix(".key").stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


async def test_no_secret_is_in_the_file(journal, new, url, clock):
    canary = "canary-" * 3
    await journal.accept(
        new(request=canary.encode(), answer_url=SecretStr(f"https://x/{canary}"))
    )
    await journal.open_forms.keep(form_at(clock, values={"url": canary}))
    sent, _ = await journal.accept(new())
    await journal.update(sent.id, reply_secret=canary.encode())

    written = b"".join(path.read_bytes() for path in sqlite_file(url).parent.iterdir())

    assert canary.encode() not in written
    assert await journal.find.secret_of(sent.id) == canary.encode()


async def test_the_folders_of_the_file_are_made(tmp_path, clock):
    file = tmp_path / "a/b/patchbay.db"

    journal = await opened(f"sqlite:///{file}", clock)
    journal.close()

    assert file.exists()


async def test_a_second_process_on_the_file_is_refused(journal, url, clock):
    with pytest.raises(JournalUnavailable, match="in use by another"):
        await opened(url, clock)


async def test_a_file_that_is_no_database_is_refused_and_kept(tmp_path, clock):
    file = tmp_path / "patchbay.db"
    put_own(file, b"not a database" * 100)

    with pytest.raises(JournalUnavailable):
        await opened(f"sqlite:///{file}", clock)

    assert file.read_bytes().startswith(b"not a database")


async def test_a_damaged_file_of_an_older_release_is_refused_and_kept(url, clock):
    file = home(sqlite_file(url).parent) / "patchbay.db"
    put_own(file, b"")
    engine = make_engine(url)
    upgrade(engine, "0009")
    engine.dispose()
    damaged = damage(file)

    with pytest.raises(JournalUnavailable, match="the journal is damaged"):
        await opened(url, clock)

    assert file.read_bytes() == damaged


@pytest.mark.parametrize("url", ["patchbay.db", "nonsense://x/y", "oracle://x/y"])
async def test_a_database_that_cannot_be_reached_is_unavailable(url, clock):
    with pytest.raises(JournalUnavailable, match="does not open"):
        await opened(url, clock)


async def test_a_file_that_serves_only_newer_ones_is_refused(reopen, url, clock):
    journal = await reopen()
    journal.close()

    with sqlite3.connect(sqlite_file(url)) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.execute(
            "UPDATE known SET value = '9998' WHERE name = 'minimum_reader'"
        )
    database.close()

    with pytest.raises(JournalUnavailable, match="serves releases from 9998 on"):
        await opened(url, clock)


async def test_another_key_opens_nothing(reopen, new, url):
    journal = await reopen()
    intent, _ = await journal.accept(new())
    journal.close()
    sqlite_file(url).with_suffix(".key").unlink()  # the next start makes another

    journal = await reopen()

    with pytest.raises(JournalUnavailable, match="does not open"):
        await journal.find.request_of(intent.id)


async def test_a_key_file_that_is_none_is_refused(url, clock, tmp_path):
    put_own(home(tmp_path / "var") / "patchbay.key", b"short")

    with pytest.raises(JournalUnavailable, match="not a key of mine"):
        await opened(url, clock)


async def test_a_secret_of_the_environment_can_be_the_key(url, clock, new):
    for _ in range(2):
        journal = await opened(
            url,
            clock,
            seal_key=SecretStr("s" * 20),
        )
        intent, _fresh = await journal.accept(new(key="k", request=b"whole"))
        assert await journal.find.request_of(intent.id) == b"whole"
        journal.close()


async def test_a_directory_that_cannot_be_made_is_named(tmp_path, clock):
    (tmp_path / "file").write_text("")

    with pytest.raises(JournalUnavailable, match=r"Not a directory|File exists"):
        await opened(f"sqlite:///{tmp_path}/file/x.db", clock)


async def test_a_closed_journal_says_so(journal, new):
    journal.close()

    with pytest.raises(JournalUnavailable):
        await journal.accept(new())
    with pytest.raises(JournalUnavailable):
        await journal.find.get("x")
    assert not await journal.writable()


async def test_an_open_journal_is_writable(journal):
    assert await journal.writable()
