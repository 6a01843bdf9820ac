"""What the cloud may answer, and what it may be asked: of every shape."""

import copy
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import CloudError, InvalidRequest
from bot.ids import TeamId
from bot.sandbox.cloud.checks import ACTIONS, CloudFault, check_fields, check_relay
from bot.sandbox.cloud.phones import SESSIONS
from bot.states import State
from bot.tencent import wire
from bot.tencent.models import REQUESTS
from bot.tencent.models.trtc.requests import StartPublishCdnStream
from bot.tencent.retry import CODES, ErrorClass, class_of
from tests.trials.fuzz_front import Json
from tests.trials.fuzz_kit import check_shown, damaged, law, mutated, texts, values
from tests.trials.fuzz_words import slack_in
from tests.trials.slackish import TEAM

START = "StartPublishCdnStream"
TYPED = {
    START: ("/relay", "start {n} url=rtmp://push.example.com/live/a{n} --go"),
    "CreateSession": ("/car", "start user=p{n} ip=125.127.178.228 --go"),
    "DescribeCloudPhoneMultipleStreamSessionSlaves": ("/gs", "1326515201117{n:06}"),
}
SOUND = "application/json"
KINDS = (*(SOUND,) * 8, "text/html", "", "application/json; charset=utf-16", "x")
STATUSES = (*(200,) * 6, 201, 204, 302, 400, 404, 429, 500, 502, 503)
REFUSING = {
    ErrorClass.REJECTED, ErrorClass.WRONG_CLOCK, ErrorClass.TOO_FAST,
    ErrorClass.TOO_OFTEN, ErrorClass.QUOTA, ErrorClass.BUSY, ErrorClass.GONE,
}  # fmt: skip
REQUEST_ID = "f3b0c1d2-1111-2222-3333-444455556666"
tasks = st.text("aZ0+-_.", min_size=70, max_size=70).map("-m9{}".format)


def sound_replies(action):
    replies: dict[str, st.SearchStrategy[Json]] = {
        START: st.fixed_dictionaries({"TaskId": tasks}),
        "StopPublishCdnStream": st.fixed_dictionaries({"TaskId": tasks}),
        "CreateSession": st.just({"ServerSession": "ZW1wdHk=" * 5}),
    }
    session = st.just(copy.deepcopy(next(iter(SESSIONS.values()))))
    error = st.fixed_dictionaries(
        {"Code": st.sampled_from(sorted(CODES)), "Message": texts}
    ).map(lambda error: {"Error": error})
    reply = replies.get(action, session)
    return st.one_of(reply, reply, error).map(
        lambda reply: {"Response": {**reply, "RequestId": REQUEST_ID}}
    )


@st.composite
def answers(draw, actions):
    """Draw one of *actions*, and a status, body and type that may come back."""
    action = draw(st.sampled_from(actions))
    reply = draw(mutated(draw(sound_replies(action))))
    body = json.dumps(reply, ensure_ascii=draw(st.booleans())).encode(errors="replace")
    for _ in range(draw(st.sampled_from((0, 0, 1, 2)))):
        body = draw(damaged(body))
    return action, (draw(st.sampled_from(STATUSES)), body, draw(st.sampled_from(KINDS)))


@law(80)
@given(example=answers(tuple(sorted(TYPED))))
async def test_an_answer_of_any_shape_is_told_and_never_becomes_a_lie(front, example):
    action, raw = example
    await front.fresh()
    number = front.number()
    command, text = TYPED[action]
    payload = front.command(text.format(n=number), command)
    front.cloud.script = raw
    try:
        await front.deliver(payload)
    finally:
        front.cloud.script = None
    calls, actions = front.take()

    assert calls, "nobody was told"
    assert set(actions) == {action}
    if action == START:
        key = f"slash:{payload['team_id']}:{payload['trigger_id']}"
        intents = await front.world.journal.find.matching(str(number), TeamId(TEAM))
        (intent,) = [intent for intent in intents if intent.key == key]
        ref = intent.subject.ref or await another_has(front, intent)
        check_borne_out(intent, ref, raw[1], len(actions))


