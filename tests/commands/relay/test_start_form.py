"""The form of `/relay start`: what it asks, keeps, refuses and sends."""

import json
from dataclasses import replace

import pytest

from bot.dialogue.ask import Submission, Surface
from bot.dialogue.form import Field
from bot.dialogue.outcome import Line, Points
from bot.errors import InvalidRequest
from bot.resources.relay.cdn import choice_of
from bot.states import State
from tests.commands.relay.samples import PASTED, URL, calls


async def test_without_go_the_form_opens_with_what_was_typed(world):
    form = await world.typed(f"/relay start 295066 url={URL} idle=60")

    values = {f.name: f.initial for f in form.fields if hasattr(f, "initial")}
    assert (form.title, form.submit) == ("Start relay", "Start")
    assert (values["room"], values["url"], values["idle"]) == ("295066", URL, 60)
    assert calls(world) == 0


async def test_the_form_starts_what_it_says(world):
    form = await world.typed("/relay start")

    closing = await world.submitted(form, room="295066", url=URL, note="for the final")

    intent = await world.handle("R1")
    assert closing is None  # the card in the channel says it
    assert (intent.state, intent.asker.channel, intent.note) == (
        State.STARTED,
        "C0OPS",
        "for the final",
    )


@pytest.mark.parametrize("room", ["１２３", " 123\u200b", "１23"])
async def test_the_form_takes_a_room_however_it_is_typed_as_the_line_does(world, room):
    await world.submitted(await world.typed("/relay start"), room=room, url=URL)

    assert (await world.handle("R1")).subject.room == "123"


def fields(form):
    return {one.name: one for one in form.fields if isinstance(one, Field)}


def lines(form):
    return [one.spans[0] for one in form.fields if isinstance(one, Line)]


async def test_the_form_asks_whose_cdn_a_host_is_on_before_it_starts(world):
    form = await world.typed("/relay start")
    url = "rtmp://push.elsewhere.test/live/a"

    asked = await world.submitted(form, room="295066", url=url, key="modal:T:V1")
    whose = choice_of("push.elsewhere.test")
    values = {**{n: getattr(f, "initial", None) for n, f in fields(asked).items()}}
    answer = await world.submitted(asked, **{whose: "other"}, key="modal:T:V1")

    assert lines(asked)[0] == "Please say below whose CDN each host is on."
    assert (values["room"], values["url"], values[whose]) == ("295066", url, "")
    assert calls(world) == 1
    assert answer is None  # it was said in the form: nothing is left to say
    intent = await world.handle("R1")
    assert intent.masked["PublishCdnParams"][0]["IsTencentCdn"] == 0


async def test_a_choice_that_hides_a_field_keeps_what_was_typed_in_it(world):
    form = await world.typed("/relay start 295066 what=one user=ana")

    mix = await redrawn(world, form, what="mix")
    one = await redrawn(world, mix, what="one")
    pasting = await redrawn(world, one, mode="paste")
    back = await redrawn(world, pasting, mode="form")

    assert "user" not in fields(mix)
    assert fields(one)["user"].initial == "ana"
    assert list(fields(pasting)) == [
        *("mode", "json", "region", "for", "until", "note")
    ]
    assert (fields(back)["user"].initial, fields(back)["room"].initial) == (
        "ana",
        "295066",
    )


async def redrawn(world, form, **values):
    """Change *values* in *form* and let it be drawn anew."""
    filled = {n: getattr(f, "initial", None) for n, f in fields(form).items()}
    texts = {n: str(v) if v else None for n, v in {**filled, **values}.items()}
    submission = Submission(form_id=form.form_id, view="V", hash="h", values=texts)
    ask = world.ask("/relay start", surface=Surface.FORM, submission=submission)
    return await world.router.redraw(replace(ask, text="start"))


