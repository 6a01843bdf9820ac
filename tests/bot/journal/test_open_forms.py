"""An open form is one person's, for half an hour, and is sent in once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.errors import KeyReused, NotAllowed
from bot.journal.open_forms import MOST_OPEN
from tests.bot.journal.makers import form_at


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
        lambda c: c.run("SELECT id, used_by FROM open_forms ORDER BY id").all()
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


async def opened(journal, clock, count, user="UANA"):
    """Open *count* forms, a second after each other; return their ids."""
    names = []
    for number in range(count):
        clock.push(seconds=1)
        names.append(f"{user}{number:02}")
        await journal.open_forms.keep(form_at(clock, id=names[-1], user=user))
    return names


async def test_whoever_opens_one_too_many_loses_the_oldest_and_not_the_newest(
    journal, clock
):
    names = await opened(journal, clock, MOST_OPEN + 3)

    assert [one for one, _used in await ids(journal)] == names[-MOST_OPEN:]


async def test_the_many_forms_of_somebody_else_cost_nobody_theirs(journal, form, clock):
    await opened(journal, clock, MOST_OPEN * 3, user="UBOB")

    assert await journal.open_forms.get(form.id, team="T", user="UANA") == form


@pytest.mark.sqlite
async def test_dropping_the_oldest_looks_at_the_forms_of_that_person_only(journal):
    statement = (
        "EXPLAIN QUERY PLAN DELETE FROM open_forms WHERE team = 'T' AND user = 'U'"
        " AND id NOT IN (SELECT id FROM open_forms WHERE team = 'T' AND user = 'U'"
        " ORDER BY expires_at DESC LIMIT 4)"
    )
    plan = await journal._writer.read(
        lambda c: [row[-1] for row in c.run(statement).all()]
    )

    assert len(plan) == 3
    assert not [line for line in plan if "SCAN" in line or "TEMP B-TREE" in line]
