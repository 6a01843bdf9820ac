"""Whatever a command raises, the asker gets an answer, and the log what broke."""

from contextlib import AsyncExitStack

import pytest

from bot.dialogue.form import Form
from bot.dialogue.outcome import Tone
from bot.errors import Busy, InvalidRequest, NotAllowed, NotFound, UsageError
from bot.routing.command import Command
from tests.world import make_world

ERRORS = {
    "busy": Busy("Wait a little.", wait=1.0),
    "invalid": InvalidRequest({"room": "No such room."}),
    "refused": NotAllowed("Not you.", rule="on-call", may=("U0BOB", "S1")),
    "over": NotAllowed(
        "At most 60.", rule="idle_seconds", faults={"idle": "At most 60."}
    ),
    "missing": NotFound("Nothing is called that."),
    "usage": UsageError("Say more.", usage="/odd usage more"),
    "broken": ZeroDivisionError("one over none"),
}


def odd():
    """Return a command whose subcommands and forms raise what they are named for."""
    command = Command("odd", summary="Raises errors")
    for name, error in ERRORS.items():

        async def handler(_ask, _service, error=error):
            """Raise the error."""
            raise error

        command.subcommand(name)(handler)
        command.form(name)(handler)
    return command


@pytest.fixture
async def world(tmp_path):
    async with AsyncExitStack() as stack:
        path = tmp_path / "p.db"
        yield await make_world(stack, path, commands={"odd": odd()})


@pytest.mark.parametrize(
    ("name", "plain", "detail"),
    [
        ("busy", "🟠 Busy.", "Wait a little."),
        ("invalid", "🟠 That cannot be sent as it is.", "No such room."),
        ("refused", "🟠 You may not do that here.", "on-call"),
        (
            "over",
            "🟠 You may not do that here.",
            "Mono(text='idle'), '  At most 60.'",
        ),
        ("missing", "🟠 Nothing is called that.", "Nothing was sent."),
        ("usage", "🟠 Say more.", "/odd usage more"),
        ("broken", "🔴 Something went wrong on my side.", "incident"),
    ],
)
async def test_every_error_of_a_subcommand_is_answered(world, name, plain, detail):
    answer = await world.typed(f"/odd {name}")

    assert answer.plain == plain
    assert detail in repr(answer.parts)


async def sent_in(world, name):
    form = Form(
        command="odd",
        subcommand=name,
        title="Odd",
        submit="Send",
        fields=(),
        form_id="d",
    )
    return await world.submitted(form)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("busy", "Wait a little."),
        ("missing", "Nothing is called that."),
        ("usage", "Say more."),
        ("refused", "You may not do that here. Not you. Rule: on-call."),
    ],
)
async def test_so_is_every_refusal_of_a_form_which_stays_as_it_was_filled_in(
    world, name, sentence
):
    with pytest.raises(InvalidRequest) as refused:
        await sent_in(world, name)

    assert refused.value.faults == {"": sentence}


async def test_a_limit_is_told_at_its_field_and_is_on_the_record(world):
    with pytest.raises(InvalidRequest) as refused:
        await sent_in(world, "over")

    (record,) = await world.journal.audit.all()
    assert refused.value.faults == {"idle": "At most 60."}
    assert (record.action, record.rule) == ("odd.over", "idle_seconds")


async def test_faults_of_a_form_go_back_to_their_fields(world):
    with pytest.raises(InvalidRequest) as refused:
        await sent_in(world, "invalid")

    assert refused.value.faults == {"room": "No such room."}


async def test_a_refusal_of_either_is_on_the_record(world):
    await world.typed("/odd refused")
    with pytest.raises(InvalidRequest):
        await sent_in(world, "refused")

    records = await world.journal.audit.all()
    assert [(one.action, one.rule, one.why) for one in records] == [
        ("odd.refused", "on-call", "Not you.")
    ] * 2


async def test_what_breaks_is_in_the_log_under_its_incident(world, capsys):
    answer = await sent_in(world, "broken")

    (part,) = answer.parts[-1:]
    incident = "".join(map(str, part.spans)).rpartition("incident ")[2].rstrip(".")
    log = capsys.readouterr().out
    assert answer.tone is Tone.BAD
    assert incident in log
    assert "one over none" in log
