"""TRTC: what a relay is seen as: its encoding, layout, background and watermarks.

Page: https://www.tencentcloud.com/document/product/647/48247
"""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from bot.i18n import _
from bot.tencent.models.base import Part
from bot.tencent.models.exits import NO_EXIT
from bot.tencent.models.faults import Broken
from bot.tencent.models.trtc.room import UserMediaStream, Users
from bot.tencent.models.trtc.watermark import McuWaterMarkParams
from bot.tencent.models.urls import PictureUrl
from bot.tencent.models.values import (
    Amount,
    Between,
    Many,
    OneOf,
    Rgb,
    Size,
    Switch,
)

FLOATING, SCREEN_SHARE, GRID, CUSTOM = 1, 2, 3, 4  # MixLayoutMode
CROP = 0  # RenderMode
OWN_SIZE = 4  # BackgroundRenderMode

LONGEST_CROP = 10_000

# The narrower, mainland ranges; the international site starts both at 0.
Fps = Annotated[int, Between(1, 60), NO_EXIT]
VideoKbps = Annotated[int, Between(1, 10_000), NO_EXIT]

CanvasPixels = Annotated[int, Between(0, 1920), NO_EXIT]
GopSeconds = Annotated[int, Between(1, 5), NO_EXIT]
LayoutMode = Annotated[int, OneOf(FLOATING, SCREEN_SHARE, GRID, CUSTOM), NO_EXIT]
RenderMode = Annotated[int, OneOf(CROP, 1, 2), NO_EXIT]
CanvasRenderMode = Annotated[int, OneOf(CROP, 1, 2), NO_EXIT]
CellRenderMode = Annotated[int, OneOf(CROP, 1, 2, 3, OWN_SIZE), NO_EXIT]
ColorMode = Annotated[int, OneOf(0, 1, 2, 3), NO_EXIT]


class VideoEncode(Part):
    """How the picture is encoded."""

    width: CanvasPixels
    height: CanvasPixels
    fps: Fps
    bit_rate: VideoKbps
    gop: GopSeconds


class McuCustomCrop(Part):
    """The part of the sent picture that is used, in pixels of it."""

    location_x: Amount
    location_y: Amount
    width: Size
    height: Size

    def _rules(self) -> Broken:
        for side, end in (
            ("Width", self.location_x + self.width),
            ("Height", self.location_y + self.height),
        ):
            if end > LONGEST_CROP:
                sentence = _("The crop reaches past 10000 pixels, to {end}.")
                yield side, sentence.format(end=end)


class McuBackgroundCustomRender(Part):
    """The size of a cell's background, and how round its corners are."""

    width: Size
    height: Size
    radius: Amount | None = None  # 0: square

    def _rules(self) -> Broken:
        most = min(self.width, self.height) // 2
        if (self.radius or 0) > most:
            sentence = _(
                "The corner radius is at most half of the shorter side, {most};"
                " {given} was given."
            )
            yield "Radius", sentence.format(most=most, given=self.radius)


class McuLayout(Part):
    """A cell of a custom layout, in pixels of the canvas.

    Without a stream it is filled by whoever comes next.
    """

    user_media_stream: UserMediaStream | None = None
    image_width: Amount | None = None  # 0
    image_height: Amount | None = None  # 0
    location_x: Amount | None = None  # 0
    location_y: Amount | None = None  # 0
    z_order: Amount | None = None  # 0
    render_mode: RenderMode | None = None  # crop, fit on the background, fit on black
    back_ground_color: Rgb | None = None  # the page says that it has no effect
    background_image_url: PictureUrl | None = None  # while the user sends no picture
    custom_crop: McuCustomCrop | None = None
    background_render_mode: CellRenderMode | None = None  # 3: stretch
    transparent_url: PictureUrl | None = None  # a png, whose transparency is taken
    background_custom_render: McuBackgroundCustomRender | None = None
    back_ground_color_mode: ColorMode | None = None  # bits: 1 placeholder, 2 live
    enable_stream_sei: Switch | None = Field(default=None, alias="EnableStreamSEI")

    def users(self, at: str) -> Users:
        """Return the user whose cell it is, if one is named; it is *at* that path."""
        stream = self.user_media_stream
        return stream.users(f"{at}.UserMediaStream") if stream else []

    def outside(self, canvas: VideoEncode) -> Broken:
        """Return in which direction the cell leaves *canvas*."""
        right = (self.location_x or 0) + (self.image_width or 0)
        bottom = (self.location_y or 0) + (self.image_height or 0)
        faults = []
        if right > canvas.width:
            sentence = _("The cell ends at {end}, outside the width of {most}.")
            text = sentence.format(end=right, most=canvas.width)
            faults.append(("LocationX", text))
        if bottom > canvas.height:
            sentence = _("The cell ends at {end}, outside the height of {most}.")
            text = sentence.format(end=bottom, most=canvas.height)
            faults.append(("LocationY", text))
        return faults

    def _rules(self) -> Broken:
        plain = self.transparent_url is None and self.background_render_mode is None
        return () if plain and not self.background_custom_render else self._of_looks()

    def _of_looks(self) -> Broken:
        if self.transparent_url and self.render_mode not in {None, CROP}:
            yield "TransparentUrl", _("A mask works with render mode 0 only.")
        own = self.background_custom_render
        if own is None:
            if self.background_render_mode == OWN_SIZE:
                sentence = _("Background render mode 4 needs the background's size.")
                yield "BackgroundCustomRender", sentence
            return
        sentence = _("The background is larger than its cell: {given} of {most}.")
        for side, length, most in (
            ("Width", own.width, self.image_width or 0),
            ("Height", own.height, self.image_height or 0),
        ):
            if length > most:
                text = sentence.format(given=length, most=most)
                yield f"BackgroundCustomRender.{side}", text


