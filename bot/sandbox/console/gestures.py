"""What a page asks for, done by the loopback Slack's client.

Each gesture of a page is one gesture of the client; the page names people, messages
and options by their IDs, and nothing is done with what is not on its screen.
"""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from pydantic import ValidationError

from bot.sandbox.aliases import Json
from bot.sandbox.console import requests
from bot.sandbox.console.guard import Refused
from bot.sandbox.slack.blockkit import inputs
from bot.sandbox.slack.client.client import Client
from bot.sandbox.slack.client.payloads import Control
from bot.sandbox.slack.model.objects import Channel, Kind, Message, Surface, User, View

Gesture = tuple[type[requests.GestureRequest], Callable[[Any], Awaitable[Json]]]


class Gestures:
    """Does what pages ask for, with *client*."""

    def __init__(self, client: Client) -> None:
        self.space = client.space
        self.page_of: dict[str, str] = {}  # of each person, the last one used
        self._client = client
        self._offered: dict[tuple[str, str, str], dict[str, Json]] = {}
        self._known: dict[str, Gesture] = {
            "command": (requests.Command, self._command),
            "say": (requests.Say, self._say),
            "home": (requests.Home, self._home),
            "shortcut": (requests.Shortcut, self._shortcut),
            "act": (requests.Act, self._act),
            "fill": (requests.Fill, self._fill),
            "keep": (requests.Fill, self._keep),
            "options": (requests.Options, self._options),
            "submit": (requests.InView, self._submit),
            "close": (requests.Close, self._close),
        }

    async def do(self, name: str, body: Any) -> Json:
        """Do the gesture *name* as *body* says, and return what the page is told.

        Raises:
            Refused: there is no such gesture, or it names what is not there.
        """
        if name not in self._known:
            raise Refused("There is no such gesture.", 404)
        model, run = self._known[name]
        try:
            wanted = model.model_validate(body)
        except ValidationError as wrong:
            first = wrong.errors()[0]
            at = ".".join(map(str, first["loc"]))
            raise Refused(f"{at}: {first['msg']}.") from None
        self.page_of[wanted.user] = wanted.page
        return await run(wanted)

    # ── typing ───────────────────────────────────────────────────────────────────

    async def _command(self, wanted: requests.Command) -> Json:
        who = self._who(wanted)
        if not wanted.line.startswith("/"):
            raise Refused("line: a slash command begins with a slash.")
        await self._client.command(who, self._place(who, wanted.channel), wanted.line)
        return {}

    async def _say(self, wanted: requests.Say) -> Json:
        who = self._who(wanted)
        channel = self._place(who, wanted.channel)
        if wanted.thread and (channel.id, wanted.thread) not in self.space.messages:
            raise Refused("There is no such thread.", 404)
        message = await self._client.say(
            who, channel, wanted.text, thread=wanted.thread
        )
        return {"ts": message.ts}

    async def _home(self, wanted: requests.Home) -> Json:
        await self._client.open_home(self._who(wanted))
        return {}

    async def _shortcut(self, wanted: requests.Shortcut) -> Json:
        who = self._who(wanted)
        message = self._message(who, wanted.channel, wanted.ts) if wanted.ts else None
        await self._client.shortcut(who, wanted.callback, message)
        return {}

    # ── pressing and choosing ────────────────────────────────────────────────────

    async def _act(self, wanted: requests.Act) -> Json:
        who, surface, control = self._at(wanted)
        presses = control.element["type"] not in inputs.KEYS
        if presses != (wanted.value is None):
            raise Refused("value: a menu needs one, and a button takes none.")
        value = self._value(surface, control, wanted.value) if wanted.value else None
        await self._client.act(who, surface, control, value)
        return {}

    async def _fill(self, wanted: requests.Fill) -> Json:
        who, view, control, value = self._filled(wanted)
        await self._client.fill(who, view, control, value)
        return {}

    async def _keep(self, wanted: requests.Fill) -> Json:
        """Let a value stand without telling the bot, as typing does before Enter."""
        _who, view, control, value = self._filled(wanted)
        self.space.fill(view, control.block, control.action, value)
        return {}

    async def _options(self, wanted: requests.Options) -> Json:
        who, surface, control = self._at(wanted)
        if control.element["type"] not in inputs.SEARCHED:
            raise Refused("This menu does not ask the bot.")
        options = await self._client.options(who, surface, control, wanted.query)
        options_by_value = self._offered.setdefault(_key(surface, control), {})
        options_by_value.update({option["value"]: option for option in options})
        return {"options": options}

    # ── modals ───────────────────────────────────────────────────────────────────

    async def _submit(self, wanted: requests.InView) -> Json:
        who, view = self._top(wanted)
        await self._client.submit(who, view)
        return {}

    async def _close(self, wanted: requests.Close) -> Json:
        who, view = self._top(wanted)
        await self._client.close(who, view, whole=wanted.whole)
        return {}

    # ── what the page means ──────────────────────────────────────────────────────

    def _who(self, wanted: requests.GestureRequest) -> User:
        who = self.space.users.get(wanted.user)
        if who is None or who.bot:
            raise Refused("There is no such person.", 404)
        return who

    def _place(self, who: User, channel: str) -> Channel:
        conversation = self.space.channels.get(channel)
        if conversation is None or who.id not in conversation.members:
            raise Refused("There is no such channel for this person.", 404)
        return conversation

    def _message(self, who: User, channel: str, ts: str) -> Message:
        key = self._place(who, channel).id, ts
        message = self.space.messages.get(key) or self.space.whispers.get(key)
        if message is None or message.only_for not in ("", who.id):
            raise Refused("There is no such message.", 404)
        return message

    def _view(self, who: User, view: str) -> View:
        open_view = self.space.view(view)
        if open_view is None or open_view.user != who.id:
            raise Refused("This form is not open any longer.", 404)
        return open_view

    def _top(self, wanted: requests.InView) -> tuple[User, View]:
        who = self._who(wanted)
        view = self._view(who, wanted.view)
        if self.space.top(who.id) is not view:
            raise Refused("Another form lies on top of this one.", 409)
        return who, view

    def _at(self, wanted: requests.AtControl) -> tuple[User, Surface, Control]:
        who = self._who(wanted)
        surface: Surface = (
            self._view(who, wanted.view)
            if wanted.view
            else self._message(who, wanted.channel, wanted.ts)
        )
        for block in surface.blocks:
            for element in inputs.elements(block):
                if (block["block_id"], element.get("action_id")) == (
                    wanted.block,
                    wanted.action,
                ):
                    return who, surface, Control(wanted.block, wanted.action, element)
        raise Refused("There is no such control any longer.", 404)

    def _filled(self, wanted: requests.Fill) -> tuple[User, View, Control, Json]:
        who, surface, control = self._at(wanted)
        if not isinstance(surface, View) or not inputs.is_input(control.element):
            raise Refused("Only the inputs of a form can be filled in.")
        return who, surface, control, self._value(surface, control, wanted.value)

    def _value(self, surface: Surface, control: Control, value: requests.Value) -> Json:
        element = control.element
        if element["type"] in inputs.TYPED:
            if value.text is None:
                raise Refused("value: text is missing.")
            return inputs.typed(element, value.text)
        if value.chosen is None:
            raise Refused("value: chosen is missing.")
        if element["type"] in inputs.ONE and len(value.chosen) > 1:
            raise Refused("value: only one can be chosen.")
        offered = self._choices(surface, control)
        if unknown := [one for one in value.chosen if one not in offered]:
            raise Refused(f"value: {unknown[0]!r} is not offered.")
        return inputs.chosen(element, [offered[one] for one in value.chosen])

    def _choices(self, surface: Surface, control: Control) -> dict[str, Json]:
        element = control.element
        kind = element["type"].removeprefix("multi_")
        if kind == "users_select":
            return _by_id(self.space.users)
        if kind in ("conversations_select", "channels_select"):
            shown = self.space.channels.values()
            return _by_id(one.id for one in shown if one.kind is not Kind.DIRECT)
        options = inputs.options_of(element)
        if element["type"] in inputs.SEARCHED:
            options = [
                *_held(inputs.initial(element)),
                *_standing(surface, control),
                *self._offered.get(_key(surface, control), {}).values(),
            ]
        return {_name(option): option for option in options}


def _key(surface: Surface, control: Control) -> tuple[str, str, str]:
    place = surface.id if isinstance(surface, View) else surface.ts
    return place, control.block, control.action


def _name(option: Json) -> str:
    """An entry that only leads somewhere has no value, and is named by its words."""
    return str(option.get("value", option["text"]["text"]))


def _by_id(ids: Iterable[str]) -> dict[str, Json]:
    return {one: {"value": one} for one in ids}


def _standing(surface: Surface, control: Control) -> list[Json]:
    if not isinstance(surface, View):
        return []
    value = surface.values.get(control.block, {}).get(control.action)
    return _held(value) if value else []


def _held(value: Json) -> list[Json]:
    held = inputs.held(value)
    return held if isinstance(held, list) else []
