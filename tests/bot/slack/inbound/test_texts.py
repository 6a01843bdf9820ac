"""What a message says, to people of the workspace it was drawn for and to others."""

import pytest

from bot.slack.inbound.texts import text_of


@pytest.mark.parametrize(
    ("drawn_for", "text"),
    [
        ("", "R1, again=S2,g3? 01K room7 -m1/R1+ *R1*"),
        ("@T1", "R1, again=S2,g3? 01K room7 -m1/R1+ *R1*"),
        ("@T2", ", again= , ? 01K room7 -m1/R1+ * *"),
    ],
)
def test_handles_of_a_message_of_another_workspace_are_not_read(drawn_for, text):
    """There they name other things, and here they would name ours."""
    words = {"type": "text", "text": "R1, again=S2,g3? 01K room7 -m1/R1+"}
    stop = {"action_id": f"do:relay:1{drawn_for}", "value": "*R1*"}
    message = {"blocks": [{"elements": [words]}, {"elements": [{"accessory": stop}]}]}

    assert text_of(message, "T1").split() == text.split()


def test_controls_of_other_apps_say_nothing_of_a_workspace():
    theirs = {"action_id": "mail@T2", "text": "R1"}

    assert text_of({"blocks": [{"elements": [theirs]}]}, "T1") == "R1"
