"""Who is alive: several runs share a PostgreSQL, and each has what it has in its hands.

A run that is held up may be declared dead, and live on. Then it has nothing any more.
"""

from datetime import timedelta

from pydantic import SecretStr

from bot.journal.lives import FRESH
from bot.journal.trail import AuditFiles

KEYS = {
    "seal_key": SecretStr("k" * 43),
    "audit": AuditFiles(key=SecretStr("a" * 43)),
}
FRESH_ENOUGH = timedelta(seconds=FRESH - 1)
