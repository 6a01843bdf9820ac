"""No word that stands alone is passed over in silence, whatever it is typed after."""

import pytest

from commands import COMMANDS
from tests.commands.relay.samples import START, calls, words

STRAYS = "xyzzy plugh frotz plover"  # more than anything takes
HANDLES = {"R128": "R1", "S41": "S1"}
EXAMPLES = sorted(
    {
        f"/{command.name} {example}"
        for command in COMMANDS.values()
        if not command.vocabulary.takes_anything  # prose is
        for one in command.subcommands.values()
        for example in (one.name, *one.examples)
    }
)


@pytest.mark.parametrize("typed", EXAMPLES)
async def test_words_too_many_are_refused(world, typed):
    await world.typed(START)
    await world.typed("/car start user=cg_user ip=125.127.178.228 --go")
    for example, there in HANDLES.items():
        typed = typed.replace(example, there)

    answer = await world.typed(f"{typed} {STRAYS}")

    assert answer is not None
    assert answer.plain.startswith("🟠")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("handover 8h", "Unknown word “8h”. Did you mean since=8h?"),
        ("take R1 R2", "Unknown word “R2”."),
        ("mute R1 R2 2h", "Unknown word “2h”."),
        ("help relay stop R1", "Unknown word “R1”."),
    ],
)
async def test_what_was_meant_is_offered_and_nothing_is_done(world, typed, told):
    await world.typed(START)

    answer = await world.typed(f"/patchbay {typed}")

    assert answer.plain == f"🟠 {told}"


@pytest.mark.parametrize(
    "typed", ["until=18:00 PST", "until=24/11/2026 18:00", "until=18:00-20:00"]
)
@pytest.mark.parametrize(
    "line", ["timer R1 {}", "start {} room=8 url=rtmp://a.b.com/c/d --go"]
)
async def test_a_time_that_cannot_be_read_is_told_at_its_key(world, typed, line):
    await world.typed(START)

    answer = await world.typed(f"/relay {line.format(typed)}")

    value = typed.partition("=")[2]
    assert f"“{value}” is no time: say 18:00" in words(answer)
    assert calls(world) == 1
