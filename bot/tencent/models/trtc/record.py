"""TRTC: the recording of a relay, and where it is stored.

Page: https://www.tencentcloud.com/document/product/647/48247
"""

from collections.abc import Iterator
from typing import Annotated

from bot.exit_table import TEMPLATE as STORE_OF_CONSOLE
from bot.exit_table import VENDORS
from bot.i18n import _
from bot.tencent.models.base import Part, Secret
from bot.tencent.models.exits import NO_EXIT, Exit, Leads, Row, Wire
from bot.tencent.models.faults import Broken
from bot.tencent.models.trtc.room import IdleSeconds
from bot.tencent.models.urls import WebUrl, address_of
from bot.tencent.models.values import (
    Amount,
    Between,
    Free,
    Like,
    Many,
    Name,
    OneOf,
    Whole,
)

OFF, TEMPLATE, CUSTOM = 1, 2, 3  # UniRecord: off, the console's template, this one

STORE = Leads(Row.STORES)
MAIN_APP = "main"  # and VOD's own application, where no other is named

RecordMode = Annotated[int, OneOf(OFF, TEMPLATE, CUSTOM), STORE]  # 0 is undefined
Vendor = Annotated[int, OneOf(0, 1), STORE]
RecordFormat = Annotated[str, OneOf("hls", "mp4", "aac"), NO_EXIT]
FileMinutes = Annotated[int, Between(1, 1440), NO_EXIT]
RecordedStreams = Annotated[int, OneOf(0, 1, 2), NO_EXIT]  # both, sound, picture

RecordKey = Annotated[
    str,
    Like(
        r"[A-Za-z0-9_-]{1,128}",
        lambda: _("The {what} takes 1 to 128 letters, digits, “_” and “-”."),
    ),
    NO_EXIT,
]
FilePrefix = Annotated[
    str,
    Like(
        r"[A-Za-z0-9_-]{0,64}",
        lambda: _("The {what} takes up to 64 letters, digits, “_” and “-”."),
    ),
    NO_EXIT,
]
Folder = Annotated[
    str,
    Like(
        r"[A-Za-z0-9_-]+",
        lambda: _("The {what} takes letters, digits, “_” and “-”."),
    ),
    NO_EXIT,
]


class CloudStorage(Part):
    """A bucket, at COS or AWS."""

    vendor: Vendor  # COS, AWS
    region: Annotated[Name, STORE]
    bucket: Annotated[Name, STORE]
    access_key: Secret
    secret_key: Secret
    file_name_prefix: Many[Folder] | None = None  # the folders, from outer to inner
    # international site: a store that speaks S3
    endpoint_url: Annotated[WebUrl, STORE] | None = None

    @classmethod
    def exits(cls, fields: Wire, _whole: Wire, /) -> Iterator[Exit]:
        """Yield the bucket: at whose endpoint, in which region, by which name."""
        endpoint = str(fields.get("EndpointUrl") or "")
        at = endpoint or VENDORS[fields["Vendor"]]
        parts = (at, str(fields["Region"]), str(fields["Bucket"]))
        host = getattr(address_of(endpoint), "authority", at)
        path = "EndpointUrl" if endpoint else "Bucket"
        yield Exit(Row.STORES, path, parts, "/".join((host, *parts[1:])))


class McuTencentVod(Part):
    """How Tencent's VOD keeps the files."""

    procedure: Annotated[Name, NO_EXIT] | None = None
    expire_time: Amount | None = None  # seconds; 0: kept for ever
    storage_region: Annotated[Name, NO_EXIT] | None = None
    class_id: Annotated[Whole, NO_EXIT] | None = None  # 0
    sub_app_id: Annotated[Whole, Leads(Row.VOD_APPS)] | None = None
    session_context: Annotated[Free, NO_EXIT] | None = None
    source_context: Annotated[Free, NO_EXIT] | None = None


class McuCloudVod(Part):
    """Tencent's VOD."""

    mcu_tencent_vod: McuTencentVod | None = None

    @classmethod
    def exits(cls, fields: Wire, _whole: Wire, /) -> Iterator[Exit]:
        """Yield VOD's own application, if no other is named: the files go there."""
        if (fields.get("McuTencentVod") or {}).get("SubAppId") is None:
            yield Exit(Row.VOD_APPS, "McuTencentVod", (MAIN_APP,), MAIN_APP)


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

    @classmethod
    def exits(cls, fields: Wire, _whole: Wire, /) -> Iterator[Exit]:
        """Yield the store of the console's template, if that is what is asked for."""
        if fields.get("UniRecord") == TEMPLATE:
            yield Exit(Row.STORES, "UniRecord", (STORE_OF_CONSOLE,), STORE_OF_CONSOLE)

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
