"""`/relay start`, from the words typed to the call made and what people read."""

import json

import pytest

from bot.dialogue.outcome import Code, Outcome, Tone
from bot.states import State
from tests.commands.relay.samples import PASTED, START, URL, calls, words


async def test_start_by_text_starts_one_relay_and_keeps_its_task_id(world):
    answer = await world.typed(START)

    (relay,) = world.cloud.state.running
    intent = await world.handle("R1")
    assert answer.plain == "🟡 R1 requested…"
    assert (intent.state, intent.subject.ref) == (State.STARTED, relay.task_id)
    assert (relay.room, relay.urls, relay.agent) == (
        "295066",
        [URL],
        intent.subject.agent,
    )
    assert intent.settlement.request_id


async def test_the_card_tells_the_end_and_never_the_stream_key(world):
    await world.typed(START)

    (notice,) = await world.notices()
    details = await world.typed("/lookup R1 --details")

    assert notice.audience == "channel"
    assert notice.body["text"] == "🔵 R1 · accepted, callbacks are off · room 295066"
    assert "push.example.com" in json.dumps(notice.body)
    assert "1 rtmp://push.example.com/live/****" in words(details)
    assert "the-secret-key" not in json.dumps(notice.body) + words(details)


async def test_the_same_submission_twice_starts_once(world):
    await world.typed(START, key="slash:T:1")

    again = await world.typed(START, key="slash:T:1")

    assert len(world.cloud.state.running) == 1
    assert isinstance(again, Outcome)
    assert "asked already" in words(again)


async def test_the_same_key_with_another_relay_is_refused(world):
    await world.typed(START, key="slash:T:1")

    other = await world.typed(START.replace("295066", "7"), key="slash:T:1")

    assert "with different contents" in other.plain
    assert calls(world) == 1


async def test_the_same_relay_is_not_started_twice_unless_it_is_said(world):
    await world.typed(START)

    refused = await world.typed(START)
    await world.typed(f"{START} again=R1")

    assert refused.plain == ("🟠 Nothing was started: the same runs already, or may.")
    assert "again=R1" in repr(refused.parts)
    assert calls(world) == 2


@pytest.mark.parametrize(
    ("said", "flag"), [("", 0), ("cdn=other", 0), ("cdn=tencent", 1)]
)
async def test_a_typed_start_states_the_cdn_and_says_so_if_it_is_another(
    world, said, flag
):
    line = f"/relay start 295066 url=rtmp://push.elsewhere.test/live/a {said}"

    shown = await world.typed(f"{line} --dry-run")
    told = await world.typed(f"{line} --go")

    intent = await world.handle("R1")
    assert intent.masked["PublishCdnParams"][0]["IsTencentCdn"] == flag
    assert ("cdn=tencent" in words(shown)) is not bool(flag)
    assert ("cdn=tencent" in words(told)) is not bool(flag)


async def test_a_room_beside_json_of_another_room_is_refused_and_both_are_named(world):
    answer = await world.typed(f"/relay start 777 json={json.dumps(PASTED)} --go")

    assert "777 here, 295066 in the JSON." in words(answer)
    assert calls(world) == 0


async def test_a_dry_run_shows_the_request_and_sends_nothing(world):
    shown = await world.typed(START.replace("--go", "--dry-run"))

    (body,) = [part.text for part in shown.parts if isinstance(part, Code)]
    request = json.loads(body)
    assert request["PublishCdnParams"] == [
        {"PublishCdnUrl": "rtmp://push.example.com/live/****", "IsTencentCdn": 1}
    ]
    assert await world.journal.find.counts() == {}
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
    assert "are the bot's own, not the pasted" in words(answer)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("url=http://push.example.com/a/b", "begins with rtmp://"),
        ("url=rtmp://u:p@push.example.com/a/b", "url"),
        (f"url={URL} what=one", "whose stream"),
        (f"url={URL} idle=1", "5"),
        (f"url={URL} quality=8k", "there is 1080p30"),
        (
            f"url={URL} type=number room=lobby",
            "More than one room was given: 295066, lobby",
        ),
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
    assert sentence in words(answer)
    told = ("Nothing was sent.", "Not sent. Please correct:")
    assert any(sentence in words(answer) for sentence in told)
    assert await world.journal.find.counts() == {}
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
    assert (intent.state, intent.settlement.error_code) == (state, code)
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
    assert (intent.state, intent.subject.ref) in {
        (State.STARTED, relay.task_id),
        (State.UNKNOWN, ""),
    }


async def test_an_unknown_start_says_what_to_check_and_not_to_start_again(world):
    world.cloud.state.fail_next("StartPublishCdnStream", "late")
    await world.typed(START)

    (notice,) = await world.notices()

    body = json.dumps(notice.body, ensure_ascii=False)
    assert (
        notice.body["text"]
        == "⚠️ R1 · unknown: please look, callbacks are off · room 295066"
    )
    for needed in (
        "Do not start it again yet: it may be running and billed.",
        "pb_",
        "CloudAudit",
        "Is it live? ",
    ):
        assert needed in body


async def test_a_cloud_that_is_away_got_nothing(world):
    await world.cloud.close()

    await world.typed(START)

    intent = await world.handle("R1")
    assert (intent.state, intent.settlement.error_code) == (
        State.NOT_STARTED,
        "patchbay.NotSent",
    )
