"""What says that a journal is not to be opened, and what takes it away."""

import stat

import pytest

from bot.errors import JournalUnavailable
from bot.journal import marks
from bot.journal.known import FORGET, keep

AT = 1_790_000_000_000
WORDS = {
    marks.BACKUP: (
        str(AT),
        marks.refuse_backup,
        "backup of 2026-09-21 14:13:20 UTC",
    ),
    marks.MOVING: ("{}", marks.refuse_unfinished, "is being moved into this database"),
}


async def on(journal, work):
    return await journal._writer.write(work)


@pytest.mark.parametrize("name", WORDS)
async def test_what_is_marked_is_refused_until_the_mark_is_gone(journal, name):
    value, refuse, why = WORDS[name]
    await on(journal, refuse)
    await on(journal, lambda c: keep(c, name, value))

    with pytest.raises(JournalUnavailable, match=why):
        await on(journal, refuse)

    await on(journal, lambda c: c.execute(FORGET, {"of": name}))
    await on(journal, refuse)


def test_a_file_that_was_moved_is_refused_until_the_mark_beside_it_is_gone(tmp_path):
    file, mark = tmp_path / "p.db", tmp_path / "p.db.moved"
    marks.refuse_moved(file)
    marks.mark_moved(file, "postgresql://db/patchbay")

    with pytest.raises(JournalUnavailable, match="was moved to postgresql://db/patch"):
        marks.refuse_moved(file)

    assert marks.moved_to(file) == "postgresql://db/patchbay"
    assert stat.S_IMODE(mark.stat().st_mode) == 0o600
    mark.unlink()
    marks.refuse_moved(file)
