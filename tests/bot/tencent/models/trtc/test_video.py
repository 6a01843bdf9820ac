"""What a relay is seen as."""

import pytest

ENCODE = "VideoParams.VideoEncode"
LAYOUT = "VideoParams.LayoutParams"
CELL = f"{LAYOUT}.MixLayoutList.1"
URL = "https://example.com/a.png"


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("Width", -1, "The width is 0 to 1920; -1 was given."),
        ("Width", 1921, "The width is 0 to 1920; 1921 was given."),
        ("Height", 1921, "The height is 0 to 1920; 1921 was given."),
        ("Fps", 0, "The frame rate is 1 to 60; 0 was given."),
        ("Fps", 61, "The frame rate is 1 to 60; 61 was given."),
        ("BitRate", 0, "The bit rate is 1 to 10000; 0 was given."),
        ("BitRate", 10_001, "The bit rate is 1 to 10000; 10001 was given."),
        ("Gop", 0, "The key frame interval is 1 to 5; 0 was given."),
        ("Gop", 6, "The key frame interval is 1 to 5; 6 was given."),
        ("Gop", ..., "The key frame interval is missing."),
    ],
)
def test_an_encoding_that_the_page_does_not_have_is_refused(
    told, path, value, sentence
):
    assert told((f"{ENCODE}.{path}", value)) == {f"{ENCODE}.{path}": sentence}


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (
            f"{LAYOUT}.MixLayoutMode",
            5,
            "The layout mode is one of 1, 2, 3, 4; 5 was given.",
        ),
        (
            f"{LAYOUT}.PureAudioHoldPlaceMode",
            2,
            (
                "The choice of a place for those without video is one of 0, 1;"
                " 2 was given."
            ),
        ),
        (
            f"{CELL}.RenderMode",
            3,
            "The render mode is one of 0, 1, 2; 3 was given.",
        ),
        (
            f"{CELL}.BackgroundRenderMode",
            5,
            "The background render mode is one of 0, 1, 2, 3, 4; 5 was given.",
        ),
        (
            f"{CELL}.BackGroundColorMode",
            4,
            "The background colour mode is one of 0, 1, 2, 3; 4 was given.",
        ),
        (f"{CELL}.ZOrder", -1, "The layer is 0 to 4294967295; -1 was given."),
        (
            f"{CELL}.UserMediaStream.StreamType",
            2,
            "The stream type is one of 0, 1; 2 was given.",
        ),
        (
            f"{CELL}.EnableStreamSEI",
            2,
            "The choice to keep the SEI is one of 0, 1; 2 was given.",
        ),
        (
            "VideoParams.BackGroundColor",
            "red",
            "The background colour is written as in 0xFF8800.",
        ),
        (
            "VideoParams.BackgroundRenderMode",
            3,
            "The background render mode is one of 0, 1, 2; 3 was given.",
        ),
        (
            "VideoParams.BackgroundImageUrl",
            "file:///etc/passwd",
            (
                "The address of the background picture begins with http:// or https://"
                " and goes on in letters, digits and -._~:/?#[]@!&()*+,%=;| only."
            ),
        ),
    ],
)
def test_a_value_that_the_page_does_not_have_is_refused(told, path, value, sentence):
    assert told((path, value)) == {path: sentence}


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (("LocationX", 641), {"LocationX": "ends at 1281, outside the width of 1280"}),
        (("ImageWidth", 641), {"LocationX": "ends at 1281, outside the width of 1280"}),
        (("LocationY", 1), {"LocationY": "ends at 721, outside the height of 720"}),
        (("ImageHeight", 800), {"LocationY": "ends at 800, outside the height of 720"}),
        (("ImageWidth", ...), {}),
        (("LocationX", ...), {}),
    ],
)
def test_a_cell_is_inside_the_canvas(told, change, fault):
    path, value = change

    assert told((f"{CELL}.{path}", value)) == {
        f"{CELL}.{side}": f"The cell {sentence}." for side, sentence in fault.items()
    }


def test_a_custom_layout_has_1_to_16_cells(told):
    cells = f"{LAYOUT}.MixLayoutList"

    assert told((cells, [{}] * 16)) == {}
    assert told((cells, [{}] * 17)) == {
        cells: "The list of layout cells takes 16 at most; 17 were given."
    }
    assert told((cells, [])) == {cells: "A custom layout needs its cells."}


