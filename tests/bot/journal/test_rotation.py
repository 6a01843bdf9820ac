"""Keys change under a journal that is in use: every value opens at every moment."""

import base64
import json
import shutil

import pytest
from pydantic import SecretStr
from sqlalchemy import LargeBinary, select, update
from structlog.testing import capture_logs

from bot.errors import JournalUnavailable
from bot.journal.audit import Decision
from bot.journal.rotation import PIECE
from bot.journal.rows import packed
from bot.journal.schema import intents, metadata
from bot.journal.seal import Cell, ring_of
from bot.journal.sealed import SEALED
from bot.journal.sqlite.writer import sqlite_file
from bot.journal.statement import Statement
from tests.bot.journal.makers import a_proposal, form_at
from tests.bot.journal.revisions import put_own, unbound
from tests.bot.journal.test_audit import entry
from tests.bot.journal.test_named_targets import target as a_target
from tests.bot.journal.test_presets import preset as a_preset
from tests.fakes.journal import opened

pytestmark = pytest.mark.sqlite

CELLS = [
    (table, column.name)
    for table in metadata.sorted_tables
    for column in table.c
    if isinstance(column.type, LargeBinary)
]
OLD = b"o" * 32


async def filled(journal, new, clock, count=2):
    """Fill *count* rows of every table that holds sealed values, in every column."""
    for number in range(count):
        url = SecretStr(f"https://hooks.slack.com/{number}")
        intent, _ = await journal.accept(new(request=b"%d" % number, answer_url=url))
        await journal.update(intent.id, reply_secret=b"secret %d" % number)
        whole = Cell("intents", "present_request", intent.id)  # as a change leaves it
        sealed = journal._seal.close(b"whole %d" % number, whole)
        await put(journal, intents, intent.id, present_request=sealed)
        values = {"url": f"rtmp://a/b/{number}"}
        form = form_at(clock, id=f"d{number}", values=values, answer_url=url)
        await journal.open_forms.keep(form)
        main = a_target(number)
        await journal.saved.targets.add(main, SecretStr("rtmp://a/b/c"), entry(number))
        await journal.saved.presets.keep(
            a_preset(number, owner=f"U{number}"), entry(number)
        )
        asked = a_proposal(clock, number)
        record = asked.entry(asked.asker, clock(), Decision.DID, "approval.asked")
        await journal.proposals.ask(asked, b"[%d]" % number, audit=record, form=None)


async def sealed_in(journal, table, column):
    """Return every sealed value of a column by its row."""
    query = select(table.c.id, table.c[column]).order_by(table.c.id)
    return dict(await journal._writer.read(lambda c: c.execute(Statement(query)).all()))


async def everything(journal):
    """Open every sealed value there is: by table, column and row."""
    return {
        (table.name, column, row): journal._seal.open(
            sealed, Cell(table.name, column, row)
        )
        for table, column in CELLS
        for row, sealed in (await sealed_in(journal, table, column)).items()
        if sealed is not None
    }


async def put(journal, table, row, **values):
    statement = update(table).where(table.c.id == row).values(values)
    await journal._writer.write(lambda c: c.execute(Statement(statement)))


def ring_file(url):
    return sqlite_file(url).with_suffix(".key")


def keys_in(url):
    return len(json.loads(ring_file(url).read_bytes())["keys"])


async def test_every_column_of_bytes_is_sealed_and_changes_its_key():
    named = {(table, one.name) for table, all_of in SEALED.items() for one in all_of}

    assert named == set(CELLS)
    assert len(CELLS) == 9


@pytest.mark.parametrize(("table", "column"), CELLS)
async def test_a_value_put_into_another_row_does_not_open(
    journal, new, clock, table, column
):
    await filled(journal, new, clock)
    (one, sealed), (other, _) = (await sealed_in(journal, table, column)).items()
    assert await everything(journal)

    await put(journal, table, other, **{column: sealed})

    cell = Cell(table.name, column, other)
    with pytest.raises(JournalUnavailable, match="does not open"):
        journal._seal.open((await sealed_in(journal, table, column))[other], cell)
    assert journal._seal.open(sealed, cell._replace(row=one))


