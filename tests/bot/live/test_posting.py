"""Six messages are written and deleted, whatever happens on the way."""

import pytest

from bot.slack.render import limits


def said(rig):
    """Return the messages that everybody or somebody can see and that stay."""
    return [one for one in rig.slack.space.messages.values() if not one.only_for]


def calls(rig, *methods):
    return [call for call in rig.slack.space.calls if call.method in methods]


async def test_six_are_written_and_none_is_left(rig):
    code = await rig.doctor(channel="#ops", person="U0ANA")

    written = calls(
        rig,
        "chat.postMessage",
        "chat.postEphemeral",
        "files.completeUploadExternal",
    )
    assert code == 0
    assert len(written) == 6
    assert len(calls(rig, "chat.delete", "files.delete")) == 5
    assert all(call.answer["ok"] for call in written)
    assert (said(rig), rig.ledger.left(), rig.slack.space.files) == ([], [], {})


async def test_an_update_is_as_long_as_it_may_be(rig):
    await rig.doctor(channel="#ops")

    (update,) = calls(rig, "chat.update")
    assert len(update.args["text"]) == limits.FALLBACK
    assert rig.line("chat.update with 4000 characters").startswith("ok")


async def test_how_slack_counts_is_told(rig):
    await rig.doctor(channel="#ops")

    line = rig.line("emoji in one text")
    assert line == "ok    1999 emoji in one text: counted as code points"


@pytest.mark.parametrize(
    ("word", "line", "rows"),
    [
        ("invalid_blocks", "ok    1999 emoji in one text: counted as UTF-16", 1),
        ("restricted_action", "note  1999 emoji in one text: restricted_action", 0),
        ("internal_error", "note  1999 emoji in one text: internal_error", 0),
    ],
)
async def test_how_slack_counts_is_said_only_where_its_word_shows_it(
    rig, word, line, rows
):
    def last_but_one(told):
        if "A message as long as" in told:
            rig.slack.space.fail_next("chat.postMessage", error=word)

    rig.on_line = last_but_one

    await rig.doctor(channel="#ops")

    assert rig.line("emoji in one text") == line
    seen = [one for one in rig.lines if "counted as UTF-16  " in f"{one}  "]
    assert len([one for one in seen if "|" in one]) == rows


@pytest.mark.parametrize("channel", ["#nowhere", "C0NOWHERE", "#random"])
async def test_a_channel_that_cannot_be_posted_to_ends_it(rig, channel):
    code = await rig.doctor(channel=channel, person="U0ANA")

    assert code == 1
    assert rig.line("chat.postMessage").startswith("FAIL  chat.postMessage: ")
    assert "Invite the bot" in rig.line("Nothing more is posted")
    assert (said(rig), rig.ledger.left()) == ([], [])


async def test_without_somebody_to_write_to_the_rest_is_done(rig):
    assert await rig.doctor(channel="#ops") == 0
    assert "--as" in rig.line("Nobody to write to")
    assert calls(rig, "chat.postEphemeral") == []
    assert said(rig) == []


@pytest.mark.parametrize(
    "method",
    ["chat.update", "chat.postEphemeral", "files.completeUploadExternal"],
)
async def test_whatever_slack_refuses_is_told_and_the_rest_is_taken_back(rig, method):
    rig.slack.space.refuse(method, "restricted_action")

    assert await rig.doctor(channel="#ops", person="U0ANA") == 1
    assert len([one for one in rig.lines if "FAIL" in one]) == 1
    assert (said(rig), rig.ledger.left()) == ([], [])


async def test_what_could_not_be_deleted_is_told_and_resume_deletes_it(rig):
    rig.slack.space.refuse("chat.delete", "internal_error")
    first = await rig.doctor(channel="#ops")
    left = len(rig.ledger.left())
    told = [
        one for one in rig.lines if one.startswith("FAIL  Not deleted: message C0OPS")
    ]
    rig.slack.space.refuse("chat.delete", "")

    assert (first, len(told), left) == (1, 3, 3)
    assert "--resume" in told[0]
    assert await rig.doctor(resume=True) == 0
    assert (said(rig), rig.ledger.left()) == ([], [])


async def test_what_somebody_has_deleted_meanwhile_is_over(rig):
    rig.slack.space.refuse("chat.delete", "message_not_found")

    assert await rig.doctor(channel="#ops") == 0
    assert rig.ledger.left() == []


async def test_without_a_token_what_is_left_is_told_with_what_to_set(rig):
    rig.folder.joinpath("live-begun.jsonl").touch(mode=0o600)
    rig.ledger.begin("message C0OPS 1.5", channel="C0OPS", ts="1.5")

    assert await rig.doctor(unset=["SLACK_BOT"], resume=True) == 1
    assert "SLACK_BOT_TOKEN" in rig.line("Not deleted: message C0OPS 1.5")
