"""What appears on somebody's screen as the workspace changes, printed as text."""

from collections.abc import Callable, Iterable

from bot.sandbox.slack.client.mrkdwn import channel_name, plain, user_name
from bot.sandbox.slack.client.payloads import Control
from bot.sandbox.slack.model.changes import Change, ChangeKind
from bot.sandbox.slack.model.objects import (
    Channel,
    Message,
    Notice,
    Surface,
    User,
    View,
)
from bot.sandbox.slack.model.workspace import Workspace
from bot.sandbox.slack.terminal.drawing import Drawing, draw, label

_SHOWN = 200  # surfaces that are remembered, to be pressed

Pressable = tuple[Surface, Control]


class Screen:
    """Prints for *who*, who looks at *channel*, line by line to *out*."""

    def __init__(
        self,
        space: Workspace,
        who: User,
        channel: Channel,
        out: Callable[[str], None],
    ) -> None:
        self.space = space
        self.who = who
        self.channel = channel
        self.thread = ""  # in which *who* writes
        self.home_open = False
        self._out = out
        self._shown: list[Surface] = []
        self._drawn: dict[str, tuple[str, ...]] = {}

    def show(self, lines: Iterable[str]) -> None:
        """Print *lines* that nobody said."""
        for line in lines:
            self._out(line)

    def changed(self, change: Change) -> None:
        """Print what *change* makes *who* see."""
        subject = change.subject
        if isinstance(subject, Message) and self._sees(subject):
            self._message(change.what, subject)
        elif isinstance(subject, View) and subject.user == self.who.id:
            self._view(change.what, subject)
        elif isinstance(subject, Notice) and subject.user == self.who.id:
            self._notice(subject)

    def go_home(self) -> None:
        """Look at the Home tab, as it is now and as it changes."""
        self.home_open = True
        home = self.space.homes.get(self.who.id)
        if home:
            self._drawn.pop(home.id, None)
            self._view(ChangeKind.PUBLISHED, home)

    def newest(self, text: str = "") -> tuple[Surface, Drawing] | None:
        """Return what was drawn last that can be pressed (and says *text*)."""
        for shown in reversed(self._shown):
            surface = self.space.latest(shown)
            drawing = draw(self.space, surface, self.who)
            wanted = not text or text in "\n".join(drawing.lines)
            if drawing.controls and wanted and self._there(surface):
                return surface, drawing
        return None

    def press(self, number: int, text: str = "") -> Pressable | None:
        """Return what *number* presses: of the newest, or of the one with *text*."""
        newest = self.newest(text)
        if not newest or not 0 < number <= len(newest[1].controls):
            return None
        return newest[0], newest[1].controls[number - 1]

    def press_label(self, words: str, text: str = "") -> Pressable | None:
        """Return the newest control whose label begins with *words*."""
        for shown in reversed(self._shown):
            surface = self.space.latest(shown)
            drawing = draw(self.space, surface, self.who)
            if text in "\n".join(drawing.lines) and self._there(surface):
                for control in drawing.controls:
                    if label(control).casefold().startswith(words.casefold()):
                        return surface, control
        return None

    def message(self, text: str = "") -> Message | None:
        """Return the newest message that all see (and that says *text*)."""
        for shown in reversed(self._shown):
            surface = self.space.latest(shown)
            if not isinstance(surface, Message) or surface.only_for:
                continue
            lines = draw(self.space, surface, self.who).lines
            if text in "\n".join(lines) and self._there(surface):
                return surface
        return None

    # ── one change each ──────────────────────────────────────────────────────────

    def _sees(self, message: Message) -> bool:
        channel = self.space.channels[message.channel]
        inside = self.who.id in channel.members
        return message.only_for == self.who.id if message.only_for else inside

    def _there(self, surface: Surface) -> bool:
        if isinstance(surface, View):
            top = self.space.top(self.who.id)
            if surface.is_home:
                return self.home_open and surface.user == self.who.id and not top
            return top is not None and top.id == surface.id
        key = surface.channel, surface.ts
        there = key in self.space.messages or key in self.space.whispers
        return there and self._sees(surface)

    def _message(self, what: ChangeKind, message: Message) -> None:
        where = channel_name(self.space, message.channel)
        name = user_name(self.space, message.user).lstrip("@")
        if what is ChangeKind.DELETED:
            self.show([f"({name}'s message in {where} was deleted)"])
            return
        lines = draw(self.space, message, self.who).lines
        new = self._keep(message, f"{message.channel} {message.ts}", lines)
        if not new or (what is ChangeKind.POSTED and message.user == self.who.id):
            return
        edge, head = ("    ", "↳ ") if message.is_reply else ("", "")
        signs = [name, where]
        if message.only_for:
            signs.append("only visible to you")
        if what is ChangeKind.EDITED:
            signs.append("(edited)")
        self.show([f"{edge}{head}{' · '.join(signs)}"])
        self.show(f"{edge}  {line}".rstrip() for line in lines)

    def _view(self, what: ChangeKind, view: View) -> None:
        title = plain(view.body.get("title", {}).get("text", ""))
        if what is ChangeKind.CLOSED:
            self.show([f"(form closed: {title})"])
            return
        lines = draw(self.space, view, self.who).lines
        seen = not view.is_home or self.home_open
        if not self._keep(view, view.id, (title, *lines)) or not seen:
            return
        again = "(changed)" if what is ChangeKind.UPDATED else ""
        self.show([f"┌ {title or 'Home'} {again}".rstrip()])
        self.show(f"│ {line}".rstrip() for line in lines)
        self.show(["└"])

    def _notice(self, notice: Notice) -> None:
        signs = ["Slackbot", "only visible to you"]
        self.show([" · ".join(signs), f"  {notice.text}"])

    def _keep(self, surface: Surface, key: str, lines: tuple[str, ...]) -> bool:
        """Remember *surface* as the newest; False when it looks as it did."""
        same = self._drawn.get(key) == lines
        self._drawn[key] = lines
        if not same:
            self._shown = [*self._shown[-_SHOWN:], surface]
        return not same
