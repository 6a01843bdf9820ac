"""The layout of a mix as a picture: drawn to scale, and the same in words.

`sketch_of` makes drawing instructions of the request's picture, which is pure;
`painted` makes a palette PNG of them and takes some milliseconds, so it belongs in a
thread. The layouts that TRTC arranges by itself are drawn as they are with four users.
"""

import hashlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Any

from cachetools import LRUCache, cached

from bot.dialogue.outcome import Picture
from bot.i18n import _
from bot.resources.relay.bounds import at
from bot.resources.relay.layouts import SCREEN_MARK, Box, boxes
from bot.resources.relay.plan import FLOAT as FLOATING
from bot.resources.relay.plan import INSET, LAYOUTS, SCREEN, STAGE

if TYPE_CHECKING:  # it costs 5 MB and 50 ms, which no start of the bot should
    from PIL import ImageDraw

Wire = Mapping[str, Any]

LONGEST_SIDE = 640  # pixels of the drawing
USERS = 4  # that a layout is drawn with which arranges them by itself
MOST_KEPT = 64  # drawings, of some 3 kB each
COLOURS = 32  # of the palette
FONT, SMALLEST_FONT = 40, 14  # pixels
EDGE = (255, 255, 255)
CANVAS = (20, 22, 28)
TILES = ((37, 99, 235), (190, 75, 20), (13, 128, 84), (126, 58, 198), (176, 38, 92))
LOGO = (250, 214, 80)


@dataclass(frozen=True, slots=True)
class Tile:
    """A rectangle with words in it; *logo* lies above all users."""

    box: Box
    words: str
    logo: bool = False


@dataclass(frozen=True, slots=True)
class Sketch:
    """What is drawn: a canvas, and tiles on it from the lowest to the highest."""

    width: int
    height: int
    tiles: tuple[Tile, ...]
    background: str = ""
    example: bool = field(default=False)  # with users that are not those of the room


def picture_of(video: Wire) -> Picture:
    """Return the picture of a mix; *video* is the request's `VideoParams`."""
    sketch = sketch_of(video)
    key = hashlib.sha256(repr(sketch).encode()).hexdigest()[:32]
    return Picture(key=key, words=words_of(sketch), paint=partial(painted, sketch))


def mixed(masked: Wire) -> Wire | None:
    """Return the picture of the request *masked* if it is a mix, or None."""
    video: Wire | None = masked.get("VideoParams")
    return video if video and video.get("LayoutParams") else None


# ── what is drawn ────────────────────────────────────────────────────────────────


def sketch_of(video: Wire) -> Sketch:
    """Return the drawing instructions for *video*, masked or not."""
    encode, layout = video.get("VideoEncode") or {}, video.get("LayoutParams") or {}
    width, height = max(encode.get("Width", 0), 1), max(encode.get("Height", 0), 1)
    cells = layout.get("MixLayoutList") or ()
    users = _cells(cells) if cells else _arranged(layout, width, height)
    above = _logos(video.get("WaterMarkList") or ())
    return Sketch(
        width=width,
        height=height,
        tiles=(*sorted(users, key=lambda tile: tile.box.z), *above),
        background=str(video.get("BackGroundColor") or ""),
        example=not cells,
    )


def _cells(cells: Sequence[Wire]) -> Iterator[Tile]:
    for number, cell in enumerate(cells, 1):
        box = _box(cell, "Image")
        yield Tile(box, _user(cell.get("UserMediaStream") or {}) or str(number))


def _box(wire: Wire, kind: str) -> Box:
    """Return the place of *wire*, whose sides are called `{kind}Width` and so on."""
    names = ("LocationX", "LocationY", f"{kind}Width", f"{kind}Height", "ZOrder")
    x, y, width, height, z = (int(wire.get(name) or 0) for name in names)
    return Box(x, y, width, height, z)


def _user(stream: Wire) -> str:
    name = str(at(stream, "UserInfo.UserId") or "")
    return f"{name}{SCREEN_MARK}" if name and stream.get("StreamType") else name


