"""Where an alert goes: below the card of its thing, where that stands there."""

from dataclasses import replace

import pytest

from bot.dialogue.outcome import Audience
from bot.journal.alert_rows import ALERT
from bot.journal.model import Notification
from bot.operations.alerting import beside_alerts
from bot.slack.outbound.routes import Broadcast
from tests.bot.resources.intents import an_intent

CARD, THREAD = "1700000000.000001", "1700000000.000002"


def alert_of(*, asked_in, card_in):
    """Return an alert of what was asked for in the thread of a channel."""
    intent = an_intent(kind="R")
    asker = replace(intent.asker, channel=asked_in, thread=THREAD)
    return Notification(
        id=1,
        rev=1,
        name="push-failed",
        audience=Audience.OPS,
        facts={ALERT: {"ring": True}},
        intent=replace(intent, asker=asker, card=(card_in, CARD)),
    )


@pytest.mark.parametrize(
    ("asked_in", "card_in", "ways"),
    [
        ("COPS", "COPS", (Broadcast("COPS", THREAD),)),
        ("C", "COPS", (Broadcast("COPS", CARD),)),  # a thread is of its channel alone
        ("C", "C", ()),
        ("COPS", "C", ()),
    ],
)
def test_it_goes_below_the_card_that_stands_in_its_channel(asked_in, card_in, ways):
    alert = alert_of(asked_in=asked_in, card_in=card_in)

    assert beside_alerts(alert, "COPS", ()) == ways
