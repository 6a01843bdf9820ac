"""Nothing that was filled in is lost: every field, through every redraw and fault."""

from functools import cache

import pytest

from bot.dialogue.ask import Submission
from bot.dialogue.form import ChoiceField, MomentField, NumberField
from bot.resources.relay.cdn import choice_of
from bot.resources.relay.draft import SET_ASIDE, redrawn, submitted
from bot.resources.relay.form import start_form
from bot.resources.relay.plan import ENCODING, KEYS, OF_SEI
from bot.settings import App, Terms
from tests.commands.relay.changing import pressed
from tests.commands.relay.filling import OnScreen, fields, opened, text_of
from tests.commands.relay.samples import URL, buttons, calls

TERMS = Terms(apps=(App(name="main", sdk_app_id=1400000001, usersig_key="k" * 8),))
ELSEWHERE = "rtmp://push.elsewhere.test/live/a"
HOST = choice_of("push.elsewhere.test")

# what has to be chosen before a field is there
SHOWS = {
    "user": {"what": "one"},
    "stream": {"what": "one"},
    "users": {"layout": "side"},
    "large": {"layout": "float"},
    "cells": {"layout": "custom"},
    **{key: {"quality": "custom"} for key in ENCODING},
    "feedback": {"to": "both"},
    "recordkey": {"record": "template"},
    **{key: {"record": "vod"} for key in ("format", "tracks", "vodapp")},
    **{key: {"sei": "text"} for key in OF_SEI},
    "json": {"mode": "paste"},
    HOST: {"url": ELSEWHERE},
}
# every redraw that the form has: a choice and what it may become, or a button
CHANGES = [
    *(("what", one) for one in ("mix", "one", "audio")),
    *(("layout", one) for one in ("grid", "side", "1+n", "pip", "float", "custom")),
    *(("quality", one) for one in ("1080p30", "custom")),
    *(("to", one) for one in ("push", "room", "both")),
    *(("record", one) for one in ("off", "template", "vod")),
    *(("sei", one) for one in ("off", "layout", "text")),
    *(("mode", one) for one in ("form", "paste")),
    ("url", ELSEWHERE),
    ("more", None),
    ("preview", None),
]
SEEN = {"more": "more", "what": "mix"}


@cache
def every_field():
    """Return each field that any choice shows, by name."""
    drawn = {}
    for choices in ({}, {"mode": "paste"}, *SHOWS.values()):
        drawn |= fields(start_form({**SEEN, **choices}, TERMS, "d"))
    return drawn


def another(field):
    """Return a value for *field* that is not the one it starts with."""
    match field:
        case ChoiceField(options=options, initial=initial):
            return next(one.value for one in options if one.value != initial)
        case NumberField(least=least):
            return str(least + 1)
        case MomentField():
            return "2026-12-24T18:00:00Z"
    return f"typed into {field.name}"


def test_every_key_and_every_redraw_is_among_those_that_are_tried():
    drawn = every_field()
    redrawing = {n for n, one in drawn.items() if getattr(one, "redraws", False)}

    # one app, a choice for each host, and nothing saved
    assert {*KEYS} - {*drawn} == {"app", "cdn", "preset"}
    assert redrawing == {name for name, value in CHANGES if value}
    assert {*SET_ASIDE} <= {*drawn}


class Drawn(OnScreen):
    """A form that is redrawn as the command does it, without a journal behind it."""

    def __init__(self):
        self.kept = {}
        super().__init__(None, start_form({}, TERMS, "d"))

    async def press(self, name):
        submission = Submission(
            form_id="d", view="V", hash="h", values=dict(self.state), changed=name
        )
        self.kept = redrawn(self.kept, submission)
        self.show(start_form(self.kept, TERMS, "d"))

    @property
    def plan(self):
        """What it would be sent in as."""
        values = dict(self.state)
        return submitted(
            self.kept, Submission(form_id="d", view="V", hash="h", values=values)
        )


