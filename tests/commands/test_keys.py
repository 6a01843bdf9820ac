"""What is typed and means nothing where it stands is refused, never ignored."""

import pytest

from bot.dialogue.form import Form
from bot.dialogue.words import Words
from bot.grammar.parser import ID_NAMES, Miss, read
from commands import COMMANDS
from tests.commands.relay.changing import UPDATE, pressed
from tests.commands.relay.samples import START, URL, buttons, calls, words
from tests.world import TEAM

# ── what another subcommand does ─────────────────────────────────────────────────


@pytest.mark.parametrize("typed", ["for=2h", "until=23:59Z", "UNTIL=23:59Z"])
@pytest.mark.parametrize("more", ["", " bitrate=1200 --yes"])
async def test_a_timer_is_no_change_and_is_set_by_its_own_command(world, typed, more):
    await world.typed(START)

    answer = await world.typed(f"/relay update R1 {typed}{more}")
    (button,) = buttons(answer)
    await pressed(world, button)

    relay = await world.handle("R1")
    assert f"use /relay timer R1 {typed}" in words(answer)
    assert "copy" not in words(answer)
    assert relay.stop_at is not None
    assert (calls(world), calls(world, UPDATE)) == (1, 0)


async def test_help_of_update_does_not_name_what_it_does_not_take(world):
    shown = words(await world.typed("/relay update --help"))

    assert "url=" in shown
    assert " for=" not in shown
    assert "until=" not in shown


# ── an app that is not there ─────────────────────────────────────────────────────


@pytest.mark.parametrize("verb", ["list", "recent", "list all", "recent --csv"])
async def test_a_list_of_an_app_that_is_not_there_says_so(world, verb):
    await world.typed(START)

    answer = await world.typed(f"/relay {verb} app=Live-main")
    there = await world.typed(f"/relay {verb} app=live-main")

    assert "There is no app “Live-main” here; there is live-main." in words(answer)
    assert "There is no app" not in words(there)


# ── mentions ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("typed", "room"), [("<#C0OPS|ops>", "#ops"), ("<@U0ANA|ana>", "@ana")]
)
async def test_a_room_that_slack_makes_a_mention_of_is_the_one_typed(
    world, typed, room
):
    await world.typed(f"/relay start {typed} url={URL} --go")

    relay = await world.journal.find.by_handle("R1", TEAM)
    assert relay.subject.room == room


@pytest.mark.parametrize("typed", ["<#C0OPS>", "room=<@U0ANA>", "7 user=a<@U0ANA|>"])
@pytest.mark.parametrize("more", ["", "--go", "--dry-run"])
async def test_a_mention_without_its_name_is_refused(world, typed, more):
    answer = await world.typed(f"/relay start {typed} url={URL} {more}")

    assert not isinstance(answer, Form)
    assert "type it without @ or #" in words(answer)
    assert calls(world) == 0


async def test_a_mention_in_a_remark_is_taken(world):
    await world.typed(f"/relay start 7 url={URL} note='ask <@U0ANA>' --go")

    relay = await world.journal.find.by_handle("R1", TEAM)
    assert relay.note == "ask @U0ANA"


# ── keys that mean nothing beside the rest ───────────────────────────────────────


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("stop R1 room=99", "R1 is not of room=99"),
        ("stop R1 preset=two-hosts --yes", "R1 is not of preset=two-hosts"),
        ("stop R1 app=nope --yes", "There is no app “nope” here"),
        ("stop R1 task=foo --yes", "R1 is not of task=foo"),
        ("stop task=foo app=nope", "There is no app “nope” here"),
        ("stop task=-mFfhbK0dHPh3T9rUv room=9 --yes", "nothing is on record"),
        ("stop R9 room=9 --yes", "Of R9 nothing is on record"),
        ("stop R9 task=-mFfhbK0dHPh3T9rUv --yes", "Of R9 nothing is on record"),
        ("update R1 note=hello", "A note goes with a change"),
        ("update R1 note=hello --yes", "A note goes with a change"),
        ("update R1 hear+=zoe hear-=zoe --yes", "both added and taken out"),
        ("update R1 hear-=zoe bitrate=900 --yes", "zoe is not in it"),
        ("update R1 big=ana large=bob layout=screen", "This is large=, too"),
    ],
)
async def test_what_does_not_fit_beside_the_rest_is_refused(world, typed, said):
    await world.typed(START)

    answer = await world.typed(f"/relay {typed}")

    assert said in words(answer)
    assert calls(world, UPDATE) == calls(world, "StopPublishCdnStream") == 0


