"""A preset is changed, renamed and deleted; bad input gets a sentence at its field."""

import pytest

from bot.dialogue.form import Form, FormButtons
from bot.errors import InvalidRequest
from tests.commands.relay.samples import buttons
from tests.commands.relay.test_preset import names, said, save
from tests.world import TEAM

# ── changed, renamed, deleted ────────────────────────────────────────────────────


async def test_one_is_changed_in_its_form(world):
    await save(world, "two-hosts layout=side users=a,b")
    form = await world.typed("/relay preset change two-hosts")
    await world.submitted(form, users="a,b,c", name="three-hosts")

    assert await names(world) == ["three-hosts"]
    assert (await said(world, "three-hosts"))["users"] == "a,b,c"


@pytest.mark.parametrize("by_form", [True, False])
async def test_one_is_renamed(world, by_form):
    await save(world, "two-hosts layout=side")
    if by_form:
        form = await world.typed("/relay preset rename two-hosts")
        answer = await world.submitted(form, name="Talk")
    else:
        answer = await world.typed("/relay preset rename two-hosts Talk")

    assert answer.plain == "🟢 Preset “two-hosts” is called “talk” now."
    assert await names(world) == ["talk"]


async def test_a_deletion_asks_first(world):
    await save(world, "two-hosts layout=side")
    asked = await world.typed("/relay preset delete two-hosts")
    assert await names(world) == ["two-hosts"]

    (button,) = buttons(asked)
    done = await world.typed(f"/{button.command} {button.text}")

    assert asked.plain == "Delete your preset “two-hosts”?"
    assert done.plain == "⚪ Preset “two-hosts” is deleted."
    assert await names(world) == []


BAD = {
    "a taken name": ({"name": "one"}, {"name": "“one” is taken; choose another name."}),
    "no name": ({"name": ""}, {"name": "Give it a name."}),
    "an address": (
        {"name": "a.example.com/live"},
        {"name": "That is an address. A name has letters, digits and dashes alone."},
    ),
}


@pytest.mark.parametrize("case", BAD)
async def test_bad_input_gets_a_sentence_at_its_field_and_nothing_is_kept(world, case):
    values, faults = BAD[case]
    await save(world, "one layout=side")
    form = await world.typed("/relay preset save two layout=side")

    with pytest.raises(InvalidRequest) as refused:
        await world.submitted(form, **values)
    renamed = await world.typed(f"/relay preset rename one {values['name'] or '“ ”'}")

    assert refused.value.faults == faults
    assert await names(world) == ["one"]
    assert isinstance(renamed, Form) or renamed.plain != "🟢"


async def test_what_refers_to_nothing_is_not_kept(world):
    form = await world.typed("/relay preset save two layout=side")

    with pytest.raises(InvalidRequest) as refused:
        await world.submitted(form, url="@none")

    sentence = "There is no target @none. See /relay target list."
    assert refused.value.faults == {"url": sentence}
    assert await names(world) == []


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("show", "🟠 Say which preset: its name."),
        ("show none", "🟠 There is no preset “none”. See /relay preset list."),
        ("delete none", "🟠 There is no preset “none”. See /relay preset list."),
        (
            "frobnicate x",
            "🟠 Use list, show, save, change, rename or delete, and a name.",
        ),
        ("save a of=R9", "🟠 No relay R9."),
    ],
)
async def test_what_makes_no_sense_is_told(world, text, answer):
    assert (await world.typed(f"/relay preset {text}")).plain == answer


async def test_each_change_is_on_the_record(world):
    await save(world, "one layout=side")
    await world.typed("/relay preset rename one two")
    await world.typed("/relay preset delete two --yes")

    records = await world.journal.audit.all(TEAM)

    assert [(one.action, one.rule, one.why) for one in records] == [
        ("relay.preset", "own", "kept preset one (own)"),
        ("relay.preset", "own", "kept preset two (own)"),
        ("relay.preset", "own", "deleted preset two (own)"),
    ]


async def test_the_form_of_a_start_ends_with_the_button_that_saves_it(world):
    form = await world.typed("/relay start 7")

    assert isinstance(form.fields[-1], FormButtons)
    assert [one.name for one in form.fields[-1].buttons] == ["save"]
