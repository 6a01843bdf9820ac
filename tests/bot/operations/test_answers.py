"""What an answer says is a fact, dated by Tencent's clock."""

from datetime import timedelta

import pytest

from bot.errors import NoAnswer, NotSent, Refused
from bot.journal.evidence import Does, Fact, FactKind, fact_key
from bot.journal.stops import How
from bot.operations.answers import Answered, Claim, Times, code_of, failed, succeeded
from bot.resources.base import Yield
from bot.states import State
from bot.tencent.models.base import Reply
from bot.tencent.retry import Conclusion
from tests.bot.operations.accidents import accepted, left_sending, request_of

START = "/relay start 295066 url=rtmp://push.example.com/live/k --go"
STOP = "/relay stop R1 --yes"
TIMES = Times(since=1000, at=2000, came_at=2100)


@pytest.fixture
async def start(world):
    intent = await left_sending(world, START)
    return Claim(intent, await request_of(world, intent), 0.0)


@pytest.fixture
async def stop(world):
    await world.typed(START)
    intent = await accepted(world, STOP)
    return Claim(intent, await request_of(world, intent), 0.0)


def fact(claim, kind, **more):
    """Return the fact of that *kind* about the request of *claim*."""
    intent = claim.intent
    ends = intent.subject.ends
    usual = {
        "does": Does.END if ends else Does.CREATE,
        "key": fact_key(intent.id, kind),
        "ref": intent.subject.ref if ends else "",
    }
    return Fact(
        kind=kind,
        job=intent.id,
        by="U0ANA",
        since=1000,
        at=2000,
        came_at=2100,
        **{**usual, **more},
    )


async def test_a_success_is_answered_with_its_id(start):
    reply = Reply(request_id="req")

    answered = succeeded(start, reply, Yield(ref="-t."), TIMES)

    known = (fact(start, FactKind.ANSWERED, ref="-t."),)
    changes = {"request_id": "req", "ref": "-t."}
    assert answered == Answered(State.STARTED, changes, known)


@pytest.mark.parametrize(
    ("end", "state", "kind", "reason"),
    [
        (Conclusion.NOT_STARTED, State.NOT_STARTED, FactKind.REFUSED, {}),
        (Conclusion.UNKNOWN, State.UNKNOWN, FactKind.NO_ANSWER, {}),
        (Conclusion.GONE, State.DONE, FactKind.GONE, {"reason": How.GONE}),
    ],
)
async def test_an_error_is_what_it_leads_to(stop, end, state, kind, reason):
    error = Refused("Some.Code", "no", request_id="req")

    answered = failed(stop, error, end, TIMES)

    told = {"request_id": "req", "error_code": "Some.Code", "error_text": "no"}
    known = (fact(stop, kind, code="Some.Code", text="no"),)
    assert answered == Answered(state, {**told, **reason}, known)


async def test_every_id_in_an_answer_that_cannot_be_trusted_is_kept(start):
    error = NoAnswer("cut short", candidates=("-one.", "-two."))

    answered = failed(start, error, Conclusion.UNKNOWN, TIMES)

    assert [(one.kind, one.ref) for one in answered.evidence] == [
        (FactKind.NO_ANSWER, ""),
        (FactKind.NO_ANSWER, "-one."),
        (FactKind.NO_ANSWER, "-two."),
    ]
    assert len({one.key for one in answered.evidence}) == 3


async def test_an_id_that_stands_whole_in_a_broken_answer_is_its_own(start):
    error = NoAnswer("cut short", salvaged="-t.", candidates=("-t.",))

    answered = failed(start, error, Conclusion.STARTED, TIMES)

    assert (answered.state, answered.changes["ref"]) == (State.STARTED, "-t.")
    assert answered.evidence == (fact(start, FactKind.ANSWERED, ref="-t."),)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Refused("A.B", "no"), "A.B"),
        (NotSent("away"), "patchbay.NotSent"),
        (NoAnswer("late"), "patchbay.NoAnswer"),
    ],
)
def test_an_error_is_kept_under_its_code(error, code):
    assert code_of(error) == code


async def test_a_fact_has_tencents_time_and_ours(world):
    world.clock.ahead = timedelta(seconds=100)  # which is ours alone

    await world.typed(START)

    relay = await world.handle("R1")
    (answer,) = [
        one
        for one in await world.journal.find.facts_of(relay.id)
        if one.kind is FactKind.ANSWERED
    ]
    assert 95_000 < answer.came_at - answer.at < 105_000
