"""TRTC: what a relay is heard as.

Page: https://www.tencentcloud.com/document/product/647/48247
"""

from collections.abc import Iterator
from typing import Annotated

from bot.i18n import _
from bot.tencent.models.base import Part
from bot.tencent.models.exits import NO_EXIT
from bot.tencent.models.faults import Broken
from bot.tencent.models.trtc.room import MixUserInfo, Users
from bot.tencent.models.values import Between, Many, OneOf

LC_AAC, HE_AAC, HE_AAC_V2 = 0, 1, 2  # Codec
STEREO = 2
TELEPHONE = 8000  # Hz

SampleRate = Annotated[
    int, OneOf(48_000, 44_100, 32_000, 24_000, 16_000, TELEPHONE), NO_EXIT
]
Channels = Annotated[int, OneOf(1, STEREO), NO_EXIT]
AudioKbps = Annotated[int, Between(8, 500), NO_EXIT]
AudioCodec = Annotated[int, OneOf(LC_AAC, HE_AAC, HE_AAC_V2), NO_EXIT]
SoundLevel = Annotated[int, Between(0, 100), NO_EXIT]


class AudioEncode(Part):
    """How the sound is encoded. It always is, free of charge."""

    sample_rate: SampleRate
    channel: Channels
    bit_rate: AudioKbps
    codec: AudioCodec | None = None  # LC_AAC

    def _rules(self) -> Broken:
        return self._of_he_aac() if self.codec else ()

    def _of_he_aac(self) -> Broken:
        if self.codec == HE_AAC_V2 and self.channel != STEREO:
            yield "Channel", _("HE-AACv2 is stereo only: it takes 2 channels.")
        if self.sample_rate == TELEPHONE:
            sentence = _("HE-AAC does not go down to 8000 Hz; take 16000 Hz or more.")
            yield "SampleRate", sentence


class McuUserInfoParams(Part):
    """A user who is heard (or not), and how loud."""

    user_info: MixUserInfo
    sound_level: SoundLevel | None = None  # 100, as sent; in the list of users to hear


class McuAudioParams(Part):
    """The sound: its encoding, and whom one hears; everybody, if no list says.

    The vendor's text wants both lists or neither. Its own examples give the list of
    users to hear alone, so that is taken; the other list alone is not.
    """

    audio_encode: AudioEncode | None = None
    subscribe_audio_list: Many[McuUserInfoParams] | None = None
    un_subscribe_audio_list: Many[McuUserInfoParams] | None = None

    def users(self, at: str) -> Users:
        """Return the users of both lists; this is *at* that path."""
        return [
            (f"{at}.{name}.{number}.UserInfo", one.user_info)
            for name, users in (
                ("SubscribeAudioList", self.subscribe_audio_list),
                ("UnSubscribeAudioList", self.un_subscribe_audio_list),
            )
            for number, one in enumerate(users or ())
        ]

    def mixing(self) -> Iterator[str]:
        """Yield the fields that only a mix, which is transcoded, has a use for."""
        if self.subscribe_audio_list:
            yield "SubscribeAudioList"
        if self.un_subscribe_audio_list:
            yield "UnSubscribeAudioList"

    def _rules(self) -> Broken:
        if not self.un_subscribe_audio_list or self.subscribe_audio_list is not None:
            return ()
        sentence = _(
            "A list of users not to hear needs a list of users to hear beside it;"
            " an empty one is everybody."
        )
        return (("SubscribeAudioList", sentence),)
