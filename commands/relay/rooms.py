"""`/relay remove-user`, `/relay dismiss-room`: people out of a room, or it is closed.

Each asks by a form first, which says whom it hits. Whether the room's ID is a number or
text is known from its callbacks, or has to be typed: it is never guessed.
"""

from collections.abc import Sequence
from dataclasses import replace

from bot.access.permits import Permit
from bot.dialogue.ask import Ask
from bot.dialogue.form import Form
from bot.dialogue.outcome import Button, Outcome, Tone
from bot.errors import InvalidRequest, NotFound, UsageError
from bot.i18n import _, slash
from bot.ids import handle_from
from bot.journal.model import Intent
from bot.operations.forms import shown_after
from bot.operations.lookback import KEYS, look_back
from bot.operations.orders import Order
from bot.operations.service import Service
from bot.products import region_for_rooms
from bot.resources.byhand import typed_after
from bot.resources.faults import Gathered
from bot.resources.relay.plan import NUMBER, TEXT, chosen_app
from bot.resources.relay.resource import RELAY
from bot.resources.relay.wanted import is_numeric
from bot.resources.room.actions import (
    DISMISS,
    REMOVE,
    Dismissal,
    Removal,
    dismissal,
    removal,
)
from bot.resources.room.form import (
    COUNT,
    OTHERS,
    PEOPLE,
    Target,
    dismiss_form,
    remove_form,
    user_ids,
)
from bot.resources.room.history import PERMIT, SUBCOMMAND
from bot.resources.room.presence import HeardRoom, Presence
from bot.settings import App
from bot.states import LIVE
from bot.tencent.models.trtc.history import DescribeUnusualEvent
from bot.tencent.models.trtc.removal import DismissRoom, RemoveUser
from commands.relay.command import command

REMOVING = Permit.of(RemoveUser, on_apps=True)
DISMISSING = Permit.of(DismissRoom, on_apps=True)

ROOM, KIND, APP, ABOUT, HIT = "room", "type", "app", "about", "hit"


@command.subcommand(
    REMOVE,
    permit=REMOVING,
    usage="<room | R128> [user …] [type=number|text] [app=…] | <R128> --robot",
    keys=(KIND, APP),
    flags=("robot",),
    does=RemoveUser,
    examples=("remove-user 295066 alice bob", "remove-user R128 --robot"),
)
async def remove_user(ask: Ask, service: Service) -> Outcome | Form | None:
    """Throw people out of a room, up to ten at once, after asking.

    They may come back: their application decides. Whether the room's ID is a number or
    text is known from its callbacks, or is typed. --robot removes the robot of a relay
    that no stop reaches, as a try: whether the relay ended, only a callback tells.
    """
    room, *typed = _words(ask)
    users = user_ids(typed)
    if ask.has("robot"):
        _check_alone(typed)
        relay = await _relay(ask, service, room)
        target, users = await _of_relay(ask, service, relay), (relay.subject.agent,)
    else:
        which = await _which(ask, service, REMOVE, room, users)
        if isinstance(which, Outcome):
            return which
        target = which
    if ask.has("dry-run"):
        request = removal(target.sdk_app_id, target.room, users, target.kind)
        return await service.submit(ask, _order(service, target, request))
    form = await service.open_form(ask, _kept(target))
    return remove_form(target, users, form)


@command.form(REMOVE, permit=REMOVING)
async def submit_remove(ask: Ask, service: Service) -> Outcome | None:
    """Throw out those who are chosen or typed in the form."""
    placed, kept = await service.returned(ask)
    form = placed.submission
    chosen = form.chosen(PEOPLE) if form else ()
    typed = user_ids((form.text(OTHERS),)) if form else ()
    target = await _kept_target(placed, service, kept)
    users = tuple(dict.fromkeys((*chosen, *typed)))
    if target.about:
        users = (target.about.subject.agent,)
    if not users:
        raise InvalidRequest({OTHERS: _("Say whom: choose people, or type user IDs.")})
    _check_count(placed, target, len(users))
    try:
        request = removal(target.sdk_app_id, target.room, users, target.kind)
    except InvalidRequest as wrong:
        raise InvalidRequest({OTHERS: " ".join(wrong.faults.values())}) from None
    order = _order(service, target, request)
    return shown_after(placed, await service.submit(placed, order))


