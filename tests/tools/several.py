"""Several journals on one PostgreSQL, as several bots have it open."""

import os

from pydantic import SecretStr

from bot.journal.journal import Journal
from bot.journal.trail import AuditFiles
from bot.resources.registry import RESOURCES

KEY = "k" * 40


async def opened_by(url, clock, folder):
    """Open the journal at *url* once more; its anchors lie in *folder*."""
    return await Journal.open(
        url,
        now=clock,
        random_bytes=os.urandom,
        lifecycles=RESOURCES.lifecycles,
        seal_key=SecretStr(KEY),
        audit=AuditFiles(SecretStr(KEY), folder / "anchors"),
    )
