"""A cloud that quotes the request, field by field: nothing of it is told or kept.

Each field of a request that has a secret wherever one can be is quoted back, in every
form in which it could be written down: in the message of an error, in its RequestId,
and in the error of an event. Then each secret is looked for in all that was let out.
"""

import base64
import html
import io
import json
import re
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from aiohttp import web

from bot.journal.rows import millis
from bot.runtime.logs import set_up
from bot.runtime.redact import Redactor
from bot.sandbox.cloud import LoopbackCloud
from bot.states import State
from tests.bot.operations.accidents import CountingClock, JournalFile
from tests.bot.operations.deliveries import delivery
from tests.bot.operations.tencent import FAILED, KEY, RUNNING, Tencent
from tests.bot.tencent import whole
from tests.test_canary import parts
from tests.world import live_again

PART = 12  # so many characters of a secret are a leak
TRIES = 6  # of writing, before the journal is there again
REQUEST_ID = re.compile(r"[\w.-]{1,64}", re.ASCII)


def written(text, *, packed=True):
    """Return *text* in every form in which somebody could quote it, *packed* or not."""
    in_json = json.dumps(text)
    raw = text.encode()
    forms = [text, text.upper(), quote(text, safe=""), in_json, json.dumps(in_json)]
    forms += [quote(quote(text, safe=""), safe=""), in_json.replace("/", r"\/")]
    forms += [html.escape(text)]
    if not packed:
        return " , ".join(forms)
    forms += [raw.hex()]
    forms += [base64.b64encode(b"x" * n + raw + b"yz").decode() for n in range(3)]
    return " , ".join(forms)


class Echo:
    """Answers with an error that quotes the field *quoted*; None lets all pass."""

    def __init__(self):
        self.quoted = None
        self.came = {}  # the fields of the last request
        self.tickets = set()  # every UserSig that came

    @property
    def front(self):
        @web.middleware
        async def answer(request, handler):
            return await self.answer(request, handler)

        return answer

    async def answer(self, request, handler):
        fields = json.loads(await request.read())
        self.came = dict(whole.leaves(fields))
        self.tickets |= {v for k, v in self.came.items() if k.endswith("UserSig")}
        if self.quoted is None:
            return await handler(request)
        value = str(self.came[self.quoted])
        message = f"{self.quoted} is invalid: {written(value)}"
        error = {"Code": "InvalidParameterValue", "Message": message}
        named = value if REQUEST_ID.fullmatch(value) else "r-1"
        return web.json_response({"Response": {"Error": error, "RequestId": named}})


class Trial:
    """A bot between that cloud and a Slack; *seen* is what people and logs got."""

    def __init__(self, world, echo, tmp_path):
        self.world, self.echo, self.folder = world, echo, tmp_path
        self.seen, self.cells, self.made = [], 0, []
        self.to_slack = delivery(world.journal, world.slack, world.clock)

    async def typed(self, line):
        self.seen.append(repr(await self.world.typed(line)))
        self.world.clock.push(minutes=1)
        await self.to_slack.deliver()

    async def quoting(self, line):
        """Do *line* once for each field of its request, which is quoted back."""
        self.echo.quoted = "UserId" if "/car" in line else "RoomId"
        await self.typed(line)
        for path in list(self.echo.came):
            self.echo.quoted = path
            await self.typed(line)
            self.cells += 1
        self.echo.quoted = None

    def places(self, log):
        found = {"log": log.getvalue(), "Slack": repr(self.world.slack.sent)}
        found["answers"] = "\n".join(self.seen)
        for path in self.folder.rglob("*"):
            if path.is_file() and path.suffix != ".key":
                found[path.name] = path.read_bytes().decode("latin-1")
        return found


def leaks(secrets, places):
    """Return what is where, in any case, that is a part of one of *secrets*."""
    known = {part.lower() for secret in secrets for part in parts(secret)}
    found = []
    for place, text in places.items():
        folded = text.lower()
        ends = range(len(folded) - PART + 1)
        found += [
            (place, folded[at - 60 : at + PART])
            for at in ends
            if folded[at : at + PART] in known
        ]
    return found[:10]


