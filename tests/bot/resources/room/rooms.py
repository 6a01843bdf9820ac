"""Rooms of which something was heard, and relays that mix them."""

from datetime import UTC, datetime, timedelta

from bot.resources.relay.resource import RELAY, START
from bot.resources.room.presence import HeardRoom, Presence
from bot.states import State
from bot.tencent.room_events import RoomEvent, RoomEventKind
from tests.bot.resources.intents import an_intent

K = RoomEventKind
BEGIN = datetime(2026, 3, 1, 12, tzinfo=UTC)
APP = 7


def at(seconds):
    return BEGIN + timedelta(seconds=seconds)


def heard(*events, numeric=True, app=APP, media=True):
    """Return room 295066 after *events*: a kind, a second, a user, and fields."""
    presence = Presence()
    for kind, second, user, *more in events:
        fields = {"room": "295066", "numeric": numeric, "user": user, "at": at(second)}
        fields |= dict(*more)
        presence.take(RoomEvent(kind=kind, **fields), at(second))
    of = {"sdk_app_id": app, "numeric": numeric, "room": "295066"}
    return HeardRoom(**of, presence=presence, media=media)


def stream(user, *, screen=False, **more):
    return {"UserInfo": {"UserId": user, **more}, "StreamType": int(screen)}


def one(user, **more):
    """Return the request of a relay that shows one stream of *user*."""
    return {"SingleSubscribeParams": {"UserMediaStream": stream(user, **more)}}


def cells(*streams, **video):
    """Return the request of a mix with a cell for each of *streams*."""
    layout = {"MixLayoutList": [{"UserMediaStream": each} for each in streams]}
    return {"VideoParams": {"LayoutParams": layout, **video}}


def relay(masked, **more):
    """Return a relay of room 295066 that was started with *masked*."""
    return an_intent(
        kind=RELAY,
        action=START,
        state=State.STARTED,
        sdk_app_id=APP,
        app="live",
        region="ap-singapore",
        room="295066",
        ref="-task.",
        agent="robot",
        creates=True,
        masked=masked,
        **more,
    )
