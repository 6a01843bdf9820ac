"""`/relay`, from the words typed to the call made and the outcome told."""

import json
from contextlib import AsyncExitStack

import pytest

from bot.dialogue.ask import Surface
from bot.dialogue.form import Form
from bot.dialogue.outcome import Audience, Buttons, Code, Outcome, Tone, plain
from bot.errors import InvalidRequest
from bot.journal.model import State
from bot.settings import Policy, Rule
from tests.world import make_world

URL = "rtmp://push.example.com/live/the-secret-key"
START = f"/relay start 295066 url={URL} --go"


def calls(world, action="StartPublishCdnStream"):
    return sum(name == action for _at, name in world.cloud.state.calls)


def buttons(outcome):
    return [
        b for part in outcome.parts if isinstance(part, Buttons) for b in part.buttons
    ]


def told(outcome):
    """All text of an outcome, as one string."""
    return f"{outcome.plain} {outcome.parts!r}"


# ── start ────────────────────────────────────────────────────────────────────────


async def test_start_by_text_starts_one_relay_and_keeps_its_task_id(world):
    answer = await world.typed(START)

    (relay,) = world.cloud.state.running
    intent = await world.handle("R1")
    assert answer is None
    assert (intent.state, intent.ref) == (State.STARTED, relay.task_id)
    assert (relay.room, relay.urls, relay.agent) == ("295066", [URL], intent.agent)
    assert intent.request_id


async def test_the_card_tells_the_end_and_never_the_stream_key(world):
    await world.typed(START)

    (letter,) = await world.letters()

    assert letter.audience == "channel"
    assert letter.body["text"] == "🟢 R1 · started   room 295066"
    assert "rtmp://push.example.com/live/****" in json.dumps(letter.body)
    assert "the-secret-key" not in json.dumps(letter.body)


async def test_the_same_submission_twice_starts_once(world):
    await world.typed(START, key="slash:T:1")

    again = await world.typed(START, key="slash:T:1")

    assert len(world.cloud.state.running) == 1
    assert isinstance(again, Outcome)
    assert "asked already" in told(again)


async def test_the_same_key_with_another_relay_is_refused(world):
    await world.typed(START, key="slash:T:1")

    other = await world.typed(START.replace("295066", "7"), key="slash:T:1")

    assert "with different contents" in other.plain
    assert calls(world) == 1


async def test_the_same_relay_is_not_started_twice_unless_it_is_said(world):
    await world.typed(START)

    refused = await world.typed(START)
    await world.typed(f"{START} --again")

    assert "running as R1" in told(refused)
    assert calls(world) == 2


async def test_without_go_the_form_opens_with_what_was_typed(world):
    form = await world.typed(f"/relay start 295066 url={URL} idle=60")

    values = {f.name: f.initial for f in form.fields if hasattr(f, "initial")}
    assert (form.title, form.submit) == ("Start relay", "Start")
    assert (values["room"], values["url"], values["idle"]) == ("295066", URL, 60)
    assert calls(world) == 0


async def test_the_form_starts_what_it_says(world):
    form = await world.typed("/relay start")

    closing = await world.submitted(form, room="295066", url=URL, note="for the final")

    intent = await world.handle("R1")
    assert closing.plain == "🟡 On its way."
    assert (intent.state, intent.channel, intent.note) == (
        State.STARTED,
        "C0OPS",
        "for the final",
    )


async def test_a_form_that_is_sent_in_twice_starts_once(world):
    form = await world.typed("/relay start")

    for _ in range(2):
        await world.submitted(form, room="295066", url=URL, key="modal:T:V1")

    assert calls(world) == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({}, "room"),
        ({"room": "295066"}, "url"),
        ({"room": "295066", "url": "http://push.example.com/a/b"}, "url"),
        ({"room": "295066", "url": "rtmp://me:pw@push.example.com/a/b"}, "url"),
        ({"room": "lobby", "type": "number", "url": URL}, "room"),
        ({"room": "295066", "url": URL, "what": "one"}, "user"),
        ({"json": "{"}, "json"),
    ],
)
async def test_a_fault_in_the_form_is_told_at_its_field_and_nothing_is_kept(
    world, values, field
):
    form = await world.typed("/relay start")

    with pytest.raises(InvalidRequest) as refused:
        await world.submitted(form, **values)

    assert list(refused.value.faults) == [field]
    assert await world.journal.counts() == {}
    assert calls(world) == 0


async def test_a_corrected_form_under_the_same_key_is_accepted(world):
    form = await world.typed("/relay start")
    with pytest.raises(InvalidRequest):
        await world.submitted(form, room="295066", url="ftp://x", key="modal:T:V9")

    await world.submitted(form, room="295066", url=URL, key="modal:T:V9")

    assert len(world.cloud.state.running) == 1


