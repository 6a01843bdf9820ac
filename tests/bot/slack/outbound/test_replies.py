"""An answer is told at the place where it was asked for."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.dialogue.ask import Place, Submission, Surface
from bot.dialogue.form import Form, TextField
from bot.dialogue.outcome import Audience, Picture, line
from bot.slack.outbound.replies import LATE, REOPENS, Replies
from bot.slack.outbound.web import AWAY, TOO_FAST, Sent
from bot.slack.render import modals
from tests.bot.slack.outbound.replying import ASK, OUTCOME, calls
from tests.fakes.clock import FakeClock
from tests.fakes.slack import FakeSlack, refused
from tests.judge import judged

FORM = Form(
    command="relay",
    subcommand="start",
    title="Start",
    submit="Go",
    fields=(TextField(name="room", label="Command"),),
    form_id="d1",
)
MENTION = replace(
    ASK,
    surface=Surface.MENTION,
    answer_url=None,
    trigger="",
    where=Place(channel="C1", thread="1.5"),
)


async def test_a_command_is_answered_at_its_own_address():
    ((way, body),) = await calls(ASK, OUTCOME)

    assert way == "answer ephemeral"
    assert (body["text"], body["replace_original"]) == ("told", False)


async def test_what_answers_a_question_takes_its_place():
    ((way, body),) = await calls(replace(ASK, replaces=True), OUTCOME)

    assert way == "answer ephemeral"
    assert (body["text"], body["replace_original"]) == ("told", True)


async def test_what_is_told_beside_a_question_leaves_it_to_be_answered():
    ((way, body),) = await calls(
        replace(ASK, replaces=True), replace(OUTCOME, beside=True)
    )

    assert way == "answer ephemeral"
    assert (body["text"], body["replace_original"]) == ("told", False)


async def test_what_is_for_the_channel_is_shown_to_the_channel():
    ((way, body),) = await calls(ASK, replace(OUTCOME, audience=Audience.CHANNEL))

    assert (way, body["text"]) == ("post C1", "told")


async def test_where_the_bot_is_not_the_channel_is_shown_it_at_the_commands_address():
    shown = replace(OUTCOME, audience=Audience.CHANNEL)

    sent = await calls(ASK, shown, "not_in_channel")

    assert [way for way, _ in sent] == ["post C1", "answer in_channel"]


async def test_an_answer_that_is_shared_promises_nothing_of_a_card():
    shown = replace(OUTCOME, audience=Audience.CHANNEL)

    sent = await calls(ASK, shown, "not_in_channel")

    assert "to keep this card live" not in str(sent[-1])


async def test_an_answer_that_has_no_other_way_goes_to_the_asker_directly():
    sent = await calls(MENTION, OUTCOME, "user_not_in_channel")

    assert [way for way, _ in sent] == ["chat.postEphemeral", "post UANA"]


async def test_an_answer_never_goes_to_anybody_else():
    sent = await calls(ASK, OUTCOME, "http_404", "channel_not_found", "is_archived")

    assert [way for way, _ in sent] == [
        "answer ephemeral",
        "chat.postEphemeral",
        "post UANA",
        "views.open",
    ]


async def test_a_mention_is_answered_in_its_thread():
    ((way, arguments),) = await calls(MENTION, OUTCOME)
    ((open_way, open_arguments),) = await calls(
        MENTION, replace(OUTCOME, audience=Audience.CHANNEL)
    )

    assert (way, arguments["user"], arguments["thread_ts"]) == (
        "chat.postEphemeral",
        "UANA",
        "1.5",
    )
    assert (open_way, open_arguments["thread_ts"]) == ("post C1", "1.5")


@pytest.mark.parametrize(
    ("where", "way"),
    [(Place(channel="D1", direct=True), "post D1"), (Place(channel=""), "post UANA")],
)
async def test_words_in_a_direct_message_are_answered_there(where, way):
    ((sent, _),) = await calls(replace(MENTION, where=where), OUTCOME)

    assert sent == way


async def test_a_form_is_opened_with_the_trigger():
    ((way, arguments),) = await calls(ASK, FORM)

    assert (way, arguments["trigger_id"]) == ("views.open", "t1")
    assert arguments["view"]["private_metadata"] == "d1"


CLICK = replace(
    ASK, surface=Surface.BUTTON, command=REOPENS, text=FORM.form_id, trigger="t2"
)


@pytest.mark.parametrize(
    ("ask", "errors", "ways", "why"),
    [
        (ASK, ["expired_trigger_id"], ["views.open", "answer ephemeral"], "in time"),
        (MENTION, [], ["chat.postEphemeral"], "after a click"),
    ],
)
async def test_a_form_that_did_not_open_is_opened_by_a_button(ask, errors, ways, why):
    web = FakeSlack(*errors)
    replies = Replies(web, now=FakeClock())

    await replies.reply(ask, FORM)
    told = web.sent[-1][1]
    await replies.reply(CLICK, replies.unopened(CLICK))

    assert web.ways == [*ways, "views.open"]
    assert why in told["text"]
    assert [
        (one["action_id"], one["value"])
        for block in told["blocks"]
        for one in block.get("elements", ())
        if "action_id" in one
    ] == [("do:form:1", f"- {FORM.form_id}")]
    assert web.sent[-1][1]["trigger_id"] == "t2"


async def test_a_form_opens_only_for_whoever_asked_for_it():
    web = FakeSlack()
    replies = Replies(web, now=FakeClock())
    await replies.reply(MENTION, FORM)

    click = replace(CLICK, who=replace(CLICK.who, user="UBOB"))
    await replies.reply(click, replies.unopened(click))

    assert web.ways == ["chat.postEphemeral", "answer ephemeral"]
    assert "too old" in web.sent[-1][1]["text"]


def pressed(arguments):
    """Return what the buttons of a message ask for."""
    rows = [block for block in arguments["blocks"] if block["type"] == "actions"]
    return [button["value"] for row in rows for button in row["elements"]]


TYPED = replace(ASK, text="start 7 url=rtmp://a.example.com/b/c")


@pytest.mark.parametrize("error", sorted(AWAY | TOO_FAST | LATE | {"http_503"}))
async def test_a_form_that_came_too_late_is_opened_by_a_button(error):
    sent = await calls(TYPED, FORM, error)

    assert [way for way, _ in sent] == ["views.open", "answer ephemeral"]
    why = f"Slack could not open the form just now: {error}."
    late = "Slack did not open the form in time."
    assert sent[1][1]["text"] == f"🟠 {late if error in LATE else why}"
    assert pressed(sent[1][1]) == [f"- {FORM.form_id}"]


async def test_where_no_form_can_open_a_button_opens_it():
    ((way, arguments),) = await calls(replace(MENTION, text="start 7"), FORM)

    assert way == "chat.postEphemeral"
    assert pressed(arguments) == [f"- {FORM.form_id}"]


async def test_a_form_that_slack_refuses_is_told_with_its_word():
    sent = await calls(ASK, FORM, "view_too_large")

    assert [way for way, _ in sent] == ["views.open", "answer ephemeral"]
    assert sent[1][1]["text"] == "🟠 Slack refused the form: view_too_large."


async def test_a_form_in_a_layout_that_slack_refuses_is_opened_in_the_oldest():
    rich = replace(FORM, fields=(line("Not started yet."), *FORM.fields))

    first, second = await calls(ASK, rich, "invalid_arguments")

    assert [block["type"] for block in first[1]["view"]["blocks"]] == [
        "rich_text",
        "input",
    ]
    assert [block["type"] for block in second[1]["view"]["blocks"]] == [
        "section",
        "input",
    ]


async def test_what_slack_refuses_is_told_again_without_its_parts():
    sent = await calls(ASK, OUTCOME, "invalid_blocks")

    assert [way for way, _ in sent] == ["answer ephemeral", "answer ephemeral"]


@pytest.mark.parametrize(
    ("errors", "pauses"),
    [
        ([refused("ratelimited", retry_after=7.0)], [7.0]),
        ([refused("ratelimited", retry_after=600.0)], [60.0]),
        ([refused("unreachable"), refused("http_503")], [1.0, 2.0]),
        ([refused("timeout")], [1.0]),
    ],
)
async def test_an_answer_waits_for_a_slack_that_takes_nothing_now(errors, pauses):
    web, clock = FakeSlack(answers={"answer ephemeral": errors}), FakeClock()

    await Replies(web, now=clock, sleep=clock.sleep).reply(ASK, OUTCOME)

    assert web.ways == ["answer ephemeral"] * (len(errors) + 1)
    assert clock.naps == pauses


@pytest.mark.parametrize(
    "errors",
    [
        ["fatal_error"] * 5,
        ["timeout"] * 2,
        ["timeout", "ratelimited"],
        ["ratelimited", "timeout", "ratelimited"],
    ],
)
async def test_what_a_way_does_not_take_in_the_end_goes_the_next(errors):
    """After a time-out it may have arrived: it is tried but once more."""
    sent = await calls(ASK, OUTCOME, *errors)

    assert [way for way, _ in sent] == [
        *["answer ephemeral"] * len(errors),
        "chat.postEphemeral",
    ]


class SlowSlack(FakeSlack):
    """Takes five seconds to say anything."""

    def __init__(self, clock, *errors):
        super().__init__(*errors)
        self.clock = clock

    async def answer(self, url, body):
        sent = await super().answer(url, body)
        self.clock.push(seconds=5)
        return sent


@pytest.mark.parametrize(
    ("errors", "dates"),
    [
        ((), [""]),
        (("timeout",), ["", "12:00:00"]),
        (("fatal_error",) * 3, ["", *["12:00:00"] * 3]),
        (("fatal_error", "channel_not_found"), ["", "12:00:00", "12:00:00"]),
    ],
)
async def test_what_comes_late_says_of_which_moment_it_is(errors, dates):
    """The moment is that at which it was drawn, not that at which it is sent again."""
    clock = FakeClock()
    web = SlowSlack(clock, *errors)

    await Replies(web, now=clock, sleep=clock.sleep).reply(
        ASK, replace(OUTCOME, parts=(line("more"),))
    )

    assert [as_of(body) for _way, body in web.sent] == dates


def as_of(body):
    """Return the time that *body* says it is of, or ""."""
    (at,) = re.findall(r"As of <!date\^(\d+)", json.dumps(body)) or ("",)
    return f"{datetime.fromtimestamp(int(at), UTC):%H:%M:%S}" if at else ""


async def test_silence_is_silence():
    assert await calls(ASK, None) == []


REDRAWN = replace(
    ASK, submission=Submission(form_id="d1", view="V1", hash="h", values={})
)
INSIDE = replace(REDRAWN, where=Place(channel=""), answer_url=None)


async def as_form(_ask):
    return FORM


async def redrawn(ask, *errors):
    web = FakeSlack(*errors)
    await Replies(web, now=FakeClock(), sleep=FakeClock().sleep).redraw(ask, as_form)
    return web.sent


async def test_a_redrawn_form_replaces_the_one_it_was_drawn_from():
    update = {"view_id": "V1", "hash": "h", "view": modals.view(FORM)}

    assert await redrawn(REDRAWN) == [("views.update", update)]
    assert await redrawn(ASK) == []


@pytest.mark.parametrize(
    ("way", "shows"), [("views.open", "reply"), ("views.update", "redraw")]
)
async def test_a_picture_that_slack_has_lost_is_uploaded_anew(way, shows):
    lost = refused("invalid_arguments", detail="[ERROR] invalid slack file [x]")
    opened = {"view": {"id": "V1", "hash": "h1"}}
    data = {"files.keep": {"file": "F1"}, "views.open": opened, "views.update": opened}
    web = FakeSlack(data=data)
    replies = Replies(web, now=FakeClock(), sleep=FakeClock().sleep)
    drawing = Picture(key="k", words="Two, alike.", paint=lambda: b"PNG")
    form = replace(FORM, fields=(*FORM.fields, drawing))
    await replies.pictures.add(form, Sent(ok=True, data=opened))
    seen = len(web.sent)
    web.answers[way] = [lost]

    async def drawn(_ask):
        return form

    shown = form if shows == "reply" else drawn
    await getattr(replies, shows)(REDRAWN, shown)

    first, second, *rest = web.sent[seen:]
    assert [name for name, _ in (first, second)] == [way, way]
    assert "slack_file" in str(first[1]["view"])
    assert second[1]["view"] == modals.view(form)
    assert [name for name, _ in rest] == ["keep", "views.update"]
    assert "slack_file" in str(rest[-1][1]["view"])


@pytest.mark.parametrize("error", ["hash_conflict", "not_found"])
async def test_a_form_that_changed_or_was_closed_meanwhile_is_left_alone(error):
    assert len(await redrawn(INSIDE, error)) == 1


async def test_a_form_that_slack_does_not_redraw_is_told():
    _update, (way, body) = await redrawn(INSIDE, "view_too_large")

    assert way == "post UANA"
    assert "view_too_large" in body["text"]


async def test_where_messages_are_off_the_answer_to_a_click_is_a_window():
    _update, _post, (way, arguments) = await redrawn(
        INSIDE, "view_too_large", "messages_tab_disabled"
    )

    assert (way, arguments["trigger_id"]) == ("views.open", "t1")
    judged(arguments["view"], "modal")


async def test_the_home_tab_is_published_or_its_reader_is_told_once():
    web, view = FakeSlack("not_enabled", "", "not_enabled"), {"type": "home"}
    replies = Replies(web, now=FakeClock())

    for _opened in range(3):
        await replies.publish("UANA", view)

    home = ("views.publish", {"user_id": "UANA", "view": view})
    (_first, (way, body), *others) = web.sent
    assert (way, _first, others) == ("post UANA", home, [home, home])
    assert "not_enabled" in body["text"]