async def another_has(front, intent):
    """Return the TaskId that came with *intent* and is another relay's already.

    Tencent gives none twice, as examples do; two relays never go by one.
    """
    for ref in intent.standing.candidates:
        owner = await front.world.journal.find.by_ref(ref, TeamId(TEAM))
        if owner and owner.id != intent.id and owner.subject.ref == ref:
            return ref
    return ""


def check_borne_out(intent, ref, body, tries):
    """Assert that a start ended in a state that *body*, the answer, can bear out."""
    if intent.state is State.STARTED:
        assert ref, "started, without a TaskId"
        codes = ("utf-8", "utf-16-le", "utf-16-be")  # an answer may be in any
        spelt = (json.dumps(ref)[1:-1].encode(), *map(ref.encode, codes))
        whole = any(text in body for text in spelt)
        assert whole or "\\u" in body.decode("latin-1"), f"TaskId {ref[:20]}"
    elif intent.state is State.NOT_STARTED:
        code = json.loads(body.decode())["Response"]["Error"]["Code"]
        parts = code.split(".")
        listed = [".".join(parts[:n]) for n in range(len(parts), 0, -1)]
        classes = [CODES[name] for name in listed if name in CODES]
        assert classes, f"{code} is not listed, yet nothing is said to run"
        assert classes[0] in REFUSING, f"{code}, yet nothing is said to run"
    else:
        assert intent.state is State.UNKNOWN
        assert tries == 1 or b'"Error"' in body, "sent again while unknown"


@law(200)
@given(example=answers(tuple(sorted(REQUESTS))))
def test_an_answer_is_read_the_same_way_twice(example):
    action, (status, body, kind) = example

    def verdict():
        try:
            return repr(wire.load(status, body, kind, REQUESTS[action].reply))
        except CloudError as error:
            return f"{class_of(error).name} {error} {error.request_id}"

    assert verdict() == verdict()


EXAMPLES = Path(__file__).parent.parent / "examples"
SEEDS: list[Json] = [
    json.loads(path.read_text(encoding="utf-8"))["request"]
    for path in sorted(EXAMPLES.glob("trtc-*.json"))
]
EDGES = (
    *range(-1, 6),
    *(15, 16, 17, 59, 60, 61, 1919, 1920, 1921, 1922, 9_999, 10_000, 10_001),
    *(86_400, 86_401, 2**31, 2**32 - 1, 2**32, 2**64),
)
TEXTS = ("", "0", "a", "a" * 64, "a" * 65, "0x00FF00", "0xGG", "295066", "rtmp://a/b/c")


def near(before):
    """Draw what may stand in a relay's request in the place of *before*."""
    if isinstance(before, int):
        return st.sampled_from(EDGES)
    if isinstance(before, str):
        return st.sampled_from(TEXTS) | values
    if isinstance(before, list):
        return st.sampled_from((0, 2, 9, 20)).map(lambda times: before * times) | values
    return values


relays = st.sampled_from(SEEDS).flatmap(
    lambda seed: mutated(seed, most=4, instead=near)
)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_seed_example_is_taken(seed):
    assert StartPublishCdnStream.of(seed)


@law(200)
@given(fields=relays)
def test_what_the_model_takes_the_clouds_catalogue_takes(fields):
    def verdict():
        try:
            return StartPublishCdnStream.of(fields)
        except InvalidRequest as error:
            return error

    first = verdict()
    assert str(first) == str(verdict()), "two verdicts on one request"
    if isinstance(first, InvalidRequest):
        assert first.faults, "refused without a reason"
        check_shown(list(first.faults.values()))
        return
    sent = json.loads(json.dumps(first.to_wire()))
    try:
        check_fields(sent, ACTIONS[START]["fields"], "")
        check_relay(sent)
    except CloudFault as fault:
        raise AssertionError(f"taken, and the cloud says {fault}") from None
    assert StartPublishCdnStream.of_json(json.dumps(sent)).to_wire() == sent
    assert "<usersig>" not in json.dumps(first.masked()), "a secret is shown"


@law()
@given(fields=relays)
async def test_a_dry_run_of_any_request_calls_nothing(front, fields):
    text = slack_in(f"start json={json.dumps(fields)} --dry-run")

    _calls, actions = await front.typed(text)

    assert actions == []
