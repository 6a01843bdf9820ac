"""`/patchbay`: help, what you may do, and whether the bot is well.

Its help is made from the rooms themselves, so the room is made last, of the others.
"""

from collections.abc import Mapping

from bot import help as manual
from bot.ask import Ask
from bot.desk import Desk
from bot.doctor import examine
from bot.errors import UsageError
from bot.outcome import Bold, Mono, Outcome, Points, Span, line
from bot.policy import Wish
from bot.room import Room
from bot.tencent.models import REQUESTS
from bot.words import _


def room_for(rooms: Mapping[str, Room]) -> Room:
    """Return the room `/patchbay`, which explains *rooms*, itself among them."""
    room = Room("patchbay", summary="Help, your rights, and how I am", bare="help")

    @room.verb(
        "help", usage="[room [verb]]", examples=("help relay", "help relay stop")
    )
    async def explain(ask: Ask, desk: Desk) -> Outcome:
        """Explain everything, a room, or one command."""
        return _page([token.text.lstrip("/") for token in ask.words.ids], rooms)

    room.verb("whoami", examples=("whoami",))(whoami)
    room.verb("doctor", examples=("doctor",))(doctor)
    return room


async def whoami(ask: Ask, desk: Desk) -> Outcome:
    """Show what you may do here, and which rule says so."""
    lines = []
    for request in REQUESTS.values():
        for app in desk.apps if request.service.name == "trtc" else (None,):
            wish = Wish(request.permit, request.level, app)
            verdict = desk.gate.verdict(ask.who, ask.where, wish)
            sign = "✅" if verdict.allowed else "🔒"
            on = f" · {app.name}" if app else ""
            why = verdict.rule if verdict.allowed else verdict.reason
            lines.append((f"{sign} ", Mono(request.permit), f"{on}  ({why})"))
    return Outcome(
        headline=(Bold(_("What you may do here")),),
        parts=(
            Points("", tuple(lines)),
            line(f"{ask.who.team} · {ask.who.user} · {ask.where.channel}", quiet=True),
        ),
    )


async def doctor(ask: Ask, desk: Desk) -> Outcome:
    """Check that I am set up well; each line says how to mend it."""
    signs = {True: "✅", False: "❌", None: "⚠️"}
    lines: list[tuple[Span, ...]] = []
    for check in await examine(desk.settings, desk.journal, desk.courier.client):
        fix = f" {check.fix}" if check.fix else ""
        lines.append((f"{signs[check.well]} {check.what}{fix}",))
    return Outcome(headline=(Bold(_("How I am")),), parts=(Points("", tuple(lines)),))


def _page(topic: list[str], rooms: Mapping[str, Room]) -> Outcome:
    if not topic:
        return manual.launcher(rooms)
    named = [part for word in topic for part in word.split("/") if part]
    room = rooms.get(named[0].casefold())
    if room is None:
        return manual.no_such_room(named[0], rooms)
    if len(named) == 1:
        return manual.room_page(room)
    verb = room.verbs.get(named[1].casefold())
    if verb is None:
        known = ", ".join(room.verbs)
        raise UsageError(
            _("/{room} has no “{verb}”; it has {known}.").format(
                room=room.name, verb=named[1], known=known
            )
        )
    return manual.verb_page(room, verb)
