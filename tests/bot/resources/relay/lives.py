"""Relays of so many targets, what is said of them, and how most lives begin."""

from dataclasses import replace
from datetime import UTC, datetime

from bot.dialogue.outcome import Audience
from bot.journal.evidence import FactKind
from bot.journal.model import NEWS, Notice
from bot.resources.relay.live import fold
from bot.resources.relay.resource import RELAY
from bot.resources.relay.resource import START as ACTION
from bot.states import State
from bot.tencent.events import RelayStatus
from tests.bot.resources.evidence import answer, event, moment, written
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


# ── what is told of them ─────────────────────────────────────────────────────────

ADDRESSES = ("rtmp://a.example/live/****", "rtmp://b.example/live/****")
PUSHES = {"PublishCdnParams": [{"PublishCdnUrl": one} for one in ADDRESSES]}


def two(*targets):
    """Return a relay to both addresses."""
    return relay(*(targets or "ab"), masked=PUSHES, room="lobby")


def at(second):
    return datetime.fromtimestamp(moment(second) / 1000, UTC)


def stands(standing, thing=None):
    """Return a relay of two targets, or *thing*, that stands so."""
    thing = thing or two()
    ref = replace(thing.subject, ref=standing.ref)
    return replace(thing, standing=standing, state=standing.state, subject=ref)


def in_thread(key, what, second, *, target=0, not_before=None, **facts):
    """Return the notice of a line in the thread of the card."""
    known = {"what": what, "target": target, "at": moment(second), **facts}
    return Notice(
        name=NEWS,
        audience=Audience.THREAD,
        line=key,
        facts=known,
        not_before=not_before,
    )