async def test_a_form_of_somebody_else_or_of_long_ago_starts_nothing(world):
    form = await world.typed("/relay start")

    stolen = await world.submitted(form, by="U0BOB", room="295066", url=URL)

    assert "too old" in stolen.plain
    assert calls(world) == 0


async def test_a_dry_run_shows_the_request_and_sends_nothing(world):
    shown = await world.typed(START.replace("--go", "--dry-run"))

    (body,) = [part.text for part in shown.parts if isinstance(part, Code)]
    request = json.loads(body)
    assert request["PublishCdnParams"] == [
        {"PublishCdnUrl": "rtmp://push.example.com/live/****", "IsTencentCdn": 0}
    ]
    assert await world.journal.counts() == {}
    assert calls(world) == 0


async def test_a_pasted_request_starts_with_our_robot_and_our_usersig(world):
    pasted = {
        "RoomId": "295066",
        "RoomIdType": 0,
        "WithTranscoding": 1,
        "AgentParams": {"UserId": "theirs", "UserSig": "pasted"},
        "AudioParams": {
            "AudioEncode": {"SampleRate": 48000, "Channel": 1, "BitRate": 64}
        },
        "PublishCdnParams": [{"PublishCdnUrl": URL, "IsTencentCdn": 0}],
        "FeedBackRoomParams": [{"RoomId": "7", "RoomIdType": 0, "UserId": "back"}],
    }

    answer = await world.typed(f"/relay start json={json.dumps(pasted)} --go")

    (relay,) = world.cloud.state.running
    assert relay.agent.startswith("pb_")
    assert "are mine, not the pasted" in told(answer)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("url=http://push.example.com/a/b", "begins with rtmp://"),
        ("url=rtmp://u:p@push.example.com/a/b", "url"),
        (f"url={URL} what=one", "whose stream"),
        (f"url={URL} idle=1", "5"),
        (f"url={URL} quality=8k", "not one of"),
        (f"url={URL} room=lobby type=number", "number"),
        (f"{' '.join(f'url={URL}{n}' for n in range(11))}", "10"),
        (f"url={URL} romm=1", "Did you mean room=?"),
        (f"url={URL} --goo", "Did you mean --go?"),
        (f"url={URL} app=nowhere", "live-main"),
        (f"-m97l2ZU7vxyB url={URL}", "is an ID, not a room"),
    ],
)
async def test_bad_input_is_told_and_nothing_is_sent_or_kept(world, text, sentence):
    room = "" if text.startswith("-m9") else "295066 "

    answer = await world.typed(f"/relay start {room}{text} --go")

    assert answer.tone is Tone.WARN
    assert sentence in told(answer)
    assert "Nothing was sent." in told(answer)
    assert await world.journal.counts() == {}
    assert calls(world) == 0


# ── how a start can end ──────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("failure", "state", "code", "sent"),
    [
        ("InternalError", State.UNKNOWN, "InternalError", 1),
        ("FailedOperation", State.UNKNOWN, "FailedOperation", 1),
        ("Brand.NewCode", State.UNKNOWN, "Brand.NewCode", 1),
        ("InvalidParameter", State.NOT_STARTED, "InvalidParameter", 1),
        (
            "FailedOperation.RestrictedConcurrency",
            State.NOT_STARTED,
            "FailedOperation.RestrictedConcurrency",
            1,
        ),
        ("reset", State.UNKNOWN, "patchbay.NoAnswer", 0),
        ("late", State.UNKNOWN, "patchbay.NoAnswer", 1),
        ("html", State.UNKNOWN, "patchbay.NoAnswer", 0),
        ("empty", State.UNKNOWN, "patchbay.NoAnswer", 0),
        ("garbage", State.UNKNOWN, "patchbay.NoAnswer", 0),
        ("500", State.UNKNOWN, "patchbay.NoAnswer", 0),
    ],
)
async def test_a_start_that_may_be_running_is_unknown_and_is_never_sent_again(
    world, failure, state, code, sent
):
    world.cloud.state.fail_next("StartPublishCdnStream", failure)

    await world.typed(START)

    intent = await world.handle("R1")
    assert (intent.state, intent.error_code) == (state, code)
    assert calls(world) == sent


async def test_too_many_requests_were_never_done_and_are_sent_again(world):
    world.cloud.state.fail_next("StartPublishCdnStream", "RequestLimitExceeded")

    await world.typed(START)

    assert (await world.handle("R1")).state is State.STARTED
    assert len(world.cloud.state.running) == 1