@command.subcommand(
    DISMISS,
    permit=DISMISSING,
    usage="<room | R128> [type=number|text] [app=…]",
    keys=(KIND, APP),
    does=DismissRoom,
    examples=("dismiss-room 295066", "dismiss-room “studio 1” type=text"),
)
async def dismiss_room(ask: Ask, service: Service) -> Outcome | Form | None:
    """Throw everybody out of a room and close it, after asking.

    Relays of it end by themselves once it was empty for long enough. Whoever is let in
    may make the room again. Whether its ID is a number or text is known from its
    callbacks, or is typed.
    """
    room, *rest = _words(ask)
    _check_alone(rest)
    which = await _which(ask, service, DISMISS, room, ())
    if isinstance(which, Outcome):
        return which
    if ask.has("dry-run"):
        request = dismissal(which.sdk_app_id, which.room, which.kind)
        return await service.submit(ask, _order(service, which, request))
    return dismiss_form(which, await service.open_form(ask, _kept(which)))


@command.form(DISMISS, permit=DISMISSING)
async def submit_dismiss(ask: Ask, service: Service) -> Outcome | None:
    """Close the room that the form is about."""
    placed, kept = await service.returned(ask)
    target = await _kept_target(placed, service, kept)
    _check_count(placed, target, int(kept.get(HIT, "0")))
    request = dismissal(target.sdk_app_id, target.room, target.kind)
    order = _order(service, target, request)
    return shown_after(placed, await service.submit(placed, order))


@command.subcommand(
    SUBCOMMAND,
    permit=PERMIT,
    usage="<room | R128> [read=unusual|calls|people|events|quality] [user=…]",
    keys=KEYS,
    most=1,
    does=DescribeUnusualEvent,
    examples=("room-history 295066", "room-history 295066 user=alice until=15:10"),
)
async def room_history(ask: Ask, service: Service) -> Outcome | None:
    """Look back at the last hour of a room, as Tencent recorded it.

    What went badly, the calls that it had, who was there, what their app reported, and
    what was measured. It comes minutes late, and most of it only to a paid edition.
    until= looks at an earlier hour, up to 14 days back.
    """
    return await look_back(ask, service)


def _words(ask: Ask) -> list[str]:
    words = [token.text for token in ask.words.ids]
    if not words:
        usage = slash(f"relay {ask.words.subcommand} 295066")
        raise UsageError(_("Say which room."), usage=usage)
    return words


def _check_alone(words: Sequence[str]) -> None:
    """Refuse *words* beside the room or the relay that is named."""
    if words:
        raise UsageError(_("Unknown word “{word}”.").format(word=words[0]))


async def _which(
    ask: Ask, service: Service, subcommand: str, room: str, users: Sequence[str]
) -> Target | Outcome:
    """Return the room that is meant, or the question which of several it is."""
    kind, named = ask.value(KIND).casefold(), ask.value(APP)
    gathered, app = Gathered(), None
    with gathered.here():
        app = chosen_app({APP: named}, service.apps) if named else None
    if kind not in {"", NUMBER, TEXT}:
        gathered.faults[KIND] = _("A room's ID is number or text.")
    gathered.check()
    heard = [
        one
        for one in await service.room(ask.who, room)
        if (not kind or one.numeric is (kind == NUMBER))
        and (app is None or one.sdk_app_id == app.sdk_app_id)
    ]
    if len(heard) > 1:
        return _ask_which(service, subcommand, heard, users)
    if heard:
        return await _target(ask, service, heard[0])
    if not kind and (relay := await _called(ask, service, room, app)):
        return replace(await _of_relay(ask, service, relay), about=None)
    app = app or chosen_app({}, service.apps)
    if not kind:
        sentence = _(
            "Nothing was heard of room {room}, so the type of its ID is not known: add"
            " type=number or type=text."
        )
        raise InvalidRequest({KIND: sentence.format(room=room)})
    unheard = HeardRoom(
        sdk_app_id=app.sdk_app_id,
        numeric=kind == NUMBER,
        room=room,
        presence=Presence(),
    )
    return await _target(ask, service, unheard, is_heard=False)


