"""Whatever word Slack refuses with, whoever asked is told, wherever they asked.

Generated: every method that the bot calls, every error that Slack documents for it
(crawled 2026-11; `*` are those of all methods), every surface and kind of notice.
"""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.dialogue.ask import Ask, Person, Place, Submission, Surface
from bot.dialogue.form import Form, TextField
from bot.dialogue.outcome import Audience, Code, File, Outcome
from bot.journal.model import ANSWER, CARD_NOTICE, RESULT, Notice
from bot.slack.outbound.replies import MOOT, Replies
from bot.slack.outbound.web import AWAY, NO_SUCH_TOKEN, TOO_FAST
from tests.bot.operations.deliveries import delivery
from tests.fakes.clock import FakeClock
from tests.fakes.slack import FakeSlack

ERRORS = json.loads((Path(__file__).parents[2] / "data/slack-errors.json").read_text())
HTTP = ["http_429", "http_500", "http_503", "timeout", "unreachable", "of_tomorrow"]
DEAD_URL = ["used_url", "expired_url", "Expired url", "http_404", "http_410"]
MESSAGES = ("chat.postMessage", "chat.update", "chat.postEphemeral", "response_url")
AGAIN = AWAY | TOO_FAST | {"http_500", "http_503"}


def words(*methods):
    """Return every word that one of *methods* may end with."""
    documented = [word for one in methods for word in ERRORS.get(one, DEAD_URL)]
    return sorted({*documented, *ERRORS["*"], *HTTP})


URL, CHANNEL = SecretStr("https://hooks.slack.com/x"), Place(channel="C1")
ASK = Ask(
    command="relay",
    text="status R1",
    who=Person(team="T1", user="UANA", home="T1"),
    where=CHANNEL,
    surface=Surface.COMMAND,
    key="k",
    answer_url=URL,
    trigger="t1",
)
SILENT = replace(ASK, answer_url=None, trigger="")
SURFACES = {
    "command": ASK,
    "click": replace(ASK, surface=Surface.BUTTON),
    "click at Home": replace(ASK, answer_url=None, where=Place(channel="")),
    "shortcut": replace(ASK, surface=Surface.SHORTCUT),
    "mention": replace(SILENT, where=Place(channel="C1", thread="1.5")),
    "direct": replace(SILENT, where=Place(channel="D1", direct=True)),
    "form": replace(
        ASK,
        answer_url=None,
        where=Place(channel=""),
        submission=Submission(form_id="d1", view="V1", hash="h", values={}),
    ),
}
# In a person's own messages only posts reach them where no click opens a window.
READ = Outcome(headline=("what was asked",), parts=(Code("-m9"),))
FORM = Form(
    command="relay",
    subcommand="start",
    title="Start",
    submit="Go",
    fields=(TextField(name="room", label="Room"),),
    form_id="d1",
)


def is_told(slack, text):
    """Return whether somebody was shown *text*."""
    shown = (way for way in slack.taken if not way[1].startswith("upload"))
    return any(text in repr(arguments) for _at, _way, arguments in shown)


async def untold(method, text, act, among=None):
    """Return the words after which *act* leaves whoever asked without *text*."""
    silent = []
    for word in among or words(method):
        slack = FakeSlack(refusing={method: word})
        await act(Replies(slack, now=FakeClock(), sleep=FakeClock().sleep))
        if not is_told(slack, text):
            silent.append(word)
    return silent


@pytest.mark.parametrize("audience", [Audience.ASKER, Audience.CHANNEL])
@pytest.mark.parametrize("method", MESSAGES)
@pytest.mark.parametrize("surface", SURFACES)
async def test_an_answer_is_told_whatever_the_word(surface, method, audience):
    answer = replace(READ, audience=audience)

    async def act(replies):
        await replies.reply(SURFACES[surface], answer)

    assert await untold(method, "what was asked", act) == []


@pytest.mark.parametrize("surface", [one for one in SURFACES if SURFACES[one].trigger])
async def test_that_a_form_did_not_open_is_told_whatever_the_word(surface):
    async def act(replies):
        await replies.reply(SURFACES[surface], FORM)

    assert await untold("views.open", "the form", act) == []