@pytest.mark.parametrize(("table", "column"), CELLS)
async def test_a_value_put_into_another_column_does_not_open(
    journal, new, clock, table, column
):
    await filled(journal, new, clock, 1)
    ((row, sealed),) = (await sealed_in(journal, table, column)).items()

    for other in {name for _, name in CELLS} - {column}:
        with pytest.raises(JournalUnavailable, match="does not open"):
            journal._seal.open(sealed, Cell(table.name, other, row))


async def test_a_request_of_another_row_is_not_sent_and_its_url_not_used(journal, new):
    url = SecretStr("https://hooks.slack.com/x")
    one, _ = await journal.accept(new(request=b"one", answer_url=url))
    other, _ = await journal.accept(new(request=b"other", answer_url=url))
    for table, column in CELLS[:3]:
        assert table.name == "intents"
        sealed = (await sealed_in(journal, table, column))[one.id]
        await put(journal, table, other.id, **{column: sealed})

    with pytest.raises(JournalUnavailable, match="does not open"):
        await journal.find.request_of(other.id)
    assert await journal.find.request_of(one.id) == b"one"


async def test_a_new_key_seals_at_once_and_the_old_one_goes_when_nothing_needs_it(
    journal, new, clock, url
):
    await filled(journal, new, clock, PIECE + 3)
    before = await everything(journal)
    old = journal._seal.ring.keys

    await journal.rotation.add_key()

    intent, _ = await journal.accept(new(request=b"later"))
    cell = ("intents", "request", intent.id)
    assert await everything(journal) == {**before, cell: packed(b"later", "{}")}
    assert (journal._seal.ring.keys[:1], keys_in(url)) == (old, 2)

    assert await journal.rotation.go_on(100)

    assert keys_in(url) == 1
    assert old[0] not in journal._seal.ring.keys
    assert await everything(journal) == {**before, cell: packed(b"later", "{}")}


@pytest.mark.parametrize("pieces", range(8))
async def test_a_crash_after_any_piece_loses_nothing(reopen, new, clock, pieces):
    journal = await reopen()
    await filled(journal, new, clock, PIECE + 3)
    before = await everything(journal)
    await journal.rotation.add_key()
    await journal.rotation.go_on(pieces)

    with capture_logs() as logs:
        journal = await reopen()

    assert await everything(journal) == before
    assert [one["event"] for one in logs if one["event"] == "journal.copied"] == []
    assert await journal.rotation.go_on(100)
    assert await everything(journal) == before


@pytest.mark.parametrize("moment", ["added", "dropped"])
async def test_a_crash_between_the_ring_and_the_journal_leaves_out_no_handle(
    reopen, new, clock, url, tmp_path, moment
):
    """The file of the ring is new; the journal that knows it was not committed."""
    journal = await reopen()
    await filled(journal, new, clock, 1)
    if moment == "dropped":
        await journal.rotation.add_key()
        await journal.rotation.go_on(len(SEALED) + 1)
    journal.close()
    copy = tmp_path / "before.db"
    file = sqlite_file(url)
    inode = file.stat().st_ino
    shutil.copy(file, copy)
    journal = await reopen()
    if moment == "added":
        await journal.rotation.add_key()
    else:
        assert await journal.rotation.go_on(100)
    journal.close()
    file.write_bytes(copy.read_bytes())  # the same file, without the last commit
    assert file.stat().st_ino == inode

    with capture_logs() as logs:
        journal = await reopen()

    assert "journal.copied" not in [one["event"] for one in logs]
    assert (await journal.accept(new()))[0].handle == "R2"
    assert len(await everything(journal)) == len(CELLS) + 1


async def test_the_key_of_an_older_release_goes_once_all_is_bound(
    reopen, new, clock, url
):
    journal = await reopen()
    await filled(journal, new, clock)
    bound = await everything(journal)
    for (table, column, row), data in bound.items():
        await put(journal, metadata.tables[table], row, **{column: unbound(OLD, data)})
    journal.close()
    ring_file(url).unlink()
    put_own(ring_file(url), OLD)

    journal = await reopen()

    assert await everything(journal) == bound
    assert base64.b64encode(OLD) in ring_file(url).read_bytes()
    assert not journal._seal.ring.is_one
    assert await journal.rotation.go_on(100)
    assert await everything(journal) == bound
    assert base64.b64encode(OLD) not in ring_file(url).read_bytes()


