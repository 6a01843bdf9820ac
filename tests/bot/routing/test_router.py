"""Whatever a command raises, the asker gets an answer, and the log what broke."""

from contextlib import AsyncExitStack
from dataclasses import replace

import pytest
from pydantic import SecretStr

from bot.access.permits import Permit
from bot.dialogue.form import Form
from bot.dialogue.outcome import Outcome
from bot.errors import Busy, InvalidRequest, NotAllowed, NotFound, UsageError
from bot.ids import FormId
from bot.routing.command import Command
from bot.tencent.models.base import Level
from commands import COMMANDS
from tests.world import live_again, make_world

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


ODD = Permit("odd.read", Level.READ)


def odd():
    """Return a command whose subcommands and forms raise what they are named for."""
    command = Command("odd", summary="Raises errors")
    for name, error in ERRORS.items():

        async def handler(_ask, _service, error=error):
            """Raise the error."""
            raise error

        command.subcommand(name, permit=ODD)(handler)
        command.form(name, permit=ODD)(handler)
        command.redraw(name, permit=ODD)(handler)
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
        ("invalid", "🟠 Please correct:", "No such room."),
        ("refused", "🟠 You may not do that here.", "on-call"),
        (
            "over",
            "🟠 You may not do that here.",
            "Mono(text='idle'), '  At most 60.'",
        ),
        ("missing", "🟠 Nothing is called that.", "()"),
        ("usage", "🟠 Say more.", "/odd usage more"),
        ("broken", "🔴 Something went wrong in Patchbay.", "incident"),
    ],
)
async def test_every_error_of_a_subcommand_is_answered(world, name, plain, detail):
    answer = await world.typed(f"/odd {name}")

    assert answer.plain == plain
    assert detail in repr(answer.parts)
    assert answer.beside  # what was clicked can be clicked again


async def test_without_its_journal_a_replica_says_nothing_of_what_another_has_sent(
    postgres_url, tmp_path
):
    keys = {name: SecretStr(name[0] * 40) for name in ("seal_key", "audit_key")}
    shared = {"database_url": SecretStr(postgres_url), **keys}
    async with AsyncExitStack() as stack:
        world = await make_world(stack, tmp_path / "p.db", settings=shared)
        world.journal.close()

        answer = await world.typed("/relay list")

    assert answer.plain == "🔴 The journal is unavailable."
    advice, incident = answer.parts
    assert advice.spans == (
        "If this was a change, see /relay list before you try again.",
    )
    assert "incident" in repr(incident)


