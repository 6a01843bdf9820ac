"""What is saved is sealed with the keys of the journal that it is in."""

import pytest
from pydantic import SecretStr

from bot.errors import JournalUnavailable
from bot.journal.saved import Saved
from bot.journal.seal import Ring, Seal
from tests.bot.journal.test_audit import entry
from tests.bot.journal.test_named_targets import target
from tests.bot.journal.test_presets import preset

URL = SecretStr("rtmp://push.example.com/live/k")


async def test_it_is_there_when_the_journal_is_opened_again(reopen):
    journal = await reopen()
    await journal.saved.targets.add(target(), URL, entry(1))
    await journal.saved.presets.keep(preset(), entry(2))

    journal = await reopen()

    assert await journal.saved.targets.listed("T") == [target()]
    assert (await journal.saved.targets.opened("T", ["target-1"]))[
        "target-1"
    ].url == URL
    assert await journal.saved.presets.listed("T", "UANA") == [preset()]


async def test_with_other_keys_neither_opens(journal):
    await journal.saved.targets.add(target(), URL, entry(1))
    await journal.saved.presets.keep(preset(), entry(2))
    sealed_otherwise = Seal(Ring((b"o" * 32,)), bytes)

    other = Saved.of(journal._writer, sealed_otherwise, journal._audit_key)

    assert await other.targets.listed("T") == [target()]
    with pytest.raises(JournalUnavailable, match="does not open"):
        await other.targets.opened("T", ["target-1"])
    with pytest.raises(JournalUnavailable, match="does not open"):
        await other.presets.listed("T", "UANA")
