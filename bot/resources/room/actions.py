"""What is done to rooms: people thrown out, rooms closed; as a resource, and buttons.

What Tencent accepted is one thing, who is out another: that, and whether a relay ended
by it, is told by callbacks alone. A number room and a text room that are written alike
are two, so which of them is meant is always said.
"""

from collections.abc import Iterable, Iterator, Mapping

from bot.access.permits import Permit
from bot.dialogue.outcome import Bold, Button, Part, Span, Tone, line
from bot.i18n import _, n_
from bot.ids import Kind
from bot.journal.model import Intent
from bot.resources.base import Resource, shortened
from bot.resources.byhand import in_slack, quoted, typed_after
from bot.resources.headlines import state_word
from bot.resources.relay.plan import NUMBER, TEXT
from bot.resources.room.presence import HeardRoom
from bot.states import State
from bot.tencent.models.base import Level
from bot.tencent.models.trtc.removal import (
    DISMISSALS,
    REMOVALS,
    DismissRoom,
    DismissRoomByStrRoomId,
    RemoveUser,
    RemoveUserByStrRoomId,
)

ACTION = Kind("A")
REMOVE, DISMISS = "remove-user", "dismiss-room"  # the subcommands
_NO_RIGHT = ("AuthFailure.UnauthorizedOperation", "UnauthorizedOperation")


class RoomAction(Resource):
    """People thrown out of a room, or the room closed; the room is what it is about."""

    kind = ACTION
    product = "trtc"
    command = "relay"
    requests = (*REMOVALS, *DISMISSALS)
    on_apps = True
    named_by_room = False  # a room finds what runs in it
    personal = True
    read = Permit("relay.read", Level.READ, on_apps=True)

    def standing(self, intent: Intent) -> str:
        """Return how it ended, and of a removal how many people it was about."""
        if intent.state not in {State.DONE, State.UNKNOWN, State.NOT_STARTED}:
            return state_word(intent.state)
        if dismisses(intent):
            return {
                State.DONE: _("dismissal accepted"),
                State.UNKNOWN: _("not known whether the room was dismissed"),
                State.NOT_STARTED: _("room not dismissed"),
            }[intent.state]
        count = len(people_of(intent))
        text = {
            State.DONE: n_(
                "removal of {n} person accepted",
                "removal of {n} people accepted",
                count,
            ),
            State.UNKNOWN: n_(
                "not known whether {n} person was removed",
                "not known whether {n} people were removed",
                count,
            ),
            State.NOT_STARTED: n_(
                "{n} person not removed", "{n} people not removed", count
            ),
        }[intent.state]
        return text.format(n=count)

    def tone(self, intent: Intent) -> Tone:
        """Return the tone of how it ended."""
        return {
            State.DONE: Tone.ACCEPTED,
            State.UNKNOWN: Tone.UNKNOWN,
            State.NOT_STARTED: Tone.BAD,
        }.get(intent.state, Tone.WAIT)

    def place(self, intent: Intent) -> str:
        """Return the room, and the type of its ID."""
        if not room_of(intent):
            return ""
        text = (
            _("room {room} (number)")
            if is_of_number(intent)
            else _("room “{room}” (text)")
        )
        return text.format(room=room_of(intent))

    def sentence(self, intent: Intent) -> Iterable[Span]:
        """Yield what is known by that, and what is not."""
        if intent.state is State.DONE:
            yield (
                _(
                    "Who is out, the room's callbacks tell. Whoever is let in may make"
                    " the room again. A relay of it ends once it was empty for long"
                    " enough."
                )
                if dismisses(intent)
                else _(
                    "Who is out, the room's callbacks tell. A removed user may come"
                    " back: their application decides."
                )
            )
        elif intent.state is State.UNKNOWN:
            yield Bold(_("No answer came back; it may have been done."))
            yield " "
            yield _("It is not sent again by itself. Look at the room first.")

    def offers(self, intent: Intent) -> Iterable[Button]:
        """Yield the look at the room."""
        if intent.state in {State.DONE, State.UNKNOWN}:
            yield Button(_("Room"), "lookup", f"{quoted(room_of(intent))} --room")

    def gist(self, intent: Intent) -> str:
        """Return the room, as it stands in the row of a list."""
        return shortened(room_of(intent))

    def body(self, intent: Intent) -> Iterable[Part]:
        """Yield what a key lacks that may not do this."""
        yield from missing_right(intent)

    def result(self, intent: Intent) -> str:
        """Return how a removal ended that was to end a relay, as a try."""
        text = {
            State.DONE: _(
                "The removal of {handle}'s robot was accepted. Whether the relay ended,"
                " only a callback tells."
            ),
            State.UNKNOWN: _(
                "It is not known whether {handle}'s robot was removed. Whether the"
                " relay ended, only a callback tells."
            ),
        }.get(intent.state, _("{handle}'s robot was not removed by this."))
        return text.format(handle=intent.handle)

    def result_parts(self, intent: Intent) -> Iterable[Part]:
        """Yield what a key lacks that may not do this."""
        yield from missing_right(intent)

    def wanted(self, action: str, room: str) -> str:
        """Return what somebody asks for who wants *action*."""
        closes = action in {one.action for one in DISMISSALS}
        text = _("Dismiss room {room}") if closes else _("Remove people of room {room}")
        return text.format(room=room)

    def retyped(self, intent: Intent) -> str:
        """Return what asks for the same."""
        subcommand = DISMISS if dismisses(intent) else REMOVE
        kind = NUMBER if is_of_number(intent) else TEXT
        words = (room_of(intent), *people_of(intent))
        pairs = {"type": kind, "app": intent.subject.app}
        return in_slack(f"relay {subcommand}", words, pairs)