@pytest.fixture
async def trial(tmp_path):
    async with AsyncExitStack() as stack:
        echo = Echo()
        cloud = LoopbackCloud(middlewares=[echo.front])
        await cloud.start()
        stack.push_async_callback(cloud.close)
        clock = CountingClock(datetime.now(UTC))
        world = await live_again(stack, tmp_path / "p.db", cloud, key=KEY, clock=clock)
        yield Trial(world, echo, tmp_path)


@pytest.fixture
def log():
    stream = io.StringIO()
    set_up(Redactor(), level="DEBUG", stream=stream)
    return stream


def start_line(trial):
    fields = whole.start_fields(trial.made, app=trial.world.cloud.app_id)
    del fields["AgentParams"]["UserId"]
    note = f"note=“to rtmp://h/{trial.made[0]}”"
    return f"/relay start json={json.dumps(fields)} {note} --go"


async def test_what_a_cloud_quotes_of_a_start_is_told_and_kept_nowhere(trial, log):
    await trial.quoting(start_line(trial))
    await trial.typed("/lookup R1 --details")
    await trial.typed("/relay recent failed")
    await trial.typed("/patchbay history")

    places = trial.places(log)
    assert leaks({*trial.made, *trial.echo.tickets}, places) == []
    assert trial.cells == len(trial.echo.came) > 35
    assert len(trial.made) > 10
    assert len(trial.echo.tickets) >= 2
    assert places["Slack"].count("is invalid") >= trial.cells
    assert places["p.db"].count("is invalid") >= trial.cells


async def test_what_a_cloud_quotes_of_a_session_is_told_and_kept_nowhere(trial, log):
    fields = whole.session_fields(trial.made)
    client, params = fields["ClientSession"], fields["ApplicationParameters"]
    line = (
        f"/car start user=cg ip=125.127.178.228 client={client} params=“{params}” --go"
    )

    await trial.quoting(line)
    await trial.typed("/lookup S1 --details")
    await trial.typed(line.replace("--go", "--dry-run"))

    places = trial.places(log)
    assert leaks(trial.made, places) == []
    assert trial.cells == len(trial.echo.came) >= 4
    assert places["Slack"].count("is invalid") >= trial.cells


async def test_what_events_quote_of_a_start_is_told_and_kept_nowhere(trial, log):
    await trial.typed(start_line(trial))
    (relay,) = trial.world.cloud.state.running
    tencent = Tencent(trial.world)

    for path, value in list(trial.echo.came.items()):
        # a ticket is not kept, so later it is known by its looks alone
        quoted = written(str(value), packed=not path.endswith("UserSig"))
        error = (str(value), f"{path} is invalid: {quoted}")
        await tencent.tells(relay, RUNNING)
        await tencent.tells(relay, FAILED, error=error)
        trial.world.clock.push(minutes=1)
        await trial.to_slack.deliver()
        trial.cells += 1
    await trial.typed("/lookup R1")

    places = trial.places(log)
    assert leaks({*trial.made, *trial.echo.tickets}, places) == []
    assert trial.cells > 35
    assert places["Slack"].count("is invalid") >= trial.cells


async def test_what_a_cloud_quotes_is_not_spooled_while_the_journal_is_away(trial, log):
    spooled, file = [], JournalFile(trial.folder / "p.db")
    line = start_line(trial)
    for path in ("PublishCdnParams.0.PublishCdnUrl", "AgentParams.UserSig"):

        def mend():
            spooled.append((trial.folder / "p.db.spool").read_text())
            file.mend()

        trial.echo.quoted = path
        file.refuse_state(State.NOT_STARTED.value)
        trial.world.clock.after(1 + TRIES, mend)
        await trial.typed(line)

    places = {**trial.places(log), "spool": "".join(spooled)}
    assert leaks({*trial.made, *trial.echo.tickets}, places) == []
    assert places["spool"].count("is invalid") >= len(spooled) == 2


async def test_a_leak_that_is_planted_is_found(trial, log):
    line = start_line(trial)
    places = {"a place": f"before {written(trial.made[0])} after"}

    found = leaks(trial.made[:1], places)

    assert len(found) == 10
    assert leaks(trial.made[1:], {"a place": line[:20]}) == []
    assert millis(trial.world.clock()) > 0
