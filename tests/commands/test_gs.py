"""`/gs`, from the ID typed to who is selected but offline."""

import json

import pytest

from bot.dialogue.outcome import Code, File, Tone, plain
from bot.grammar.vocabulary import HELP
from bot.sandbox.cloud.phones import SESSIONS
from bot.states import State
from commands import COMMANDS

FULL, BARE = "1326515201117065216", "1326515201117065217"


async def looked(world, text):
    await world.typed(text)
    return (await world.notices())[-1]


async def test_who_is_selected_but_offline_comes_first(world):
    notice = await looked(world, f"/gs {FULL}")

    body = json.dumps(notice.body)
    assert notice.audience == "asker"
    assert notice.notification.intent.asker.user == "U0ANA"
    assert notice.text == "🔴 G1 · 1 of 3 selected is offline"
    assert body.index("Selected but offline (1)") < body.index("95de5774")
    assert body.index("95de5774") < body.index("Session")
    assert body.index("95de5774") < body.index("Online (2)")


async def test_what_tencent_did_not_say_is_unknown_and_not_none(world):
    notice = await looked(world, f"/gs {BARE}")

    body = json.dumps(notice.body)
    assert "who lags is unknown" in body
    assert "Selected but offline" not in body


async def test_a_session_keeps_its_handle_and_the_handle_looks_it_up(world):
    await world.typed(f"/gs {FULL}")
    await world.typed("/gs show g1")
    world.clock.push(seconds=1)
    await world.typed(f"/gs {BARE}")

    recent = await world.journal.find.recent("T0HOME")
    assert [(one.handle, one.subject.ref) for one in recent] == [
        ("G2", BARE),
        ("G1", FULL),
        ("G1", FULL),
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "19 digits"),
        ("show 🔥", "letters, digits"),
        ("🔥1", "letters, digits"),
        ("a1" * 33, "letters, digits"),
        ("G7", "No session G7."),
        ("G7 --all", "No session G7."),
        ("🔥1 --all", "letters, digits"),
        ("1326515201117065216 --all", "No look-up of 1326515201117065216"),
        (f"{FULL} {BARE}", "One is needed"),
        (f"{FULL} list", "One is needed"),
    ],
)
async def test_bad_input_is_told_and_nothing_is_sent(world, text, sentence):
    answer = await world.typed(f"/gs {text}".strip())

    assert answer.tone is Tone.WARN
    assert sentence in f"{answer.plain} {answer.parts!r}"
    assert world.cloud.state.calls == []


SUBCOMMANDS = sorted(
    {one for command in COMMANDS.values() for one in command.subcommands}
)


@pytest.mark.parametrize("typed", [*SUBCOMMANDS, "recnt", "histroy", "列表", "foo"])
async def test_a_subcommand_of_another_command_is_asked_of_nobody(world, typed):
    if typed in HELP or COMMANDS["gs"].vocabulary.means(typed):
        return  # which it has, too

    answer = await world.typed(f"/gs {typed}")

    assert answer.plain.startswith(f"🟠 /gs has no “{typed}”")
    assert world.cloud.state.calls == []


@pytest.mark.parametrize(
    "typed",
    [
        f"SessionId: {FULL}",
        f"Session ID: {FULL}",
        f"SessionId={FULL}",
        f'{{"SessionId":"{FULL}"}}',
        f'{{"SessionId": "{FULL}"}}',
        f'"SessionId": "{FULL}",',
        f"session_id:{FULL}",
        f"`{FULL}`",
        f"<tel:{FULL}|{FULL}>",
    ],
)
async def test_a_session_is_asked_for_as_it_is_pasted(world, typed):
    notice = await looked(world, f"/gs {typed}")

    assert notice.text == "🔴 G1 · 1 of 3 selected is offline"
    assert (await world.handle("G1")).subject.ref == FULL


@pytest.mark.parametrize("is_answered", [False, True])
@pytest.mark.parametrize("flag", ["--all", "--offline"])
async def test_where_no_look_up_was_answered_one_is_offered(world, flag, is_answered):
    if is_answered:  # with an error
        world.cloud.state.fail_next("*", "FailedOperation", 50)
        await world.typed(f"/gs {FULL}")
        world.cloud.state.failures.clear()
        world.clock.push(seconds=1)
    answer = await world.typed(f"/gs {FULL} {flag}")
    (button,) = answer.buttons

    notice = await looked(world, f"/{button.command} {button.text}")

    assert button.label == "Look it up"
    assert notice.text.endswith("G1 · 1 of 3 selected is offline")
    assert await world.typed(f"/gs {FULL} {flag}") != answer


