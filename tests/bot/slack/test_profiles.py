"""What Slack says of a person's time zone, and what it does not."""

from datetime import timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from bot.slack.profiles import profile


@pytest.mark.parametrize(
    ("info", "zone"),
    [
        ({"tz": "Europe/Madrid", "tz_offset": 3600}, ZoneInfo("Europe/Madrid")),
        ({"tz": "Mars/Phobos", "tz_offset": -3600}, timezone(timedelta(hours=-1))),
        ({"tz": "../../etc/passwd", "tz_offset": 0}, timezone(timedelta())),
        ({"tz_offset": 28_800}, timezone(timedelta(hours=8))),
        ({"tz_offset": 10**9}, None),
        ({"tz_offset": "east"}, None),
        ({"tz": ""}, None),
        ({}, None),
    ],
)
def test_the_zone_is_the_one_that_slack_names_or_its_offset(info, zone):
    assert profile(info, 0.0, "en-US").zone == zone
