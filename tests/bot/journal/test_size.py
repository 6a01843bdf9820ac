"""What a start takes on the disk, a week later."""

import asyncio
import json
from datetime import timedelta

import pytest

from bot.journal.evidence import FactKind
from bot.journal.model import CARD_NOTICE
from bot.journal.sqlite.writer import sqlite_file
from bot.states import State
from tests.bot.journal.conftest import APP, AT, fact
from tests.bot.journal.test_audit import entry
from tests.fakes.journal import claimed

pytestmark = pytest.mark.sqlite

STARTS = 200
MOST = 4100  # bytes of a start
REQUEST = {
    "SdkAppId": APP,
    "RoomId": "295066",
    "RoomIdType": 0,
    "AgentParams": {"UserId": "pb_01M80GW71RZ6ZWK801NX1D05DQ", "MaxIdleTime": 30},
    "WithTranscoding": 1,
    "AudioParams": {"AudioEncode": {"SampleRate": 48000, "Channel": 2, "BitRate": 64}},
    "VideoParams": {
        "VideoEncode": {
            "Width": 1280,
            "Height": 720,
            "Fps": 15,
            "BitRate": 1536,
            "Gop": 2,
        },
        "LayoutParams": {"MixLayoutMode": 3},
    },
    "PublishCdnParams": [
        {"PublishCdnUrl": "rtmp://push.example.com/live/****", "IsTencentCdn": 1}
    ],
}


async def started(journal, new, number):
    """Start a relay as the bot does, and let all that is told of it arrive."""
    submitted = new(
        id=f"01M80GW71R{number:016}",  # one after the other, and the same each time
        key=f"slash:T0HOME:{number:020}",
        digest="d" * 64,
        agent=f"pb_{number:026}",
        room=str(number),
        sdk_app_id=APP,
        targets=(f"{number:064}",),
        duplicates=f"{number:064}",
        request=json.dumps(REQUEST).encode(),
        masked=REQUEST,
    )
    told = {"notices": (CARD_NOTICE,)}
    intent, _ = await journal.accept(submitted, audit=entry(number), **told)
    await claimed(journal, intent.id)
    ref = f"-{number:074}."
    answer = fact(FactKind.ANSWERED, journal.now(), ref=ref, job=intent.id)
    request_id = {"request_id": f"{number:036}"}
    of = (intent.id, State.STARTED)
    await journal.complete(*of, evidence=(answer,), **told, **request_id)


async def test_a_start_takes_no_more_than_its_row_its_facts_and_its_record(
    reopen, new, url, clock
):
    journal = await reopen()
    journal.close()
    empty = sqlite_file(url).stat().st_size
    journal = await reopen()
    for first in range(0, STARTS, 50):
        numbers = range(first, first + 50)
        await asyncio.gather(*(started(journal, new, one) for one in numbers))
        for one in await journal.outbox.due(clock(), 1000):
            await journal.outbox.sent(one, ("C0OPS", f"{one.id}.000100"))

    await journal.maintenance.prune(AT + timedelta(days=8))
    journal.close()

    assert (sqlite_file(url).stat().st_size - empty) / STARTS <= MOST