async def test_a_task_id_in_a_broken_answer_is_saved(world):
    world.cloud.state.fail_next("StartPublishCdnStream", "truncated")

    await world.typed(START)

    intent = await world.handle("R1")
    (relay,) = world.cloud.state.running
    assert (intent.state, intent.ref) in {
        (State.STARTED, relay.task_id),
        (State.UNKNOWN, ""),
    }


async def test_an_unknown_start_says_what_to_check_and_not_to_start_again(world):
    world.cloud.state.fail_next("StartPublishCdnStream", "late")
    await world.typed(START)

    (letter,) = await world.letters()

    body = json.dumps(letter.body, ensure_ascii=False)
    assert letter.body["text"] == "❔ R1 · unknown   room 295066"
    for needed in ("Do not start it again yet.", "pb_", "CloudAudit", "push target"):
        assert needed in body


async def test_a_cloud_that_is_away_got_nothing(world):
    await world.cloud.close()

    await world.typed(START)

    intent = await world.handle("R1")
    assert (intent.state, intent.error_code) == (State.NOT_STARTED, "patchbay.NotSent")


# ── stop ─────────────────────────────────────────────────────────────────────────


async def test_stop_asks_once_and_the_button_stops(world):
    await world.typed(START)

    asked = await world.typed("/relay stop r1")
    (button,) = buttons(asked)
    await world.typed(f"/{button.command} {button.text}", surface=Surface.BUTTON)

    assert "Viewers lose this stream." in asked.plain
    assert world.cloud.state.running == []
    assert (await world.handle("R1")).state is State.STOPPED


async def test_the_asker_is_told_and_the_card_shows_it(world):
    await world.typed(START)
    await world.typed("/relay stop R1 --yes", user="U0BOB")

    letters = [
        (one.audience, one.user, one.body["text"]) for one in await world.letters()
    ]

    assert letters == [
        ("channel", "U0ANA", "⚪ R1 · stopped   room 295066"),
        ("asker", "U0BOB", "⚪ R1 is stopped."),
    ]


async def test_a_relay_that_is_gone_counts_as_stopped(world):
    await world.typed(START)
    world.cloud.state.relays.clear()

    await world.typed("/relay stop R1 --yes")

    assert (await world.handle("R1")).state is State.STOPPED


async def test_a_stop_that_is_refused_leaves_the_relay_running(world):
    await world.typed(START)
    world.cloud.state.fail_next("StopPublishCdnStream", "UnauthorizedOperation")

    await world.typed("/relay stop R1 --yes")

    assert (await world.handle("R1")).state is State.STARTED
    assert len(world.cloud.state.running) == 1


@pytest.mark.parametrize("failure", ["InternalError", "reset", "late", "html"])
async def test_a_stop_is_sent_again_until_it_is_done(world, failure):
    await world.typed(START)
    world.cloud.state.fail_next("StopPublishCdnStream", failure, times=3)

    await world.typed("/relay stop R1 --yes")

    assert (await world.handle("R1")).state is State.STOPPED
    assert world.cloud.state.running == []


async def test_stop_without_an_id_offers_what_runs(world):
    await world.typed(START)

    form = await world.typed("/relay stop")
    options = await world.router.options(
        "relay", "relays", "295", world.ask("/relay").who
    )
    await world.submitted(form, relay="R1")

    assert isinstance(form, Form)
    assert [(one.label, one.value) for one in options] == [
        ("R1 · 295066 · started", "R1")
    ]
    assert world.cloud.state.running == []


async def test_what_is_typed_into_the_select_can_be_an_id_itself(world):
    options = await world.router.options(
        "relay", "relays", "-m97x", world.ask("/relay").who
    )

    assert [(one.label, one.value) for one in options] == [
        ("Use “-m97x” as an ID", "-m97x")
    ]


async def test_a_choice_that_is_no_relay_is_told_at_the_select(world):
    form = await world.typed("/relay stop")

    with pytest.raises(InvalidRequest) as refused:
        await world.submitted(form, relay="R9")

    assert refused.value.faults == {"relay": "I know no relay by that ID."}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("stop R1", "R1 is not running: it is stopped."),
        ("stop R1 --yes", "R1 is not running: it is stopped."),
        ("stop R9", "I know no relay “R9”."),
        ("stop S1", "I know no relay “S1”."),
        ("stop R1 R2", "This takes one"),
        ("stop lobby", "I know no relay “lobby”."),
    ],
)
async def test_what_cannot_be_stopped_is_said(world, text, sentence):
    await world.typed(START)
    await world.typed("/relay stop R1 --yes")

    answer = await world.typed(f"/relay {text}")

    assert sentence in answer.plain
    assert calls(world, "StopPublishCdnStream") == 1


