"""Ready layouts: side by side, one large and others beside it, picture in picture.

Each is a custom layout (mode 4) whose cells are computed here, in pixels of the canvas.
A cell for nobody in particular is filled by whoever comes next.
https://www.tencentcloud.com/document/product/647/48247
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from bot.errors import InvalidRequest
from bot.i18n import _
from bot.resources.relay.plan import INSET, SIDE, STAGE, TEXT, Plan, guessed_type

MOST = {SIDE: 16, STAGE: 16, INSET: 10}  # cells; the API takes 16
UNNAMED = {SIDE: 2, STAGE: 4, INSET: 2}  # cells where no user is named
IN_ROW = 3  # small pictures of a picture in picture
SCREEN_MARK = "/screen"


class Box(NamedTuple):
    """A cell: its place and size in pixels; a higher *z* lies on top."""

    x: int
    y: int
    width: int
    height: int
    z: int = 0


@dataclass(frozen=True, slots=True)
class Member:
    """A user who is seen or heard: written `user`, `user@room` or `user/screen`.

    *room* is empty for the room of the relay.
    """

    user: str
    room: str = ""
    screen: bool = False

    @classmethod
    def read(cls, text: str) -> "Member":
        """Return the member that is written *text*."""
        named, screen = text, text.casefold().endswith(SCREEN_MARK)
        if screen:
            named = text[: -len(SCREEN_MARK)]
        user, _at, room = named.partition("@")
        return cls(user.strip(), room.strip(), screen)

    def __str__(self) -> str:
        room = f"@{self.room}" if self.room else ""
        return f"{self.user}{room}{SCREEN_MARK if self.screen else ''}"

    def info(self, main: Mapping[str, Any]) -> dict[str, Any]:
        """Return the user as the API takes one; *main* is the request with its room."""
        if not self.room or self.room == main["RoomId"]:
            room = {"RoomIdType": main["RoomIdType"], "RoomId": main["RoomId"]}
        else:
            kind = int(guessed_type(self.room) == TEXT)
            room = {"RoomIdType": kind, "RoomId": self.room}
        return {**room, "UserId": self.user}

    def stream(self, main: Mapping[str, Any]) -> dict[str, Any]:
        """Return the user's picture as the API takes one."""
        return {"StreamType": int(self.screen), "UserInfo": self.info(main)}


def members(text: str) -> tuple[Member, ...]:
    """Return the users that *text* names, one to a line or between commas."""
    names = text.replace(",", "\n").split("\n")
    return tuple(Member.read(name) for name in map(str.strip, names) if name)


def boxes(layout: str, count: int, width: int, height: int) -> tuple[Box, ...]:
    """Return the *count* cells of a ready *layout* on a canvas of that size."""
    match layout:
        case "side":
            return _row(count, Box(0, 0, width, height))
        case "1+n":
            return _stage(count, width, height)
        case "pip":
            return _inset(count, width, height)
    raise ValueError(layout)


def cells(plan: Plan, canvas: Mapping[str, int], main: Mapping[str, Any]) -> list[Any]:
    """Return the cells of the ready layout of *plan*, as the API takes them.

    Raises:
        InvalidRequest: more users than the layout has room for.
    """
    layout, named = plan["layout"], members(plan.get("users", ""))
    count = len(named) or UNNAMED[layout]
    if count > MOST[layout]:
        sentence = _("This layout takes {most} users at most; {count} were given.")
        text = sentence.format(most=MOST[layout], count=count)
        raise InvalidRequest({"users": text})
    laid = boxes(layout, count, canvas["Width"], canvas["Height"])
    return [
        ({"UserMediaStream": named[n].stream(main)} if named else {}) | _cell(box)
        for n, box in enumerate(laid)
    ]


def recognised(listed: Sequence[Mapping[str, Any]], canvas: Mapping[str, Any]) -> str:
    """Return the ready layout whose cells *listed* are; "" if they are none's."""
    width, height = canvas.get("Width", 0), canvas.get("Height", 0)
    places = [
        {name: value for name, value in cell.items() if name != "UserMediaStream"}
        for cell in listed
    ]
    for layout, most in MOST.items():
        laid = boxes(layout, len(places), width, height) if len(places) <= most else ()
        if places and places == [_cell(box) for box in laid]:
            return layout
    return ""


def _cell(box: Box) -> dict[str, int]:
    return {
        "LocationX": box.x,
        "LocationY": box.y,
        "ZOrder": box.z,
        "ImageHeight": box.height,
        "ImageWidth": box.width,
        "RenderMode": 0,
    }


# ── geometry ─────────────────────────────────────────────────────────────────────


def _row(count: int, inside: Box) -> tuple[Box, ...]:
    """Return *count* columns; the last one takes what is left over."""
    step = _even(inside.width // count) if count else 0
    last = inside.width - step * (count - 1)
    return tuple(
        Box(inside.x + n * step, inside.y, step if n < count - 1 else last, *inside[3:])
        for n in range(count)
    )


def _column(count: int, inside: Box) -> tuple[Box, ...]:
    turned = Box(inside.y, inside.x, inside.height, inside.width, inside.z)
    return tuple(
        Box(box.y, box.x, box.height, box.width, box.z) for box in _row(count, turned)
    )


def _stage(count: int, width: int, height: int) -> tuple[Box, ...]:
    """One at three quarters of the longer side, the others along the rest."""
    if count == 1:
        return (Box(0, 0, width, height),)
    if width >= height:
        large = _even(width * 3 // 4)
        rest = _column(count - 1, Box(large, 0, width - large, height))
        return (Box(0, 0, large, height), *rest)
    large = _even(height * 3 // 4)
    rest = _row(count - 1, Box(0, large, width, height - large))
    return (Box(0, 0, width, large), *rest)


def _inset(count: int, width: int, height: int) -> tuple[Box, ...]:
    """One everywhere; the others on it at a quarter, from the bottom right."""
    wide, high = _even(width // 4), _even(height // 4)
    margin = _even(min(width, height) // 20)
    small = (
        Box(
            width - (n % IN_ROW + 1) * (wide + margin),
            height - (n // IN_ROW + 1) * (high + margin),
            wide,
            high,
            1,
        )
        for n in range(count - 1)
    )
    return (Box(0, 0, width, height), *small)


def _even(pixels: int) -> int:
    """Encoders halve the colours, so a side is an even number of pixels."""
    return pixels // 2 * 2