async def test_a_look_up_that_fails_is_explained(world):
    notice = await looked(world, "/gs 1326515201117065299")

    intent = await world.handle("G1")
    body = json.dumps(notice.body)
    assert intent.state is State.NOT_STARTED
    assert intent.settlement.error_code == "FailedOperation"
    assert "an unknown, an expired and a cancelled session" in body


async def test_a_passing_fault_is_tried_again(world):
    world.cloud.state.fail_next("*", "InternalError", times=2)

    notice = await looked(world, f"/gs {FULL}")

    assert notice.text == "🔴 G1 · 1 of 3 selected is offline"


async def test_an_id_of_another_kind_is_asked_for_with_a_remark(world):
    notice = await looked(world, "/gs show session-id")

    assert notice.text == "G1 · nobody is selected"
    assert "An unusual session ID: 19 digits are expected." in json.dumps(notice.body)
    assert "unusual" not in json.dumps((await looked(world, f"/gs {FULL}")).body)


async def test_all_of_a_long_list_comes_as_a_file(world):
    notice = await looked(world, "/gs 1326515201117065218")
    phones = SESSIONS["1326515201117065218"]["AvailableInstanceIds"]

    answer = await world.typed("/gs G1 --all")

    assert notice.text == "🔴 G1 · 25 of 100 selected are offline"
    assert "and 5 more" in json.dumps(notice.body)
    assert "show G1 --all" in json.dumps(notice.body)
    assert answer.plain == notice.text
    assert answer.file == File(
        name="G1-1326515201117065218.txt",
        text="\n".join(
            (
                "Session 1326515201117065218",
                *("", "Selected but offline (25)", *phones[:25]),
                *("", "Online (75)", *phones[25:]),
                *("", "Selected (100)", *phones, ""),
            )
        ),
    )


async def test_the_file_and_the_text_say_what_was_not_told(world):
    await looked(world, f"/gs {BARE}")
    text = await world.typed("/gs G1 --all")
    world.clock.push(seconds=1)
    world.cloud.state.phones.happen(FULL, "grow", 21)
    world.cloud.state.phones.happen(FULL, "unsaid")
    await looked(world, f"/gs {FULL}")

    whole = (await world.typed("/gs G2 --all")).file.text

    assert [plain(one.spans) for one in text.parts] == [
        "Selected but offline (not told)",
        "Online (0)  None.",
        "Selected (not told)",
    ]
    assert whole.startswith(
        f"Session {FULL}\n\nSelected but offline (not told)\nnot told\n\nOnline (23)\n"
    )
    assert whole.endswith("\n\nSelected (not told)\nnot told\n")


async def test_that_all_ids_were_shown_is_on_the_record(world):
    await world.typed(f"/gs {BARE}")

    await world.typed(f"/gs {BARE} --all", user="U0BOB")

    last = (await world.journal.audit.all())[-1]
    assert (last.action, last.decision, last.user, last.handle) == (
        "gs.ids",
        "did",
        "U0BOB",
        "G1",
    )


async def test_the_buttons_of_an_answer_look_again_or_show_less_or_more(world):
    await looked(world, f"/gs {FULL}")

    offline = await world.typed("/gs show G1 --offline")
    everything = await world.typed("/gs show G1 --all")

    assert offline.plain == "🔴 G1 · 1 of 3 selected is offline"
    assert [part.text for part in offline.parts if isinstance(part, Code)] == [
        "RK8S37P1402445261_95de5774-0f9f-4cc2-aa67-58d41378d209"
    ]
    assert [(one.label, one.command) for one in offline.buttons] == [
        ("Refresh", "gs"),
        ("Show everybody", "lookup"),
    ]
    assert everything.file is None
    assert "69f8d3e2-8867-462c-a8cf-7c1d1a527782" in repr(everything.parts)
    assert len(world.cloud.state.calls) == 1


async def test_a_thousand_followers_are_a_bounded_answer(world):
    world.cloud.state.phones.happen(FULL, "grow", 1000)

    notice = await looked(world, f"/gs {FULL}")
    whole = await world.typed("/gs show G1 --all")

    assert len(json.dumps(notice.body)) < 8000
    assert notice.text == "🔴 G1 · 1 of 1003 selected is offline"
    assert whole.file.text.count("\n") > 2000


async def test_after_a_failed_look_up_the_earlier_one_is_not_shown_as_the_last(world):
    await looked(world, f"/gs {FULL}")
    world.clock.push(seconds=1)
    world.cloud.state.phones.happen(FULL, "gone")
    await looked(world, "/gs show G1")

    answer = await world.typed("/gs show G1 --offline")

    assert answer.plain == "🟠 The last look-up of G1 has no answer."
