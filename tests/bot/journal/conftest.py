"""A journal in a file, and what it takes to fill it."""

import os
from datetime import UTC, datetime, timedelta

import pytest

from bot.ids import Kind, intent_id
from bot.journal.journal import Journal
from bot.journal.model import Letter, NewIntent

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Clock:
    """A wall clock that stands still until it is pushed."""

    def __init__(self):
        self.at = AT

    def __call__(self):
        return self.at

    def push(self, **by):
        self.at += timedelta(**by)


@pytest.fixture
def clock():
    return Clock()


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
        opened.append(await Journal.open(url, now=clock, random_bytes=os.urandom))
        return opened[-1]

    yield open_it
    if opened:
        opened[-1].close()


@pytest.fixture
async def journal(reopen):
    return await reopen()


@pytest.fixture
def new(clock):
    """Make a submission; everything may be said otherwise."""
    count = iter(range(10_000))

    def make(**said):
        number = next(count)
        return NewIntent(
            **{
                "id": intent_id(clock(), os.urandom(10)),
                "key": f"key-{number}",
                "digest": "d",
                "action": "StartPublishCdnStream",
                "kind": Kind.RELAY,
                "handle": None,
                "team": "T",
                "user": "UANA",
                "home": "T",
                "channel": "C",
                "at": clock(),
                "request": b"{}",
                "agent": "" if said.get("about") else f"pb_{number}",
                **said,
            }
        )

    return make


def letter(intent, **said):
    return Letter(
        **{
            "intent": intent.id,
            "rev": intent.rev,
            "channel": intent.channel,
            "user": intent.user,
            "audience": "channel",
            "body": {"text": f"rev {intent.rev}"},
            **said,
        }
    )
