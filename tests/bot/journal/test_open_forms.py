"""An open form is one person's, for half an hour, and is sent in once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.errors import KeyReused, NotAllowed
from tests.bot.journal.conftest import form_at


@pytest.fixture
async def form(journal, clock):
    kept = form_at(clock, id="d" * 32)
    await journal.open_forms.keep(kept)
    return kept


async def test_it_is_given_to_its_owner_alone(journal, form):
    assert await journal.open_forms.get(form.id, team="T", user="UANA") == form
    assert await journal.open_forms.get(form.id, team="T", user="UBOB") is None
    assert await journal.open_forms.get(form.id, team="TELSE", user="UANA") is None
    assert await journal.open_forms.get("e" * 32, team="T", user="UANA") is None


async def test_it_is_sent_in_once(journal, form, new):
    first = new()
    await journal.accept(first, form=form.id)

    with pytest.raises(KeyReused):
        await journal.accept(new(), form=form.id)

    _same, fresh = await journal.accept(first, form=form.id)
    kept = await journal.open_forms.get(form.id, team="T", user="UANA")
    assert not fresh
    assert kept.used_by == first.key
    assert len(await journal.find.recent("T")) == 1


async def test_a_submission_that_is_refused_does_not_use_it_up(journal, form, new):
    def refuse(_usage):
        raise NotAllowed("enough", rule="limits")

    with pytest.raises(NotAllowed):
        await journal.accept(new(), form=form.id, admit=refuse)

    assert await journal.open_forms.get(form.id, team="T", user="UANA") == form


async def test_a_form_that_nobody_opened_is_not_taken(journal, new):
    with pytest.raises(KeyReused):
        await journal.accept(new(), form="f" * 32)

    assert await journal.find.recent("T") == []


async def test_after_its_time_it_is_gone(journal, form, clock):
    clock.push(minutes=31)

    assert await journal.open_forms.get(form.id, team="T", user="UANA") is None


async def ids(journal):
    rows = await journal._writer.read(
        lambda c: c.exec_driver_sql(
            "SELECT id, used_by FROM open_forms ORDER BY id"
        ).all()
    )
    return [tuple(row) for row in rows]


async def test_until_its_time_is_up_it_is_there_and_others_do_not_drive_it_out(
    journal, form, clock
):
    clock.push(minutes=30)
    other = replace(form, id="e" * 32, expires_at=clock() + timedelta(minutes=30))

    await journal.open_forms.keep(other)

    assert await journal.open_forms.get(form.id, team="T", user="UANA") == form
    assert await ids(journal) == [("d" * 32, ""), ("e" * 32, "")]


async def test_what_is_past_its_time_is_thrown_away_by_the_next(journal, form, clock):
    clock.push(minutes=30, seconds=1)
    other = replace(form, id="e" * 32, expires_at=clock() + timedelta(minutes=30))

    await journal.open_forms.keep(other)

    assert await ids(journal) == [("e" * 32, "")]


async def test_a_submission_uses_up_its_own_form_only(journal, form, new):
    await journal.open_forms.keep(replace(form, id="e" * 32))

    await journal.accept(new(key="k"), form=form.id)

    assert await ids(journal) == [("d" * 32, "k"), ("e" * 32, "")]
