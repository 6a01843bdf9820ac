"""Modals and buttons: what Slack sends when a form or a card was tampered with."""

import copy
import random
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from tests.trials.fuzz_front import ANA, BOB, Front, Json
from tests.trials.fuzz_kit import Case, places, text, value
from tests.trials.fuzz_words import allowed

SOUND, BROKEN, EITHER = "sound", "broken", "either"
START, STOP = "StartPublishCdnStream", "StopPublishCdnStream"
OPENERS = {"relay": ("/relay", "start"), "car": ("/car", "start")}
ACTIONS = {"relay": START, "car": "CreateSession"}
REQUIRED = {"relay": ("room", "url"), "car": ("user", "ip")}
# A value that no careful reader would take, by the field that it stands in.
WRONG = {
    "room": ("", " ", "a" * 65, None),
    "url": ("", "http://push.example.com/a", "rtmp://", "push", "rtmp://a b/c", None),
    "idle": ("4", "86401", "-1", "1e3", "x"),
    "type": ("nonsense",),
    "what": ("nonsense",),
    "quality": ("nonsense",),
    "user": ("", None, " "),
    "ip": ("", "1.2.3", "10.0.0.1", "::1", "x", None),
    "mode": ("nonsense",),
}
MOST_USES = 40  # of one form; a person may start a hundred relays a day
HUGE = "9" * 4000

Form = tuple[str, str, int]  # which form, the verdict that is due, a seed


class Forms:
    """Opens forms with *front*, and makes submissions of them."""

    def __init__(self, front: Front) -> None:
        self.front = front
        self.views: dict[str, Json] = {}
        self.user = ANA
        self._left = 0

    async def ready(self) -> None:
        """Leave nothing of other cases behind, and open new forms now and then."""
        await self.front.tidy()
        self.front.fresh()
        self._left -= 1
        if self._left < 0:
            await self.open()

    async def open(self) -> None:
        """Open one form of each kind, for somebody new."""
        self._left = MOST_USES
        self.user = f"U{self.front.number():06}"
        for room, (command, verb) in OPENERS.items():
            self.front.fresh()
            await self.front.deliver(self.front.command(verb, command, self.user))
            told, _calls = self.front.take()
            (opened,) = [one for one in told if one.method == "views.open"]
            self.views[room] = opened.body["view"]

    def used(self) -> None:
        """Open new forms next time: one that was sent in is used up."""
        self._left = 0

    def payload(self, room: str, values: Any, **changed: Any) -> Json:
        """Return the submission of the form of *room* with *values*."""
        number = self.front.number()
        view = {
            **{k: v for k, v in self.views[room].items() if k != "close"},
            "id": f"V{number}",
            "hash": "h",
            "state": {"values": values},
            **changed,
        }
        return self.front.interaction("view_submission", self.user, view=view)

    def filled(self, room: str) -> Json:
        """Return a state that is complete and right."""
        number = self.front.number()
        typed = {
            "room": str(100_000 + number),
            "url": f"rtmp://push.example.com/live/f{number}",
            "user": f"player{number}" if room == "car" else None,
            "ip": "125.127.178.228",
        }
        inputs = [b for b in self.views[room]["blocks"] if b["type"] == "input"]
        return {b["block_id"]: _state(b, typed) for b in inputs}


def cases(front: Front, forms: Forms) -> list[Case]:
    """Return the classes about forms and buttons."""

    async def forged(example: tuple[str, int]) -> None:
        how, seed = example
        source = random.Random(seed)  # noqa: S311 - repeats
        await forms.ready()
        front.forgiving = True
        await FORGERIES[how](front, forms, source)
        forms.used()

    def forgery(source: random.Random) -> tuple[str, int]:
        return source.choice(sorted(FORGERIES)), source.getrandbits(32)

    def timed() -> float:
        return front.took

    filled = partial(_submitted, front, forms)
    return [
        Case("modal states", 10_000, _form, filled, timed),
        Case("buttons and metadata", 2_000, forgery, forged, timed),
    ]


def _form(source: random.Random) -> Form:
    verdict = source.choices([SOUND, BROKEN, EITHER], [1, 3, 6])[0]
    return source.choice(sorted(OPENERS)), verdict, source.getrandbits(32)


async def _submitted(front: Front, forms: Forms, example: Form) -> None:
    """A sound form is carried out, a broken one never, any other once at most."""
    room, verdict, seed = example
    await forms.ready()
    front.forgiving = verdict == EITHER
    change = {SOUND: _kept, BROKEN: _broken, EITHER: _mutated}[verdict]
    source = random.Random(seed)  # noqa: S311 - repeats
    values = change(forms.filled(room), room, source)
    await front.deliver(forms.payload(room, values))
    _fit_for_a_form(front.acked, forms.views[room])
    _told, calls = front.take()
    if calls:
        forms.used()
    if verdict == SOUND:
        assert calls == [ACTIONS[room]], f"sound, yet called {calls}"
    if verdict == BROKEN:
        assert calls == [], f"broken, yet called {calls}: {values}"
    assert len(calls) <= 1, f"called {calls}"


# ── states ───────────────────────────────────────────────────────────────────────


def _state(block: Json, typed: dict[str, str | None]) -> Json:
    element, name = block["element"], block["block_id"]
    kind = element["type"]
    state: Json = {"type": kind}
    if kind in {"static_select", "radio_buttons", "external_select"}:
        state["selected_option"] = copy.deepcopy(element.get("initial_option"))
    else:
        state["value"] = typed.get(name) or element.get("initial_value")
    return {element["action_id"]: state}


def _kept(values: Json, _room: str, source: random.Random) -> Json:
    if source.random() < 0.5:
        values["surplus"] = {"field:surplus": {"type": "x", "value": text(source, 9)}}
    return values