async def sent_in(world, name):
    form_id = await world.service.open_form(world.ask(f"/odd {name}"), {})
    form = Form(
        command="odd",
        subcommand=name,
        title="Odd",
        submit="Send",
        fields=(),
        form_id=form_id,
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


async def test_a_refusal_of_either_is_on_the_record_once(world):
    await world.typed("/odd refused")
    with pytest.raises(InvalidRequest):
        await sent_in(world, "refused")

    records = await world.journal.audit.all()
    assert [(one.action, one.rule, one.why) for one in records] == [
        ("odd.refused", "on-call", "Not you.")
    ]


@pytest.mark.parametrize("name", ERRORS)
async def test_every_error_of_a_redraw_is_told(world, name):
    ask = world.ask(f"/odd {name}")

    redrawn, answered = await world.router.redraw(ask), await world.router.answer(ask)

    assert (redrawn.plain, redrawn.tone) == (answered.plain, answered.tone)


async def test_a_home_that_breaks_says_so(world, capsys):
    broken = replace(world.router, commands={"odd": None})

    shown = await broken.home(world.ask("/odd").who)

    assert shown.plain == "🔴 Something went wrong in Patchbay."
    assert "home.failed" in capsys.readouterr().out


async def test_what_breaks_is_in_the_log_under_its_incident(world, capsys):
    with pytest.raises(InvalidRequest) as refused:  # so the form stays filled in
        await sent_in(world, "broken")

    told = refused.value.faults[""]
    incident = told.rpartition("incident ")[2].rstrip(".")
    log = capsys.readouterr().out
    assert told.startswith("🔴 Something went wrong in Patchbay.")
    assert incident in log
    assert "one over none" in log


# ── where it is asked, and by whom ───────────────────────────────────────────────


ABOUT = Permit("relay.read", Level.READ)


def about():
    """Return a command that says which words it got."""
    command = Command("relay", summary="Says its words", bare="about")
    for name, more in {
        "about": {"in_thread": True, "permit": ABOUT},
        "plain": {"permit": ABOUT},
        "open": {"permit": replace(ABOUT, for_all=True)},
    }.items():

        async def handler(ask, _service):
            """Say the words."""
            return Outcome(headline=(" ".join(token.text for token in ask.words.ids),))

        command.subcommand(name, **more)(handler)
    return command


AT = ("C0OPS", "1700000000.123456")


@pytest.fixture
async def posted(tmp_path):
    """A world in which the card of R1 stands at AT."""
    async with AsyncExitStack() as stack:
        world = await make_world(stack, tmp_path / "q.db")
        await world.typed(START)
        (notice,) = await world.notices()
        await world.journal.outbox.sent(notice.notification, AT)
        yield world


START = "/relay start 295066 url=rtmp://push.example.com/live/a --go"


@pytest.mark.parametrize(
    ("typed", "parent", "read"),
    [
        ("/relay about", AT[1], "R1"),
        ("/relay about R9", AT[1], "R9"),
        ("/relay about", "1.5", ""),
        ("/relay about", None, ""),
        ("/relay plain", AT[1], ""),
        ("/car about", AT[1], ""),
    ],
)
async def test_without_an_id_a_thread_is_about_the_thing_of_its_card(
    posted, typed, parent, read
):
    router = replace(
        posted.router,
        commands={"relay": about(), "car": replace(about(), name="car")},
    )
    ask = posted.ask(typed, parent=parent)

    assert (await router.answer(ask)).plain == read


async def test_a_stranger_may_neither_look_nor_choose_nor_see_the_home_tab(posted):
    router = replace(posted.router, commands={**COMMANDS, "relay": about()})
    ask = posted.ask("/relay about R1", home="T9")

    assert (await router.answer(ask)).plain == "🟠 You may not do that here."
    assert (await router.answer(replace(ask, text="open"))).plain == ""
    assert await posted.router.options("relay", "relays", "", ask.who, "d") == ()
    assert "R1" not in repr(await router.home(ask.who))
    assert "R1" in repr(await posted.router.home(posted.ask("/relay").who))


async def test_an_alarm_goes_to_the_operators(posted):
    await posted.router.alarm("app_uninstalled", "This app was removed.")

    (alarm,) = await posted.alarms()
    assert alarm.text.endswith("app_uninstalled")
    assert "This app was removed." in repr(alarm.body)


@pytest.mark.parametrize("command", ["odd", "gone"])
@pytest.mark.parametrize("way", ["submit", "redraw", "options"])
async def test_a_form_of_another_release_is_refused_and_is_no_incident(
    world, command, way
):
    ask = replace(world.ask("/odd nosuch"), command=command, text="nosuch")
    sentence = "This form is too old, or was sent in already. Open a new one."

    if way == "options":
        offered = await world.router.options(
            command, "nosuch", "", ask.who, FormId("V1")
        )
        assert offered == ()
    elif way == "redraw":
        assert sentence in (await world.router.redraw(ask)).plain
    else:
        with pytest.raises(InvalidRequest) as refused:
            await world.router.submit(ask)
        assert refused.value.faults == {"": sentence}


# All subcommands that read what was asked for, which is sealed.
OF_WHAT_WAS_ASKED = ("/relay copy R1", "/relay update R1 bitrate=900", "/lookup R1")
UNREAD = (
    "🔴 Part of what the journal holds for this cannot be read: its key is missing, or "
    "it is damaged."
)


async def test_what_does_not_open_is_no_journal_that_cannot_be_written(tmp_path):
    """Without the key that sealed it; what was not sealed is told as ever."""
    async with AsyncExitStack() as stack:
        path = tmp_path / "p.db"
        former = await make_world(stack, path)
        await former.typed("/relay start 7 url=rtmp://push.example.com/live/a --go")
        former.journal.close()
        path.with_suffix(".key").unlink()
        world = await live_again(stack, path, former.cloud, clock=former.clock)
        world.asked = 100  # a key belongs to one submission for ever

        answers = [await world.typed(one) for one in OF_WHAT_WAS_ASKED]
        plains = [one.plain if one else "" for one in answers]
        stopped = await world.typed("/relay stop R1 --yes")

    assert UNREAD in plains
    assert not any("cannot be written" in one for one in plains)
    assert stopped.plain == "🟡 R1 is being stopped."
