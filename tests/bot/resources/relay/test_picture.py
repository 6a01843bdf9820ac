"""The picture of a layout: to scale, in the order of height, and the same in words."""

import subprocess
import sys
from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image

from bot.exit_table import ANY_EXIT
from bot.resources.relay.picture import (
    LOGO,
    TILES,
    Sketch,
    mixed,
    painted,
    picture_of,
    sketch_of,
)
from bot.resources.relay.plan import FLOAT, GRID, INSET, SCREEN, SIDE, STAGE
from bot.resources.relay.request import sketched
from bot.settings import App, Terms

TERMS = Terms(
    apps=(App(name="main", sdk_app_id=1400000001, usersig_key="k" * 8),), exits=ANY_EXIT
)
LOGO_AT = {"logo": "https://a.example/l.png", "corner": "bottom-right"}


def video(**plan):
    return sketched(plan, TERMS)


def drawn(**plan):
    return Image.open(BytesIO(picture_of(video(**plan)).paint())).convert("RGB")


def near(colour, other):
    return max(abs(a - b) for a, b in zip(colour, other, strict=True)) < 24


def test_it_is_a_palette_png_of_the_canvas_at_640_pixels():
    image = Image.open(BytesIO(picture_of(video(layout=SIDE)).paint()))

    assert (image.format, image.mode, image.size) == ("PNG", "P", (640, 360))


@pytest.mark.parametrize(
    ("plan", "place", "colour"),
    [
        ({"layout": SIDE, "users": "a,b"}, (20, 20), TILES[0]),
        ({"layout": SIDE, "users": "a,b"}, (620, 20), TILES[1]),
        ({"layout": STAGE, "users": "a,b,c"}, (470, 20), TILES[0]),
        ({"layout": STAGE, "users": "a,b,c"}, (490, 170), TILES[1]),
        ({"layout": STAGE, "users": "a,b,c"}, (490, 190), TILES[2]),
        ({"layout": INSET, "users": "a,b"}, (470, 260), TILES[1]),  # b lies upon a
        ({"layout": INSET, "users": "a,b"}, (20, 20), TILES[0]),
        ({"layout": SIDE, **LOGO_AT}, (580, 302), LOGO),  # it lies upon all
    ],
)
def test_each_cell_is_where_it_will_be(plan, place, colour):
    assert near(drawn(**plan).getpixel(place), colour)


def test_what_no_cell_covers_has_the_colour_of_the_background():
    half = '[{"ImageWidth": 640, "ImageHeight": 720}]'

    image = drawn(layout="custom", cells=half, background="#00ff00")

    assert near(image.getpixel((620, 20)), (0, 255, 0))


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (
            {"layout": SIDE, "users": "ana,bob/screen", **LOGO_AT},
            (
                "1280 x 720 px. ana: 640 x 720 at 0, 0; bob/screen: 640 x 720 at 640,"
                " 0; logo: 64 x 64 at 1152, 592"
            ),
        ),
        (
            {"layout": FLOAT, "large": "ana"},
            (
                "1280 x 720 px. Drawn with four users; the places follow who is there."
                " ana: 1280 x 720 at 0, 0; 2: 320 x 180 at 924, 504; 3: 320 x 180 at"
                " 568, 504; 4: 320 x 180 at 212, 504"
            ),
        ),
    ],
)
def test_it_says_the_same_in_words(plan, words):
    assert picture_of(video(**plan)).words == words


@pytest.mark.parametrize("layout", [GRID, FLOAT, SCREEN])
def test_a_layout_that_arranges_itself_is_drawn_with_four(layout):
    assert len(sketch_of(video(layout=layout)).tiles) == 4


def test_the_same_layout_is_painted_once():
    one, other = picture_of(video(layout=SIDE)), picture_of(video(layout=SIDE))

    assert (one, one.paint()) == (other, other.paint())
    assert one.paint() is other.paint()
    assert picture_of(video(layout=STAGE)) != one


@pytest.mark.parametrize("size", [(1, 1), (1920, 2), (2, 1920), (0, 0)])
def test_odd_canvases_are_painted_too(size):
    encode = dict(zip(("Width", "Height"), size, strict=True))
    sketch = sketch_of({"VideoEncode": encode, "LayoutParams": {"MixLayoutMode": 3}})

    image = Image.open(BytesIO(painted(sketch)))

    assert max(image.size) == 640


@pytest.mark.parametrize(
    "cell",
    [
        {"ImageWidth": 10**12, "ImageHeight": 10**12},
        {"ImageWidth": 99, "ImageHeight": 99, "LocationX": 10**12},
        {"ImageWidth": 99, "ImageHeight": 99, "LocationY": 10**12},
    ],
)
def test_what_leaves_the_canvas_ends_at_its_edge(cell):
    encode = {"Width": 640, "Height": 320}
    layout = {"MixLayoutMode": 4, "MixLayoutList": [cell]}

    painting = painted(sketch_of({"VideoEncode": encode, "LayoutParams": layout}))

    assert Image.open(BytesIO(painting)).size == (640, 320)
    assert len(painting) < 10_000


def test_words_of_several_lines_are_painted_on_one():
    text = {"Text": "a\nb", "WaterMarkWidth": 300, "WaterMarkHeight": 200}
    mark = {"WaterMarkType": 1, "WaterMarkText": text}

    (*_users, logo) = sketch_of({**video(layout=GRID), "WaterMarkList": [mark]}).tiles
    sketch = Sketch(300, 200, (logo,))
    one_line = replace(sketch, tiles=(replace(logo, words="a b"),))

    assert painted(sketch) == painted(one_line)


@pytest.mark.parametrize(
    ("masked", "seen"),
    [
        ({"VideoParams": {"LayoutParams": {"MixLayoutMode": 3}}}, True),
        ({"VideoParams": {"VideoEncode": {}}}, False),
        ({}, False),
    ],
)
def test_only_a_mix_has_a_layout(masked, seen):
    assert (mixed(masked) is not None) is seen


def test_a_bot_that_draws_nothing_does_not_load_the_library():
    code = "import bot.app, sys; sys.exit('PIL' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603
