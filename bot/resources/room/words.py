"""How the people of a room are spoken of: by their IDs, or without if others read."""

from dataclasses import dataclass

from bot.dialogue.outcome import Clock, Mono, Span, When, said
from bot.i18n import _
from bot.journal.evidence import moment_of
from bot.resources.base import shortened
from bot.resources.relay.wanted import Wanted
from bot.resources.room.presence import Participant, Presence
from bot.tencent.room_events import Terminal

Line = tuple[Span, ...]


def at(millis: int) -> When:
    """Return a moment of today, of UTC milliseconds."""
    return When(moment_of(millis), Clock.TIME)


@dataclass(frozen=True, slots=True)
class Names:
    """Names the people of a room; *hidden*, none of them by their ID."""

    hidden: bool = False

    def of(self, user: str) -> Span:
        """Return *user* as they are spoken of."""
        return _("a participant") if self.hidden else Mono(shortened(user))

    def first(self, user: str) -> Span:
        """Return *user* as a sentence begins with them."""
        return _("A participant") if self.hidden else self.of(user)

    def off(self, user: str, media: str, when: int) -> Line:
        """Return that *user* switched *media* off."""
        text = {
            "camera": _("{user}: camera off {when}."),
            "sound": _("{user}: sound off {when}."),
            "screen": _("{user}: screen off {when}."),
        }[media]
        return said(text, user=self.first(user), when=at(when))

    def left(self, one: Participant) -> Line:
        """Return that *one* left, and how, if that was told."""
        text = {
            2: _("{user} timed out {when}."),
            3: _("{user} was removed {when}."),
            5: _("{user} was ended by the system {when}."),
        }.get(one.why, _("{user} left {when}."))
        return said(text, user=self.first(one.user), when=at(one.left))

    def absent(self, user: str, heard: Presence) -> Line:
        """Return that nothing was heard of *user*, and what that means."""
        text = (
            _("{user} is not in the room.")
            if heard.is_whole
            else _("Since {when} nothing was heard of {user}.")
        )
        named = self.first(user) if heard.is_whole else self.of(user)
        return said(text, user=named, when=at(heard.since))

    def only(self, user: str, media: str) -> Line:
        """Return that *user* sends *media*, and not what is waited for."""
        text = {
            "camera": _("{user} sends the camera, and no screen."),
            "screen": _("{user} sends the screen, and no camera."),
        }[media]
        return said(text, user=self.first(user))

    def none(self, one: Wanted) -> Line:
        """Return that the user of *one* is there, and was not heard to send it."""
        text = (
            _("{user} was not heard to send a screen.")
            if one.screen
            else _("{user} was not heard to send a camera.")
        )
        return said(text, user=self.first(one.user))

    def waits(self, handle: str, one: Wanted) -> Line:
        """Return whose picture the relay *handle* waits for, and where it goes."""
        if one.cell:
            text = (
                _("{handle} has {user}'s screen in cell {cell}.")
                if one.screen
                else _("{handle} has {user}'s camera in cell {cell}.")
            )
        else:
            text = (
                _("{handle} shows {user}'s screen.")
                if one.screen
                else _("{handle} shows {user}'s camera.")
            )
        return said(text, handle=handle, user=self.of(one.user), cell=str(one.cell))


def terminal(one: Participant) -> str:
    """Return what *one* is in the room with; "" if that was not told."""
    return {
        Terminal.WINDOWS: "Windows",
        Terminal.ANDROID: "Android",
        Terminal.IOS: "iOS",
        Terminal.LINUX: "Linux",
        Terminal.OTHER: _("another terminal"),
    }.get(one.terminal, "")


def sent(one: Participant, heard: Presence) -> Line:
    """Return what *one* sends, and since when; or since when that is *heard* of."""
    texts = {
        "camera": _("camera since {when}"),
        "sound": _("sound since {when}"),
        "screen": _("screen since {when}"),
    }
    off = {
        "camera": _("camera off {when}"),
        "sound": _("sound off {when}"),
        "screen": _("screen off {when}"),
    }
    spans: list[Span] = []
    for words, media in ((texts, one.on), (off, one.off)):
        for name, when in media.items():
            spans += [" · ", *said(words[name], when=at(when))]
    since = at(max(heard.since, one.since))
    nothing = said(_("nothing heard that they send since {when}"), when=since)
    return tuple(spans) or (" · ", *nothing)
