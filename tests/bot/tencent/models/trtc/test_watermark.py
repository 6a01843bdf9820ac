"""What is laid over the picture."""

import pytest

MARKS = "VideoParams.WaterMarkList"
PLACE = {
    "WaterMarkWidth": 64,
    "WaterMarkHeight": 64,
    "LocationX": 0,
    "LocationY": 0,
}
IMAGE = {"WaterMarkUrl": "https://example.com/a.png", **PLACE}
WORDS = {"Text": "on air\nnow", "FontSize": 12, **PLACE}


@pytest.mark.parametrize(
    "mark",
    [
        {"WaterMarkImage": IMAGE},
        {"WaterMarkType": 0, "WaterMarkImage": IMAGE},
        {"WaterMarkType": 1, "WaterMarkText": WORDS},
        {
            "WaterMarkType": 1,
            "WaterMarkText": {
                **WORDS,
                "Font": "SourceHanSans",
                "FontColor": "0xcc0033",
                "DynamicPosType": 2,
            },
        },
    ],
)
def test_a_watermark_is_a_picture_or_words(told, mark):
    assert told((MARKS, [mark])) == {}


@pytest.mark.parametrize(
    ("mark", "fault"),
    [
        ({}, {"WaterMarkImage": "A picture watermark (type 0) needs its picture."}),
        (
            {"WaterMarkText": WORDS},
            {
                "WaterMarkImage": "A picture watermark (type 0) needs its picture.",
                "WaterMarkText": "A picture watermark (type 0) has no text.",
            },
        ),
        (
            {"WaterMarkType": 1, "WaterMarkImage": IMAGE},
            {
                "WaterMarkText": "A text watermark (type 1) needs its text.",
                "WaterMarkImage": "A text watermark (type 1) has no picture.",
            },
        ),
        (
            {"WaterMarkType": 2, "WaterMarkImage": IMAGE},
            {"WaterMarkType": "The watermark type is one of 0, 1; 2 was given."},
        ),
        (
            {"WaterMarkImage": {**IMAGE, "DynamicPosType": 3}},
            {
                "WaterMarkImage.DynamicPosType": (
                    "The watermark's way of moving is one of 0, 1, 2; 3 was given."
                )
            },
        ),
        (
            {"WaterMarkType": 1, "WaterMarkText": {**WORDS, "Font": "Comic Sans"}},
            {"WaterMarkText.Font": "The font is one of Tencent, SourceHanSans."},
        ),
        (
            {"WaterMarkType": 1, "WaterMarkText": {**WORDS, "Text": ""}},
            {"WaterMarkText.Text": "The watermark's text is empty."},
        ),
        (
            {"WaterMarkType": 1, "WaterMarkText": {**WORDS, "FontColor": "white"}},
            {"WaterMarkText.FontColor": "The font colour is written as in 0xFF8800."},
        ),
    ],
)
def test_a_watermark_has_what_its_type_says(told, mark, fault):
    assert told((MARKS, [mark])) == {
        f"{MARKS}.0.{path}": sentence for path, sentence in fault.items()
    }