@pytest.mark.parametrize("change", CHANGES, ids=lambda one: "=".join(map(str, one)))
async def test_what_was_filled_in_is_there_again_after_any_redraw(change):
    lost, (what, value) = [], change
    for name, field in every_field().items():
        if name == what or (name == HOST and what == "url"):
            continue
        form = Drawn()
        await form.press("more")
        await form.fill(**SHOWS.get(name, {}))
        await form.fill(**{name: another(field)})
        before = dict(form.state)
        await there_and_back(form, what, value)
        if form.state.get(name) != another(field) or before.keys() - form.state.keys():
            lost.append((name, form.state.get(name)))

    assert lost == []


async def test_the_form_that_people_have_keeps_it_too(world):
    form = await opened(world, "/relay start 295066 what=one user=ana")
    await form.press("more")
    await form.fill(what="mix", layout="side", users="ana,bob", mode="paste")
    await form.fill(json="{}", mode="form", what="one")

    assert (form.state["user"], form.state["room"]) == ("ana", "295066")
    await form.fill(what="mix")
    assert form.state["users"] == "ana,bob"
    await form.fill(mode="paste")
    assert form.state["json"] == "{}"


async def there_and_back(form, what, value):
    """Make a change, and undo it; what the change took away is drawn anew."""
    if value is None:
        if what in form.buttons:
            await form.press(what)
            await form.press(what)
        return
    if what not in form.state:
        return
    former = form.state[what]
    await form.fill(**{what: value})
    for one in fields(form.form).values():
        assert text_of(getattr(one, "initial", None)) == form.state[one.name]
    await form.fill(**{what: former})


@pytest.mark.parametrize("name", SET_ASIDE)
async def test_what_is_set_under_more_counts_when_more_is_closed(name):
    form = Drawn()
    await form.press("more")
    await form.fill(**({"logo": "https://a.example/l.png"} | SHOWS.get(name, {})))
    await form.fill(**{name: another(every_field()[name])})
    is_open = form.plan

    await form.press("more")

    assert name not in form.state
    assert form.plan == is_open
    assert form.plan[name] == another(every_field()[name])


async def test_a_fault_under_more_opens_it_and_keeps_what_is_there(world):
    form = await opened(world, f"/relay start 7 url={URL} note=mine")
    await form.press("more")
    await form.fill(logo="https://a.example/l.png", logosize="huge", margin="12")
    await form.press("more")

    await form.send()

    assert "⚠️ “huge” is no size: write 64, or 160x90." in form.lines
    assert (form.state["logo"], form.state["logosize"], form.state["margin"]) == (
        "https://a.example/l.png",
        "huge",
        "12",
    )
    assert (form.state["room"], form.state["note"]) == ("7", "mine")
    assert calls(world) == 0
    await form.fill(logosize="32")
    assert await form.send() is None
    intent = await world.handle("R1")
    image = intent.masked["VideoParams"]["WaterMarkList"][0]["WaterMarkImage"]
    assert (image["WaterMarkWidth"], image["LocationX"]) == (32, 12)


async def test_what_closed_more_holds_is_named_where_it_is_closed():
    form = Drawn()
    await form.press("more")
    await form.fill(logo="https://a.example/l.png", channels="mono")

    await form.press("more")

    assert form.lines == ["Set under More: Logo, Sound."]


async def test_what_a_choice_took_away_from_more_does_not_count():
    form = Drawn()
    await form.press("more")
    await form.fill(logo="https://a.example/l.png", what="audio")

    assert "logo" not in form.plan
    await form.fill(what="mix")
    assert form.plan["logo"] == "https://a.example/l.png"


async def test_choices_in_one_form_take_no_other_question_away(world):
    await world.typed("/relay start 8 url=rtmp://push.example.com/live/b --go")
    asked = await world.typed("/relay update R1 bitrate=1200")
    (button,) = buttons(asked)
    form = await opened(world, "/relay start 7")

    for number in range(20):
        await form.fill(quality="custom" if number % 2 else "720p15")
    await pressed(world, button)

    assert calls(world, "UpdatePublishCdnStream") == 1
    await form.send(url="rtmp://push.example.com/live/a")
    assert calls(world, "StartPublishCdnStream") == 2
