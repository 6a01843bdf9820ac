import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from bot.sandbox.slack.loopback import LoopbackSlack
from bot.sandbox.slack.model.seed import ANA, OPS, RANDOM
from bot.sandbox.slack.server.files import PROCESSING
from tests.bot.sandbox.slack.conftest import client_of, modal
from tests.fakes.clock import FakeClock


async def error_of(call):
    with pytest.raises(SlackApiError) as caught:
        await call
    return caught.value.response["error"]


async def test_the_official_client_uploads_and_shares_a_file(space, web_client):
    answer = await web_client.files_upload_v2(
        content="line 1\n",
        filename="log.txt",
        title="The log",
        channel=OPS.id,
        initial_comment="Here",
    )

    [shared] = space.messages.values()
    [file] = shared.files
    assert answer["file"]["id"] == file.id
    assert (file.name, file.title, file.content) == ("log.txt", "The log", b"line 1\n")
    assert shared.text == "Here"


async def test_without_a_channel_a_file_stays_private(space, web_client):
    await web_client.files_upload_v2(content="x", filename="a.txt")

    assert space.messages == {}
    assert len(space.files) == 1


async def test_an_empty_file_is_no_file(web_client):
    announced = web_client.files_getUploadURLExternal(filename="a", length=0)

    assert await error_of(announced) == "missing_argument"


async def test_a_file_is_shared_where_the_bot_is(web_client):
    upload = web_client.files_upload_v2(
        content="x", filename="a.txt", channel=RANDOM.id
    )

    assert await error_of(upload) == "not_in_channel"


@pytest.mark.parametrize(
    ("files", "error"),
    [([{"id": "F0NONE"}], "file_not_found"), ("no", "invalid_arguments")],
)
async def test_what_was_not_uploaded_is_not_completed(web_client, files, error):
    completed = web_client.api_call(
        "files.completeUploadExternal", json={"files": files}
    )

    assert await error_of(completed) == error


async def test_long_alternative_texts_and_many_channels_are_refused(web_client):
    described = web_client.files_getUploadURLExternal(
        filename="a", length=1, alt_txt="x" * 1001
    )
    spread = web_client.api_call(
        "files.completeUploadExternal",
        json={"files": [{"id": "F0"}], "channels": ",".join(["C0"] * 101)},
    )

    assert await error_of(described) == "alt_txt_too_large"
    assert await error_of(spread) == "channels_limit_exceeded"


async def test_bytes_go_only_where_they_were_announced(slack):
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{slack.space.origin}/upload/F0NONE", data=b"x") as answer,
    ):
        assert answer.status == 404


async def test_an_upload_can_be_made_to_fail(slack):
    slack.space.fail_next("upload", status=500)

    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{slack.space.origin}/upload/F0NONE", data=b"x") as answer,
    ):
        assert answer.status == 500


# ── files in blocks ──────────────────────────────────────────────────────────────

PNG = b"\x89PNG\r\n\x1a\n"
NOT_READY = "[ERROR] invalid slack file [json-pointer:/blocks/0/slack_file]"


@pytest.fixture
async def moved():
    """A Slack whose clock is moved by hand, and a client of it."""
    clock = FakeClock()
    async with LoopbackSlack(paced=False, now=clock) as slack:
        yield clock, slack, client_of(slack)


def shows(file, **more):
    return {"type": "image", "slack_file": {"id": file}, "alt_text": "a", **more}


async def kept(client, content=PNG):
    answer = await client.files_upload_v2(file=content, filename="a.png")
    return answer["files"][0]["id"]


async def refusal_of(call):
    with pytest.raises(SlackApiError) as caught:
        await call
    response = caught.value.response
    return response["error"], response["response_metadata"]["messages"]


async def test_a_new_file_is_refused_in_a_block_until_it_is_processed(moved):
    clock, slack, client = moved
    post = {"channel": OPS.id, "text": "x", "blocks": [shows(await kept(client))]}

    assert await refusal_of(client.chat_postMessage(**post)) == (
        "invalid_blocks",
        [NOT_READY],
    )
    clock.push(seconds=PROCESSING.total_seconds())
    await client.chat_postMessage(**post)
    assert len(slack.space.messages) == 1


async def test_a_view_shows_a_file_once_it_is_processed(moved):
    clock, slack, client = moved
    view = modal(shows(await kept(client)))
    trigger = slack.space.grants.trigger(ANA.id)

    assert await refusal_of(client.views_open(trigger_id=trigger, view=view)) == (
        "invalid_arguments",
        [NOT_READY.replace("/blocks", "/view/blocks")],
    )
    clock.push(seconds=PROCESSING.total_seconds())
    trigger = slack.space.grants.trigger(ANA.id)
    await client.views_open(trigger_id=trigger, view=view)
    assert slack.space.top(ANA.id)


@pytest.mark.parametrize("content", [b"no picture", None])
async def test_what_is_no_picture_or_not_there_is_never_shown(moved, content):
    clock, _slack, client = moved
    file = await kept(client, content) if content else "F0NONE"
    clock.push(seconds=PROCESSING.total_seconds())
    beside = {"type": "section", "text": {"type": "mrkdwn", "text": "x"}}

    posted = client.chat_postMessage(
        channel=OPS.id, text="x", blocks=[{**beside, "accessory": shows(file)}]
    )

    assert await refusal_of(posted) == (
        "invalid_blocks",
        [NOT_READY.replace("slack_file", "accessory/slack_file")],
    )
