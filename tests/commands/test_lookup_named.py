"""What prose, JSON or a log line calls an ID is looked up, whatever it looks like."""

import pytest

from bot.cards.errors import answer as means
from tests.commands.relay.samples import START


@pytest.mark.parametrize(
    ("typed", "handle"),
    [
        ("UserId=zoe", "S1"),
        ("UserId: zoe", "S1"),
        ("UserId zoe", "S1"),
        ("user: zoe", "S1"),
        ("user zoe", "S1"),
        ("user_id=“zoe”", "S1"),
        ('{"UserId":"zoe","UserIp":"125.127.178.228"}', "S1"),
        ("level=error user-id=zoe msg=gone", "S1"),
        ('"RoomId":"295066"', "R1"),
        ('{"RoomId":"295066","RoomIdType":0}', "R1"),
    ],
)
async def test_what_is_called_an_id_is_looked_up_as_one(world, typed, handle):
    await world.typed(START)
    await world.typed("/car start user=zoe ip=125.127.178.228 --go")

    answer = await world.typed(f"/lookup {typed}")

    assert answer.handle == handle


@pytest.mark.parametrize("typed", ["black in 295066 again", "房间295066的错误"])
async def test_a_room_in_prose_is_found_where_nothing_else_is_named(world, typed):
    await world.typed(START)

    answer = await world.typed(f"/lookup {typed}")

    assert answer.plain.startswith("Room 295066 ")


@pytest.mark.parametrize("typed", ["UserId=nobody", "TaskId=", "SdkAppId=1400000001"])
async def test_what_is_not_on_record_is_said_as_it_was_typed(world, typed):
    await world.typed(START)

    answer = await world.typed(f"/lookup {typed}")

    assert answer.plain == f"⚠️ “{typed}” is not on record here."


@pytest.mark.parametrize("product", ["trtc", "TRTC"])
async def test_a_product_is_named_in_any_case(world, product):
    told = await world.typed(f"/lookup FailedOperation product={product}")

    assert told.plain == means("FailedOperation", "trtc").plain


async def test_a_product_that_there_is_not_is_refused(world):
    told = await world.typed("/lookup FailedOperation product=foo")

    assert "“foo” is not one of trtc, car, gs, live." in repr(told)


async def test_in_a_log_line_it_is_a_word_like_any_other(world):
    line = "level=error product=live-stream call failed: FailedOperation.SlowDown"

    told = await world.typed(f"/lookup {line}")

    assert told.plain == means("FailedOperation.SlowDown", "").plain