def room_of(intent: Intent) -> str:
    """Return the room of *intent*, as it is written."""
    return str(intent.masked.get("RoomId", ""))


def dismisses(intent: Intent) -> bool:
    """Tell whether *intent* closes a room."""
    return intent.action in {one.action for one in DISMISSALS}


def is_of_number(intent: Intent) -> bool:
    """Tell whether the room of *intent* has a number for its ID."""
    return intent.action in {RemoveUser.action, DismissRoom.action}


def people_of(intent: Intent) -> tuple[str, ...]:
    """Return who is to be thrown out by *intent*."""
    return tuple(str(one) for one in intent.masked.get("UserIds", ()))


def missing_right(intent: Intent) -> Iterator[Part]:
    """Yield which right the key lacks by which *intent* was refused."""
    if intent.settlement.error_code.startswith(_NO_RIGHT):
        text = _("The API key needs the right {right} for this; nothing else does.")
        yield line(text.format(right=f"trtc:{intent.action}"))


Removal = RemoveUser | RemoveUserByStrRoomId
Dismissal = DismissRoom | DismissRoomByStrRoomId


def removal(sdk_app_id: int, room: str, users: Iterable[str], kind: str) -> Removal:
    """Return the request that throws *users* out of a *room* of that *kind*.

    Raises:
        InvalidRequest: the room is no number, or there are too many users.
    """
    fields = {"SdkAppId": sdk_app_id, "UserIds": list(users)}
    if kind == NUMBER:
        return RemoveUser.of({**fields, "RoomId": _number(room)})
    return RemoveUserByStrRoomId.of({**fields, "RoomId": room})


def dismissal(sdk_app_id: int, room: str, kind: str) -> Dismissal:
    """Return the request that closes a *room* of that *kind*.

    Raises:
        InvalidRequest: the room is no number.
    """
    fields = {"SdkAppId": sdk_app_id}
    if kind == NUMBER:
        return DismissRoom.of({**fields, "RoomId": _number(room)})
    return DismissRoomByStrRoomId.of({**fields, "RoomId": room})


def _number(room: str) -> int | str:
    """Return *room* as a number, if it is written as one."""
    plain = room.isascii() and room.isdigit() and not room.startswith("0")
    return int(room) if plain else room


def action_buttons(one: HeardRoom, app: str) -> tuple[Button, ...]:
    """Return what can be done to the room *one* of *app*; each asks by a form."""
    pairs = {"type": NUMBER if one.numeric else TEXT, "app": app}
    return (
        Button(_("Remove people"), "relay", _typed(REMOVE, one.room, pairs)),
        Button(_("Dismiss the room"), "relay", _typed(DISMISS, one.room, pairs)),
    )


def _typed(subcommand: str, room: str, pairs: Mapping[str, str]) -> str:
    return typed_after(subcommand, (room,), pairs)
