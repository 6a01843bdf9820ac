"""Who is alive: several runs share a PostgreSQL, and each has what it has in its hands.

A run that is held up may be declared dead, and live on. Then it has nothing any more.
"""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import SecretStr

from bot.errors import IllegalMove, JournalUnavailable
from bot.journal.evidence import Does, FactKind
from bot.journal.former import left_changes
from bot.journal.lives import DEAD_AFTER, FRESH
from bot.journal.model import CARD_NOTICE, Changes
from bot.journal.trail import AuditFiles
from bot.resources.registry import RESOURCES
from bot.states import State
from tests.bot.journal.conftest import APP, fact, new_intent, stop_of
from tests.bot.journal.test_audit import entry
from tests.fakes.clock import FakeClock
from tests.fakes.journal import answered, claimed, handed, opened

KEYS = {
    "seal_key": SecretStr("k" * 43),
    "audit": AuditFiles(key=SecretStr("a" * 43)),
}
FRESH_ENOUGH = timedelta(seconds=FRESH - 1)
