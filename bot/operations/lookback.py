"""The look back at a room: which call is asked for, and when; then it is submitted.

What is not typed is known from the room's callbacks, or the question goes back. The ID
of a call comes from Tencent, or is put together from when the room was made, and then
it is said to be a guess.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.dialogue.ask import Ask
from bot.dialogue.outcome import Button, Outcome, Tone
from bot.errors import InvalidRequest, UsageError
from bot.grammar.times import gone_by
from bot.i18n import _, slash
from bot.operations.orders import Order
from bot.operations.service import Service
from bot.products import region_for_rooms
from bot.resources.faults import Gathered
from bot.resources.relay.plan import chosen_app
from bot.resources.room.history import (
    CALLS,
    PEOPLE,
    PERMIT,
    QUALITY,
    READS,
    REPORTS,
    UNUSUAL,
    history_text,
)
from bot.resources.room.presence import HeardRoom
from bot.settings import App
from bot.tencent.models.base import Request
from bot.tencent.models.trtc.history import (
    DAY,
    HISTORY,
    HOUR,
    KEPT_DAYS,
)

KEYS = ("app", "call", "read", "user", "page", "until")
NEEDS_CALL = {PEOPLE, REPORTS, QUALITY}


async def look_back(ask: Ask, service: Service) -> Outcome | None:
    """Ask Tencent for what it recorded of a room, as the words of *ask* say.

    A relay stands for its room.

    Raises:
        UsageError: no room was named.
        InvalidRequest: something that was typed makes no sense.
        NotAllowed: policy said no.
    """
    room, named = await _room(ask, service)
    wanted, gathered = _wanted(ask, service)
    try:
        app, heard = await _app(ask, service, room, named)
    except InvalidRequest as unknown:
        raise InvalidRequest({**unknown.faults, **gathered.faults}) from None
    service.check(ask, PERMIT.on(app))
    gathered.check()
    call, read = ask.value("call"), wanted.read
    built = "" if call else _built(app, room, heard)
    if read in NEEDS_CALL and not (call or built):
        return _which_call(app, room)
    past_of = _Past(app, room, call or built, *wanted.window)
    request = past_of.request(read, ask.value("user"), wanted.page)
    order = Order(
        id=service.new_id(),
        request=request,
        app=app,
        region=region_for_rooms(service.terms.regions, app.region),
        room=room,
        ref=call,
    )
    return await service.submit(ask, order)


async def _room(ask: Ask, service: Service) -> tuple[str, str]:
    """Return the room that is asked about, and its app if that is named."""
    words, named = " ".join(token.text for token in ask.words.ids), ask.value("app")
    parent = ask.where.parent
    if words or parent is None:
        relay = await service.thing(ask.who, words) if words else None
    else:
        relay = await service.posted(ask.who, ask.where.channel, parent)
    if relay and relay.subject.room:
        return relay.subject.room, named or str(relay.subject.sdk_app_id)
    if not words:
        sentence = _("Which room? Name it, or a relay of it.")
        raise UsageError(sentence, usage=slash("relay room-history 295066"))
    return words, named


async def _app(
    ask: Ask, service: Service, room: str, named: str
) -> tuple[App, list[HeardRoom]]:
    """Return the app that the room is of, and what was heard of it there."""
    heard = await service.room(ask.who, room)
    apps = {one.sdk_app_id for one in heard}
    if not named and len(apps) == 1:
        named = str(*apps)
    app = chosen_app({"app": named}, service.apps)
    return app, [one for one in heard if one.sdk_app_id == app.sdk_app_id]


@dataclass(slots=True)
class _Wanted:
    """What is to be looked at: which page of it, in which window, in Unix seconds."""

    read: str = UNUSUAL
    window: tuple[int, int] = (0, 0)
    page: int = 0


def _wanted(ask: Ask, service: Service) -> tuple[_Wanted, Gathered]:
    """Return what the words of *ask* want, and all that is wrong with them."""
    wanted, gathered = _Wanted(), Gathered()
    with gathered.here():
        wanted.read = _read(ask)
    with gathered.here():
        wanted.page = _page(ask)
    with gathered.here():
        wanted.window = _window(ask, service, wanted.read)
    return wanted, gathered


def _read(ask: Ask) -> str:
    """Return what is to be looked at."""
    typed = ask.value("read").casefold()
    if not typed:
        return REPORTS if ask.value("user") else UNUSUAL
    if typed not in READS.values():
        words = ", ".join(READS.values())
        sentence = _("“{given}” is not one of {words}.")
        raise InvalidRequest({"read": sentence.format(given=typed, words=words)})
    if typed == REPORTS and not ask.value("user"):
        raise InvalidRequest({"user": _("Say whose events: user=…")})
    return typed


def _page(ask: Ask) -> int:
    typed = ask.value("page")
    if typed and not (typed.isascii() and typed.isdigit() and len(typed) <= 4):  # noqa: PLR2004 - digits
        raise InvalidRequest({"page": _("A page is a number, from 0.")})
    return int(typed or 0)


def _window(ask: Ask, service: Service, read: str) -> tuple[int, int]:
    """Return the window that is looked at, in Unix seconds: an hour, or a day of calls.

    Raises:
        InvalidRequest: its end cannot be read, is yet to come, or is too long ago.
    """
    now, typed = service.now(), ask.value("until")
    until = now
    if typed:
        zone = service.zone(ask.who) or UTC
        at = gone_by(typed, now, zone)
        if at is None:
            sentence = _("“{given}” is no time: write 15:10, or 2026-11-22 15:10.")
            raise InvalidRequest({"until": sentence.format(given=typed)})
        until = _within(at, now)
    end = int(until.timestamp())
    return end - (DAY if read == CALLS else HOUR), end


def _within(at: datetime, now: datetime) -> datetime:
    """Return *at*, if Tencent may have recorded something until then."""
    if at > now:
        raise InvalidRequest({"until": _("That is yet to come.")})
    if now - at > timedelta(days=KEPT_DAYS) - timedelta(hours=1):
        sentence = _("Tencent keeps history for {n} days.")
        raise InvalidRequest({"until": sentence.format(n=KEPT_DAYS)})
    return at


def _built(app: App, room: str, heard: Sequence[HeardRoom]) -> str:
    """Return the ID of the room's last call as both pages describe it, if it can be."""
    made = max((one.presence.created for one in heard), default=0)
    return f"{app.sdk_app_id}_{room}_{made // 1000}" if made else ""


