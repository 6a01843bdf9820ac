import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.slack.terminal.script import Mask, play
from tests.bot.sandbox.slack.conftest import actions, asked, button, modal, section

SCRIPT = """
# Start a relay, and stop it.
/relay start
1001

expect: R1 live

press Stop
expect: Stopped
""".splitlines()


def install(rig):
    """A bot that starts and stops one relay."""
    form = modal(
        asked("room", {"type": "plain_text_input"}),
        asked(
            "fps",
            {
                "type": "number_input",
                "is_decimal_allowed": False,
                "initial_value": "15",
            },
        ),
        title="Start relay",
        callback_id="form",
    )

    @rig.app.command("/relay")
    async def relay(ack, client, body):
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=form)

    @rig.app.view("form")
    async def start(ack, client):
        blocks = [section("*R1* live"), actions(button("Stop"))]
        await client.chat_postMessage(channel="C0OPS", text="R1 live", blocks=blocks)
        await ack()

    @rig.app.action("do")
    async def stop(ack, respond):
        await ack()
        await respond(text="Stopped", replace_original=True)


async def test_a_script_is_played_against_the_real_thing(rig):
    install(rig)
    out = []

    code = await play(rig.client, SCRIPT, out.append)

    assert code == 0
    assert out == [
        "> /relay start",
        "┌ Start relay",
        "│ Room:",
        "│ Fps: 15",
        "└",
        "? Room",
        "> 1001",
        "? Fps [15]",
        ">",
        "patchbay · #ops",
        "  R1 live",
        "  [1] Stop",
        "(form closed: Start relay)",
        "> press Stop",
        "patchbay · #ops · (edited)",
        "  Stopped",
    ]


async def test_what_was_expected_and_did_not_come_fails(slack):
    slack.space.feed.limit = 0.1
    out = []

    code = await play(slack.client, ["hello", "expect: world", "more"], out.append)

    assert code == 1
    assert out == ["> hello", "✗ expected: world"]


async def test_quit_ends_a_script_early(slack):
    out = []

    code = await play(slack.client, [":quit", "hello"], out.append)

    assert (code, out) == (0, ["> :quit"])


async def test_a_transcript_can_be_masked_and_others_may_add_lines(slack):
    async def echo(rest):
        return f"{rest} and {rest} at 14:20"

    uuid = "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"
    out = []

    await play(
        slack.client, [f":echo {uuid}"], out.append, mask=True, commands={"echo": echo}
    )

    assert out == ["> :echo <uuid 1>", "<uuid 1> and <uuid 1> at <time>"]


TASK = "-" + "aB3_" * 17 + "..."


@pytest.mark.parametrize(
    ("line", "masked"),
    [
        (f"TaskId `{TASK}` again {TASK}", "TaskId `<task 1>` again <task 1>"),
        ("since 2026-11-21 04:37", "since <time>"),
        ("2026-11-21T04:37:12.5Z at 12:30:01", "<time> at <time>"),
        ("ts 1795000000.000100", "ts <time>"),
        ("pb_01JD4Z6S9T3V8W2X5Y7ZABCDEF", "<ulid 1>"),
        ("http://127.0.0.1:4711/x", "http://127.0.0.1:<port>/x"),
        ("R128 room 295066 720p15 16:9", "R128 room 295066 720p15 16:9"),
    ],
)
def test_what_changes_from_run_to_run_is_masked(line, masked):
    assert Mask()(line) == masked


def test_each_id_keeps_its_number():
    mask = Mask()
    first, second = ("0" * 8 + "-0000-0000-0000-" + "0" * 11 + end for end in "12")

    assert mask(f"{first} {second} {first}") == "<uuid 1> <uuid 2> <uuid 1>"


@given(st.text(max_size=40))
def test_masking_twice_is_masking_once(line):
    masked = Mask()(line)

    assert Mask()(masked) == masked
