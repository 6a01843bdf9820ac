"""`/patchbay`: help in three layers, rights, health."""

import json
from contextlib import AsyncExitStack

import pytest

from bot.dialogue.outcome import Tone
from bot.errors import IllegalMove
from bot.i18n import commands_called
from bot.journal.sqlite.spool import SpooledOutcome
from bot.settings import Policy, Rule
from bot.slack.render import blocks
from bot.states import State
from commands import COMMANDS
from tests.bot.operations.accidents import JournalFile
from tests.fakes.journal import answered
from tests.world import TEAM, make_world


def test_a_prefix_goes_before_its_own_name_too():
    with commands_called("tc-", COMMANDS):
        slashes = [command.slash for command in COMMANDS.values()]

    assert slashes == [f"/tc-{name}" for name in COMMANDS]


async def test_bare_it_is_the_launcher_with_every_command(world):
    answer = await world.typed("/patchbay")

    assert answer.plain == "Commands"
    assert "In a thread, mention the bot and type the same;" in repr(answer.parts)
    assert all(f"/{name}" in repr(answer.parts) for name in COMMANDS)


@pytest.mark.parametrize(
    "asked",
    ["/patchbay help", "/patchbay 帮助", "/patchbay --help", "help", "帮助", "?"],
)
async def test_help_is_the_same_overview_wherever_it_is_asked_for(world, asked):
    answer = await world.typed(asked)

    assert answer == await world.typed("/patchbay")


async def test_help_in_words_goes_on_to_the_other_layers(world):
    assert await world.typed("help relay stop") == await world.typed(
        "/relay stop --help"
    )


@pytest.mark.parametrize("name", sorted(COMMANDS.keys() - {"patchbay"}))
async def test_the_second_layer_lists_the_verbs_of_a_room(world, name):
    by_name = await world.typed(f"/patchbay help {name}")
    by_itself = await world.typed(f"/{name} help")

    assert by_name == by_itself
    assert all(
        subcommand.summary in repr(by_name.parts)
        for subcommand in COMMANDS[name].subcommands.values()
    )


@pytest.mark.parametrize(
    "text", ["help relay start", "help relay/start", "help /relay start"]
)
async def test_the_third_layer_explains_a_subcommand_in_full(world, text):
    page = await world.typed(f"/patchbay {text}")

    assert page == await world.typed("/relay start --help")
    assert page.plain.startswith("/relay start [room]")
    for part in ("quality=", "--dry-run", "relay.start", "StartPublishCdnStream"):
        assert part in repr(page.parts)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("help nowhere", "There is no command “nowhere”."),
        ("help relay dance", "/relay has no “dance”"),
        ("hlep", "/patchbay has no “hlep”."),
    ],
)
async def test_a_miss_is_said_with_what_there_is(world, text, sentence):
    answer = await world.typed(f"/patchbay {text}")

    assert answer.tone is Tone.WARN
    assert sentence in answer.plain


async def test_whoami_names_the_rule_for_every_action(world):
    answer = await world.typed("/patchbay whoami")

    text = repr(answer.parts)
    for action in ("relay.start", "relay.stop", "car.start", "gs.show"):
        assert action in text
    assert "BOT_ALLOW_ALL" in text


async def test_the_doctor_says_what_is_well_and_how_to_mend_the_rest(world):
    await world.typed("/gs 1326515201117065216")

    text = repr((await world.typed("/patchbay doctor")).parts)

    assert "✅ Journal: 1 intents" in text
    assert "✅ Apps: live-main" in text
    assert "⚠️ BOT_ALLOW_ALL" in text
    assert "⚠️ Exits: any for push" in text
    assert "❌ Slack" in text
    assert "s against Tencent" in text


async def test_help_on_a_subcommand_is_found_without_its_command(world):
    by_name = await world.typed("/patchbay help approve")

    assert by_name == await world.typed("/patchbay help patchbay approve")


async def test_help_on_a_subcommand_of_several_commands_asks_which(world):
    asked = await world.typed("/patchbay help Stop")  # a relay's, or a session's

    assert asked.plain == "Several commands have “stop”: which is meant?"
    _usages, buttons = asked.parts
    pages = [(one.label, one.text) for one in buttons.buttons]
    assert pages == [
        ("/relay stop", "help relay stop"),
        ("/car stop", "help car stop"),
    ]


SLIPS = [
    ("/relay start 7 kbps=1500", "There is no “kbps”; for the bit rate use", True),
    ("/relay start 7 romm=8", "There is no romm=. Did you mean room=?", True),
    ("/relay start 7 quality=1080p url=rtmp://a.b/c --go", "quality=1080p30", True),
    ("/relay start --url", "There is no --url. Did you mean url=?", True),
    ("/relay list x=3", "There is no “x” in /relay list.", False),
    ("/relay list --flag", "There is no --flag; /relay list takes", False),
    ("/relay recent weird", "Unknown filter “weird”", False),
    ("/relay status R77", "No relay R77.", False),
    ("/relay sotp R1", "/relay has no “sotp”.", True),
    ("/patchbay audit", "This needs “export” or “verify”.", False),
    ("/patchbay history weird", "“weird” is neither a handle nor “mine”.", False),
]


@pytest.mark.parametrize(("typed", "sentence", "changes"), SLIPS)
async def test_a_slip_is_answered_with_the_line_that_helps_and_no_manual(
    world, typed, sentence, changes
):
    answer = await world.typed(typed)

    body = blocks.message(answer)
    text = repr(body["blocks"])
    assert answer.tone is Tone.WARN
    assert sentence in text
    told = "Nothing was sent." in text or "Not sent." in text
    assert told is changes
    assert len(body["blocks"]) <= 4
    assert world.cloud.state.calls == []


