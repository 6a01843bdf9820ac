"""A request is kept as what it has beside its masked copy."""

import pytest

from bot.errors import JournalUnavailable
from bot.journal.packing import packed, unpacked


@pytest.mark.parametrize(
    ("request_of_it", "masked"),
    [
        (b'{"Url": "rtmp://a/b/secret", "Room": "1"}', '{"Url": "rtmp://a/b/****"}'),
        (b"{}", "{}"),
        (b"", ""),
        ("{'no': 'JSON, 中文'}".encode() * 9, "{}"),
    ],
)
def test_a_request_is_kept_as_what_it_has_beside_its_masked_copy(request_of_it, masked):
    kept = packed(request_of_it, masked)

    assert unpacked(kept, masked) == request_of_it
    assert len(kept) < len(request_of_it) + 20


def test_a_request_that_an_earlier_release_kept_whole_is_read():
    assert unpacked(b'{"a": 1}', '{"a": "****"}') == b'{"a": 1}'


def test_a_request_beside_another_masked_copy_does_not_open():
    kept = packed(b'{"Url": "rtmp://a/b/secret"}', '{"Url": "rtmp://a/b/****"}')

    with pytest.raises(JournalUnavailable, match="does not open"):
        unpacked(kept, '{"Url": "rtmp://evil/b/****"}')
