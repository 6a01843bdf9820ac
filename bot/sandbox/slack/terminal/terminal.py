"""A terminal to try the bot in: lines are typed, and what appears is printed.

What a line means depends on what is open: a question to answer, a confirmation, or
the channel itself. Nothing here knows what the bot does.
"""

import re
from collections.abc import Callable, Mapping

from bot.sandbox.aliases import Json
from bot.sandbox.slack.client.client import Client
from bot.sandbox.slack.client.mrkdwn import channel_name, plain, to_eye
from bot.sandbox.slack.client.payloads import Control
from bot.sandbox.slack.model.changes import Change, ChangeKind
from bot.sandbox.slack.model.objects import FieldErrors, Surface, View
from bot.sandbox.slack.model.seed import ANA, OPS
from bot.sandbox.slack.model.workspace import Workspace
from bot.sandbox.slack.terminal.dialog import Dialog
from bot.sandbox.slack.terminal.drawing import label
from bot.sandbox.slack.terminal.metacommands import MetaCommand, MetaCommands
from bot.sandbox.slack.terminal.question import CLEAR, KEEP, Mistake, Question
from bot.sandbox.slack.terminal.screen import Pressable, Screen

_PRESS = re.compile(r"(?:press\s+)?(\d+)|press\s+(.+?)(?:\s+of\s+(.+))?")
_YES = ("y", "yes")


