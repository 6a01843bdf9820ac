"""The look back at a room: what Tencent recorded of it, minutes late, as a resource.

Each look is one call, made by whoever pressed a button or typed it, and never by
itself. What comes back is bounded where it enters: a page of people, the network of an
address, the least and the most of what was measured.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from bot.access.permits import Permit
from bot.dialogue.outcome import Button, Part, Span, Tone, When, line, said
from bot.i18n import _, n_, slash
from bot.ids import Kind
from bot.journal.model import Intent
from bot.resources.base import Resource, Yield, shortened
from bot.resources.byhand import typed_after
from bot.resources.headlines import state_word
from bot.resources.room.actions import missing_right
from bot.resources.room.presence import HeardRoom
from bot.resources.room.recalled import buttons_of, moment, parts_of, summary
from bot.states import State
from bot.tencent.models.base import Level, Reply
from bot.tencent.models.trtc.history import (
    HISTORY,
    DescribeCallDetailInfo,
    DescribeRoomInfo,
    DescribeUnusualEvent,
    DescribeUserEvent,
    DescribeUserInfo,
)

LOOK_BACK = Kind("L")
SUBCOMMAND = "room-history"
UNUSUAL, CALLS, PEOPLE, REPORTS, QUALITY = (
    "unusual",
    "calls",
    "people",
    "events",
    "quality",
)
READS: Mapping[str, str] = {  # what is typed, by the action that it is
    DescribeUnusualEvent.action: UNUSUAL,
    DescribeRoomInfo.action: CALLS,
    DescribeUserInfo.action: PEOPLE,
    DescribeUserEvent.action: REPORTS,
    DescribeCallDetailInfo.action: QUALITY,
}
# It tells where people were, and with what: no reading that is everybody's.
PERMIT = Permit(DescribeUnusualEvent.permit, Level.CHANGE, on_apps=True)
_PAID = ("FailedOperation", "UnauthorizedOperation", "AuthFailure.Unauthorized")


class LookBack(Resource):
    """A look at the past of a room; the call's ID is its own, if Tencent gave it."""

    kind = LOOK_BACK
    product = "trtc"
    command = "relay"
    requests = HISTORY
    on_apps = True
    named_by_room = False  # a room finds what runs in it
    personal = True
    kept = timedelta(days=1)  # as what is heard of rooms
    read = PERMIT

    def yields(self, reply: Reply) -> Yield:
        """Keep what is shown of it."""
        return Yield(kept=summary(reply))

    def standing(self, intent: Intent) -> str:
        """Return what was asked, and how many there are."""
        if intent.state is State.NOT_STARTED:
            return _("not looked up")
        if intent.state is not State.DONE:
            return state_word(intent.state)
        count = int(intent.settlement.reply.get("Count", 0))
        text = {
            UNUSUAL: n_("{n} bad experience", "{n} bad experiences", count),
            CALLS: n_("{n} call", "{n} calls", count),
            PEOPLE: n_("{n} stay", "{n} stays", count),
            REPORTS: n_("{n} event reported", "{n} events reported", count),
            QUALITY: n_("{n} measure", "{n} measures", count),
        }[READS[intent.action]]
        return text.format(n=count)

    def tone(self, intent: Intent) -> Tone:
        """Return no colour for what is over: it says nothing of what is so now."""
        return {
            State.DONE: Tone.PLAIN,
            State.NOT_STARTED: Tone.BAD,
            State.UNKNOWN: Tone.UNKNOWN,
        }.get(intent.state, Tone.WAIT)

    def place(self, intent: Intent) -> str:
        """Return the room."""
        room = room_of(intent)
        return _("room {room}").format(room=room) if room else ""

    def gist(self, intent: Intent) -> str:
        """Return the room, as it stands in the row of a list."""
        return shortened(room_of(intent))

    def sentence(self, intent: Intent) -> Iterable[Span]:
        """Yield the window that was looked at, and how fresh that is."""
        if intent.state is not State.DONE:
            return ()
        since, until = window_of(intent)
        text = _("{since} to {until}. History comes minutes late: no proof of now.")
        return said(text, since=since, until=until)

    def body(self, intent: Intent) -> Iterable[Part]:
        """Yield what came back, or what stands against it."""
        if intent.state is State.NOT_STARTED:
            yield from _refused(intent)
        if intent.state is not State.DONE:
            return
        if intent.masked.get("CommId") and not intent.subject.ref:
            yield line(
                _(
                    "The call's ID was put together here, from when the room was made:"
                    " a guess. An empty answer may mean that it is wrong."
                ),
                quiet=True,
            )
        reply = intent.settlement.reply
        if not reply.get("Count", 0):
            yield line(_("Tencent recorded nothing of it, as far as it answers."))
        to = _Next(intent)
        page = int(intent.masked.get("PageNumber", 0))
        if page:
            yield line(_("Page {n}").format(n=page + 1), quiet=True)
        yield from parts_of(READS[intent.action], reply, to.button)

    def offers(self, intent: Intent) -> Iterable[Button]:
        """Yield what can be looked at from here."""
        if intent.state not in {State.DONE, State.NOT_STARTED}:
            return
        reply, page = intent.settlement.reply, int(intent.masked.get("PageNumber", 0))
        to = _Next(intent).button
        yield from buttons_of(READS[intent.action], reply, page, to)

    def retyped(self, intent: Intent) -> str:
        """Return what asks for the same, of the last hour."""
        read = READS[intent.action]
        return slash(f"relay {_Next(intent).typed(read, user=_user_of(intent))}")


