"""What the fields of `/relay start` lead to and refuse, in the form's own words."""

import re

import pytest

from bot.errors import InvalidRequest
from bot.exit_table import ANY_EXIT, Exits
from bot.resources.relay.request import faults_of
from bot.settings import App, Terms
from bot.tencent.models.exits import Row, model_in
from bot.tencent.models.trtc.requests import StartPublishCdnStream
from tests.commands.relay.filling import opened
from tests.commands.relay.samples import URL, calls

APP = App(name="live-main", sdk_app_id=1400000001, usersig_key="k" * 8)
TERMS = Terms(apps=(APP,), exits=ANY_EXIT)
PLAN = {"room": "295066", "url": URL}
SIDE = {"layout": "side", "users": "ana,bob"}

# ── where a field leads ──────────────────────────────────────────────────────────

# field -> what is filled in, and the row of the table that has to allow it
LEADS = {
    "url": ({"url": "rtmp://evil.example/a/b"}, Row.PUSH),
    "logo": ({"logo": "https://evil.example/a.png"}, Row.PICTURES),
    "feedback": ({"to": "both", "feedback": "boardroom"}, Row.ROOMS),
    "users": ({"layout": "side", "users": "ana@boardroom"}, Row.ROOMS),
    "hear": ({**SIDE, "hear": "ceo@boardroom"}, Row.ROOMS),
    "mute": ({**SIDE, "mute": "ceo@boardroom"}, Row.ROOMS),
    "record": ({"record": "template"}, Row.STORES),
    "vodapp": ({"record": "vod", "vodapp": "666"}, Row.VOD_APPS),
}
PUSH = Exits(push=("push.example.com",))


@pytest.mark.parametrize("field", LEADS)
async def test_where_a_field_leads_is_refused_at_it_and_on_the_record(
    world_with, field
):
    filled, row = LEADS[field]
    world = await world_with(exits=PUSH)
    form = await opened(world, f"/relay start 295066 url={URL}")
    await form.press("more")
    await form.fill(**filled)

    with pytest.raises(InvalidRequest) as refused:
        await form.send()

    assert list(refused.value.faults) == [field]
    assert "under [exits] in bot.toml" in refused.value.faults[field]
    (record,) = await world.journal.audit.all()
    assert (record.decision.value, record.rule) == ("deny", f"exits.{row}")
    assert calls(world) == 0


def test_every_row_of_the_table_that_a_relay_has_is_reached_by_a_field():
    rows = {row for _filled, row in LEADS.values()}

    assert rows == {*Row} - {Row.CAR_PARAMETERS}


# ── in whose words ───────────────────────────────────────────────────────────────

WRONG = (
    {"room": "99999999999", "type": "number"},
    {"room": "ä"},
    {"url": "http://a/b"},
    {"url": ""},
    {"what": "one"},
    {"what": "one", "user": "ana", "hear": "bob"},
    {"what": "one", "user": "ana", "logo": "https://a.example/b.png"},
    {"what": "audio", "layout": "side", "users": "ana"},
    {"layout": "grid", "users": "ana"},
    {"layout": "grid", "large": "ana"},
    {"layout": "grid", "hear": "ana@9"},
    {"layout": "float", "large": "ana@9"},
    {"layout": "custom", "cells": "[{]"},
    {**SIDE, "hear": "ana@9"},
    {"logo": "ftp://a.example/b.png"},
    {"logo": "https://a.example/b.png", "logosize": "5000"},
    {"corner": "top-left"},
    {"background": "red"},
    {"channels": "mono", "codec": "hev2"},
    {"sampling": "8000", "codec": "he"},
    {"sampling": "7"},
    {"audiorate": "7"},
    {"feedback": "room one/robot with spaces"},
    {"feedback": "9/ana\n8/ana"},
    {"record": "vod", "vodapp": "x"},
    {"record": "template", "recordkey": "a b"},
    {"recordkey": "a"},
    {"sei": "text"},
    {"sei": "layout", "seitype": "244"},
    {"seidata": "a"},
    {"idle": "4"},
)


def wire_words():
    """Return every name that Tencent has for a field of the request."""
    names, models = set(), [StartPublishCdnStream]
    for model in models:
        for name, info in model.model_fields.items():
            names.add(info.alias or name)
            inner = model_in(info.annotation)
            if inner and inner not in models:
                models.append(inner)
    return names - {"Text", "Interval", "Channel", "Codec", "Font", "Region", "Vendor"}


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_a_fault_is_told_at_a_field_that_was_filled_in_and_in_words_of_the_form(wrong):
    faults = faults_of({**PLAN, **wrong}, TERMS)

    told = " ".join(faults.values())
    spoken = {word for word in re.findall(r"[A-Za-z]+", told) if word in wire_words()}
    assert faults
    assert faults.keys() <= {*PLAN, *wrong, "user", "seidata", "codec", "sampling"}
    assert spoken == set()
    assert "mode" not in told.split()


def test_the_words_of_the_wire_are_known():
    assert {"RoomIdType", "MixLayoutList", "UniRecord", "PayloadType"} <= wire_words()


# ── what is guessed is said ──────────────────────────────────────────────────────


async def test_that_a_large_number_is_taken_as_text_is_said_where_it_is_chosen(world):
    form = await opened(world, "/relay start 99999999999")

    assert form.state["type"] == "text"
    assert form.lines == [
        "Room 99999999999 is taken as text: a number is 1 to 4294967295."
    ]


async def test_a_number_too_large_is_refused_in_the_words_of_the_form(world):
    form = await opened(world)
    await form.fill(room="99999999999", url=URL)

    with pytest.raises(InvalidRequest) as refused:
        await form.send()

    assert refused.value.faults == {
        "room": "The ID of a number room is 1 to 4294967295, in digits. If the room was"
        " created with a text ID, choose “Text”."
    }
