"""Whatever is typed, and wherever: no address of a stream is told with its key."""

import json
from itertools import product

import pytest

from bot.dialogue.ask import Surface
from bot.dialogue.form import Form, TextField
from bot.dialogue.outcome import Outcome
from bot.errors import InvalidRequest
from bot.slack.render import blocks
from bot.slack.render import modals as forms
from commands import COMMANDS
from tests.bot.operations.tencent import lost
from tests.bot.tencent import whole
from tests.world import TEAM

KEY = "k3ystr3am"
SPELLINGS = [
    f"rtmp://push.example.com/live/{KEY}",
    f"RTMP://push.example.com/{KEY}?a={KEY}",
    f"rtmp://me:{KEY}@push.example.com/live/x/{KEY}",
    f"<rtmp://push.example.com/live/{KEY}|push.example.com/…>",
    f"srt://push.example.com:9000?streamid=#!::r=live/{KEY}",
    f"rtmp%3A%2F%2Fpush.example.com%2Flive%2F{KEY}",
    rf"rtmp:\/\/push.example.com\/live\/{KEY}",
    f"https://{KEY}@push.example.com/x?sign={KEY}",
]


def spelt(turn):
    """Return the key in an address, in another spelling each time."""
    return SPELLINGS[turn % len(SPELLINGS)]


START = "/relay start 7 url=rtmp://push.example.com/live/other"


def lines():
    """Yield every place where something can be typed, of every subcommand."""
    for name, command in COMMANDS.items():
        yield f"/{name} %s"
        yield f"/{name} nonsens %s"
        for subcommand in command.subcommands.values():
            typed = f"/{name} {subcommand.name}"
            yield from (f"{typed} %s", f"{typed} R1 %s", f"{typed} --%s")
            yield from (f"{typed} key=%s", f"{typed} “%s", f"{typed} %s=1")
            for key in subcommand.words.keys:
                yield from (f"{typed} {key}=%s", f"{typed} 7 {key}=%s --dry-run")
                yield f"{typed} {key}+=%s"
            for key in command.sent.intersection(subcommand.words.keys):
                yield from (f"{typed} 7 {key}=@%s --dry-run", f"{typed} R1 {key}=@%s")
            for key in subcommand.words.changes:
                yield from (f"{typed} R1 {key}-=%s", f"{typed} R1 {key}+=@%s")


def shown(answer, command):
    """Return what people see of *answer*, save for the field where it was typed."""
    if isinstance(answer, Form):
        seen = [
            one
            for one in answer.fields
            if not (isinstance(one, TextField) and one.name in command.sent)
        ]
        return repr(seen) + answer.title + answer.form_id
    if isinstance(answer, Outcome):
        return json.dumps([blocks.message(answer), forms.closing(answer)])
    return ""


async def on_record(world, tmp_path):
    """Return all that is kept, delivered or still to be, and the files themselves."""
    files = [one for one in tmp_path.iterdir() if one.suffix != ".key"]
    return "".join(
        [
            json.dumps([one.body for one in await world.notices()]),
            repr(await world.journal.audit.all()),
            *(one.read_bytes().decode("latin-1") for one in files),
        ]
    )


@pytest.mark.parametrize("turn", [0, 3])
async def test_no_key_is_told_wherever_it_was_typed(world, tmp_path, turn):
    await world.typed(f"{START} --go")
    told, count = [], 0

    for line in lines():
        command = COMMANDS[line[1:].partition(" ")[0]]
        answer = await world.typed(line.replace("%s", spelt(turn + count)))
        count += 1
        if KEY in shown(answer, command):
            told.append(line)

    assert told == []
    assert KEY not in await on_record(world, tmp_path)
    assert count > 150


async def test_no_key_is_told_wherever_it_stands_in_a_pasted_request(world, tmp_path):
    fields = whole.start_fields([], app=world.cloud.app_id)
    texts = [path for path, value in whole.leaves(fields) if isinstance(value, str)]
    answers = []

    for path, flag in product(texts, ("--dry-run", "--go")):
        typed = json.dumps(put(fields, path.split("."), spelt(len(answers) // 2)))
        answer = await world.typed(f"/relay start json={typed} {flag}")
        answers.append((path, flag, shown(answer, COMMANDS["relay"])))

    assert [(path, flag) for path, flag, text in answers if KEY in text] == []
    assert KEY not in await on_record(world, tmp_path)
    assert len(answers) > 30


def put(value, path, text):
    """Return *value* with *text* at *path*."""
    if not path:
        return text
    if isinstance(value, list):
        changed = list(value)
        changed[int(path[0])] = put(changed[int(path[0])], path[1:], text)
        return changed
    return {**value, path[0]: put(value[path[0]], path[1:], text)}


@pytest.mark.parametrize("turn", range(3))
async def test_no_key_is_told_from_a_field_of_a_form(world, tmp_path, turn):
    form = await world.typed("/relay start 7")
    told = []

    for name in ("room", "note", "idle", "user", "app", "cells", "url"):
        url = "rtmp://push.example.com/live/other"
        filled = {"url": url, name: spelt(turn + len(told))}
        try:
            answer = await world.submitted(form, **filled)
        except InvalidRequest as refused:
            told.append(repr(refused.faults))
        else:
            told.append(shown(answer, COMMANDS["relay"]))
            form = await world.typed("/relay start 7")

    assert KEY not in "".join(told)
    assert KEY not in await on_record(world, tmp_path)


async def test_a_note_and_a_reason_are_told_without_it_and_a_relay_gets_its_address(
    world,
):
    typed = START.replace("live/other", f"live/{KEY}").replace("start 7", "start 8")
    relay = await lost(world, f"{typed} note=“see {SPELLINGS[0]}” --go")
    unknown = await world.handle("R1")

    await world.typed(f"/relay close R1 reason=“not at {SPELLINGS[1]}”")

    closed = await world.handle("R1")
    assert relay.urls == [SPELLINGS[0]]
    assert unknown.note == "see rtmp://push.example.com/live/****"
    assert closed.standing.reason == "not at RTMP://push.example.com/****"


async def test_what_looks_secret_is_refused_where_a_masked_one_would_be_sent(world):
    ticket = "eJ" + "a" * 100

    answer = await world.typed(f"/car start user={ticket} ip=125.127.178.228 --go")

    assert "would be shown" in json.dumps(blocks.message(answer))
    assert ticket not in json.dumps(blocks.message(answer))
    assert world.cloud.state.renders == {}


@pytest.mark.parametrize("task", ["eJ" + "aB1_-" * 14, "-m9.eJ" + "aB1_-" * 13])
async def test_a_task_id_is_taken_as_it_is_whatever_it_looks_like(world, task):
    await world.typed(f"/relay stop {task} app=live-main --yes")

    stops = await world.journal.find.foreign_stops(task, TEAM)
    requests = [await world.journal.find.request_of(one.id) for one in stops]
    assert [json.loads(one)["TaskId"] for one in requests] == [task]


async def test_a_message_that_is_looked_up_is_read_without_its_secrets(world):
    pasted = f"push to {SPELLINGS[0]} failed: FailedOperation.SlowDown"
    asked = world.ask("/lookup", surface=Surface.SHORTCUT, pasted=pasted)

    answer = await world.router.answer(asked)

    assert "SlowDown" in answer.plain
    assert KEY not in json.dumps(blocks.message(answer))


async def test_what_is_offered_as_somebody_types_is_hidden_too(world):
    form = await world.typed("/relay stop")
    who = world.ask("/relay stop").who

    offered = await world.router.options(
        "relay", "relays", SPELLINGS[0], who, form.form_id
    )

    assert KEY not in repr(offered)
