"""An open form is one person's, for half an hour, and is sent in once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.errors import KeyReused
from bot.journal.model import OpenForm
from tests.bot.journal.conftest import AT


@pytest.fixture
async def draft(journal, clock):
    kept = OpenForm(
        id="d" * 32,
        team="T",
        user="UANA",
        channel="C",
        thread=None,
        direct=False,
        command="relay",
        subcommand="start",
        values={"url": "rtmp://push.example.com/live/k"},
        answer_url=None,
        expires_at=AT + timedelta(minutes=30),
    )
    await journal.open_forms.keep(kept)
    return kept


async def test_it_is_given_to_its_owner_alone(journal, draft):
    assert await journal.open_forms.get(draft.id, team="T", user="UANA") == draft
    assert await journal.open_forms.get(draft.id, team="T", user="UBOB") is None
    assert await journal.open_forms.get(draft.id, team="TELSE", user="UANA") is None


async def test_it_is_sent_in_once(journal, draft, new):
    first = new()
    await journal.accept(first, draft=draft.id)

    with pytest.raises(KeyReused):
        await journal.accept(new(), draft=draft.id)

    _same, fresh = await journal.accept(first, draft=draft.id)
    kept = await journal.open_forms.get(draft.id, team="T", user="UANA")
    assert not fresh
    assert kept.used_by == first.key
    assert len(await journal.recent("T")) == 1


async def test_a_form_that_nobody_opened_is_not_taken(journal, new):
    with pytest.raises(KeyReused):
        await journal.accept(new(), draft="f" * 32)

    assert await journal.recent("T") == []


async def test_after_its_time_it_is_gone(journal, draft, clock):
    clock.push(minutes=31)

    assert await journal.open_forms.get(draft.id, team="T", user="UANA") is None


async def ids(journal):
    rows = await journal._writer.read(
        lambda c: c.exec_driver_sql("SELECT id, used_by FROM drafts ORDER BY id").all()
    )
    return [tuple(row) for row in rows]


async def test_until_its_time_is_up_it_is_there_and_others_do_not_drive_it_out(
    journal, draft, clock
):
    clock.push(minutes=30)
    other = replace(draft, id="e" * 32, expires_at=clock() + timedelta(minutes=30))

    await journal.open_forms.keep(other)

    assert await journal.open_forms.get(draft.id, team="T", user="UANA") == draft
    assert await ids(journal) == [("d" * 32, ""), ("e" * 32, "")]


async def test_what_is_past_its_time_is_thrown_away_by_the_next(journal, draft, clock):
    clock.push(minutes=30, seconds=1)
    other = replace(draft, id="e" * 32, expires_at=clock() + timedelta(minutes=30))

    await journal.open_forms.keep(other)

    assert await ids(journal) == [("e" * 32, "")]


async def test_a_submission_uses_up_its_own_form_only(journal, draft, new):
    await journal.open_forms.keep(replace(draft, id="e" * 32))

    await journal.accept(new(key="k"), draft=draft.id)

    assert await ids(journal) == [("d" * 32, "k"), ("e" * 32, "")]
