"""Lines that begin with a colon: who types, where, and what others add."""

from collections.abc import Awaitable, Callable, Mapping

from bot.sandbox.slack.client.client import Client
from bot.sandbox.slack.model.objects import Channel, Message
from bot.sandbox.slack.terminal.screen import Screen

MetaCommand = Callable[[str], Awaitable[str]]


def help_lines(bot: str) -> list[str]:
    """Return what can be typed, a line each."""
    lines = {
        "/relay list": "a slash command",
        f"@{bot} relay list": "a mention; in a DM, plain text is enough",
        "1, press 1, press Stop": "press a button of the newest message",
        "press 1 of R128": "... of the newest message that says R128",
        ":in ops, :in dm": "go to a channel, or to the bot's DM",
        ":thread, :thread R128": "write in the newest message's thread",
        ":edit @patchbay list": "change what you said last",
        ":home": "open the bot's Home tab",
        ":shortcut id [of R128]": "choose a shortcut, perhaps on a message",
        ":as bob": "be somebody else",
        ":help, :quit": "this; leave",
    }
    form = {
        "Enter, :keep, :clear": "keep what is shown, or empty the field",
        "1, 1 3": "choose by number",
        "?text": "search, where a field says so",
        ".": "alone: ends many lines",
        ":back": "ask the field before once more",
        ":submit, :cancel": "send the form as it is, or close it",
    }
    rows = [*lines.items(), ("", ""), ("In a form:", ""), *form.items()]
    return [f"{typed:<24} {does}".rstrip() for typed, does in rows]


class MetaCommands:
    """Takes those lines for the person at *screen*; *more* are added to its own."""

    def __init__(
        self, client: Client, screen: Screen, more: Mapping[str, MetaCommand]
    ) -> None:
        self.ended = False
        self._client = client
        self._space = client.space
        self._screen = screen
        self._more = more
        self._lines: dict[str, MetaCommand] = {
            "help": self._help,
            "quit": self._quit,
            "as": self._as,
            "in": self._in,
            "thread": self._thread,
            "edit": self._edit,
            "home": self._home,
            "shortcut": self._shortcut,
            **more,
        }

    def knows(self, line: str) -> bool:
        """Tell whether *line* begins with a word that is known here."""
        return line[1:].partition(" ")[0] in self._lines

    async def take(self, line: str) -> list[str]:
        """Do what *line* says, and return the lines to print."""
        name, _space, rest = line[1:].partition(" ")
        return (await self._lines[name](rest.strip())).splitlines()

    async def _help(self, _rest: str) -> str:
        more = [f":{name} …" for name in self._more]
        return "\n".join([*help_lines(self._space.bot.name), *more])

    async def _quit(self, _rest: str) -> str:
        self.ended = True
        return ""

    async def _as(self, name: str) -> str:
        people = [user for user in self._space.users.values() if not user.bot]
        for user in people:
            if user.name == name.lstrip("@"):
                self._screen.who = user
                self._go(
                    self._screen.channel
                    if user.id in self._screen.channel.members
                    else self._space.direct_with(user.id)
                )
                return f"You are {user.real_name}."
        names = ", ".join(user.name for user in people)
        return f"There are: {names}."

    async def _in(self, name: str) -> str:
        who = self._screen.who
        if name.casefold() == "dm":
            self._go(self._space.direct_with(who.id))
            return ""
        for channel in self._space.channels.values():
            if channel.name == name.lstrip("#") and who.id in channel.members:
                self._go(channel)
                return ""
        return "You are in no channel of that name. :in dm writes to the bot."

    def _go(self, channel: Channel) -> None:
        self._screen.channel = channel
        self._screen.thread, self._screen.home_open = "", False

    async def _thread(self, text: str) -> str:
        root = self._screen.message(text)
        if root is None:
            return "There is no such message."
        self._go(self._space.channels[root.channel])
        self._screen.thread = root.thread or root.ts
        return "You write in its thread. :in leaves it."

    async def _edit(self, text: str) -> str:
        who, channel = self._screen.who, self._screen.channel
        said = [
            message
            for message in self._space.messages.values()
            if (message.user, message.channel) == (who.id, channel.id)
        ]
        if not said or not text:
            return "You said nothing here; :edit and new words change what you said."
        newest = max(said, key=lambda message: message.ts)
        await self._client.edit(who, newest, text)
        return ""

    async def _home(self, _rest: str) -> str:
        self._screen.go_home()
        await self._client.open_home(self._screen.who)
        return ""

    async def _shortcut(self, rest: str) -> str:
        callback, of, text = rest.partition(" of ")
        message: Message | None = self._screen.message(text) if of else None
        await self._client.shortcut(self._screen.who, callback, message)
        return ""
