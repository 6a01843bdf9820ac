"""A journal in a file, and what it takes to fill it."""

import os
from dataclasses import fields
from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import event

from bot.dialogue.outcome import Audience
from bot.ids import Kind, intent_id
from bot.journal.model import RESULT, Asker, NewIntent, Notice, OpenForm, Subject
from bot.states import State
from tests.fakes.clock import AT, FakeClock

__all__ = ["AT"]

ANSWERED = Notice(name=RESULT, audience=Audience.ASKER)
ALARMED = Notice(name="stuck", audience=Audience.OPS)

OF_ASKER = {field.name for field in fields(Asker)}
OF_SUBJECT = {field.name for field in fields(Subject)}


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path}/var/patchbay.db"


@pytest.fixture
async def reopen(url, clock):
    """Open the journal, again and again: each closes the one before."""
    opened = []

    async def open_it():
        if opened:
            opened[-1].close()
        opened.append(await opened(url, clock))
        return opened[-1]

    yield open_it
    if opened:
        opened[-1].close()


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
        "creates": not about,
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


@pytest.fixture
async def sending(journal, new):
    intent, _ = await journal.accept(new())
    return await journal.move(intent.id, State.SENDING)


@pytest.fixture
async def stop(journal, new, sending):
    """A stop under way, about a relay that runs and is not told of it."""
    relay = await journal.move(sending.id, State.STARTED, ref="task")
    intent, _ = await journal.accept(stop_of(new, relay))
    return await journal.move(intent.id, State.SENDING)


def stop_of(new, relay, **values):
    return new(
        handle=relay.handle, about=relay.id, action="StopPublishCdnStream", **values
    )


def form_at(clock, **values):
    """Return an open form of half an hour from now."""
    return OpenForm(
        **{
            "id": "d1",
            "team": "T",
            "user": "UANA",
            "channel": "C",
            "thread": "1.2",
            "direct": False,
            "command": "relay",
            "subcommand": "start",
            "values": {"url": "rtmp://a/b/key"},
            "answer_url": SecretStr("https://hooks.slack.com/x"),
            "expires_at": clock() + timedelta(minutes=30),
            **values,
        }
    )


async def delivery_states(journal):
    """Return (state, tries) of every notice there ever was, oldest first."""
    query = "SELECT state, tries FROM outbox ORDER BY id"
    rows = await journal._writer.read(lambda c: c.exec_driver_sql(query).all())
    return [tuple(row) for row in rows]


def commits_of(engine):
    """Return a list that grows with every commit of *engine*."""
    commits = []
    event.listen(engine, "commit", commits.append)
    return commits
