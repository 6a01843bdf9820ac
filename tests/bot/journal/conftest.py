"""A journal in a file, and what it takes to fill it."""

import os
from dataclasses import fields
from itertools import count

import pytest

from bot.config.kinds import is_server
from bot.dialogue.outcome import Audience
from bot.ids import Kind, intent_id
from bot.journal.evidence import Does, Fact, FactKind, fact_key
from bot.journal.model import (
    RESULT,
    Asker,
    NewIntent,
    Notice,
    Subject,
)
from bot.journal.postgres.driver import connect
from bot.journal.postgres.tables import brought_up
from bot.journal.rows import millis
from bot.journal.schema import metadata
from bot.journal.stops import How
from bot.states import State
from bot.tencent.models.trtc.output import target_digest
from tests.bot.journal.makers import stop_of
from tests.fakes.clock import AT, FakeClock
from tests.fakes.journal import answered, claimed, laid, opened
from tests.fakes.sqlite import heard

__all__ = ["AT"]

DATABASES = ("sqlite", "postgres")

APP = 1400000001
URL = "rtmp://push.example.com/live/1"
ANSWERED = Notice(name=RESULT, audience=Audience.ASKER)
ALARMED = Notice(name="stuck", audience=Audience.OPS)

# The way of a relay to where it stands.
WAYS = {
    "queued": (),
    "sending": (State.SENDING,),
    "unknown": (State.SENDING, State.UNKNOWN),
    "started": (State.SENDING, State.STARTED),
    "expiring": (State.SENDING, State.STARTED, State.EXPIRING),
}

OF_ASKER = {field.name for field in fields(Asker)}
OF_SUBJECT = {field.name for field in fields(Subject)}


@pytest.fixture
def driver():
    """Return what the journals of the test tell of their statements."""
    with heard() as told:
        yield told


@pytest.fixture
def clock():
    return FakeClock()


def pytest_generate_tests(metafunc):
    """Have each test on both databases, unless it is about the files of one."""
    if "kept_on" in metafunc.fixturenames:
        of_one = metafunc.definition.get_closest_marker("sqlite")
        of_one = of_one or metafunc.definition.path.parent.name == "sqlite"
        which = ["sqlite"] if of_one or "driver" in metafunc.fixturenames else DATABASES
        metafunc.parametrize("kept_on", which, indirect=True)


@pytest.fixture
def kept_on(request):
    return request.param


@pytest.fixture
def url(kept_on, tmp_path, request):
    if kept_on == "sqlite":
        return f"sqlite:///{tmp_path}/var/patchbay.db"
    return request.getfixturevalue("tables").url()


@pytest.fixture(scope="session")
def tables(postgres):
    made = Tables(postgres.database())
    yield made
    made.close()


_OTHERS_GO = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


class Tables:
    """The tables of a journal on the PostgreSQL at *url*, emptied for each test.

    By one connection for all: for each, a server forks, and reads its catalogue.
    """

    def __init__(self, url):
        self._url, self._count = url, count(1)
        with brought_up(url):
            pass
        self._own = connect(url)
        self._own.execute("SET session_replication_role = replica")
        names = (table.name for table in metadata.sorted_tables)
        emptied = (f'DELETE FROM "{name}"' for name in names)  # noqa: S608 - our own
        sequences = ("facts_id_seq", "outbox_id_seq")
        again = (f"SELECT setval('{one}', 1, false)" for one in sequences)
        self._emptied = "; ".join((*emptied, *again))

    def url(self):
        self._own.execute(_OTHERS_GO)
        self._own.execute(self._emptied)
        return f"{self._url}?application_name=test_{next(self._count)}"

    def close(self):
        self._own.close()


@pytest.fixture
async def reopen(url, tmp_path, clock, request):
    """Open the journal, again and again: each closes the one before."""
    journals = []
    if not is_server(url):
        request.getfixturevalue("driver")

    async def open_it():
        if journals:
            journals[-1].close()
        if not is_server(url):
            laid(tmp_path / "var/patchbay.db")
        journals.append(await opened(url, clock))
        return journals[-1]

    yield open_it
    if journals:
        journals[-1].close()


@pytest.fixture
async def journal(reopen):
    return await reopen()


def new_intent(at, number, **values):
    """Make a submission of *values* of its asker, its subject and its own."""
    about = values.get("about")
    asker = {"team": "T", "user": "UANA", "home": "T", "channel": "C"}
    subject = {
        "kind": Kind("R"),
        "agent": "" if about else f"pb_{number}",
        "creates": not about and not values.get("ends"),
    }
    own = {
        "id": intent_id(at, os.urandom(10)),
        "key": f"key-{number}",
        "digest": "d",
        "action": "StartPublishCdnStream",
        "handle": None,
        "at": at,
        "request": b"{}",
    }
    for name, value in values.items():
        owner = asker if name in OF_ASKER else subject if name in OF_SUBJECT else own
        owner[name] = value
    return NewIntent(asker=Asker(**asker), subject=Subject(**subject), **own)