def _arranged(layout: Wire, width: int, height: int) -> Iterator[Tile]:
    """Yield about what TRTC arranges by itself, with four users."""
    mode = layout.get("MixLayoutMode") or LAYOUTS[FLOATING]
    large = _user(at(layout, "MaxVideoUser.UserMediaStream") or {})
    if mode == LAYOUTS[FLOATING]:
        places = boxes(INSET, USERS, width, height)
    elif mode == LAYOUTS[SCREEN]:
        places = boxes(STAGE, USERS, width, height)
    else:
        half, rest = width // 2, height // 2
        corners = ((x, y) for y in (0, rest) for x in (0, half))
        places = tuple(Box(x, y, half, rest) for x, y in corners)
    for number, box in enumerate(places):
        yield Tile(box, large if large and not number else str(number + 1))


def _logos(marks: Sequence[Wire]) -> Iterator[Tile]:
    for mark in marks:
        image = mark.get("WaterMarkImage") or mark.get("WaterMarkText") or {}
        box = _box(image, "WaterMark")
        yield Tile(box, str(image.get("Text") or _("logo")), logo=True)


# ── in words ─────────────────────────────────────────────────────────────────────


def words_of(sketch: Sketch) -> str:
    """Return what the drawing shows, in words."""
    size = _("{width} x {height} px.").format(width=sketch.width, height=sketch.height)
    sentences = [size]
    if sketch.example:
        sentences.append(_("Drawn with four users; the places follow who is there."))
    place = _("{what}: {width} x {height} at {x}, {y}")
    placed = (
        place.format(
            what=tile.words,
            width=tile.box.width,
            height=tile.box.height,
            x=tile.box.x,
            y=tile.box.y,
        )
        for tile in sketch.tiles
    )
    return " ".join((*sentences, "; ".join(placed)))


# ── painting ─────────────────────────────────────────────────────────────────────


@cached(LRUCache(MOST_KEPT), lock=threading.Lock())
def painted(sketch: Sketch) -> bytes:
    """Return *sketch* as a palette PNG, whose longer side has LONGEST_SIDE pixels."""
    from PIL import Image, ImageDraw  # noqa: PLC0415 - see the top

    scale = LONGEST_SIDE / max(sketch.width, sketch.height)
    size = max(round(sketch.width * scale), 1), max(round(sketch.height * scale), 1)
    image = Image.new("RGB", size, _colour(sketch.background))
    draw = ImageDraw.Draw(image)
    for number, tile in enumerate(sketch.tiles):
        _paint(draw, tile, scale, LOGO if tile.logo else TILES[number % len(TILES)])
    out = BytesIO()
    image.quantize(COLOURS, Image.Quantize.FASTOCTREE).save(out, "PNG")
    return out.getvalue()


def _paint(
    draw: "ImageDraw.ImageDraw", tile: Tile, scale: float, fill: tuple[int, int, int]
) -> None:
    box, (across, down) = tile.box, draw.im.size
    left, top = min(round(box.x * scale), across), min(round(box.y * scale), down)
    right = max(min(round((box.x + box.width) * scale), across) - 1, left)
    bottom = max(min(round((box.y + box.height) * scale), down) - 1, top)
    draw.rectangle((left, top, right, bottom), fill, EDGE, 2)
    ink = (0, 0, 0) if tile.logo else EDGE
    words = " ".join(tile.words.split())
    if fit := _fitted(draw, words, right - left - 8, bottom - top - 4):
        text, font = fit
        middle = (left + right) / 2, (top + bottom) / 2
        draw.text(middle, text, ink, font, anchor="mm")


def _fitted(
    draw: "ImageDraw.ImageDraw", words: str, width: int, height: int
) -> tuple[str, Any] | None:
    """Return *words* as large as they fit, or cut; None if nothing of them fits."""
    from PIL import ImageFont  # noqa: PLC0415 - see the top

    for size in range(min(FONT, max(height, 0)), SMALLEST_FONT - 1, -1):
        font = ImageFont.load_default(size)
        if draw.textlength(words, font) <= width:
            return words, font
    if height < SMALLEST_FONT:
        return None
    font = ImageFont.load_default(SMALLEST_FONT)
    for length in range(len(words) - 1, 0, -1):
        if draw.textlength(f"{words[:length]}..", font) <= width:
            return f"{words[:length]}..", font
    return None


def _colour(text: str) -> tuple[int, int, int]:
    """Return the colour `0xRRGGBB`, or that of an empty canvas."""
    digits = text.casefold().removeprefix("0x")
    try:
        red, green, blue = bytes.fromhex(digits)
    except ValueError:
        return CANVAS
    return red, green, blue