def _broken(values: Json, room: str, source: random.Random) -> Json:
    """Make one field wrong, so that anybody would refuse the whole."""
    names = [name for name in WRONG if name in values]
    if room == "car":
        names = [name for name in names if name in {"user", "ip", "mode"}]
    name = source.choice(names)
    if name in REQUIRED[room] and source.random() < 0.3:
        del values[name]
        return values
    (state,) = values[name].values()
    wrong = source.choice(WRONG[name])
    if "selected_option" in state:
        state["selected_option"] = {"text": {}, "value": wrong}
    else:
        state["value"] = wrong
    return values


def _mutated(values: Json, _room: str, source: random.Random) -> Json:
    for _ in range(source.randint(1, 3)):
        container, key = source.choice(places(values) or [({}, "x")])
        how = source.random()
        if how < 0.25 and isinstance(container, dict):
            container.pop(key, None)
        elif how < 0.5:
            container[key] = source.choice([HUGE, [], {}, None, 0, [text(source)]])
        elif how < 0.75:
            container[key] = text(source)
        else:
            container[key] = value(source)
    return values


def _fit_for_a_form(ack: Any, view: Json) -> None:
    """Assert that Slack would take *ack* as the answer to a submission."""
    if not ack:
        return
    assert ack.get("response_action") in {"errors", "update", "clear"}, f"{ack}"[:90]
    if ack["response_action"] == "errors":
        inputs = {b["block_id"] for b in view["blocks"] if b["type"] == "input"}
        assert ack["errors"], "errors without one"
        assert ack["errors"].keys() <= inputs, f"errors at {set(ack['errors'])}"


# ── forgeries ────────────────────────────────────────────────────────────────────


async def _flipped(front: Front, forms: Forms, source: random.Random) -> None:
    """A draft id with a wrong figure opens nothing."""
    room = source.choice(sorted(OPENERS))
    metadata = _flip(forms.views[room]["private_metadata"], source)
    payload = forms.payload(room, forms.filled(room), private_metadata=metadata)
    await front.deliver(payload)
    assert front.take()[1] == [], "a forged draft was taken"


async def _others(front: Front, forms: Forms, source: random.Random) -> None:
    """A draft belongs to whoever opened it."""
    room = source.choice(sorted(OPENERS))
    payload = forms.payload(room, forms.filled(room))
    payload["user"]["id"] = source.choice([BOB, "", "U0EVIL", ANA.lower()])
    await front.deliver(payload)
    assert front.take()[1] == [], "somebody else's draft was taken"


async def _expired(front: Front, forms: Forms, source: random.Random) -> None:
    """A draft is worth nothing after half an hour."""
    room = source.choice(sorted(OPENERS))
    front.world.clock.ahead += timedelta(minutes=30, seconds=source.randint(1, 99))
    await front.deliver(forms.payload(room, forms.filled(room)))
    calls = front.take()[1]
    await forms.open()
    assert calls == [], "an old draft was taken"


async def _reused(front: Front, forms: Forms, source: random.Random) -> None:
    """One submission starts once, however often and with whatever it comes."""
    payload = forms.payload("relay", forms.filled("relay"))
    await front.deliver(payload)
    again = copy.deepcopy(payload)
    if source.random() < 0.5:
        again["view"]["state"]["values"] = forms.filled("relay")
    await front.deliver(again)
    calls = front.take()[1]
    assert calls == [START], f"one submission, {len(calls)} starts"


async def _button(front: Front, forms: Forms, source: random.Random) -> None:
    """A button with another value does at most what its words say."""
    what = f"stop R{source.randint(1, 50)} --yes"
    pressed = _flip(f"01ABC:stop:3 {what}", source)
    action = {"type": "button", "action_id": "do:relay:1", "value": pressed}
    if source.random() < 0.3:
        container, key = source.choice(places(action) or [({}, "x")])
        container[key] = value(source)
    elif source.random() < 0.3:
        action["action_id"] = _flip("do:relay:1", source)
    payload = front.interaction(
        "block_actions",
        user=source.choice([ANA, BOB]),
        actions=[action],
        channel={"id": f"C{front.number():06}"},
        container={"type": "message", "message_ts": "1.2", "channel_id": "C1"},
        response_url=front.slack.response_url(front.number()),
    )
    await front.deliver(payload)
    wrong = set(front.take()[1]) - allowed("/relay", pressed)
    assert not wrong, f"called {wrong}"


async def _elsewhere(front: Front, forms: Forms, source: random.Random) -> None:
    """A callback id that was changed leads to no other room."""
    before = forms.views["relay"]["callback_id"]
    callback = _flip(before, source)
    values = forms.filled("relay")
    await front.deliver(forms.payload("relay", values, callback_id=callback))
    calls = front.take()[1]
    if callback.partition(":")[2] != before.partition(":")[2]:
        assert calls == [], f"{callback} was taken"


FORGERIES: dict[str, Callable[[Front, Forms, random.Random], Any]] = {
    "flipped": _flipped,
    "somebody else's": _others,
    "expired": _expired,
    "reused": _reused,
    "button": _button,
    "callback id": _elsewhere,
}


def _flip(said: str, source: random.Random) -> str:
    """Return *said* with a character or two changed, dropped or put in."""
    letters = list(said)
    for _ in range(source.randint(1, 2)):
        at = source.randrange(len(letters) or 1)
        new = source.choice(["", chr(source.randint(33, 126)), "\x00", "é", ":"])
        letters[at : at + source.randint(0, 1)] = [new] if new else []
    made = "".join(letters)
    return made if made != said else said + "x"
