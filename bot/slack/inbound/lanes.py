"""Which lane a payload takes: a stop or a click is never behind a start.

What is typed is a stop in any spelling that the grammar takes. What costs nothing takes
the lane of the stops, too.
"""

from collections.abc import Collection, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, Protocol

from bot.dialogue.ask import Ask, Surface
from bot.runtime.places import Places, Turn, inside
from bot.slack.inbound import payloads
from bot.slack.inbound.admission import LEASE, Lane
from bot.slack.inbound.kinds import PayloadKind, kind_of, text_at

CLICKS, ASKS = 32, 8  # places: how many are answered at once behind their ack

BY_KIND = {
    PayloadKind.OPTIONS: Lane.FORMS,
    PayloadKind.SHORTCUT: Lane.FORMS,
    PayloadKind.HOME: Lane.FORMS,
    PayloadKind.EDIT: Lane.REST,
}


class Stops(Protocol):
    """What knows a stop: `bot.routing.router.Router`."""

    @property
    def first_words(self) -> Collection[str]:
        """What a message may begin with, so that it is no look-up: the commands."""

    def ends(self, command: str, text: str) -> bool:
        """Tell whether *text* after *command* ends or settles something."""

    def ends_by_form(self, command: str, name: str) -> bool:
        """Tell whether the form *name* of *command* does."""


@dataclass(frozen=True, slots=True)
class Lanes:
    """The lanes of payloads; *prefix* stands before every command's name."""

    stops: Stops
    prefix: str = ""

    def ends(self, command: str, text: str) -> bool:
        """Tell whether *text* after the slash command *command* is a stop."""
        name = command.removeprefix("/").removeprefix(self.prefix)
        return self.stops.ends(name, text)

    def of(self, body: Mapping[str, Any]) -> Lane:
        """Return the lane of what the guard admitted, whatever its shape.

        It goes by the command and its text alone; the rest is read once it is served.
        """
        kind = kind_of(body)
        match kind:
            case PayloadKind.COMMAND:
                ends = self.ends(body["command"], str(body.get("text", "")))
                lane = Lane.FIRST if ends else Lane.REST
            case PayloadKind.MENTION | PayloadKind.DIRECT:
                _text, command, rest = payloads.typed(
                    body["event"], self.stops.first_words, self.prefix
                )
                ends = bool(command) and self.stops.ends(command, rest)
                lane = Lane.FIRST if ends else Lane.REST
            case PayloadKind.SUBMISSION:
                parts = text_at(body, "view", "callback_id").split(":")
                ends = len(parts) > 2 and self.stops.ends_by_form(*parts[1:3])  # noqa: PLR2004 - form:command:name
                lane = Lane.FIRST if ends else Lane.FORMS
            case _:
                lane = BY_KIND.get(kind, Lane.FIRST)
        return lane


class BehindAck:
    """How many of those that were acked are answered at once; a stop always is."""

    def __init__(self, stops: Stops) -> None:
        self._stops = stops
        self._clicks = Places[Turn](CLICKS, lease=LEASE)
        self._asks = Places[Turn](ASKS, lease=LEASE)

    def waits(self, ask: Ask) -> bool:
        """Tell whether *ask* may wait a moment for how it is answered: no stop may."""
        is_form = ask.surface is Surface.FORM
        ends = self._stops.ends_by_form if is_form else self._stops.ends
        return not ends(ask.command, ask.text)

    def turn(self, ask: Ask) -> AbstractAsyncContextManager[None]:
        """Return what is entered when it is the turn of *ask*."""
        if self._stops.ends(ask.command, ask.text):
            return nullcontext()
        return inside(self._clicks if ask.surface is Surface.BUTTON else self._asks)
