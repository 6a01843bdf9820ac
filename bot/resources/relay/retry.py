"""*Edit and retry*: the form of a start that failed, filled in as it was."""

from collections.abc import Mapping
from typing import Any

from bot.dialogue.outcome import Button
from bot.i18n import _
from bot.journal.model import Intent
from bot.resources.byhand import in_slack
from bot.resources.relay.retyped import start_line

URL, TARGETS = " url=", "PublishCdnParams"
LONGEST = 1900  # of what a button carries; Slack takes 2,000 characters with its key


def button(intent: Intent) -> Button:
    """Return the button that opens the form as *intent* filled it in.

    What is secret is not on record, so push addresses have to be pasted again.
    """
    subject = intent.subject
    line = start_line(intent.masked, subject.app, subject.region)
    if URL in line:
        line = line.partition(URL)[0]
    else:
        kept = without_targets(intent.masked)
        line = start_line(kept, subject.app, subject.region)
    if len(line) > LONGEST:
        line = in_slack("relay start", (subject.room,), {"app": subject.app})
    return Button(_("Edit and retry"), "relay", line.removeprefix("/relay "))


def without_targets(masked: Mapping[str, Any]) -> dict[str, Any]:
    """Return *masked* without the push targets, of which the secret part is gone."""
    return {name: value for name, value in masked.items() if name != TARGETS}
