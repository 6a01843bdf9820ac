"""Every form of every command, as Slack shows it: it can be sent in."""

from dataclasses import replace

import pytest

from bot.dialogue.ask import Submission, Surface
from bot.dialogue.form import Form
from bot.errors import InvalidRequest
from bot.sandbox.slack.loopback import LoopbackSlack
from bot.sandbox.slack.model.serialize import view as as_sent
from bot.slack.inbound import payloads
from bot.slack.inbound.kinds import PayloadKind, kind_of
from bot.slack.render import modals
from commands import COMMANDS
from tests.bot.operations.approvals import BOB, asked, policy
from tests.judge import judged

RELAY = "/relay start 7 url=rtmp://push.example.com/live/a --go"
SESSION = "/car start user=alice ip=125.127.178.228 --go"
UNTOLD = "Slack did not send what stands here: change it, and send again."
HOME = {"surface": Surface.BUTTON, "channel": ""}
# By the form: what is typed before it, what opens it, and how.
OPENED = {
    "relay start": [("", "/relay start 7", {})],
    "relay stop": [(RELAY, "/relay stop", {}), (RELAY, "/relay stop all", {})],
    "relay update": [(RELAY, "/relay update R1", {})],
    "relay timer": [(RELAY, "/relay timer R1", {})],
    "relay attach": [("late", "/relay attach R1", {})],
    "relay close": [("late", "/relay close R1", {})],
    "relay target": [("", "/relay target add main", {})],
    "relay preset": [("", "/relay preset save one layout=side", {})],
    "relay preset-rename": [("saved", "/relay preset rename one", {})],
    "relay remove-user": [
        ("", "/relay remove-user 7 type=number", {}),
        ("late", "/relay remove-user R1 --robot", {}),
    ],
    "relay dismiss-room": [("", "/relay dismiss-room 7 type=number", {})],
    "car start": [("", "/car start", {})],
    "car stop": [(SESSION, "/car stop S1", HOME)],
    "car close": [("late session", "/car close S1", {})],
    "patchbay approve": [("asked", "/patchbay approve {of}", {"user": BOB})],
    "patchbay deny": [("asked", "/patchbay deny {of}", {"user": BOB})],
}
EACH = [(name, *one) for name, ways in OPENED.items() for one in ways]


async def before(world, what):
    """Do *what* has to be there before a form opens; return the id of a request."""
    if what == "asked":
        return (await asked(world))[1]
    if what.startswith("late"):
        world.cloud.state.fail_next("StartPublishCdnStream", "late")
        world.cloud.state.fail_next("CreateSession", "html", 2)
        what = SESSION if "session" in what else RELAY
    if what == "saved":
        form = await world.typed("/relay preset save one layout=side")
        await world.submitted(form)
    elif what:
        await world.typed(what)
    return ""


def sent_in(form):
    """Return what Slack sends of *form* once it is sent in as it was opened."""
    view = judged(modals.view(form), "modal")
    assert view.get("submit"), "Slack draws no button that sends it in"
    space = LoopbackSlack().space
    user = next(iter(space.users.values()))
    opened = space.open(user.id, view)
    return {
        "type": "view_submission",
        "team": {"id": space.team.id},
        "user": {"id": user.id, "team_id": space.team.id},
        "view": as_sent(opened, space),
    }


def test_there_is_a_way_to_every_form():
    known = {f"{name} {form}" for name, one in COMMANDS.items() for form in one.forms}

    assert set(OPENED) == known


@pytest.mark.parametrize("production", [False, True], ids=["trial", "production"])
@pytest.mark.parametrize(
    ("name", "earlier", "line", "way"), EACH, ids=[f"{o[0]}: {o[2]}" for o in EACH]
)
async def test_what_asks_can_be_sent_in(
    world_with, production, name, earlier, line, way
):
    second = policy() if earlier == "asked" else None
    world = await world_with(second, production=production)
    of = await before(world, earlier)

    form = await world.typed(line.format(of=of), **way)
    assert isinstance(form, Form), form.plain
    body = sent_in(form)
    ask = payloads.submission(body)

    assert kind_of(body) is PayloadKind.SUBMISSION
    assert modals.is_form(body["view"])
    assert f"{ask.command} {ask.text}" == name
    assert ask.submission.form_id == form.form_id


async def test_a_window_has_nothing_that_sends_it_in(world):
    await world.typed(RELAY)

    window = modals.view(await world.typed("/relay preview R1"))

    assert not {"submit", "callback_id"} & window.keys()


@pytest.mark.parametrize(("untold", "sent"), [(("room",), 0), ((), 1)])
async def test_a_form_of_which_slack_did_not_say_all_is_not_sent(world, untold, sent):
    form = await world.typed("/relay start 7")
    values = {"room": "7", "url": "rtmp://push.example.com/live/a"}
    filled = Submission(
        form_id=form.form_id, view="V1", hash="h", values=values, untold=untold
    )
    ask = world.ask("/relay x", surface=Surface.FORM, submission=filled)

    try:
        answer = await world.router.submit(replace(ask, text="start"))
    except InvalidRequest as refused:
        answer = refused.faults
    await world.settled()

    told = dict.fromkeys(untold, UNTOLD)
    assert answer == (told or None)
    assert len(world.cloud.state.calls) == sent
