"""A picture is put into a view that stands already, once Slack shows its file."""

import asyncio
import threading
from dataclasses import replace

import pytest

from bot.dialogue.form import Form, TextField
from bot.dialogue.outcome import Picture
from bot.slack.outbound.pictures import PAUSES, Pictures
from bot.slack.outbound.web import Sent
from bot.slack.render import modals
from tests.fakes.clock import FakeClock
from tests.fakes.slack import FakeSlack, refused
from tests.judge import judged

NOT_READY = refused(
    "invalid_arguments",
    detail="[ERROR] invalid slack file [json-pointer:/view/blocks/0/slack_file]",
)
OPENED = Sent(ok=True, data={"view": {"id": "V1", "hash": "h1"}})


def picture(key="k1", paint=lambda: b"PNG"):
    return Picture(key=key, words="Two, side by side.", paint=paint)


def form(*parts):
    return Form(
        command="relay",
        subcommand="start",
        title="Start",
        submit="Go",
        fields=(TextField(name="room", label="Room"), *parts),
        form_id="d1",
    )


FORM = form(picture())


def images(view):
    return [one["slack_file"] for one in view["blocks"] if one["type"] == "image"]


async def added(web, shown=FORM, sent=OPENED):
    clock = FakeClock()
    pictures = Pictures(web, clock.sleep)
    await pictures.add(shown, sent)
    return pictures, clock


def test_a_picture_without_a_file_is_words():
    view = modals.view(FORM)

    judged(view, "modal")
    assert images(view) == []
    assert view["blocks"][1]["elements"][0]["text"] == "Two, side by side."


def test_a_picture_with_a_file_says_the_same_in_its_alt_text():
    view = modals.view(form(replace(picture(), file="F1")))

    judged(view, "modal")
    assert images(view) == [{"id": "F1"}]
    assert view["blocks"][1]["alt_text"] == "Two, side by side."


async def test_it_is_uploaded_and_put_into_the_view_that_stands():
    web = FakeSlack(data={"files.keep": {"file": "F1"}})

    pictures, _clock = await added(web)

    (kept, upload), (update, arguments) = web.sent
    assert (kept, upload) == ("keep", {"name": "layout.png", "content": b"PNG"})
    assert (update, arguments["view_id"], arguments["hash"]) == (
        "views.update",
        "V1",
        "h1",
    )
    assert images(arguments["view"]) == [{"id": "F1"}]
    assert images(modals.view(pictures.known(FORM))) == [{"id": "F1"}]


async def test_a_picture_that_was_shown_is_not_uploaded_again():
    web = FakeSlack()
    pictures, _clock = await added(web)
    calls = len(web.sent)

    await pictures.add(pictures.known(FORM), OPENED)

    assert len(web.sent) == calls


@pytest.mark.parametrize("times", range(1, len(PAUSES) + 1))
async def test_a_file_that_is_not_processed_yet_is_tried_again(times):
    web = FakeSlack(answers={"views.update": [NOT_READY] * times})

    _pictures, clock = await added(web)

    assert web.ways == ["keep", *["views.update"] * (times + 1)]
    assert clock.naps == list(PAUSES[:times])


@pytest.mark.parametrize(
    ("answers", "ways"),
    [
        (
            {"views.update": [NOT_READY] * 9},
            ["keep", *["views.update"] * (len(PAUSES) + 1)],
        ),
        ({"views.update": [refused("hash_conflict")]}, ["keep", "views.update"]),
        ({"views.update": [refused("not_found")]}, ["keep", "views.update"]),
        ({"keep": [refused("not_allowed")]}, ["keep"]),
    ],
)
async def test_the_words_stay_where_there_is_no_picture_to_be_had(answers, ways):
    web = FakeSlack(answers=answers)

    pictures, _clock = await added(web)

    assert web.ways == ways
    assert pictures.known(FORM) == FORM
    assert sum(PAUSES) < 5


async def test_an_upload_that_hangs_is_given_up_and_the_words_stay():
    web = FakeSlack()
    web.hanging["keep"] = asyncio.Event()
    pictures = Pictures(web, FakeClock().sleep, patience=0.5)

    await pictures.add(FORM, OPENED)

    assert web.ways == ["keep"]
    assert pictures.known(FORM) == FORM


@pytest.mark.parametrize(
    ("shown", "sent"), [(form(), OPENED), (FORM, Sent(ok=True, data={}))]
)
async def test_without_a_picture_or_a_view_nothing_is_sent(shown, sent):
    web = FakeSlack()

    await added(web, shown, sent)

    assert web.sent == []


async def test_it_is_painted_in_a_thread_of_its_own():
    painters = []

    def paint():
        painters.append(threading.current_thread())
        return b"PNG"

    await added(FakeSlack(), form(picture(paint=paint)))

    assert painters != [threading.main_thread()]