def room_of(intent: Intent) -> str:
    """Return the room that *intent* looks back at, as far as its request says."""
    if room := intent.masked.get("RoomId"):
        return str(room)
    _app, _line, rest = str(intent.masked.get("CommId", "")).partition("_")
    return rest.rpartition("_")[0]


def _user_of(intent: Intent) -> str:
    named = intent.masked.get("UserIds") or [intent.masked.get("UserId", "")]
    return str(named[0] or "")


def window_of(intent: Intent) -> tuple[Span, Span]:
    """Return the two ends of the window that *intent* looks at."""
    since, until = (
        When(moment(intent.masked.get(name, 0))) for name in ("StartTime", "EndTime")
    )
    return since, until


def _refused(intent: Intent) -> Iterator[Part]:
    """Yield what a refusal of history mostly means."""
    if intent.settlement.error_code.startswith(_PAID):
        yield line(
            _(
                "Tencent gives most of its history only to a paid edition: a monthly"
                " plan or the monitoring dashboard (mainland), or the dashboard's"
                " Standard edition (international). Everything else here works"
                " without."
            )
        )
    yield from missing_right(intent)


class _Next:
    """What leads from one look back to another, of the same room, app and call."""

    def __init__(self, intent: Intent) -> None:
        self._room = room_of(intent)
        self._pairs = {
            "app": intent.subject.app,
            "call": intent.subject.ref,
        }

    def typed(self, read: str, *, call: str = "", user: str = "", page: int = 0) -> str:
        """Return what is typed after `/relay`."""
        pairs = {
            **self._pairs,
            "read": read,
            "user": user,
            "page": str(page) if page else "",
        }
        pairs["call"] = call or pairs["call"]
        return history_text(self._room, pairs)

    def button(self, label: str, read: str, **more: Any) -> Button:
        """Return the button that looks at something else."""
        return Button(label, "relay", self.typed(read, **more))


def history_text(room: str, pairs: Mapping[str, str]) -> str:
    """Return what is typed after `/relay` to look back at *room*."""
    return typed_after(SUBCOMMAND, (room,), pairs)


def history_button(one: HeardRoom, app: str) -> Button:
    """Return the button that looks back at the last hour of the room *one* of *app*."""
    text = history_text(one.room, {"app": app})
    return Button(_("Last hour: events"), "relay", text)
