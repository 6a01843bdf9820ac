"""The recording of a relay."""

import pytest

BUCKET = {
    "Vendor": 0,
    "Region": "ap-guangzhou",
    "Bucket": "shows",
    "AccessKey": "who-" + "we-are",
    "SecretKey": "what-" + "we-know",
}
VOD = {"McuCloudVod": {"McuTencentVod": {"ExpireTime": 0}}}
COS = {"CloudStorage": BUCKET}
ONLY_3 = "This goes with recording mode 3 only."


@pytest.mark.parametrize(
    "record",
    [
        {"UniRecord": 1},
        {"UniRecord": 2, "RecordKey": "evening-show_1", "UserDefineRecordPrefix": ""},
        {"UniRecord": 3, "McuStorageParams": COS},
        {
            "UniRecord": 3,
            "RecordFormat": ["hls", "mp4"],
            "RecordWaitTime": 5,
            "MaxMediaFileDuration": 1440,
            "StreamType": 2,
            "UserDefineRecordPrefix": "show",
            "McuStorageParams": VOD,
        },
        {
            "UniRecord": 3,
            "McuStorageParams": {
                "CloudStorage": {
                    **BUCKET,
                    "Vendor": 1,
                    "FileNamePrefix": ["a", "b"],
                    "EndpointUrl": "https://s3.example.com",
                }
            },
        },
    ],
)
def test_a_recording_is_off_or_by_template_or_as_said(told, record):
    assert told(("RecordParams", record)) == {}


@pytest.mark.parametrize(
    ("record", "fault"),
    [
        (
            {},
            {
                "UniRecord": (
                    "Say 1 (no recording), 2 (as the console's template says) or 3"
                    " (as said here); Tencent does not define what happens otherwise."
                )
            },
        ),
        (
            {"UniRecord": 0},
            {"UniRecord": "The recording mode is one of 1, 2, 3; 0 was given."},
        ),
        (
            {"UniRecord": 2, "RecordWaitTime": 30, "RecordFormat": ["mp4"]},
            {"RecordWaitTime": ONLY_3, "RecordFormat": ONLY_3},
        ),
        (
            {"UniRecord": 1, "StreamType": 0, "MaxMediaFileDuration": 1},
            {"StreamType": ONLY_3, "MaxMediaFileDuration": ONLY_3},
        ),
        (
            {"UniRecord": 2, "McuStorageParams": COS},
            {"McuStorageParams": ONLY_3},
        ),
        (
            {"UniRecord": 3},
            {"McuStorageParams": "Recording mode 3 needs a store."},
        ),
        (
            {"UniRecord": 3, "McuStorageParams": {}},
            {
                "McuStorageParams": (
                    "A recording has one store: CloudStorage or McuCloudVod."
                )
            },
        ),
        (
            {"UniRecord": 3, "McuStorageParams": {**COS, **VOD}},
            {
                "McuStorageParams": (
                    "A recording has one store: CloudStorage or McuCloudVod."
                )
            },
        ),
        (
            {
                "UniRecord": 3,
                "McuStorageParams": VOD,
                "RecordFormat": ["mp4", "hls", "aac"],
            },
            {"RecordFormat": "mp4 and aac exclude each other."},
        ),
        (
            {"UniRecord": 3, "McuStorageParams": VOD, "RecordFormat": ["mp3"]},
            {"RecordFormat.0": "The recording format is one of hls, mp4, aac."},
        ),
        (
            {
                "UniRecord": 3,
                "McuStorageParams": COS,
                "UserDefineRecordPrefix": "show",
            },
            {
                "UserDefineRecordPrefix": (
                    "The prefix is for files at VOD; these go to a bucket."
                )
            },
        ),
        (
            {"UniRecord": 2, "RecordKey": "evening show"},
            {
                "RecordKey": (
                    "The recording key takes 1 to 128 letters, digits, “_” and “-”."
                )
            },
        ),
        (
            {"UniRecord": 2, "UserDefineRecordPrefix": "x" * 65},
            {
                "UserDefineRecordPrefix": (
                    "The prefix of recorded files takes up to 64 letters, digits,"
                    " “_” and “-”."
                )
            },
        ),
        (
            {"UniRecord": 3, "RecordWaitTime": 4, "McuStorageParams": VOD},
            {"RecordWaitTime": "The recording's wait is 5 to 86400; 4 was given."},
        ),
        (
            {"UniRecord": 3, "MaxMediaFileDuration": 1441, "McuStorageParams": VOD},
            {
                "MaxMediaFileDuration": (
                    "The length of a recorded file is 1 to 1440; 1441 was given."
                )
            },
        ),
        (
            {
                "UniRecord": 3,
                "McuStorageParams": {
                    "CloudStorage": {**BUCKET, "Vendor": 2, "FileNamePrefix": ["a/b"]}
                },
            },
            {
                "McuStorageParams.CloudStorage.Vendor": (
                    "The store's vendor is one of 0, 1; 2 was given."
                ),
                "McuStorageParams.CloudStorage.FileNamePrefix.0": (
                    "The file name prefix takes letters, digits, “_” and “-”."
                ),
            },
        ),
    ],
)
def test_a_recording_that_tencent_would_not_make_is_refused(told, record, fault):
    assert told(("RecordParams", record)) == {
        f"RecordParams.{path}": sentence for path, sentence in fault.items()
    }
