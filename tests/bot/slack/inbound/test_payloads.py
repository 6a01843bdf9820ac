"""Slack's payloads become asks, under the key of what the person did."""

import pytest
from pydantic import SecretStr

from bot.dialogue.ask import Ask, Person, Place, Submission, Surface
from bot.slack.inbound.payloads import (
    answer_url_is_slacks,
    button,
    command,
    mention,
    shortcut,
    submission,
    who_in,
    writer,
)

ANA = Person(team="T1", user="UANA", home="T1")
HOOK = "https://hooks.slack.com/commands/T1/1/x"
PRESSED = {
    "user": {"id": "UANA", "team_id": "T1"},
    "team": {"id": "T1"},
    "channel": {"id": "C1"},
    "container": {"message_ts": "1.5", "channel_id": "C1"},
    "message": {"ts": "1.5", "thread_ts": "1.0"},
    "trigger_id": "t1",
    "response_url": HOOK,
}


def typed(**said):
    return {
        "command": "/relay",
        "text": "stop R1",
        "team_id": "T1",
        "user_id": "UANA",
        "channel_id": "C1",
        "trigger_id": "t1",
        "response_url": HOOK,
        **said,
    }


def test_a_command_is_keyed_by_its_trigger():
    assert command(typed(), "") == Ask(
        command="relay",
        text="stop R1",
        who=ANA,
        where=Place(channel="C1"),
        surface=Surface.COMMAND,
        key="slash:T1:t1",
        answer_url=SecretStr(HOOK),
        trigger="t1",
    )


@pytest.mark.parametrize(
    ("name", "prefix", "read"),
    [
        ("/relay", "", "relay"),
        ("/tc-relay", "tc-", "relay"),
        ("/relay", "tc-", "relay"),
    ],
)
def test_a_prefix_is_taken_off(name, prefix, read):
    assert command(typed(command=name), prefix).command == read


def test_a_command_in_a_direct_message_knows_it():
    assert command(typed(channel_id="D1"), "").where.direct


def test_a_button_is_keyed_by_what_it_is_about():
    action = {"action_id": "do:relay:2", "value": "01ABC:stop:3 stop R1 --yes"}

    assert button({**PRESSED, "actions": [action]}, action) == Ask(
        command="relay",
        text="stop R1 --yes",
        who=ANA,
        where=Place(channel="C1", thread="1.0", message="1.5"),
        surface=Surface.BUTTON,
        key="button:T1:UANA:01ABC:stop:3:stop R1 --yes",
        answer_url=SecretStr(HOOK),
        trigger="t1",
    )


def test_a_button_about_nothing_is_keyed_by_its_press():
    action = {"action_id": "do:lookup:1", "value": "- R1", "action_ts": "9.9"}

    ask = button(PRESSED, action)

    assert (ask.text, ask.key) == ("R1", "button:T1:UANA:C1:1.5:9.9")


@pytest.mark.parametrize(
    ("number", "ephemeral", "replaces"),
    [("1!", True, True), ("1!", False, False), ("1", True, False)],
)
def test_the_answer_replaces_only_a_question_that_nobody_else_sees(
    number, ephemeral, replaces
):
    action = {"action_id": f"do:relay:{number}", "value": "- stop R1 --yes"}
    container = {**PRESSED["container"], "is_ephemeral": ephemeral}

    ask = button({**PRESSED, "container": container}, action)

    assert ask.replaces is replaces


def test_an_entry_of_a_menu_is_a_button():
    action = {"action_id": "do:lookup:1", "selected_option": {"value": "- R1 --ids"}}

    assert button(PRESSED, action).text == "R1 --ids"


def test_an_entry_of_a_menu_of_several_commands_names_its_own():
    chosen = {"value": "i:copy:1 relay copy R1 room=7"}
    action = {"action_id": "do::2", "selected_option": chosen}

    ask = button(PRESSED, action)

    assert (ask.command, ask.text) == ("relay", "copy R1 room=7")
    assert ask.key.endswith("i:copy:1:copy R1 room=7")


VIEW = {
    "user": {"id": "UANA", "team_id": "T1"},
    "team": {"id": "T1"},
    "trigger_id": "t1",
    "view": {
        "id": "V1",
        "hash": "h",
        "callback_id": "form:relay:start",
        "private_metadata": "d1",
        "state": {
            "values": {
                "room": {"field:room": {"type": "plain_text_input", "value": "7"}},
                "what": {"field:what": {"selected_option": {"value": "mix"}}},
                "note": {"field:note": {"value": None}},
            }
        },
    },
}