class Terminal:
    """Types for whoever sits there, and prints to *out* what they see.

    *commands* are more lines that begin with a colon: `:cloud fail start` calls
    `commands["cloud"]("fail start")` and prints what it returns.
    """

    def __init__(
        self,
        client: Client,
        out: Callable[[str], None],
        *,
        commands: Mapping[str, MetaCommand] | None = None,
    ) -> None:
        self.client = client
        self.space: Workspace = client.space
        self.screen = Screen(self.space, ANA, OPS, out)
        self.colon = MetaCommands(client, self.screen, commands or {})
        self._dialogs: dict[str, Dialog] = {}
        self._dialog: Dialog | None = None
        self._printed: Question | None = None
        self._choosing: tuple[Surface, Question] | None = None
        self._confirming: tuple[Surface, Control, Json | None] | None = None
        self._stop = self.space.feed.listen(self._changed)

    def close(self) -> None:
        """Print no more."""
        self._stop()

    @property
    def ended(self) -> bool:
        """Tell whether `:quit` was typed."""
        return self.colon.ended

    @property
    def prompt(self) -> str:
        """What stands before the line that is typed next."""
        where = channel_name(self.space, self.screen.channel.id)
        thread = " ↳" if self.screen.thread else ""
        sign = "?" if self.asks else ">"
        return f"{self.screen.who.name} {where}{thread}{sign} "

    @property
    def asks(self) -> bool:
        """Tell whether an empty line would answer something."""
        self._follow()
        return bool(self._dialog or self._choosing or self._confirming)

    async def enter(self, typed: str) -> None:
        """Take one typed line, and wait until the bot is quiet again."""
        line = typed.strip()
        who = self.screen.who
        self._follow()
        try:
            if line.startswith(":") and self.colon.knows(line):
                self.screen.show(await self.colon.take(line))
                self.space.feed.stir()  # what it did may reach the bot on other ways
            elif self._confirming:
                await self._confirm(line)
            elif self._choosing:
                await self._choose(line)
            elif self._dialog:
                await self._in_form(self._dialog, typed.rstrip())
            else:
                await self._in_channel(line)
        except Mistake as mistake:
            self.screen.show([f"! {mistake}"])
        if self.screen.who is not who:
            self._choosing = self._confirming = None
        await self.settle()

    async def settle(self) -> None:
        """Wait until all is quiet; send in a form that is full; ask what is next."""
        await self._quiet()
        self._follow()
        while self._dialog and self._dialog.complete:
            self._dialog.sent()
            await self.client.submit(self.screen.who, self._dialog.view)
            await self._quiet()
            self._follow()
        self.ask()

    def ask(self) -> None:
        """Print the question that waits for a line, if one does."""
        self._follow()
        if self._confirming or self._choosing or not self._dialog:
            return
        if self._dialog.only_tells:
            self.screen.show(["(Enter closes it)"])
        elif self._dialog.question:
            self._printed = self._dialog.question
            if not self._printed.typing:
                self.screen.show(self._printed.lines())
        else:
            hint = "(:submit sends it, :back asks again, :cancel closes)"
            self.screen.show([hint])

    async def catch_up(self) -> None:
        """Wait until all is quiet; ask what was not asked before."""
        await self._quiet()
        self._follow()
        question = self._dialog.question if self._dialog else None
        if question and question is not self._printed:
            self.ask()

    async def _quiet(self) -> None:
        """Wait until all is quiet, unless it is: many a line only fills in a field."""
        if not self.space.feed.at_rest:
            await self.space.feed.quiet()

    # ── what a line means ────────────────────────────────────────────────────────

    async def _in_channel(self, line: str) -> None:
        screen = self.screen
        if pressed := _PRESS.fullmatch(line):
            await self._press(self._find(pressed))
        elif line.startswith("/"):
            await self.client.command(screen.who, screen.channel, line)
        elif line.startswith(":"):
            raise Mistake(f"There is no {line}; :help lists.")
        elif line:
            await self.client.say(
                screen.who, screen.channel, line, thread=screen.thread
            )

    async def _in_form(self, dialog: Dialog, typed: str) -> None:
        question, line = dialog.question, typed.strip()
        if question and question.typing:
            await self._fill(dialog, question, typed)
        elif line.startswith(":") and line not in (KEEP, CLEAR):
            await self._steer(dialog, line)
        elif question and not line.startswith("press "):
            await self._fill(dialog, question, typed)
        elif (pressed := _PRESS.fullmatch(line)) and self._is_in(dialog, pressed):
            await self._press(self._find(pressed))
        elif dialog.only_tells:
            await self.client.close(self.screen.who, dialog.view)
            await self._in_channel(line)
        else:
            raise Mistake("Send the form or close it first.")

    def _is_in(self, dialog: Dialog, pressed: re.Match[str]) -> bool:
        surface, _control = self._find(pressed)
        return isinstance(surface, View) and surface.id == dialog.view.id

    async def _steer(self, dialog: Dialog, line: str) -> None:
        """Take a line that only a form understands."""
        match line.split():
            case [":cancel"]:
                await self.client.close(self.screen.who, dialog.view)
            case [":cancel", "all"]:
                await self.client.close(self.screen.who, dialog.view, whole=True)
            case [":submit"]:
                dialog.sent()
                await self.client.submit(self.screen.who, dialog.view)
            case [":back"]:
                dialog.back()
            case _:
                raise Mistake(f"There is no {line}; :help lists.")

    async def _fill(self, dialog: Dialog, question: Question, line: str) -> None:
        value = await self._take(dialog.view, question, line)
        if value is None:
            return
        fault = dialog.fault(question.control, value)
        if fault:
            question.note = fault
            return
        dialog.answered(question.control)
        if value != question.value:
            await self.client.fill(
                self.screen.who, dialog.view, question.control, value
            )

    async def _take(
        self, surface: Surface, question: Question, line: str
    ) -> Json | None:
        query = question.query(line)
        if query is None:
            return question.take(line)
        who, control = self.screen.who, question.control
        question.offered = await self.client.options(who, surface, control, query)
        choices = question.choices() or ["  (nothing found)"]
        self.screen.show(choices if self._choosing else [])
        return None

    # ── pressing ─────────────────────────────────────────────────────────────────

    def _find(self, pressed: re.Match[str]) -> Pressable:
        number, words, text = pressed.groups()
        if words and words.isdecimal():
            number = words
        pressable = (
            self.screen.press(int(number), text or "")
            if number
            else self.screen.press_label(words, text or "")
        )
        if not pressable:
            raise Mistake("There is nothing of that kind to press.")
        return pressable

    async def _press(self, pressable: Pressable) -> None:
        surface, control = pressable
        if control.element["type"] == "button":
            await self._act(surface, control, None)
            return
        self._choosing = (
            surface,
            Question(
                space=self.space,
                control=control,
                reader=self.screen.who,
                label=label(control),
                value={"type": control.element["type"]},
            ),
        )
        self.screen.show(self._choosing[1].lines())

    async def _choose(self, line: str) -> None:
        if self._choosing is None:
            return
        surface, question = self._choosing
        if line in ("", ":cancel"):
            self._choosing = None
            return
        value = await self._take(surface, question, line)
        if value is not None:
            self._choosing = None
            await self._act(surface, question.control, value)

    async def _act(
        self, surface: Surface, control: Control, value: Json | None
    ) -> None:
        confirm = control.element.get("confirm")
        if not confirm:
            await self.client.act(self.screen.who, surface, control, value)
            return
        self._confirming = surface, control, value
        title, text = plain(confirm["title"]["text"]), confirm["text"]["text"]
        yes, no = plain(confirm["confirm"]["text"]), plain(confirm["deny"]["text"])
        lines = to_eye(self.space, text, self.screen.who).splitlines()
        self.screen.show([f"? {title}", *(f"  {line}" for line in lines)])
        self.screen.show([f"  y = {yes}, n = {no}"])

    async def _confirm(self, line: str) -> None:
        if self._confirming is None:
            return
        (surface, control, value), self._confirming = self._confirming, None
        if line.casefold() in _YES:
            await self.client.act(self.screen.who, surface, control, value)

    # ── following the form ───────────────────────────────────────────────────────

    def _follow(self) -> None:
        view = self.space.top(self.screen.who.id)
        if view is None:
            self._dialog = None
            return
        self._dialog = self._dialogs.setdefault(view.id, Dialog(self.space, view))
        self._dialog.follow(view)

    def _changed(self, change: Change) -> None:
        self.screen.changed(change)
        faults = change.subject
        if change.what is ChangeKind.FAULTED and isinstance(faults, FieldErrors):
            dialog = self._dialogs.get(faults.view.id)
            if dialog:
                dialog.faulted(faults.by_block)