async def test_a_part_of_a_task_id_names_the_relay_and_is_never_sent(world):
    await world.typed(START)
    (relay,) = world.cloud.state.running

    asked = await world.typed(f"/relay stop {relay.task_id[:12]}")
    unknown = await world.typed("/relay stop -m97l2ZU7vx --yes")
    await world.typed(START.replace("/live/", "/live2/"))
    several = await world.typed("/relay stop 295066 --yes")

    assert asked.plain.startswith("🟠 Stop R1?")
    assert "paste its whole TaskId" in unknown.plain
    assert several.plain == "Which of these?"
    assert calls(world, "StopPublishCdnStream") == 0


async def test_a_relay_of_somebody_elses_tool_is_stopped_after_asking(world):
    await world.typed(START)
    (relay,) = world.cloud.state.running
    foreign = relay.task_id[:-6] + "zzzzz."
    world.cloud.state.relays[foreign] = relay
    world.cloud.state.relays.pop(relay.task_id)

    asked = await world.typed(f"/relay stop {foreign}")
    (button,) = buttons(asked)
    await world.typed(f"/{button.command} {button.text}", surface=Surface.BUTTON)

    assert "not in my journal" in asked.plain
    assert world.cloud.state.running == []
    assert (await world.handle("R2")).state is State.DONE


# ── lists ────────────────────────────────────────────────────────────────────────


async def test_lists_show_what_runs_and_what_was(world):
    await world.typed(START)
    world.cloud.state.fail_next("StartPublishCdnStream", "InvalidParameter")
    await world.typed(START.replace("295066", "7"), user="U0BOB")

    running = await world.typed("/relay list")
    recent = await world.typed("/relay recent")
    mine = await world.typed("/relay recent mine", user="U0BOB")
    failed = await world.typed("/relay recent failed")
    of_room = await world.typed("/relay recent room=295066")

    def handles(outcome):
        return [plain(part.spans).split()[1] for part in outcome.parts]

    assert [handles(one) for one in (running, recent, mine, failed, of_room)] == [
        ["R1"],
        ["R2", "R1"],
        ["R2"],
        ["R2"],
        ["R1"],
    ]


async def test_an_empty_list_says_so(world):
    answer = await world.typed("/relay list")

    assert "No relay that I started is running." in told(answer)


async def test_a_filter_that_does_not_exist_is_said(world):
    answer = await world.typed("/relay recent yesterday")

    assert answer.plain == "🟠 I cannot sort by “yesterday”."


@pytest.mark.parametrize("text", ["/relay status R1", "/relay r1", "/relay R1 status"])
async def test_the_status_of_a_relay_is_its_card_for_the_asker(world, text):
    await world.typed(START)

    answer = await world.typed(text)

    assert answer.plain == "🟢 R1 · started   room 295066"
    assert answer.audience is Audience.ASKER


async def test_the_status_of_nothing_is_what_runs_and_of_a_stranger_is_unknown(world):
    assert (await world.typed("/relay status")).plain == "Running now"
    assert "no relay “R7”" in (await world.typed("/relay status R7")).plain


# ── who may ──────────────────────────────────────────────────────────────────────

ONCALL = Policy(
    rules=(
        Rule(
            name="on-call", actions=("relay.*",), users=("U0ANA",), channels=("C0OPS",)
        ),
    )
)


@pytest.fixture
async def ruled(tmp_path):
    async with AsyncExitStack() as stack:
        yield await make_world(stack, tmp_path / "p.db", policy=ONCALL)


@pytest.mark.parametrize(
    "who", [{"user": "U0BOB"}, {"channel": "C0OTHER"}, {"home": "T0ELSE"}]
)
@pytest.mark.parametrize("text", [START, "/relay start", "/relay stop R1 --yes"])
async def test_who_may_not_is_told_the_rule_and_nothing_is_opened_or_sent(
    ruled, text, who
):
    answer = await ruled.typed(text, **who)

    assert answer.plain == "🟠 You may not do that here."
    assert "Rule" in told(answer)
    if "user" in who:
        assert "Who(user='U0ANA')" in told(answer)
    assert await ruled.journal.counts() == {}


async def test_who_may_may(ruled):
    await ruled.typed(START)

    assert (await ruled.handle("R1")).state is State.STARTED


async def test_a_right_that_goes_while_the_work_waits_is_asked_for_again(ruled):
    ask = ruled.ask(START)
    await ruled.router.answer(ask)
    ruled.directory.guests.add("U0ANA")
    await ruled.settled()

    intent = await ruled.handle("R1")
    assert (intent.state, intent.error_code) == (State.NOT_STARTED, "patchbay.Denied")
    assert calls(ruled) == 0