def test_a_form_is_keyed_by_its_view_and_carries_only_its_draft():
    assert submission(VIEW) == Ask(
        command="relay",
        text="start",
        who=ANA,
        where=Place(channel=""),
        surface=Surface.FORM,
        key="modal:T1:V1",
        trigger="t1",
        submission=Submission(
            form_id="d1",
            view="V1",
            hash="h",
            values={"room": "7", "what": "mix", "note": None},
        ),
    )
    assert submission(VIEW, changed="what").submission.changed == "what"


def test_of_a_form_only_what_it_shows_counts():
    room = {"type": "plain_text_input", "action_id": "field:room"}
    shown = {"type": "input", "block_id": "room.2", "element": room}
    state = VIEW["view"]["state"]["values"]
    view = {
        **VIEW["view"],
        "blocks": [shown],
        "state": {"values": {**state, "room.2": state["room"]}},
    }

    read = submission({**VIEW, "view": view}).submission

    assert (read.values, read.drawn, read.untold) == ({"room": "7"}, "2", ())


def said(text, **more):
    event = {"user": "UANA", "channel": "C1", "ts": "1.5", "text": text, **more}
    return {"team_id": "T1", "event_id": "E1", "event": event}


@pytest.mark.parametrize(
    ("text", "command", "rest"),
    [
        ("<@UBOT> relay stop R1", "relay", "stop R1"),
        ("<@UBOT|patchbay>  Relay   stop R1", "relay", "  stop R1"),
        ("<@UBOT> /relay list", "relay", "list"),
        ("<@UBOT> tc-relay list", "relay", "list"),
        ("<@UBOT>: relay list", "relay", "list"),
        ("<@UBOT>：relay list", "relay", "list"),
        ("<@UBOT|patchbay> , relay list", "relay", "list"),
        ("<@UBOT> R1", "lookup", "R1"),
        ("<@UBOT>", "patchbay", ""),
        ("relay list", "relay", "list"),
    ],
)
def test_a_mention_says_the_same_words_as_a_command(text, command, rest):
    ask = mention(said(text), {"relay", "lookup"}, "tc-")

    assert (ask.command, ask.text, ask.key, ask.surface) == (
        command,
        rest,
        "event:T1:C1:1.5",
        Surface.MENTION,
    )


def test_a_message_is_one_submission_however_often_it_is_delivered():
    first = mention(said("relay stop R1"), {"relay"}, "")
    again = mention({**said("relay stop R2"), "event_id": "E2"}, {"relay"}, "")
    other = mention(said("relay stop R1", ts="1.6"), {"relay"}, "")

    assert first.key == again.key != other.key


def test_a_mention_is_answered_in_its_thread():
    assert mention(said("x"), (), "").where == Place(channel="C1", thread="1.5")
    threaded = mention(said("x", thread_ts="1.0"), (), "").where
    assert threaded == Place(channel="C1", thread="1.0", parent="1.0")


def test_words_in_the_bots_own_tab_need_no_mention():
    ask = mention(said("relay list", channel_type="im", channel="D1"), {"relay"}, "")

    assert (ask.command, ask.surface, ask.where) == (
        "relay",
        Surface.DIRECT,
        Place(channel="D1", direct=True),
    )


def test_an_outsider_is_known_by_their_home():
    assert mention(said("x", user_team="T9"), (), "").who.home == "T9"


@pytest.mark.parametrize(
    ("named", "home"), [({}, ""), ({"user_team": "T1"}, "T1"), ({"team": "T9"}, "T9")]
)
def test_whose_people_they_are_who_open_home_is_not_guessed(named, home):
    event = {"type": "app_home_opened", "user": "UANA", "tab": "home", **named}

    who = writer({"team_id": "T1", "enterprise_id": "E1", "event": event})

    assert (who.team, who.home, who.enterprise) == ("T1", home, "E1" * (home == "T1"))


def test_a_shortcut_looks_up_all_that_a_message_says():
    message = {
        "ts": "1.5",
        "text": "alert",
        "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "R1 down"}}],
        "attachments": [{"fallback": "InternalError", "fields": [{"value": "x"}]}],
    }

    ask = shortcut({**PRESSED, "message": message})

    assert (ask.command, ask.text) == ("lookup", "")
    assert ask.pasted == "alert R1 down InternalError x"
    assert ask.key == "shortcut:T1:t1"


