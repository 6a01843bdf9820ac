"""What every alarm says beside its own: where it plays, and since when."""

from dataclasses import replace
from datetime import timedelta

from bot.cards.alarms import alarm
from bot.dialogue.outcome import Clock, When
from bot.journal.model import NOT_ENDED, REVIVED
from bot.resources.registry import RESOURCES
from tests.bot.resources.intents import an_intent

RELAY = RESOURCES.resources[0]


def whereabouts(name, intent):
    (spans,) = alarm(name, intent, RELAY, {"was": "ended"}).targets
    return spans


def test_an_alarm_of_a_relay_says_when_it_was_sent():
    relay = an_intent(kind="R", room="7")
    sent = replace(relay, sent_at=relay.created_at + timedelta(seconds=1))

    assert whereabouts(REVIVED, sent) == (
        "room 7",
        " · sent ",
        When(sent.sent_at, Clock.AGO),
    )


def test_of_one_that_was_not_sent_from_here_nobody_knows_when_it_was():
    relay = replace(an_intent(kind="R", room="7"), sent_at=None)

    assert whereabouts(REVIVED, relay)[1] == " · on record "


def test_an_alarm_of_a_stop_does_not_tell_its_age_for_the_relays():
    relay = an_intent(kind="R", room="7")
    stop = replace(relay, subject=replace(relay.subject, ends=True))

    assert whereabouts(NOT_ENDED, stop) == (
        "room 7",
        " · stop asked ",
        When(stop.created_at, Clock.AGO),
    )
