"""TRTC: what is laid over the picture of a relay.

Page: https://www.tencentcloud.com/document/product/647/48247
"""

from typing import Annotated

from bot.i18n import _
from bot.tencent.models.base import Part
from bot.tencent.models.exits import NO_EXIT
from bot.tencent.models.faults import Broken
from bot.tencent.models.urls import PictureUrl
from bot.tencent.models.values import Amount, OneOf, Rgb, Switch, Text

PICTURE, WORDS = 0, 1  # WaterMarkType

Movement = Annotated[
    int, OneOf(0, 1, 2), NO_EXIT
]  # none, another place each second, bouncing
Font = Annotated[str, OneOf("Tencent", "SourceHanSans"), NO_EXIT]
WaterMarkWords = Annotated[str, Text(most=1024, free=True), NO_EXIT]


class McuWaterMarkImage(Part):
    """A picture: png or jpg, of 2K pixels and 5 MB at most."""

    water_mark_url: PictureUrl
    water_mark_width: Amount
    water_mark_height: Amount
    location_x: Amount
    location_y: Amount
    z_order: Amount | None = None  # 0
    dynamic_pos_type: Movement | None = None  # 0


class McuWaterMarkText(Part):
    """Words."""

    text: WaterMarkWords
    water_mark_width: Amount
    water_mark_height: Amount
    location_x: Amount
    location_y: Amount
    font_size: Amount
    font_color: Rgb | None = None  # white
    back_ground_color: Rgb | None = None  # none
    dynamic_pos_type: Movement | None = None  # 0
    z_order: Amount | None = None  # 0
    font: Font | None = None  # Tencent


class McuWaterMarkParams(Part):
    """A watermark: either a picture or words."""

    water_mark_type: Switch | None = None  # PICTURE (default), WORDS
    water_mark_image: McuWaterMarkImage | None = None
    water_mark_text: McuWaterMarkText | None = None

    def _rules(self) -> Broken:
        picture, words = self.water_mark_image, self.water_mark_text
        if self.water_mark_type == WORDS:
            if words is None:
                yield "WaterMarkText", _("A text watermark (type 1) needs its text.")
            if picture:
                yield "WaterMarkImage", _("A text watermark (type 1) has no picture.")
            return
        if picture is None:
            sentence = _("A picture watermark (type 0) needs its picture.")
            yield "WaterMarkImage", sentence
        if words:
            yield "WaterMarkText", _("A picture watermark (type 0) has no text.")