@pytest.mark.parametrize(
    ("url", "api", "ours"),
    [
        (HOOK, "https://slack.com/api/", True),
        ("http://hooks.slack.com/x", "https://slack.com/api/", False),
        ("https://hooks.slack.com.evil.example/x", "https://slack.com/api/", False),
        ("https://evil@hooks.slack.com/x", "https://slack.com/api/", False),
        ("https://hooks.slack.com:444/x", "https://slack.com/api/", False),
        ("https://evil.example/x", "https://slack.com/api/", False),
        ("http://127.0.0.1:9/response/1", "http://127.0.0.1:9/api/", True),
        ("http://127.0.0.1:8/response/1", "http://127.0.0.1:9/api/", False),
        ("http://127.0.0.1:9/response/1", "https://slack.com/api/", False),
        ("http://10.0.0.1:9/x", "http://10.0.0.1:9/api/", False),
        ("https://hooks.slack-gov.com/x", "https://slack-gov.com/api/", True),
        ("https://hooks.slack-gov.com/x", "https://slack.com/api/", False),
        (HOOK, "https://slack-gov.com/api/", False),
        (HOOK, "https://acme.enterprise.slack.com/api/", True),
        (HOOK, "https://proxy.example/api/", True),
        ("https://hooks.proxy.example/x", "https://proxy.example/api/", False),
        (HOOK, "https://notslack-gov.com/api/", True),
        ("", "https://slack.com/api/", False),
    ],
)
def test_an_answer_goes_to_slack_and_nowhere_else(url, api, ours):
    assert answer_url_is_slacks(url, api) is ours


def test_a_long_alert_is_read_to_its_end_and_no_further_than_100_kb():
    field = {"title": "trace", "value": "R7"}
    rich = {"elements": [{"type": "link", "url": "https://a.slack.com/archives/C1/p1"}]}
    message = {
        "ts": "1.5",
        "text": "x" * 40_000,
        "blocks": [{"type": "rich_text", **rich}],
        "attachments": [{"fields": [field], "footer": "R8"}],
        "files": [{"preview": "R9"}],
    }

    pasted = shortcut({**PRESSED, "message": message}).pasted
    longer = shortcut({**PRESSED, "message": {**message, "text": "y" * 200_000}}).pasted

    assert pasted.split()[1:] == [
        "https://a.slack.com/archives/C1/p1",
        "trace",
        "R7",
        "R8",
        "R9",
    ]
    assert len(longer) == 100_000


def test_what_is_too_long_for_a_command_is_searched():
    ask = mention(said("<@UBOT> " + "x " * 1000 + "R1"), {"relay"}, "")

    assert (ask.command, ask.text, ask.pasted[-2:]) == ("lookup", "", "R1")


# ── an organisation ──────────────────────────────────────────────────────────────

IN_ORG = {"is_enterprise_install": True, "enterprise": {"id": "E1"}}
AROUND = {
    "team_id": "T1",
    "context_team_id": "T1",
    "authorizations": [{"team_id": "T1", "is_enterprise_install": True}],
}


@pytest.mark.parametrize(
    ("body", "team"),
    [
        ({"team": {"id": "T2"}, "user": {"id": "W1", "team_id": "T1"}}, "T2"),
        ({"team": None, "user": {"id": "W1", "team_id": "T1"}}, "T1"),
        ({"team": {"id": "E1"}, "user": {"id": "W1", "team_id": "T1"}}, "T1"),
        (
            {
                "team": None,
                "user": {"id": "W1"},
                "view": {"team_id": "T2", "app_installed_team_id": "E1"},
            },
            "T2",
        ),
        ({"team": None, "user": {"id": "W1"}}, ""),
    ],
)
def test_of_an_organisation_a_click_is_where_it_was_made(body, team):
    assert who_in({**IN_ORG, **body}).team == team


@pytest.mark.parametrize(
    ("event", "around", "team"),
    [
        ({"team": "T2"}, {}, "T2"),  # in a channel that the first of them made
        ({"team": "T1", "user_team": "T2"}, {}, "T2"),
        ({"user_team": "E1", "team": "E1"}, {}, "T1"),
        ({"type": "app_home_opened"}, {"team_id": "T2"}, "T2"),
        ({"user_team": "T9"}, {"is_ext_shared_channel": True, "team_id": "T9"}, "T1"),
    ],
)
def test_of_an_organisation_a_message_is_where_its_writer_is(event, around, team):
    body = {**AROUND, **around, "event": {"user": "W1", **event}}

    assert writer(body).team == team


def test_what_was_drawn_for_a_workspace_says_so_when_it_is_pressed():
    body = {**IN_ORG, **PRESSED, "team": {"id": "T2"}, "user": {"id": "W1"}}
    action = {"action_id": "do:relay:1!@T1", "value": "- stop R1", "action_ts": "1"}

    ask = button(body, action)

    assert (ask.who.team, ask.who.bound, ask.text) == ("T1", True, "stop R1")
    assert not button(body, {**action, "action_id": "do:relay:1!"}).who.bound


def test_what_was_drawn_for_a_workspace_says_so_when_it_is_sent_in():
    view = {"id": "V1", "callback_id": "form:relay:start", "private_metadata": "d1@T1"}
    user = {"id": "W1", "team_id": "T2"}

    ask = submission({**IN_ORG, "team": None, "user": user, "view": view})

    assert (ask.who.team, ask.who.bound, ask.submission.form_id) == ("T1", True, "d1")
