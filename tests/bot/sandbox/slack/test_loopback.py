import pytest

from bot.sandbox.slack.loopback import LoopbackSlack


async def test_the_environment_points_a_bot_at_it(slack):
    environment = slack.environment()

    assert environment == {
        "SLACK_API_URL": f"{slack.space.origin}/api/",
        "SLACK_BOT_TOKEN": slack.bot_token.get_secret_value(),
        "SLACK_SIGNING_SECRET": slack.signing_secret.get_secret_value(),
        "SLACK_APP_TOKEN": slack.app_token.get_secret_value(),
    }
    assert environment["SLACK_BOT_TOKEN"].startswith("xoxb" + "-")
    assert environment["SLACK_APP_TOKEN"].startswith("xapp" + "-1-A0PATCHBAY-")


def test_without_an_app_token_the_bot_listens_itself():
    slack = LoopbackSlack(bot_url="http://127.0.0.1:3000/slack/events")

    assert "SLACK_APP_TOKEN" not in slack.environment()


def test_no_two_have_the_same_secrets_and_none_shows_them():
    one, other = LoopbackSlack(), LoopbackSlack()

    assert one.bot_token != other.bot_token
    assert one.signing_secret != other.signing_secret
    assert "sandbox" not in repr(one.bot_token)


async def test_after_closing_nobody_answers(slack):
    closed = LoopbackSlack()
    await closed.start()
    port = int(closed.space.origin.rpartition(":")[2])

    await closed.close()

    again = LoopbackSlack(port=port)
    await again.start()
    await again.close()
    assert again.space.origin == closed.space.origin
    assert again.space.origin != slack.space.origin


@pytest.mark.parametrize("rig", ["socket"], indirect=True)
async def test_the_bot_comes_again_after_a_refresh(rig):
    @rig.app.command("/relay")
    async def relay(ack):
        await ack("here")

    await rig.slack.sockets.refresh()
    await rig.slack.sockets.connected()
    await rig.command("/relay")

    assert [m.text for m in rig.slack.space.whispers.values()] == ["here"]
