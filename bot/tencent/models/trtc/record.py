"""TRTC: the recording of a relay, and where it is stored.

Page: https://www.tencentcloud.com/document/product/647/48247
"""

from typing import Annotated

from bot.i18n import _
from bot.tencent.models.base import Part, Secret
from bot.tencent.models.faults import Broken
from bot.tencent.models.trtc.room import IdleSeconds
from bot.tencent.models.values import (
    Between,
    Free,
    Like,
    Many,
    Name,
    OneOf,
    Switch,
    WebUrl,
    Whole,
)

OFF, TEMPLATE, CUSTOM = 1, 2, 3  # UniRecord: off, the console's template, this one

RecordMode = Annotated[int, OneOf(OFF, TEMPLATE, CUSTOM)]  # 0 is "undefined behaviour"
RecordFormat = Annotated[str, OneOf("hls", "mp4", "aac")]
FileMinutes = Annotated[int, Between(1, 1440)]
RecordedStreams = Annotated[int, OneOf(0, 1, 2)]  # both, sound, picture

RecordKey = Annotated[
    str,
    Like(
        r"[A-Za-z0-9_-]{1,128}",
        lambda: _("The {what} takes 1 to 128 letters, digits, “_” and “-”."),
    ),
]
FilePrefix = Annotated[
    str,
    Like(
        r"[A-Za-z0-9_-]{0,64}",
        lambda: _("The {what} takes up to 64 letters, digits, “_” and “-”."),
    ),
]
Folder = Annotated[
    str,
    Like(
        r"[A-Za-z0-9_-]+",
        lambda: _("The {what} takes letters, digits, “_” and “-”."),
    ),
]


class CloudStorage(Part):
    """A bucket, at COS or AWS."""

    vendor: Switch  # COS, AWS
    region: Name
    bucket: Name
    access_key: Secret
    secret_key: Secret
    file_name_prefix: Many[Folder] | None = None  # the folders, from outer to inner
    endpoint_url: WebUrl | None = None  # international site: a store that speaks S3


class McuTencentVod(Part):
    """How Tencent's VOD keeps the files."""

    procedure: Name | None = None
    expire_time: Whole | None = None  # seconds; 0: kept for ever
    storage_region: Name | None = None
    class_id: Whole | None = None  # 0
    sub_app_id: Whole | None = None
    session_context: Free | None = None
    source_context: Free | None = None


class McuCloudVod(Part):
    """Tencent's VOD."""

    mcu_tencent_vod: McuTencentVod | None = None


class McuStorageParams(Part):
    """One store: a bucket or VOD."""

    cloud_storage: CloudStorage | None = None
    mcu_cloud_vod: McuCloudVod | None = None

    def _rules(self) -> Broken:
        if (self.cloud_storage is None) == (self.mcu_cloud_vod is None):
            yield "", _("A recording has one store: CloudStorage or McuCloudVod.")


class McuRecordParams(Part):
    """Whether the relay is recorded, and how."""

    uni_record: RecordMode | None = None
    record_key: RecordKey | None = None  # the same key: several relays in one recording
    record_wait_time: IdleSeconds | None = None  # 30
    record_format: Many[RecordFormat] | None = None  # mp4
    max_media_file_duration: FileMinutes | None = None  # 1440
    stream_type: RecordedStreams | None = None
    user_define_record_prefix: FilePrefix | None = None  # for files at VOD
    mcu_storage_params: McuStorageParams | None = None

    def _rules(self) -> Broken:
        if self.uni_record is None:
            sentence = _(
                "Say 1 (no recording), 2 (as the console's template says) or 3 (as"
                " said here); Tencent does not define what happens otherwise."
            )
            yield "UniRecord", sentence
        elif self.uni_record == CUSTOM:
            yield from self._custom()
        else:
            yield from self._without_effect()

    def _custom(self) -> Broken:
        store = self.mcu_storage_params
        if store is None:
            yield "McuStorageParams", _("Recording mode 3 needs a store.")
        if {"mp4", "aac"} <= set(self.record_format or ()):
            yield "RecordFormat", _("mp4 and aac exclude each other.")
        if self.user_define_record_prefix and store and store.cloud_storage:
            sentence = _("The prefix is for files at VOD; these go to a bucket.")
            yield "UserDefineRecordPrefix", sentence

    def _without_effect(self) -> Broken:
        sentence = _("This goes with recording mode 3 only.")
        for field, value in (
            ("RecordWaitTime", self.record_wait_time),
            ("RecordFormat", self.record_format),
            ("MaxMediaFileDuration", self.max_media_file_duration),
            ("StreamType", self.stream_type),
            ("McuStorageParams", self.mcu_storage_params),
        ):
            if value is not None:
                yield field, sentence
