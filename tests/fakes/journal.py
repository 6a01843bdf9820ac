"""A journal as the tests open it, and what becomes of an intent in it."""

import os
from datetime import timedelta

from bot.journal.journal import Journal
from bot.journal.model import CARD_NOTICE
from bot.resources.registry import RESOURCES
from bot.states import State


async def opened(url, clock, lifecycles=RESOURCES.lifecycles, **more):
    """Open the journal at *url* by *clock*."""
    return await Journal.open(
        url, now=clock, random_bytes=os.urandom, lifecycles=lifecycles, **more
    )


async def claimed(journal, intent, owner="boot"):
    """Commit that *owner* sends *intent*; return it, or None if it is not queued."""
    return await journal.claim(
        intent, owner=owner, send_by=journal._now() + timedelta(seconds=20)
    )


async def answered(journal, intent, to=State.STARTED, notices=(CARD_NOTICE,), **more):
    """Commit that *intent*, which is being sent, ended *to*."""
    return await journal.complete(intent, to, notices=notices, **more)
