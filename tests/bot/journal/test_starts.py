"""A start that nothing comes between is not read again, and ends as if it were."""

from dataclasses import replace

import pytest

from bot.errors import IllegalMove
from bot.journal.evidence import Does, FactKind
from bot.journal.model import CARD_NOTICE
from bot.journal.rows import millis
from bot.states import State
from bot.tencent.events import RelayStatus
from tests.bot.journal.conftest import APP, fact, new_intent
from tests.bot.journal.makers import stop_of
from tests.bot.journal.test_audit import entry
from tests.bot.journal.test_events import event
from tests.fakes.clock import AT
from tests.fakes.journal import claimed, laid, opened

TASK, OTHER = "-the-task", "-another-task"
CHANGED = ("intents", "facts", "outbox", "targets", "tallies", "lines")
# Revisions count changes, of which there are fewer; sealed values are never the same.
OWN = {"rev", "request", "answer_url", "owner"}


@pytest.fixture
async def both(tmp_path, clock, driver):
    """Two journals in which the same happens."""
    journals = [
        await opened(f"sqlite:///{laid(tmp_path / name / 'p.db')}", clock)
        for name in ("straight", "long")
    ]
    yield journals
    for journal in journals:
        journal.close()


def asked_for(number, **values):
    return new_intent(
        AT,
        number,
        id=f"01{number:024}",
        sdk_app_id=APP,
        room=f"{number}",
        agent=f"pb_{number}",
        targets=(f"{number}" * 64,),
        **values,
    )


async def nothing(_journal, _start, _clock):
    """Let nothing come between."""


async def an_event(journal, start, _clock, task=TASK):
    told = event(3, RelayStatus.CONNECTING, agent=start.subject.agent, task_id=task)
    await journal.apply_event(told, APP)


async def an_event_of_another(journal, start, clock):
    await an_event(journal, start, clock, OTHER)


async def a_stop(journal, start, clock):
    def stop(**values):
        return new_intent(clock(), 7, id=f"01{7:024}", **values)

    await journal.accept(stop_of(stop, start, ref=""))


async def a_stop_by_its_id(journal, start, clock):
    def stop(**values):
        return new_intent(clock(), 7, id=f"01{7:024}", **values)

    foreign = {"about": None, "handle": None, "agent": ""}
    await journal.accept(stop_of(stop, start, ref=TASK, **foreign))


async def a_card(journal, _start, clock):
    for card in await journal.outbox.due(clock()):
        await journal.outbox.sent(card, ("C", "1.1"))


async def a_mark(journal, start, _clock):
    await journal.notify(start.id, CARD_NOTICE, mark="late")


async def a_word(journal, start, clock):
    await journal.learn(start.id, fact(FactKind.SILENCE, clock(), status=1))


async def another_with_its_id(journal, _start, clock):
    other, _ = await journal.accept(asked_for(8))
    await claimed(journal, other.id)
    said = fact(FactKind.ANSWERED, clock(), ref=TASK, job=other.id)
    await journal.complete(other.id, State.STARTED, notices=(), evidence=(said,))


BETWEEN = [
    nothing,
    an_event,
    an_event_of_another,
    a_stop,
    a_stop_by_its_id,
    a_card,
    a_mark,
    a_word,
    another_with_its_id,
]


def said(start, clock, kind, **values):
    values = {"job": start.id, "since": millis(clock()) - 2000, **values}
    return fact(kind, clock(), does=Does.CREATE, **values)


def started(start, clock):
    answer = said(start, clock, FactKind.ANSWERED, ref=TASK)
    return State.STARTED, {"request_id": "r", "reply": {"a": "b"}}, (answer,)


def refused(start, clock):
    answer = said(start, clock, FactKind.REFUSED, code="c", text="t" * 600)
    return State.NOT_STARTED, {"error_code": "c", "error_text": "t"}, (answer,)


def doubtful(start, clock):
    lost = said(start, clock, FactKind.NO_ANSWER)
    salvaged = replace(lost, key="salvaged", ref=TASK)
    return State.UNKNOWN, {"error_code": "c"}, (lost, salvaged)


async def rows_of(journal):
    """Return all that changed in the tables, but for what is never the same."""

    def read(connection):
        return {
            table: [
                {name: one for name, one in row.items() if name not in OWN}
                for row in _dicts(connection, table)
            ]
            for table in CHANGED
        }

    return await journal._writer.read(read)


def _dicts(connection, table):
    cursor = connection._raw.execute(f"SELECT * FROM {table}")  # noqa: S608 - named here
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


async def went(journal, clock, early, late, answer, *, straight):
    """Carry out a start, between whose steps *early* and *late* come; return it."""
    start, _ = await journal.accept(
        asked_for(1), notices=(CARD_NOTICE,), audit=entry(1), admit=lambda _usage: ()
    )
    assert start == await journal.find.get(start.id)
    clock.push(seconds=1)
    await early(journal, start, clock)
    clock.push(seconds=1)
    seen = {"seen": start} if straight else {}
    sending = await claimed(journal, start.id, **seen)
    if sending is None:
        return None
    assert sending == await journal.find.get(start.id)
    clock.push(seconds=1)
    await late(journal, start, clock)
    clock.push(seconds=1)
    to, changes, evidence = answer(start, clock)
    seen = {"seen": sending} if straight else {}
    ended = await journal.complete(
        start.id, to, notices=(CARD_NOTICE,), evidence=evidence, **seen, **changes
    )
    assert ended == await journal.find.get(start.id)
    return ended


async def came_to(journal, clock, *steps, straight):
    """Return how a start ended and what it left, or why it could not be."""
    clock.passed = 0.0
    try:
        ended = await went(journal, clock, *steps, straight=straight)
    except IllegalMove as error:
        return type(error), await rows_of(journal)
    ended = ended and replace(ended, rev=0, owner="")
    return ended, await rows_of(journal)


@pytest.mark.parametrize("answer", [started, refused, doubtful])
@pytest.mark.parametrize("late", BETWEEN)
async def test_whatever_comes_before_the_answer_it_ends_as_if_all_were_read(
    both, clock, late, answer
):
    ends = [
        await came_to(journal, clock, nothing, late, answer, straight=straight)
        for journal, straight in zip(both, (True, False), strict=True)
    ]

    assert ends[0] == ends[1]


@pytest.mark.parametrize("early", BETWEEN)
async def test_whatever_comes_before_it_is_sent_it_ends_as_if_all_were_read(
    both, clock, early
):
    ends = [
        await came_to(journal, clock, early, nothing, started, straight=straight)
        for journal, straight in zip(both, (True, False), strict=True)
    ]

    assert ends[0] == ends[1]


async def test_what_another_run_claimed_is_read(journal, clock):
    start, _ = await journal.accept(asked_for(1))
    left = await claimed(journal, start.id, "another run", seen=start)

    to, changes, evidence = started(start, clock)
    ended = await journal.complete(
        start.id, to, notices=(), evidence=evidence, seen=left, **changes
    )

    assert (ended, ended.state) == (await journal.find.get(start.id), State.STARTED)
