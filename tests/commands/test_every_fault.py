"""Whoever types two wrong values is told of both at once, each at its key."""

import pytest

from bot.dialogue.form import Form
from bot.dialogue.outcome import Mono, Points, Tone
from commands import COMMANDS
from tests.commands.relay.samples import START, URL

# What is typed beside the pairs, and the pairs without which something is missing.
SESSION = {"user": "u1", "ip": "8.8.8.8"}
TYPED = {
    "relay start": ("--go", {"room": "8", "url": f"{URL}2"}),
    "relay update": ("R1 --yes", {}),
    "relay copy": ("R1 --go", {}),
    "relay timer": ("R1", {}),
    "relay preset": ("save evening", {}),
    "relay dismiss-room": ("295066", {}),
    "relay remove-user": ("295066 alice", {}),
    "relay room-history": ("295066", {}),
    "car start": ("--go", SESSION),
    "car publish": ("S1", {}),
}
WRONG = ("x", "!!", "-1", "“a b”", "http://x", "@nobody")
INTERNAL = {"again", "draft", "like", "beside", "json", "from"}  # what buttons type
# Who is large has two names; a note beside a change, good or bad, is no fault.
NOT_ALONE = {"big", "note"}
# What goes with another value is at fault only where that is not given.
GOES_WITH = {("logo", "corner"), ("logo", "logosize"), ("logo", "margin")}
SUBCOMMANDS = [
    pytest.param(command.name, one, id=f"{command.name} {one.name}")
    for command in COMMANDS.values()
    for one in command.vocabulary.subcommands
    if len({*one.keys} - INTERNAL) > 1
]
STEPS = (1, 5)  # from a key to those that are typed beside it


def faults(answer):
    """Return what *answer* says is wrong, by key."""
    if answer is None or isinstance(answer, Form) or answer.tone is not Tone.WARN:
        return {}
    points = (part for part in answer.parts if isinstance(part, Points))
    lines = [one for part in points for one in part.lines]
    return {one[0].text: one[1].strip() for one in lines if isinstance(one[0], Mono)}


def line(name, values, *, go=True):
    words, needed = TYPED.get(name, ("", {}))
    words = words if go else words.replace("--go", "")
    pairs = {**needed, **values}
    return f"/{name} {words} " + " ".join(f"{k}={v}" for k, v in pairs.items())


async def wrong_alone(world, name, keys):
    """Return of each of *keys* a value that is wrong by itself, and what is said."""
    wrong = {}
    for key in keys:
        for value in WRONG:
            said = faults(await world.typed(line(name, {key: value})))
            if set(said) == {key}:
                wrong[key] = value, said[key]
                break
    return wrong


def both(told, wrong, pair):
    """Tell whether *told* has all that is said of each of *pair* alone."""
    return all(wrong[key][1] in told.get(key, "") for key in pair)


@pytest.mark.parametrize(("command", "subcommand"), SUBCOMMANDS)
async def test_two_wrong_values_are_named_in_one_answer(world, command, subcommand):
    await world.typed(START)
    await world.typed("/car start user=cg_user ip=125.127.178.228 --go")
    name = f"{command} {subcommand.name}"
    own = [key for key in subcommand.keys if key not in INTERNAL | NOT_ALONE]
    wrong = await wrong_alone(world, name, own)
    done, keys = len(world.cloud.state.calls), list(wrong)

    pairs = {(a, b) for n in STEPS for a, b in zip(keys, keys[n:], strict=False)}
    for pair in sorted(pairs - GOES_WITH):
        values = {key: wrong[key][0] for key in pair}
        told = faults(await world.typed(line(name, values)))
        assert both(told, wrong, pair), (pair, told)
    assert len(world.cloud.state.calls) == done


@pytest.mark.parametrize(
    ("name", "unshown"), [("relay start", "quality"), ("car start", "mode")]
)
async def test_where_a_form_cannot_open_it_is_said_what_it_would_have_shown(
    world, name, unshown
):
    command, _, subcommand = name.partition(" ")
    keys = COMMANDS[command].subcommands[subcommand].words.keys
    own = [key for key in keys if key not in INTERNAL | NOT_ALONE]
    wrong = await wrong_alone(world, name, own)
    done = len(world.cloud.state.calls)

    for other in wrong.keys() - {unshown}:
        values = {key: wrong[key][0] for key in (unshown, other)}
        told = faults(await world.typed(line(name, values, go=False)))
        assert both(told, wrong, (unshown, other)), (other, told)
    assert len(world.cloud.state.calls) == done
    assert len(wrong) > 1
