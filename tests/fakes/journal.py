"""A journal as the tests open it, and what becomes of an intent in it."""

import asyncio
import hashlib
import os
import time
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import SecretStr
from sqlalchemy import bindparam

from bot.config.kinds import is_server
from bot.journal.journal import Journal
from bot.journal.migrate import make_engine, upgrade
from bot.journal.model import CARD_NOTICE
from bot.journal.schema import intents
from bot.journal.statement import updated
from bot.journal.trail import AuditFiles
from bot.resources.registry import RESOURCES
from bot.states import State
from tests.servers.postgres import MEMORY

_PLACE = MEMORY if MEMORY.is_dir() else None  # a disk would be waited for
_ANCHORS = TemporaryDirectory(dir=_PLACE)  # of journals that have no file
_HAND = updated(intents, ("owner",), intents.c.id == bindparam("of"))


class SlowReader:
    """Writes and reads with *writer*; what was read arrives when `go` is set."""

    def __init__(self, writer):
        self.write, self._read = writer.write, writer.read
        self.has_read, self.go = asyncio.Event(), asyncio.Event()

    async def read(self, work):
        """Return what *work* reads now, later."""
        rows = await self._read(work)
        self.has_read.set()
        await self.go.wait()
        return rows


def laid(path):
    """Put a journal that nobody has opened yet at *path*, if there is none.

    Its tables are what the migrations made, once in this process. Tests of the
    migrations and of the file itself do without.
    """
    file = Path(path)
    if not file.exists():
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_bytes(_migrated())
    return file


@cache
def _migrated():
    with TemporaryDirectory(dir=_PLACE) as folder:
        file = Path(folder) / "p.db"
        engine = make_engine(f"sqlite:///{file}")
        upgrade(engine)
        engine.dispose()
        return file.read_bytes()


async def opened(url, clock, lifecycles=RESOURCES.lifecycles, **more):
    """Open the journal at *url* by *clock*; that of a server with keys of its own."""
    keys = keys_for(url) if is_server(url) else {}
    how = {"now": clock, "random_bytes": os.urandom, "lifecycles": lifecycles}
    how["monotonic"] = time.monotonic  # by it a server hears of this run
    return await Journal.open(url, **{**how, **keys, **more})


def keys_for(url):
    """Return the keys with which the journal of a server at *url* is opened."""
    name = hashlib.sha256(url.encode()).hexdigest()
    audit = AuditFiles(SecretStr("a" * 40), Path(_ANCHORS.name) / name)
    return {"seal_key": SecretStr("s" * 40), "audit": audit}


async def claimed(journal, intent, owner=None, **more):
    """Commit that this run, or *owner*, sends *intent*; None if it is not queued."""
    send_by = journal.now() + timedelta(seconds=20)
    sending = await journal.claim(intent, send_by=send_by, **more)
    return await handed(journal, sending, owner) if sending and owner else sending


async def handed(journal, intent, owner):
    """Let the run *owner* have *intent* in its hands; return it as it is then."""
    to = {"of": intent.id, "owner": owner}
    await journal._writer.write(lambda c: c.execute(_HAND, to))
    return replace(intent, owner=owner)


async def answered(journal, intent, to=State.STARTED, notices=(CARD_NOTICE,), **more):
    """Commit that *intent*, which is being sent, ended *to*."""
    return await journal.complete(intent, to, notices=notices, **more)