def _which_call(app: App, room: str) -> Outcome:
    """Say that the call is not known, and offer to look for it."""
    pairs = {"app": app.name, "read": CALLS}
    return Outcome(
        headline=(_("Which call of room {room}?").format(room=room),),
        tone=Tone.UNKNOWN,
        sentence=(
            _("When the room was made was not heard, so its call is not known."),
        ),
        buttons=(Button(_("Calls of the room"), "relay", history_text(room, pairs)),),
    )


@dataclass(frozen=True)
class _Past:
    """A call of a room, and the window of it that is looked at."""

    app: App
    room: str
    call: str
    since: int
    until: int

    def request(self, read: str, user: str, page: int) -> Request[Any]:
        """Return the request for what is to be *read*, of a *user* and a *page*.

        Raises:
            InvalidRequest: what is wrong, under what was typed.
        """
        action = next(name for name, word in READS.items() if word == read)
        kind = next(one for one in HISTORY if one.action == action)
        own: dict[str, Any] = {"CommId": self.call, "RoomId": self.room}
        if user:
            own |= {"UserId": user, "UserIds": [user]}
        if read != QUALITY:
            own["PageNumber"] = page
        fields = {
            "SdkAppId": self.app.sdk_app_id,
            "StartTime": self.since,
            "EndTime": self.until,
        }
        taken = {one.alias for one in kind.model_fields.values()}
        fields |= {name: value for name, value in own.items() if name in taken}
        try:
            return kind.of(fields)
        except InvalidRequest as wrong:
            raise InvalidRequest(_typed(wrong.faults)) from None


def _typed(faults: Mapping[str, str]) -> dict[str, str]:
    """Return *faults* of a request under what was typed."""
    keys = {"UserId": "user", "UserIds.0": "user", "CommId": "call", "RoomId": "room"}
    return {keys.get(path, path): sentence for path, sentence in faults.items()}
