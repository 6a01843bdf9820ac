"""One input, asked about in a terminal: what is shown, and how a line answers it."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.sandbox.aliases import Json
from bot.sandbox.slack.blockkit import inputs
from bot.sandbox.slack.client.mrkdwn import channel_name, moment, user_name
from bot.sandbox.slack.client.payloads import Control
from bot.sandbox.slack.model.objects import Kind, User
from bot.sandbox.slack.model.workspace import Workspace
from bot.sandbox.slack.terminal.drawing import content, option_label

KEEP, CLEAR = ":keep", ":clear"
_END = "."  # of what is typed over many lines
_MOMENT = "%Y-%m-%d %H:%M"


class Mistake(Exception):
    """A line that answers nothing; `str()` is a sentence about it."""


@dataclass(kw_only=True)
class Question:
    """Asks *reader* for the value of *control*; *value* is what stands there now.

    *note* is what is wrong with it, if that is why it is asked again.
    """

    space: Workspace
    control: Control
    reader: User
    label: str
    value: Json
    hint: str = ""
    note: str = ""
    offered: list[Json] = field(default_factory=list)
    _typed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.offered = self.offered or _offered(self.space, self.element)

    @property
    def element(self) -> Json:
        """The input as the bot sent it."""
        return self.control.element

    @property
    def searches(self) -> bool:
        """Tell whether the bot has to be asked for the options."""
        return self.element["type"] in inputs.SEARCHED

    @property
    def typing(self) -> bool:
        """Tell whether some of many lines was typed already."""
        return bool(self._typed)

    def lines(self) -> list[str]:
        """Return the question as it is shown."""
        now = self._now().replace("\n", " ⏎ ")
        asked = f"? {self.label} [{now}]" if now else f"? {self.label}"
        notes = [f"! {self.note}"] if self.note else []
        hints = [f"  {hint}" for hint in (self.hint, self._how()) if hint]
        return [*notes, asked, *hints, *self.choices()]

    def choices(self) -> list[str]:
        """Return the options that can be chosen by number."""
        return [
            f"  {number}. {option_label(option)}"
            for number, option in enumerate(self.offered, 1)
        ]

    def query(self, line: str) -> str | None:
        """Return what *line* (`?text`) searches for, or None if it does not.

        Raises:
            Mistake: it is too short to be searched for.
        """
        if not self.searches or not line.startswith("?"):
            return None
        query, least = line[1:].strip(), self.element.get("min_query_length", 3)
        if len(query) < least:
            raise Mistake(f"Type {least} characters or more after the ?.")
        return query

    def take(self, line: str) -> Json | None:
        """Return the value that *line* gives, or None when there is more to type.

        Raises:
            Mistake: it chooses nothing that is offered.
        """
        if line == CLEAR:
            return inputs.chosen(self.element, []) if self._chooses else self._text("")
        if self.element.get("multiline"):
            return self._more(line)
        if line in ("", KEEP):
            return self.value
        if self._chooses:
            return inputs.chosen(self.element, self._picked(line))
        return self._text(line)

    @property
    def _chooses(self) -> bool:
        return self.element["type"] not in inputs.TYPED

    @property
    def _is_moment(self) -> bool:
        return bool(self.element["type"] == "datetimepicker")

    def _now(self) -> str:
        held = inputs.held(self.value)
        if self._is_moment and held:
            return moment(held, self.reader)
        return content(self.space, self.value)

    def _text(self, text: str) -> Json:
        if self._is_moment and text:
            text = str(self._seconds(text))
        return inputs.typed(self.element, text)

    def _seconds(self, text: str) -> int:
        """Return the moment *text*, of the reader's zone, as Slack sends it."""
        with suppress(ValueError):
            local = datetime.strptime(text.strip(), _MOMENT).replace(tzinfo=UTC)
            return int((local - timedelta(seconds=self.reader.tz_offset)).timestamp())
        raise Mistake("Type a day and a time: 2026-11-23 18:00.")

    def _more(self, line: str) -> Json | None:
        if line in ("", KEEP) and not self._typed:
            return self.value
        if line == _END:
            typed, self._typed = self._typed, []
            return self._text("\n".join(typed))
        self._typed.append(line)
        return None

    def _picked(self, line: str) -> list[Json]:
        many = self.element["type"] in inputs.MANY
        whole = self._one(line)
        if whole or not many:
            options = [whole]
        else:
            options = [self._one(part) for part in line.replace(",", " ").split()]
        picked = [option for option in options if option]
        if len(picked) < len(options) or not picked:
            raise Mistake("Choose by number, or by the words of an option.")
        return picked

    def _one(self, text: str) -> Json | None:
        text = text.strip()
        if text.isdecimal() and 0 < int(text) <= len(self.offered):
            return self.offered[int(text) - 1]
        for option in self.offered:
            names = (option["value"], option["text"]["text"])
            if text.casefold() in (str(name).casefold() for name in names):
                return option
        return None

    def _how(self) -> str:
        if self.element.get("multiline"):
            return "(many lines; a single . ends them)"
        if self._is_moment:
            return "(2026-11-23 18:00)"
        if self.searches:
            return "(?text searches)"
        if self.element["type"] in inputs.MANY:
            return "(one number or more)"
        return ""


def _offered(space: Workspace, element: Json) -> list[Json]:
    """Return what is offered without asking the bot."""
    kind = element["type"].removeprefix("multi_")
    if kind == "users_select":
        return [_by_id(user_name(space, user), user) for user in space.users]
    if kind in ("conversations_select", "channels_select"):
        return [
            _by_id(channel_name(space, channel.id), channel.id)
            for channel in space.channels.values()
            if channel.kind is not Kind.DIRECT
        ]
    return inputs.options_of(element)


def _by_id(name: str, value: str) -> Json:
    return {"text": {"type": "plain_text", "text": name}, "value": value}
