import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from bot.sandbox.slack.model.seed import OPS, RANDOM


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