class MaxVideoUser(Part):
    """Whose picture is the large one."""

    user_media_stream: UserMediaStream

    def users(self, at: str) -> Users:
        """Return the user; this is *at* that path."""
        return self.user_media_stream.users(f"{at}.UserMediaStream")


class McuLayoutParams(Part):
    """How the pictures are laid out: by themselves, or in a custom layout's cells."""

    mix_layout_mode: LayoutMode | None = None  # FLOATING
    pure_audio_hold_place_mode: Switch | None = None  # 0
    mix_layout_list: Annotated[Many[McuLayout], Field(max_length=16)] | None = None
    max_video_user: MaxVideoUser | None = None
    render_mode: RenderMode | None = None  # crop, scale, scale on black
    enable_stream_sei: Switch | None = Field(default=None, alias="EnableStreamSEI")

    @property
    def mode(self) -> int:
        """The mode that holds, given or not."""
        return self.mix_layout_mode or FLOATING

    def users(self, at: str) -> Users:
        """Return the users of the cells, and of the large picture, from *at* on."""
        users = []
        for number, cell in enumerate(self.mix_layout_list or ()):
            users += cell.users(f"{at}.MixLayoutList.{number}")
        if self.max_video_user:
            users += self.max_video_user.users(f"{at}.MaxVideoUser")
        return users

    def outside(self, canvas: VideoEncode, at: str) -> Broken:
        """Yield which cells leave *canvas*; this is *at* that path."""
        for number, cell in enumerate(self.mix_layout_list or ()):
            for side, sentence in cell.outside(canvas):
                yield f"{at}.MixLayoutList.{number}.{side}", sentence

    def _rules(self) -> Broken:
        if self.mode == CUSTOM:
            yield from self._dynamic_only()
            if not self.mix_layout_list:
                yield "MixLayoutList", _("A custom layout needs its cells.")
        elif self.mix_layout_list:
            yield "MixLayoutList", _("Cells go with the custom layout (mode 4) only.")
        if self.max_video_user and self.mode not in {FLOATING, SCREEN_SHARE}:
            sentence = _(
                "A large picture goes with the floating and the screen-share layout"
                " (modes 1 and 2) only."
            )
            yield "MaxVideoUser", sentence

    def _dynamic_only(self) -> Broken:
        # The page's own examples send a 0 with the custom layout, so 0 passes.
        if self.pure_audio_hold_place_mode:
            sentence = _("In a custom layout nobody without video gets a place.")
            yield "PureAudioHoldPlaceMode", sentence
        if self.render_mode is not None:
            sentence = _("In a custom layout each cell has its own render mode.")
            yield "RenderMode", sentence
        if self.enable_stream_sei == 0:
            sentence = _("In a custom layout each cell says if it keeps the SEI.")
            yield "EnableStreamSEI", sentence


class McuVideoParams(Part):
    """The picture: encoding, layout, background and watermarks."""

    video_encode: VideoEncode | None = None
    layout_params: McuLayoutParams | None = None
    back_ground_color: Rgb | None = None
    background_image_url: PictureUrl | None = None  # it wins over the colour
    water_mark_list: Many[McuWaterMarkParams] | None = None
    background_render_mode: CanvasRenderMode | None = None  # 2: stretch

    def users(self, at: str) -> Users:
        """Return the users that the layout names; this is *at* that path."""
        layout = self.layout_params
        return layout.users(f"{at}.LayoutParams") if layout else []

    def mixing(self) -> Iterator[str]:
        """Yield the fields that only a mix, which is transcoded, has a use for."""
        if self.layout_params:
            yield "LayoutParams"
        if self.water_mark_list:
            yield "WaterMarkList"

    def _rules(self) -> Broken:
        if self.layout_params and self.video_encode:
            return self.layout_params.outside(self.video_encode, "LayoutParams")
        return ()