async def test_a_command_that_does_not_exist_leads_to_the_launcher(world):
    answer = await world.typed("/nowhere")

    assert answer.plain == "🟠 There is no command “nowhere”."
    assert "/relay" in repr(answer.parts)


async def test_the_home_tab_shows_what_runs(world):
    await world.typed("/relay start 295066 url=rtmp://a.example.com/b/c --go")

    home = await world.router.home(world.ask("/relay").who)

    assert "Running (1)" in repr(home.parts)
    assert "R1" in repr(home.parts)


async def test_a_guess_is_offered_and_never_run(world):
    answer = await world.typed("/relay stpo R1 --yes")

    (button,) = [b for part in answer.parts for b in getattr(part, "buttons", ())]
    assert (button.command, button.text) == ("relay", "stop R1")


async def test_what_breaks_is_told_as_an_incident(world):
    world.journal.close()

    answer = await world.typed("/relay list")

    assert answer.tone is Tone.BAD
    assert "journal cannot be written" in answer.plain
    assert "incident" in repr(answer.parts)


START = "/relay start 295066 url=rtmp://push.example.com/live/k --go"
RULES = Policy(
    rules=(
        Rule(name="on-call", actions=("relay.*",), users=("U0ANA",)),
        Rule(name="auditors", actions=("patchbay.audit",), users=("U0EVE",)),
    )
)


async def test_history_tells_who_did_what_and_who_was_refused(world_with):
    world = await world_with(RULES)
    await world.typed(START)
    await world.typed(START.replace("295066", "2"), user="U0BOB")
    await world.typed("/relay stop R1 --yes")

    text = repr((await world.typed("/patchbay history")).parts)

    for fact in ("relay.start", "relay.stop", "on-call", "U0BOB", "R1", "🔒", "✅"):
        assert fact in text
    assert "U0BOB" not in repr((await world.typed("/patchbay history mine")).parts)
    of_one = repr((await world.typed("/patchbay history r1")).parts)
    assert of_one.count("relay.") == 2
    never = await world.typed("/patchbay history R9")
    assert never.plain == "🟠 “R9” is not on record here."
    wrong = await world.typed("/patchbay history yesterday")
    assert "neither a handle" in wrong.plain


async def test_the_audit_trail_is_exported_to_those_whom_a_rule_names(world_with):
    world = await world_with(RULES)
    await world.typed(START)

    refused = await world.typed("/patchbay audit export")
    exported = await world.typed("/patchbay audit export", user="U0EVE")

    lines = [json.loads(line) for line in exported.file.text.splitlines()]
    assert refused.headline == ("You may not do that here.",)
    assert exported.plain == "🟢 The audit trail is whole: 2 records."
    assert [line["decision"] for line in lines] == ["allow", "deny"]
    assert exported.file.name.endswith(".jsonl")
    last = (await world.journal.audit.all())[-1]
    assert (last.action, last.user, last.decision) == ("patchbay.audit", "U0EVE", "did")


async def test_the_audit_trail_is_verified(world, tmp_path):
    assert "0 records" in (await world.typed("/patchbay audit verify")).plain
    await world.typed(START)

    JournalFile(tmp_path / "patchbay.db").run(
        "DROP TRIGGER audit_no_update", "UPDATE audit SET rule = 'mine'"
    )

    answer = await world.typed("/patchbay audit verify")
    assert answer.plain == "🔴 The audit trail is not whole."
    assert f"{TEAM}: record 1 does not fit." in repr(answer.parts)
    assert "verify" in (await world.typed("/patchbay audit burn")).plain


async def test_whoami_names_what_is_no_request_too(world_with):
    text = repr((await (await world_with(RULES)).typed("/patchbay whoami")).parts)

    for action in ("relay.settle", "car.settle", "patchbay.audit"):
        assert action in text


async def test_every_refusal_is_on_the_record_and_an_away_journal_hides_none(
    world_with, capsys
):
    world = await world_with(RULES)
    await world.typed(START, user="U0BOB")
    (record,) = await world.journal.audit.all()

    world.journal.close()
    answer = await world.typed(START, user="U0BEA")

    assert (record.action, record.decision, record.rule) == (
        "relay.start",
        "deny",
        "on-call",
    )
    assert answer.headline == ("You may not do that here.",)
    assert "audit.unwritten" in capsys.readouterr().out


async def test_the_doctor_tells_what_waits_for_somebody(world):
    world.cloud.state.fail_next("StartPublishCdnStream", "reset")
    await world.typed(START)
    world.journal.spool.put(SpooledOutcome("01X", State.STARTED, {}))
    await world.typed("/relay stop R1 --yes")  # which waits for a TaskId
    (wish, _start) = await world.journal.find.history("R1", TEAM)
    with pytest.raises(IllegalMove):
        await answered(world.journal, wish.id, State.DONE)

    text = repr((await world.typed("/patchbay doctor")).parts)

    for line in (
        "⚠️ Unknown starts: 1",
        "⚠️ Answers on their way: 1",
        "❌ Outcomes in the spool: 1",
        "❌ Moves that were refused: 1",
        "⚠️ Callbacks are off: live-main",
    ):
        assert line in text


async def test_the_doctor_is_content_where_callbacks_are_on(tmp_path):
    async with AsyncExitStack() as stack:
        world = await make_world(stack, tmp_path / "p.db", key="k" * 16)

        text = repr((await world.typed("/patchbay doctor")).parts)

    assert "✅ Callbacks are on." in text
    assert "Unknown starts" not in text
