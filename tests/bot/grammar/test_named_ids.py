"""What prose calls an ID is read as it stands there, and an application's is none."""

import pytest

from bot.grammar.tokens import find_named


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("UserId=zoe", ("zoe",)),
        ('{"UserId":"zoe","RoomId":"7"}', ("zoe", "7")),
        (r"{\"UserId\": \"zoe\"}", ("zoe",)),
        ("user-id: zoe, user_id=zoe", ("zoe",)),
        ("用户 UserId：zoe", ("zoe",)),
        ("SdkAppId=1400000001", ()),
        ("user: zoe left", ("zoe",)),
        ("why is user zoe not in room 7", ("zoe", "7")),
        ("UserId zoe", ("zoe",)),
        ("superuser zoe", ()),
        ("userid", ()),
        ("UserId=", ()),
        ("RequestId=a TaskId=b SessionId=c", ("a", "b", "c")),
    ],
)
def test_what_is_called_an_id_is_found(text, named):
    assert find_named(text, 9) == named


def test_no_more_than_so_many_are_found():
    assert len(find_named(" ".join(f"UserId=u{n}" for n in range(9)), 3)) == 3