@pytest.mark.parametrize("mode", [..., 1, 2, 3])
def test_only_a_custom_layout_has_cells(told, mode):
    assert told((f"{LAYOUT}.MixLayoutMode", mode)) == {
        f"{LAYOUT}.MixLayoutList": "Cells go with the custom layout (mode 4) only."
    }


LARGE = {"UserMediaStream": {"UserInfo": {"UserId": "Trtc_User_0"}}}


@pytest.mark.parametrize(
    ("mode", "taken"), [(1, True), (2, True), (3, False), (4, False)]
)
def test_only_two_layouts_have_a_large_picture(told, mode, taken):
    layout = {"MixLayoutMode": mode, "MaxVideoUser": LARGE}
    if mode == 4:
        layout["MixLayoutList"] = [{}]
    sentence = (
        "A large picture goes with the floating and the screen-share layout"
        " (modes 1 and 2) only."
    )

    found = told((LAYOUT, layout))

    assert found == ({} if taken else {f"{LAYOUT}.MaxVideoUser": sentence})


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("RenderMode", 0, "In a custom layout each cell has its own render mode."),
        (
            "PureAudioHoldPlaceMode",
            1,
            "In a custom layout nobody without video gets a place.",
        ),
        (
            "EnableStreamSEI",
            0,
            "In a custom layout each cell says if it keeps the SEI.",
        ),
    ],
)
def test_what_only_dynamic_layouts_have_is_refused_in_a_custom_one(
    told, path, value, sentence
):
    grid = {"MixLayoutMode": 3, path: value}

    assert told((LAYOUT, grid)) == {}
    assert told((f"{LAYOUT}.{path}", value)) == {f"{LAYOUT}.{path}": sentence}


@pytest.mark.parametrize(("mode", "taken"), [(0, True), (..., True), (1, False)])
def test_a_mask_works_with_cropping_only(told, mode, taken):
    found = told((f"{CELL}.RenderMode", mode), (f"{CELL}.TransparentUrl", URL))

    sentence = "A mask works with render mode 0 only."
    assert found == ({} if taken else {f"{CELL}.TransparentUrl": sentence})


def test_a_background_of_its_own_size_needs_the_size(told):
    mode = (f"{CELL}.BackgroundRenderMode", 4)
    size = (f"{CELL}.BackgroundCustomRender", {"Width": 640, "Height": 720})

    assert told(mode, size) == {}
    assert told(mode) == {
        f"{CELL}.BackgroundCustomRender": (
            "Background render mode 4 needs the background's size."
        )
    }


@pytest.mark.parametrize(
    ("size", "fault"),
    [
        ({"Width": 640, "Height": 720, "Radius": 320}, {}),
        (
            {"Width": 641, "Height": 721},
            {
                "Width": "The background is larger than its cell: 641 of 640.",
                "Height": "The background is larger than its cell: 721 of 720.",
            },
        ),
        (
            {"Width": 640, "Height": 100, "Radius": 51},
            {
                "Radius": (
                    "The corner radius is at most half of the shorter side, 50;"
                    " 51 was given."
                )
            },
        ),
        (
            {"Width": 0, "Height": 100},
            {"Width": "The width is 1 to 4294967295; 0 was given."},
        ),
    ],
)
def test_a_background_of_its_own_size_is_inside_its_cell(told, size, fault):
    path = f"{CELL}.BackgroundCustomRender"

    assert told((path, size), (f"{CELL}.BackgroundRenderMode", 4)) == {
        f"{path}.{side}": sentence for side, sentence in fault.items()
    }


@pytest.mark.parametrize(
    ("crop", "fault"),
    [
        ((0, 0, 10_000, 10_000), {}),
        ((1, 0, 10_000, 1), {"Width": "The crop reaches past 10000 pixels, to 10001."}),
        (
            (0, 1, 1, 10_000),
            {"Height": "The crop reaches past 10000 pixels, to 10001."},
        ),
        ((0, 0, 0, 1), {"Width": "The width is 1 to 4294967295; 0 was given."}),
        (
            (-1, 0, 1, 1),
            {
                "LocationX": (
                    "The distance from the left is 0 to 4294967295; -1 was given."
                )
            },
        ),
    ],
)
def test_a_crop_is_some_of_10000_pixels(told, crop, fault):
    names = ("LocationX", "LocationY", "Width", "Height")
    path = f"{CELL}.CustomCrop"

    assert told((path, dict(zip(names, crop, strict=True)))) == {
        f"{path}.{side}": sentence for side, sentence in fault.items()
    }