async def test_that_a_form_was_not_redrawn_is_told_unless_it_is_moot():
    async def draw(_now):
        return FORM

    async def act(replies):
        await replies.redraw(SURFACES["form"], draw)

    assert {*await untold("views.update", "the form", act)} == MOOT


async def test_that_a_home_is_not_shown_is_told_whatever_the_word():
    async def act(replies):
        await replies.publish("UANA", {"type": "home"})

    assert await untold("views.publish", "the Home tab", act) == []


@pytest.mark.parametrize("surface", SURFACES)
async def test_that_a_file_was_not_taken_is_told_whatever_the_word(surface):
    answer = replace(READ, file=File("trail.jsonl", "{}\n"))
    steps = ("files.getUploadURLExternal", "files.completeUploadExternal")

    async def act(replies):
        await replies.reply(SURFACES[surface], answer)

    among = words(*steps)
    assert await untold("files.upload", "not take the file", act, among) == []


@pytest.mark.parametrize("error", sorted(NO_SUCH_TOKEN))
@pytest.mark.parametrize("surface", [s for s in SURFACES if SURFACES[s].answer_url])
async def test_without_a_token_an_answer_goes_to_its_own_address(surface, error):
    methods = ("chat.postMessage", "chat.postEphemeral", "views.open")
    slack = FakeSlack(refusing=dict.fromkeys(methods, error))

    await Replies(slack, now=FakeClock()).reply(SURFACES[surface], FORM)

    assert is_told(slack, "the form")


# ── what is kept ──────────────────────────────────────────────────────────────────

NOTICES = {
    "new card": (CARD_NOTICE, None),
    "card": (CARD_NOTICE, ("C", "1.0")),
    "answer": (Notice(name=ANSWER, audience=Audience.ASKER), None),
    "result": (Notice(name=RESULT, audience=Audience.ASKER), None),
    "line": (Notice(name=ANSWER, audience=Audience.THREAD, line="l"), ("C", "1.0")),
    "line without a card": (Notice(name=ANSWER, audience=Audience.THREAD), None),
    "alarm": (Notice(name="unsettled", audience=Audience.OPS), None),
}


@pytest.mark.parametrize("minutes", [0, 31])
@pytest.mark.parametrize("method", MESSAGES)
@pytest.mark.parametrize("kind", NOTICES)
async def test_a_notice_is_told_whatever_the_word(
    journal, waiting, clock, kind, method, minutes
):
    """By the next way at once, or when Slack takes it again; *minutes* later."""
    notice, card = NOTICES[kind]
    at_once, in_time = [], []
    for word in words(method):
        intent = await waiting(notice, card=card)
        clock.push(minutes=minutes)
        slack = FakeSlack(refusing={method: word})
        box = delivery(journal, slack, clock)
        await box.deliver()
        if not is_told(slack, intent.handle):
            at_once.append(word)
        slack.refusing.clear()
        clock.push(minutes=5)
        await box.deliver()
        if not is_told(slack, intent.handle):
            in_time.append(word)
        if slack.sent == [(way, more) for _at, way, more in slack.taken]:
            break  # the method is not asked for this: neither word is ever said

    assert in_time == []
    assert {*at_once} <= {*AGAIN, *NO_SUCH_TOKEN}
    assert await journal.outbox.waiting() == 0


@pytest.mark.parametrize("method", MESSAGES)
async def test_cards_that_share_a_message_are_all_told_whatever_the_word(
    journal, waiting, clock, method
):
    silent = []
    for word in words(method):
        intents = [await waiting() for _number in range(3)]
        slack = FakeSlack(refusing={method: word})
        box = delivery(journal, slack, clock)
        for _second in range(4):
            await box.deliver()
            clock.push(seconds=1)
        slack.refusing.clear()
        clock.push(minutes=1)
        await box.deliver()
        silent += [
            (word, one.handle) for one in intents if not is_told(slack, one.handle)
        ]

    assert silent == []
    assert await journal.outbox.next_due(clock() + timedelta(days=1)) is None
