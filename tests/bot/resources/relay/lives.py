"""Relays of so many targets, what is said of them, and how most lives begin."""

from bot.journal.evidence import FactKind
from bot.resources.relay.live import fold
from bot.resources.relay.resource import RELAY
from bot.resources.relay.resource import START as ACTION
from bot.states import State
from bot.tencent.events import RelayStatus
from tests.bot.resources.evidence import answer, event, written
from tests.bot.resources.intents import an_intent

IDLE, CONNECTING, RUNNING, RECOVERING, FAILED, STOPPING = RelayStatus
MASKED = {"PublishCdnParams": [{}]}


def relay(*targets, masked=MASKED, **more):
    return an_intent(
        kind=RELAY,
        action=ACTION,
        state=State.QUEUED,
        sdk_app_id=7,
        creates=True,
        targets=targets or ("a",),
        masked=masked,
        **more,
    )


def said(*facts, of=None):
    return fold(of or relay(), facts)


TWO = relay("a", "b")
BASE = (written(-100), answer(second=-99), event(RUNNING, -90))
UNKNOWN = (written(-100), answer(FactKind.NO_ANSWER, -90))