@pytest.mark.parametrize(
    "typed",
    ["R1 room=295066", "R1 app=live-main", "R1 task={task} app={id}", "task={task}"],
)
async def test_what_fits_beside_a_stop_stops(world, typed):
    await world.typed(START)
    subject = (await world.handle("R1")).subject
    named = typed.format(task=subject.ref, id=subject.sdk_app_id)

    await world.typed(f"/relay stop {named} --yes")

    assert calls(world, "StopPublishCdnStream") == 1


@pytest.mark.parametrize("verb", ["list", "show two", "change two", "delete two"])
async def test_a_preset_takes_keys_only_where_it_is_filled_in(world, verb):
    answer = await world.typed(f"/relay preset {verb} room=9 layout=side")

    assert "room= layout= goes with save only." in words(answer)


async def test_a_session_is_published_with_arguments_to_the_console_only(world):
    await world.typed("/car start user=u1 ip=8.8.8.8 --go")

    answer = await world.typed(f"/car publish S1 url={URL} args=a=1")

    assert "This goes with to=console only." in words(answer)
    assert calls(world, "StartPublishStreamWithURL") == 0


async def test_the_note_of_a_change_is_kept(world):
    await world.typed(START)

    await world.typed("/relay update R1 note=hello bitrate=800 --yes")

    history = await world.journal.find.history("R1", TEAM)
    assert [one.note for one in history if one.action == UPDATE] == ["hello"]


# ── of every subcommand ──────────────────────────────────────────────────────────

SUBCOMMANDS = [
    pytest.param(command.vocabulary, one, id=f"{name} {one.name}")
    for name, command in COMMANDS.items()
    for one in command.vocabulary.subcommands
]
KEYS = sorted({key for case in SUBCOMMANDS for key in case.values[1].keys})


@pytest.mark.parametrize(("vocabulary", "subcommand"), SUBCOMMANDS)
def test_a_key_that_a_subcommand_does_not_take_is_refused(vocabulary, subcommand):
    if vocabulary.takes_anything:
        return  # there it is prose
    others = [
        key
        for key in KEYS
        if not any(own.startswith(key) for own in subcommand.keys)
        and key not in ID_NAMES
    ]

    for key in others:
        answer = read(f"{subcommand.name} R1 {key}=1", vocabulary)
        assert isinstance(answer, Miss), key
    assert others


@pytest.mark.parametrize(("vocabulary", "subcommand"), SUBCOMMANDS)
def test_a_key_says_one_thing_unless_it_is_declared(vocabulary, subcommand):
    for key in subcommand.keys:
        typed = f"{subcommand.name} R1 {key}=1 {key}=1"
        assert isinstance(read(typed, vocabulary), Words)
        answer = read(f"{typed} {key.upper()}=2", vocabulary)
        if key in subcommand.several:
            assert isinstance(answer, Words)
        else:
            assert answer.sentence.startswith(f"“{key}=” was given twice")
    assert {*subcommand.several} <= {*subcommand.keys}


async def test_two_bit_rates_are_refused_and_two_addresses_taken(world):
    await world.typed(START)
    await world.typed(f"/relay start 8 url={URL}2 url={URL}3 --go")

    answer = await world.typed("/relay update R1 bitrate=1200 bitrate=3000 --yes")

    assert "“bitrate=” was given twice, with different values" in words(answer)
    assert (calls(world), calls(world, UPDATE)) == (2, 0)
