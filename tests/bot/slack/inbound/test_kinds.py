"""What a payload asks is told by its shape alone; whatever else comes asks nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.inbound.kinds import PayloadKind, alarm_in, kind_of

USER = {"id": "U1", "team_id": "T1"}
VIEW = {"id": "V1", "callback_id": "form:relay:start"}
SAID = {"user": "U1", "channel": "C1", "ts": "1.5", "text": "x"}
DIRECT = {"type": "message", "channel_type": "im", **SAID}
PROGRAM = {"app_id": "A9", "bot_id": "B9", "bot_profile": {"id": "B9"}}
OF_A_PERSON = {"app_id": "A9", "client_msg_id": "c-1"}


def event(**said):
    return {"type": "event_callback", "team_id": "T1", "event": said}


def clicked(action_id, **more):
    action = {"type": "button", "action_id": action_id}
    return {"type": "block_actions", "user": USER, "actions": [action], **more}


def interaction(named, **more):
    return {"type": named, "user": USER, **more}


def changed(**more):
    now = {"type": "message", "user": "U1", "text": "new", "ts": "1.5"}
    return event(
        type="message",
        subtype="message_changed",
        channel="D1",
        channel_type="im",
        hidden=True,
        message={**now, "edited": {"user": "U1", "ts": "1.9"}, **more},
        previous_message={**now, "text": "old"},
    )


KINDS = [
    ({"command": "/x", "team_id": "T1", "user_id": "U1"}, PayloadKind.COMMAND),
    ({"command": "/x", "team_id": "T1"}, PayloadKind.NOTHING),
    ({"type": "url_verification", "challenge": "c"}, PayloadKind.HANDSHAKE),
    (clicked("do:relay:1"), PayloadKind.CLICK),
    (clicked("field:what", view=VIEW), PayloadKind.CLICK),
    (clicked("field:what"), PayloadKind.NOTHING),
    (clicked("do:relay"), PayloadKind.NOTHING),
    (clicked("approve"), PayloadKind.NOTHING),
    ({**clicked("do:relay:1"), "user": None}, PayloadKind.NOTHING),
    ({**clicked("do:relay:1"), "actions": []}, PayloadKind.NOTHING),
    (interaction("view_submission", view=VIEW), PayloadKind.SUBMISSION),
    (interaction("view_submission", view={"callback_id": "x"}), PayloadKind.NOTHING),
    (interaction("view_closed", view=VIEW), PayloadKind.NOTHING),
    (interaction("block_suggestion", action_id="pick:a:b:c"), PayloadKind.OPTIONS),
    (interaction("block_suggestion", action_id="users"), PayloadKind.NOTHING),
    (interaction("message_action", callback_id="lookup_ids"), PayloadKind.SHORTCUT),
    (interaction("message_action", callback_id="other"), PayloadKind.NOTHING),
    (interaction("interactive_message"), PayloadKind.NOTHING),
    (interaction("dialog_submission"), PayloadKind.NOTHING),
    (event(type="app_mention", **SAID), PayloadKind.MENTION),
    (event(type="app_mention", **{**SAID, "user": None}), PayloadKind.NOTHING),
    (event(type="app_mention", **SAID, **PROGRAM), PayloadKind.NOTHING),
    (event(type="app_mention", **SAID, app_id="A9"), PayloadKind.NOTHING),
    (event(type="app_mention", **SAID, **OF_A_PERSON), PayloadKind.MENTION),
    (event(type="app_mention", **SAID, hidden=True), PayloadKind.NOTHING),
    (event(type="app_mention", **SAID, subtype="bot_message"), PayloadKind.NOTHING),
    (event(type="app_mention", **SAID, subtype="reminder_add"), PayloadKind.NOTHING),
    (event(type="app_mention", **SAID, subtype="me_message"), PayloadKind.MENTION),
    (event(**DIRECT), PayloadKind.DIRECT),
    (event(**DIRECT, subtype="file_share", files=[{}]), PayloadKind.DIRECT),
    (event(**DIRECT, subtype="bot_message"), PayloadKind.NOTHING),
    (event(**DIRECT, subtype="message_deleted"), PayloadKind.NOTHING),
    (event(**DIRECT, **PROGRAM), PayloadKind.NOTHING),
    (event(**{**DIRECT, "channel_type": "channel"}), PayloadKind.NOTHING),
    (changed(), PayloadKind.EDIT),
    (changed(text="old"), PayloadKind.NOTHING),
    (changed(edited=None), PayloadKind.NOTHING),
    (changed(bot_id="B9"), PayloadKind.NOTHING),
    (event(type="app_home_opened", user="U1"), PayloadKind.HOME),
    (event(type="app_home_opened", user="U1", tab="about"), PayloadKind.NOTHING),
    (event(type="app_home_opened", tab="home"), PayloadKind.NOTHING),
    (event(type="pin_added", user="U1"), PayloadKind.NOTHING),
    (event(type="user_change", user={"id": "U1"}), PayloadKind.PEOPLE),
    (event(type="subteam_members_changed", subteam_id="S1"), PayloadKind.PEOPLE),
    (event(type="subteam_updated", subteam={"id": "S1"}), PayloadKind.PEOPLE),
    (event(type="subteam_created", subteam={"id": "S1"}), PayloadKind.NOTHING),
    (event(type=["user_change"]), PayloadKind.NOTHING),
    (event(type="app_uninstalled"), PayloadKind.ALARM),
    (event(type="tokens_revoked", tokens={"bot": ["U9"]}), PayloadKind.ALARM),
    (event(type="tokens_revoked", tokens={"oauth": ["U1"]}), PayloadKind.NOTHING),
    ({"type": "event_callback", "event": "x"}, PayloadKind.NOTHING),
    ({"type": "app_rate_limited", "team_id": "T1"}, PayloadKind.ALARM),
    ({"type": "something_new"}, PayloadKind.NOTHING),
    ({}, PayloadKind.NOTHING),
]


@pytest.mark.parametrize(("body", "kind"), KINDS)
def test_a_payload_is_what_its_shape_says(body, kind):
    assert kind_of(body) is kind


def test_an_alarm_has_the_name_that_slack_gives_it():
    assert alarm_in(event(type="app_uninstalled")) == "app_uninstalled"
    assert alarm_in({"type": "app_rate_limited"}) == "app_rate_limited"
    assert alarm_in(event(type="message")) == ""


NAMES = st.sampled_from(
    ["type", "event", "user", "id", "actions", "action_id", "view", "message", "text"]
)
TYPES = st.sampled_from(["event_callback", "block_actions", "view_submission", "x"])


@given(
    TYPES,
    st.dictionaries(
        NAMES,
        st.recursive(
            st.none() | st.integers() | st.text(max_size=5) | TYPES,
            lambda inner: (
                st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=4)
            ),
            max_leaves=10,
        ),
        max_size=5,
    ),
)
def test_any_json_is_told_apart_without_a_fault(named, body):
    assert kind_of({**body, "type": named}) in PayloadKind
