"""`/relay copy`: another relay like one on record, and what becomes of that one."""

import pytest

from bot.dialogue.outcome import plain
from bot.journal.evidence import Wish
from bot.states import State
from tests.bot.operations.copying import COPY, START, A, B, both, link, starts, stops
from tests.bot.operations.tencent import (
    CONNECTING,
    RUNNING,
    Tencent,
    started,
)
from tests.commands.relay.filling import opened


@pytest.fixture
def tencent(heard):
    return Tencent(heard)


# ── the form ─────────────────────────────────────────────────────────────────────


async def test_the_form_is_filled_in_as_the_relay_was_and_holds_no_secret(heard):
    more = 'quality=1080p30 idle=60 note="for the final"'
    await heard.typed(f'/relay start 7 url="{A} {B}" {more} --go')

    form = await opened(heard, "/relay copy R1")

    shown = {name: form.state[name] for name in ("room", "url", "quality", "idle")}
    assert form.form.title == "Copy R1"
    assert shown == {
        "room": "7",
        "url": "@R1.1\n@R1.2",
        "quality": "1080p30",
        "idle": "60",
    }
    assert (form.state["note"], form.state["then"]) == ("for the final", "keep")
    assert "-key" not in repr(form.form)
    assert len(starts(heard)) == 1


def below(name, form):
    """Return the line below the field *name* of *form*."""
    names = [getattr(one, "name", "") for one in form.fields]
    return plain(form.fields[names.index(name) + 1].spans)


async def test_the_form_says_that_the_same_address_is_pushed_to_and_asks(heard):
    await heard.typed(START)
    form = await opened(heard, "/relay copy R1 room=8")
    warned = [one for one in form.lines if "knock each other off" in one]

    asked = await form.send()
    await form.send()

    assert len(warned) == 1
    assert asked.submit == "Start another"
    assert "R1 is alike" in below("url", asked)
    assert len(starts(heard)) == 2


async def test_another_address_is_not_asked_about(heard):
    await heard.typed(START)
    form = await opened(heard, COPY)

    await form.send()

    assert not any("knock each other off" in one for one in form.lines)
    copy, first = await heard.handle("R2"), await heard.handle("R1")
    assert copy.masked["PublishCdnParams"][0]["PublishCdnUrl"].startswith(
        "rtmp://b.example.com/"
    )
    assert (copy.subject.room, copy.state) == ("8", State.STARTED)
    assert first.state is State.STARTED


async def test_what_a_choice_redraws_stays_a_copy(heard):
    await heard.typed(START)
    form = await opened(heard, f"{COPY} then=stop")
    await form.fill(what="one", user="ana")

    await form.send()

    assert (await link(heard, "R1")).wish is Wish.WAITING
    assert (await link(heard, "R2")).handle == "R1"


async def test_a_copy_of_what_is_over_leaves_nothing_to_be_stopped(heard):
    await heard.typed(START)
    await heard.typed("/relay stop R1 --yes")

    form = await opened(heard, "/relay copy R1 then=stop")
    await form.send()

    assert "then" not in form.state
    assert (await link(heard, "R2")).wish is Wish.NONE
    assert len(stops(heard)) == 1


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("/relay copy", "This needs a relay: its handle or TaskId."),
        ("/relay copy R9", "No relay R9."),
        ("/relay copy R1 then=perhaps", "There is no “perhaps”; there is keep, stop."),
    ],
)
async def test_what_cannot_be_copied_is_refused_and_nothing_is_sent(heard, typed, told):
    await heard.typed(START)

    answer = await heard.typed(typed)

    assert told in f"{answer.plain} {answer.parts}"
    assert len(starts(heard)) == 1


async def test_the_targets_are_sent_as_they_were(heard):
    await heard.typed(START)
    await heard.typed("/relay stop R1 --yes")

    await heard.typed("/relay copy R1 room=8 --go")
    await heard.typed("/relay start like=R1 room=9 again=R2 --go")

    relays = heard.cloud.state.relays.values()
    assert [(one.room, [*one.urls]) for one in relays] == [
        ("7", [A]),
        ("8", [A]),
        ("9", [A]),
    ]


async def test_a_dry_run_of_a_copy_shows_its_request_and_no_secret(heard):
    await heard.typed(START)

    answer = await heard.typed(f"/relay copy R1 room=8 url={B} then=stop --dry-run")

    assert "rtmp://b.example.com/live/****" in repr(answer.parts)
    assert (await heard.handle("R1")).standing.links == ()


# ── what else can be done ────────────────────────────────────────────────────────


async def test_more_shows_what_can_be_done_beside(heard, tencent):
    await both(heard, tencent)

    answer = await heard.typed("/relay more R1")

    (shown,) = answer.parts
    labels = [one.label for one in shown.buttons]
    assert answer.plain == "🟢 R1 · live"
    assert labels[:4] == ["Start a copy", "Start again", "Keep R1 running", "Open R2"]
    assert len(labels) > 4  # and of timers and presets
    for button in shown.buttons:
        assert button.command == "relay"


async def test_edit_and_retry_opens_the_form_as_it_was_with_its_targets(heard):
    heard.cloud.state.fail_next("StartPublishCdnStream", "UnauthorizedOperation")
    await heard.typed(START)
    failed = await heard.handle("R1")
    (retry,) = heard.resources.of(failed).offers(failed)

    form = await opened(heard, f"/relay {retry.text}")
    await form.send()

    assert (retry.label, form.state["url"]) == ("Edit and retry", "@R1.1")
    (relay,) = heard.cloud.state.relays.values()
    assert (relay.room, [*relay.urls]) == ("7", [A])


async def test_a_copy_is_of_the_relay_as_it_is_now(heard, tencent):
    first = await started(heard, START)
    await tencent.tells(first, CONNECTING, RUNNING)
    await heard.typed(f"/relay update R1 url+={B} --yes")

    form = await opened(heard, "/relay copy R1 room=8")

    assert form.state["url"] == "@R1.1\n@R1.2"
