"""The form of a preset is that of a start, with a name and no need of a room."""

from bot.dialogue.ask import Submission
from bot.ids import FormId
from bot.resources.relay.form import start_form
from bot.resources.relay.form_preset import (
    ASKED,
    OWN,
    ROOMLESS,
    beside,
    form,
    without_own,
)
from bot.resources.relay.presets import unnamed
from bot.settings import App, Terms
from tests.commands.relay.filling import fields

TERMS = Terms(apps=(App(name="main", sdk_app_id=1, usersig_key="k" * 8),))
URL = "rtmp://push.example.com/live/the-key"
PLAN = {"layout": "side", "users": "a,b", "quality": "540p15", "more": "more"}


def test_it_has_every_field_of_a_start_and_its_own():
    start = fields(start_form(PLAN, TERMS, FormId("d")))

    drawn = fields(form(PLAN, TERMS, FormId("d")))

    assert drawn.keys() - start.keys() == {"name", "scope"}
    assert start.keys() - drawn.keys() == {"note"}
    needed = {name for name in start if not start[name].optional}
    assert {name for name in needed if drawn[name].optional} == {"room", "url"}


def test_saved_from_a_start_it_asks_for_no_room():
    drawn = fields(form({**PLAN, "room": "7", ROOMLESS: ROOMLESS}, TERMS, FormId("d")))

    assert not {"room", "type"} & drawn.keys()


def test_a_name_is_asked_for_each_address_once_it_is_asked_at_all():
    values = {**PLAN, "url": f"{URL} @main @R1.2"}
    asked = {*unnamed(values)}

    assert not asked & fields(form(values, TERMS, FormId("d"))).keys()
    drawn = fields(form({**values, ASKED: ASKED}, TERMS, FormId("d")))
    assert asked <= drawn.keys()
    hints = {drawn[name].hint for name in asked}
    assert hints == {"rtmp://push.example.com/live/****", "@R1.2"}


def test_what_a_start_has_not_is_taken_out_again():
    (field, *_) = unnamed({"url": URL})
    values = {**PLAN, **dict.fromkeys(OWN, "x"), field: "main"}
    submission = Submission(form_id=FormId("d"), view="V", hash="h", values=values)

    assert beside(submission) == {"name": "x", "scope": "x", field: "main"}
    assert without_own(values) == PLAN