async def test_what_no_key_opens_is_told_and_holds_nothing_up(journal, new, clock):
    await filled(journal, new, clock)
    (first, _), (_, sealed) = (await sealed_in(journal, *CELLS[0])).items()
    await put(journal, CELLS[0][0], first, **{CELLS[0][1]: sealed})
    await journal.rotation.add_key()

    with capture_logs() as logs:
        assert await journal.rotation.go_on(100)

    assert [one for one in logs if one["log_level"] == "critical"] == [
        {
            "event": "seal.unopened",
            "log_level": "critical",
            "table": "intents",
            "row": first,
        }
    ]


async def test_a_ring_that_cannot_be_written_stays_as_it_is(journal, new, clock, url):
    await filled(journal, new, clock, 1)
    before, ring = await everything(journal), ring_file(url).read_bytes()
    (begun := ring_file(url).with_name("patchbay.key.new")).mkdir()

    with pytest.raises(JournalUnavailable, match="the key ring was not written"):
        await journal.rotation.add_key()
    assert ring_file(url).read_bytes() == ring
    begun.rmdir()
    await journal.rotation.add_key()
    begun.mkdir()
    with pytest.raises(JournalUnavailable, match="the key ring was not written"):
        await journal.rotation.go_on(100)
    assert keys_in(url) == 2
    begun.rmdir()
    assert await journal.rotation.go_on(1)

    assert (keys_in(url), await everything(journal)) == (1, before)


async def test_a_journal_with_one_key_has_nothing_to_do(journal, new, clock, url):
    ring = ring_file(url).read_bytes()

    assert await journal.rotation.go_on()
    assert ring_file(url).read_bytes() == ring


# ── keys of the environment ──────────────────────────────────────────────────────


async def test_a_new_line_of_the_secret_takes_over_from_the_old_one(url, clock, new):
    async def with_secret(text):
        return await opened(url, clock, seal_key=SecretStr(text))

    journal = await with_secret("old")
    await filled(journal, new, clock)
    before = await everything(journal)
    assert await journal.rotation.go_on(100)
    journal.close()

    journal = await with_secret("new\nold")
    assert await everything(journal) == before
    assert await journal.rotation.go_on(100)
    journal.close()

    journal = await with_secret("new\nold")
    assert journal._seal.ring.is_one
    assert journal._seal.ring.keys == ring_of("new\nold").keys
    journal.close()
    journal = await with_secret("new")
    assert await everything(journal) == before
    with pytest.raises(JournalUnavailable, match="lines of BOT_SEAL_KEY"):
        await journal.rotation.add_key()
    journal.close()


async def test_what_another_process_sealed_with_the_old_key_after_the_round_is_found(
    url, clock, new
):
    async def with_secret(text):
        return await opened(url, clock, seal_key=SecretStr(text))

    journal = await with_secret("new\nold")
    assert await journal.rotation.go_on(100)
    journal.close()
    late = await with_secret("old\nnew")  # as one that was not started again yet
    await filled(late, new, clock)
    before = await everything(late)
    late.close()
    journal = await with_secret("new\nold")
    await journal.rotation.reseal()
    counts = journal.rotation.resealed, journal.rotation.unopened
    await journal.rotation.reseal()
    again = journal.rotation.resealed, journal.rotation.unopened
    journal.close()

    journal = await with_secret("new")
    assert (counts, again) == ((len(before), 0), (0, 0))
    assert await everything(journal) == before
    journal.close()


async def test_what_an_older_release_sealed_with_a_secret_is_bound(url, clock, new):
    journal = await opened(url, clock, seal_key=SecretStr("s"))
    intent, _ = await journal.accept(new())
    old = unbound(ring_of("s").unbound[0], b"before")
    await put(journal, CELLS[0][0], intent.id, request=old)

    assert await journal.find.request_of(intent.id) == b"before"
    assert await journal.rotation.go_on(100)
    assert await journal.find.request_of(intent.id) == b"before"
    await put(journal, CELLS[0][0], intent.id, request=old)
    with pytest.raises(JournalUnavailable, match="does not open"):
        await journal.find.request_of(intent.id)
    journal.close()