def _ask_which(
    service: Service, subcommand: str, heard: Sequence[HeardRoom], users: Sequence[str]
) -> Outcome:
    """Ask which of the rooms *heard* is meant, which are written alike."""
    buttons = []
    for one in heard:
        app = chosen_app({APP: str(one.sdk_app_id)}, service.apps)
        kind = NUMBER if one.numeric else TEXT
        pairs = {KIND: kind, APP: app.name}
        text = typed_after(subcommand, (one.room, *users), pairs)
        label = f"{kind} · {app.name}"
        buttons.append(Button(label, "relay", text))
    question = _("Several rooms are called {room}. Which one?")
    return Outcome(
        headline=(question.format(room=heard[0].room),),
        tone=Tone.WARN,
        buttons=tuple(buttons),
    )


async def _target(
    ask: Ask,
    service: Service,
    heard: HeardRoom,
    *,
    is_heard: bool = True,
    about: Intent | None = None,
) -> Target:
    """Return the room *heard*, with the relays that one may see of it."""
    app = chosen_app({APP: str(heard.sdk_app_id)}, service.apps)
    relays = await service.recent(
        ask.who, kind=RELAY, states=LIVE, room=heard.room, app=app.name
    )
    hit = tuple(one for one in relays if is_numeric(one) is heard.numeric)
    return Target(app=app, heard=heard, relays=hit, is_heard=is_heard, about=about)


async def _called(
    ask: Ask, service: Service, text: str, app: App | None
) -> Intent | None:
    """Return the relay of that handle (of *app*), if its room is known; else None."""
    relay = await service.thing(ask.who, text) if handle_from(text) else None
    if relay is None or relay.subject.kind != RELAY:
        return None
    is_of_app = app is None or app.sdk_app_id == relay.subject.sdk_app_id
    return relay if is_of_app and relay.subject.room and relay.masked else None


async def _relay(ask: Ask, service: Service, text: str) -> Intent:
    relay = await service.thing(ask.who, text)
    if relay is None or relay.subject.kind != RELAY:
        raise NotFound(_("No relay is called “{text}” here.").format(text=text))
    if not (relay.subject.agent and relay.subject.room and relay.masked):
        sentence = _("{handle} was not started here, so its robot is not known.")
        raise NotFound(sentence.format(handle=relay.handle))
    return relay


async def _of_relay(ask: Ask, service: Service, relay: Intent) -> Target:
    """Return the room of *relay*, whose type is that which it was started with."""
    called, numeric = relay.subject.room, is_numeric(relay)
    app = relay.subject.sdk_app_id
    rooms = await service.room(ask.who, called)
    same = [one for one in rooms if (one.sdk_app_id, one.numeric) == (app, numeric)]
    unheard = HeardRoom(
        sdk_app_id=app, numeric=numeric, room=called, presence=Presence()
    )
    heard = same[0] if same else unheard
    return await _target(ask, service, heard, is_heard=bool(same), about=relay)


def _kept(target: Target) -> dict[str, str]:
    """Return what the open form of *target* starts from."""
    about = target.about.id if target.about else ""
    return {
        ROOM: target.room,
        KIND: target.kind,
        APP: target.app.name,
        ABOUT: about,
        HIT: str(target.count),
    }


async def _kept_target(ask: Ask, service: Service, kept: dict[str, str]) -> Target:
    """Return the room that an open form was about."""
    if about := kept.get(ABOUT):
        return await _of_relay(ask, service, await _relay(ask, service, about))
    app = chosen_app({APP: kept.get(APP, "")}, service.apps)
    heard = HeardRoom(
        sdk_app_id=app.sdk_app_id,
        numeric=kept.get(KIND) == NUMBER,
        room=kept.get(ROOM, ""),
        presence=Presence(),
    )
    return await _target(ask, service, heard, is_heard=False)


def _check_count(ask: Ask, target: Target, count: int) -> None:
    """Refuse what is done in production, unless the number of people is typed."""
    typed = ask.submission.text(COUNT) if ask.submission else ""
    if target.app.production and typed != str(count):
        sentence = _("Type {n}, the number of people that this is about.")
        raise InvalidRequest({COUNT: sentence.format(n=count)})


def _order(service: Service, target: Target, request: Removal | Dismissal) -> Order:
    """Return the order to send *request*; a try to end a relay is about that."""
    about = target.about
    return Order(
        id=service.new_id(),
        request=request,
        app=target.app,
        region=region_for_rooms(service.terms.regions, target.app.region),
        handle=about.handle if about else None,
        about=about.id if about else None,
        room=target.room,
    )
