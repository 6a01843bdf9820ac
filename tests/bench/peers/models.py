"""The models of the lean bot: strict, what is unknown is refused, one pass each way."""

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_pascal


class _Part(BaseModel):
    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, alias_generator=to_pascal
    )


class Agent(_Part):
    user_id: str = Field(min_length=1)
    user_sig: str
    max_idle_time: int = Field(ge=5, le=86_400)


class AudioEncode(_Part):
    sample_rate: int
    channel: int = Field(ge=1, le=2)
    bit_rate: int = Field(ge=32, le=192)
    codec: int = 0


class Audio(_Part):
    audio_encode: AudioEncode


class User(_Part):
    room_id_type: int = Field(ge=0, le=1)
    room_id: str
    user_id: str


class Stream(_Part):
    user_info: User
    stream_type: int = Field(ge=0, le=1)


class Box(_Part):
    user_media_stream: Stream
    image_width: int = Field(ge=0, le=1920)
    image_height: int = Field(ge=0, le=1920)
    location_x: int = Field(ge=0, le=1920)
    location_y: int = Field(ge=0, le=1920)
    z_order: int = Field(ge=0, le=99)
    render_mode: int = Field(ge=0, le=3)


class Layout(_Part):
    mix_layout_mode: int = Field(ge=1, le=4)
    pure_audio_hold_place_mode: int = Field(ge=0, le=1)
    mix_layout_list: tuple[Box, ...] = Field(strict=False)


class VideoEncode(_Part):
    width: int = Field(ge=0, le=1920)
    height: int = Field(ge=0, le=1920)
    fps: int = Field(ge=1, le=60)
    bit_rate: int = Field(ge=1, le=10_000)
    gop: int = Field(ge=1, le=5)


class Image(_Part):
    water_mark_url: str
    location_x: int
    location_y: int
    water_mark_width: int
    water_mark_height: int
    z_order: int


class WaterMark(_Part):
    water_mark_type: int
    water_mark_image: Image


class Video(_Part):
    video_encode: VideoEncode
    layout_params: Layout
    back_ground_color: str = Field(pattern=r"^0x[0-9A-Fa-f]{6}$")
    water_mark_list: tuple[WaterMark, ...] = Field(strict=False)


class Volume(_Part):
    app_data: str
    payload_type: int
    interval: int
    follow_idr: int


class Sei(_Part):
    layout_volume: Volume


class Target(_Part):
    publish_cdn_url: str = Field(pattern=r"^rtmps?://")
    is_tencent_cdn: int = Field(ge=0, le=1)


class Start(_Part):
    """https://www.tencentcloud.com/document/product/647/48247 ."""

    sdk_app_id: int = Field(gt=0, lt=2**32)
    room_id: str
    room_id_type: int = Field(ge=0, le=1)
    agent_params: Agent
    with_transcoding: int = Field(ge=0, le=1)
    audio_params: Audio
    video_params: Video
    sei_params: Sei
    publish_cdn_params: tuple[Target, ...] = Field(strict=False)

    def wire(self):
        """Return it as it is sent."""
        return self.model_dump_json(by_alias=True, exclude_none=True).encode()
