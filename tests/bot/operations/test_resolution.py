"""What stayed unknown is settled by people, on the record, and by nobody else."""

import json

import pytest

from bot.dialogue.form import Form
from bot.dialogue.outcome import Bold, line, plain
from bot.errors import InvalidRequest
from bot.journal.evidence import Headline, Standing
from bot.settings import Policy, Rule
from bot.states import State
from tests.commands.relay.samples import words
from tests.fakes.journal import answered

START = "/relay start 295066 url=rtmp://push.example.com/live/k --go"
TASK = "-m97l2ZU7AI-" + "x" * 58 + ".."


@pytest.fixture
async def unknown(world):
    world.cloud.state.fail_next("StartPublishCdnStream", "reset")
    await world.typed(START)
    return await world.handle("R1")


async def test_its_card_says_all_that_is_needed_to_settle_it(world, unknown):
    (card,) = await world.notices()
    details = words(await world.typed("/lookup R1 --details"))
    text = json.dumps(card.body)

    assert "Do not start it again yet: it may be running and billed." in text
    for fact in (unknown.subject.agent, "rtmp://push.example.com/live/****"):
        assert fact in text
        assert fact in details
    assert unknown.id in details
    assert f"{unknown.sent_at:%Y-%m-%d %H:%M:%S} UTC to " in details
    assert "CloudAudit: " in text
    assert text.index("Is it live?") < text.index("TRTC console")
    for command in (f"attach {unknown.id}", f"close {unknown.id}"):
        assert command in text


async def test_a_task_id_found_elsewhere_is_attached_and_can_be_stopped(world, unknown):
    form = await world.typed("/relay attach r1")
    answer = await world.submitted(form, task=f" {TASK} ")

    known = await world.handle("R1")
    assert isinstance(form, Form)
    assert form.title == "Attach a TaskId"
    assert form.fields[0] == line(
        Bold("R1"), " · room 295066 · rtmp://push.example.com/live/****"
    )
    assert answer.plain == "🔵 R1 is settled: running, by hand."
    assert known.standing == Standing(
        state=State.STARTED,
        headline=Headline.CLAIMED,
        ref=TASK,
        since=known.standing.since,
        by="U0ANA",
    )
    (card,) = await world.notices()
    assert card.text == "🔵 R1 · running, by hand · room 295066"
    assert (await world.typed("/relay stop R1")).plain.startswith("🟠 Stop R1?")


async def test_it_is_attached_without_a_form_too(world, unknown):
    await world.typed(f"/relay attach R1 {TASK}")

    assert (await world.handle("R1")).subject.ref == TASK


@pytest.mark.parametrize("task", ["-m97", "x y" * 30, "x\x07" * 40, ""])
async def test_what_is_no_whole_task_id_is_refused_at_its_field(world, unknown, task):
    form = await world.typed("/relay attach R1")

    with pytest.raises(InvalidRequest) as refused:
        await world.submitted(form, task=task)

    assert list(refused.value.faults) == ["task"]
    assert (await world.handle("R1")) == unknown


async def test_the_task_id_of_another_relay_is_refused(world, unknown):
    await world.typed(START.replace("295066", "2").replace("live/k", "live/2"))
    other = (await world.handle("R2")).subject.ref

    answer = await world.typed(f"/relay attach R1 {other}")

    assert "That is the TaskId of R2." in str(answer.parts)
    assert (await world.handle("R1")).state is State.UNKNOWN


async def test_it_is_closed_for_a_reason(world, unknown):
    form = await world.typed("/relay close R1")
    with pytest.raises(InvalidRequest) as refused:
        await world.submitted(form, reason=" x ")
    answer = await world.submitted(form, reason="target dead, console empty")

    known = await world.handle("R1")
    assert list(refused.value.faults) == ["reason"]
    assert answer.plain == "⚪ R1 is settled: closed."
    assert (known.state, known.settlement.reason) == (
        State.CLOSED,
        "target dead, console empty",
    )
    (card,) = await world.notices()
    assert "target dead, console empty" in json.dumps(card.body)


async def test_both_are_on_the_record(world, unknown):
    await world.typed("/relay close R1 reason=“nothing there”")

    record = (await world.journal.audit.all())[-1]

    assert (record.action, record.decision, record.handle) == (
        "relay.settle",
        "did",
        "R1",
    )
    assert (record.user, record.why) == ("U0ANA", "nothing there")


@pytest.mark.parametrize(
    "typed",
    [
        "/relay close R1 reason=again",
        f"/relay attach R1 {TASK}",
        "/relay close R1",
        "/relay attach R1",
    ],
)
async def test_what_is_settled_is_not_settled_again(world, unknown, typed):
    await world.typed("/relay close R1 reason=“nothing there”")

    answer = await world.typed(typed)

    assert answer.headline == ("R1 is not unknown: it is closed.",)


async def test_a_callback_between_form_and_submission_wins(world, unknown):
    form = await world.typed("/relay close R1")
    known = {"ref": TASK, "request_id": "req"}
    await answered(world.journal, unknown.id, State.STARTED, **known)

    with pytest.raises(InvalidRequest, match="R1 is not unknown: it is started"):
        await world.submitted(form, reason="nothing there")

    assert (await world.handle("R1")).state is State.STARTED


@pytest.mark.parametrize(
    "typed",
    ["/relay attach", "/relay attach R1 a b", "/relay close R99", "/car close R1"],
)
async def test_what_names_nothing_unknown_is_told(world, unknown, typed):
    answer = await world.typed(typed)

    assert answer.tone.name == "WARN"
    assert (await world.handle("R1")) == unknown


async def test_a_render_session_is_closed_too(world):
    world.cloud.state.fail_next("CreateSession", "html", 2)
    await world.typed("/car start user=u ip=125.127.178.228 --go")

    form = await world.typed("/car close S1")
    await world.submitted(form, reason="the player saw nothing")

    assert (await world.handle("S1")).state is State.CLOSED
    direct = await world.typed("/car close S1 reason=again")
    assert direct.headline == ("S1 is not unknown: it is closed.",)


async def test_whoever_may_start_may_not_therefore_settle(world_with):
    rule = Rule(name="starters", actions=("relay.start",), users=("U0ANA",))
    world = await world_with(Policy(rules=(rule,)))
    world.cloud.state.fail_next("StartPublishCdnStream", "reset")
    await world.typed(START)

    for typed in ("/relay close R1 reason=nothing", f"/relay attach R1 {TASK}"):
        answer = await world.typed(typed)
        assert answer.headline == ("You may not do that here.",)

    assert (await world.handle("R1")).state is State.UNKNOWN
    records = [(one.decision, one.action) for one in await world.journal.audit.all()]
    assert records == [("allow", "relay.start"), ("deny", "relay.settle")]


@pytest.mark.parametrize(
    ("asked", "title"),
    [("close R1", "Close R1"), ("attach R1", "Attach a TaskId")],
)
async def test_a_form_is_called_after_what_it_does_and_says_which_thing_it_is_about(
    world, unknown, asked, title
):
    form = await world.typed(f"/relay {asked}")

    assert form.title == title
    assert plain(form.fields[0].spans) == (
        "R1 · room 295066 · rtmp://push.example.com/live/****"
    )