@pytest.fixture
def new(clock):
    """Make a submission; every value can be given."""
    count = iter(range(10_000))

    def make(**values):
        return new_intent(clock(), next(count), **values)

    return make


@pytest.fixture
def notified(journal, clock):
    """Return what every notice that waits now tells, and take it out.

    Each as `name handle state`, the state being the one that the notice knows.
    """

    async def take():
        due = await journal.outbox.due(clock())
        for one in due:
            await journal.outbox.sent(one)
        return [summary(one) for one in due]

    return take


def summary(notification):
    intent = notification.intent.as_of(notification.facts)
    return f"{notification.name} {intent.handle} {intent.state}"


# What brings a thing to a state that no answer brings it to.
LEADING_TO = {
    State.STOPPING: (FactKind.ASKED, Does.END),
    State.STOPPED: (FactKind.ANSWERED, Does.END),
    State.ENDED: (FactKind.GONE, Does.END),
    State.CLOSED: (FactKind.CLOSED, Does.CREATE),
    State.EXPIRING: (FactKind.AGED, Does.CREATE),
}


def fact(kind, at, **values):
    """Return a fact of the moment *at*, learnt then; every value can be given."""
    millis_at = millis(at)
    values.setdefault("at", millis_at)
    values.setdefault("came_at", millis_at)
    values.setdefault("key", fact_key(kind, *sorted(values.items())))
    return Fact(kind=kind, **values)


async def moved(journal, intent, *way, notices=(), **changes):
    """Bring *intent* to each state of *way*, by what brings it there; return it.

    *notices* and *changes* come with the last. What starts has a TaskId, `-task-R1`
    unless given.
    """
    for state in way:
        came = changes if state is way[-1] else {}
        told = {"notices": notices if state is way[-1] else ()}
        current = await journal.find.get(intent)
        if state is State.SENDING:
            await claimed(journal, intent, **came)
            if notices and state is way[-1]:
                await journal.update(intent, notices=notices)
        elif state in LEADING_TO:
            kind, does = LEADING_TO[state]
            learnt = fact(
                kind,
                journal.now(),
                key=fact_key(intent, state),
                does=does,
                ref=current.subject.ref,
                status=25 if kind is FactKind.AGED else 0,
            )
            await journal.learn(intent, learnt, **told, **came)
        elif current.state is State.QUEUED:
            await journal.reject(intent, **told, **came)
        else:
            if state is State.STARTED:
                came = {"ref": f"-task-{current.handle}", **came}
            await answered(journal, intent, state, **told, **came)
    return await journal.find.get(intent)


@pytest.fixture
def relay_of(journal, new):
    """Accept a relay of one target, and bring it on its way."""

    async def make(*way, **values):
        about = {
            "agent": "pb_a",
            "sdk_app_id": APP,
            "masked": {"PublishCdnParams": [{}]},
            "targets": (target_digest(URL),),
        }
        intent, _ = await journal.accept(new(**{**about, **values}))
        return await moved(journal, intent.id, *way)

    return make


@pytest.fixture
async def sending(journal, new):
    intent, _ = await journal.accept(new())
    return await claimed(journal, intent.id)


@pytest.fixture
async def stop(journal, new, sending):
    """A stop under way, about a relay that runs."""
    relay = await moved(journal, sending.id, State.STARTED)
    intent, _ = await journal.accept(stop_of(new, relay))
    return await claimed(journal, intent.id)


@pytest.fixture
def asked(journal, new, clock):
    """Ask for the end of a relay, a moment after the one before."""

    async def ask(relay, user="UBOB", **values):
        clock.push(seconds=1)
        stop, _ = await journal.accept(stop_of(new, relay, user=user, **values))
        return stop

    return ask


@pytest.fixture
def now(journal):
    async def get(*intents):
        return [await journal.find.get(one.id) for one in intents]

    return get


async def carried_out(journal, stop, kind, clock):
    """Let the claimed *stop* have the answer *kind*."""
    to = {
        FactKind.ANSWERED: State.DONE,
        FactKind.GONE: State.DONE,
        FactKind.REFUSED: State.NOT_STARTED,
        FactKind.NO_ANSWER: State.UNKNOWN,
    }[kind]
    at = clock()
    said = fact(
        kind,
        at,
        does=Does.END,
        ref=stop.subject.ref,
        job=stop.id,
        by=stop.asker.user,
        since=millis(at),
    )
    reason = {"reason": How.GONE} if kind is FactKind.GONE else {}
    return await journal.complete(
        stop.id, to, notices=(ANSWERED,), evidence=(said,), **reason
    )


async def delivery_states(journal):
    """Return (state, tries) of every notice that is kept, oldest first."""
    query = "SELECT state, tries FROM outbox ORDER BY id"
    rows = await journal._writer.read(lambda c: c.run(query).all())
    return [tuple(row) for row in rows]