@pytest.mark.parametrize("size", [100, 3100])
async def test_json_of_any_length_reaches_the_cloud_as_it_was_typed(world, size):
    sei = {"LayoutVolume": {"AppData": "x" * size}}
    pasted = json.dumps({**PASTED, "SeiParams": sei})
    form = await world.typed(f"/relay start json={pasted}")

    await world.submitted(form)

    (intent,) = await world.journal.find.recent("T0HOME")
    assert intent.masked["SeiParams"] == sei
    assert fields(form)["json"].initial == (pasted if size == 100 else "")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("295066 --go", ["Not started yet: no target was given."]),
        (f"url={URL} --go", ["Not started yet: no room was given."]),
        ("json={bad", ["⚠️ That is not JSON: see line 1, column 2, at “{bad”."]),
        (
            "json={bad --go",
            [
                "Not started yet: the request cannot be read.",
                "⚠️ That is not JSON: see line 1, column 2, at “{bad”.",
            ],
        ),
        ("295066 idle=301", ["⚠️ 301 is over the limit of 300 here."]),
        ("295066 idle=soon", ["⚠️ “soon” is not a whole number."]),
        ("295066", []),
    ],
)
async def test_the_form_says_first_why_nothing_started_and_what_it_cannot_show(
    world, typed, told
):
    form = await world.typed(f"/relay start {typed}")

    assert lines(form)[: len(told)] == told
    assert bool(lines(form)) is bool(told) or "url=" in typed


async def test_what_is_over_a_limit_is_on_the_record_also_from_a_form(world):
    form = await world.typed("/relay start")

    with pytest.raises(InvalidRequest) as refused:
        await world.submitted(form, room="1", url=URL, idle=301)

    (record,) = await world.journal.audit.all()
    assert refused.value.faults == {"idle": "301 is over the limit of 300 here."}
    assert (record.decision.value, record.rule) == ("deny", "idle_seconds")


async def test_a_form_that_is_sent_in_twice_starts_once(world):
    form = await world.typed("/relay start")

    for _ in range(2):
        await world.submitted(form, room="295066", url=URL, key="modal:T:V1")

    assert calls(world) == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"room": "295066", "url": URL, "idle": 301}, "idle"),
        ({"room": "295066", "url": "rtmp://10.0.0.1/a/b"}, "url"),
        ({"room": "295066", "url": "rtmp://localhost/a/b"}, "url"),
        ({"room": "295066"}, "url"),
        ({"room": "295066", "url": "http://push.example.com/a/b"}, "url"),
        ({"room": "295066", "url": "rtmp://me:pw@push.example.com/a/b"}, "url"),
        ({"room": "lobby", "type": "number", "url": URL}, "room"),
        ({"room": "295066", "url": URL, "what": "one"}, "user"),
        ({"mode": "paste", "json": "{"}, "json"),
    ],
)
async def test_a_fault_in_the_form_is_told_at_its_field_and_nothing_is_kept(
    world, values, field
):
    form = await world.typed("/relay start")

    with pytest.raises(InvalidRequest) as refused:
        await world.submitted(form, **values)

    assert list(refused.value.faults) == [field]
    assert await world.journal.find.counts() == {}
    assert calls(world) == 0


async def test_a_corrected_form_under_the_same_key_is_accepted(world):
    form = await world.typed("/relay start")
    with pytest.raises(InvalidRequest):
        await world.submitted(form, room="295066", url="ftp://x", key="modal:T:V9")

    await world.submitted(form, room="295066", url=URL, key="modal:T:V9")

    assert len(world.cloud.state.running) == 1


async def test_a_form_of_somebody_else_or_of_long_ago_starts_nothing(world):
    form = await world.typed("/relay start")

    with pytest.raises(InvalidRequest, match="too old"):
        await world.submitted(form, by="U0BOB", room="295066", url=URL)

    assert calls(world) == 0


@pytest.mark.parametrize(
    ("typed", "faults"),
    [
        ("7 quality=8k idle=301", {"quality", "idle"}),
        (f"777 json={json.dumps(PASTED)}", {"room"}),
        (f"json={json.dumps(PASTED)} idle=9 what=audio layout=odd", {"layout"}),
    ],
)
async def test_what_no_field_could_show_is_refused_before_a_form_opens(
    world, typed, faults
):
    answer = await world.typed(f"/relay start {typed}")

    (points,) = [part for part in answer.parts if isinstance(part, Points)]
    assert {line[0].text for line in points.lines} == faults
