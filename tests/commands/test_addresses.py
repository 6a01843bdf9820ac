"""Addresses that were typed: one at a time, and none with its key in an answer."""

import pytest

from bot.dialogue.form import Form
from bot.errors import InvalidRequest
from tests.commands.relay.samples import START, calls, words
from tests.commands.relay.test_target import add

A, B = "rtmp://a.example.com/live/1", "rtmp://b.example.com/live/2"
SEVERAL = "ends in a comma, or in another address"
TWO = [f"{A},{B}", f"{A},", f"{A},", f"{A};{B}", f"{A},@main", f"{A},\u2060"]

# ── one at a time ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("url", TWO)
@pytest.mark.parametrize("more", ["", "--go", "--dry-run"])
async def test_two_in_one_are_refused_at_a_start(world, url, more):
    answer = await world.typed(f"/relay start 8 url={url} {more}")

    assert SEVERAL in (repr(answer) if isinstance(answer, Form) else words(answer))
    assert calls(world) == 0


@pytest.mark.parametrize("typed", ["url+={}", "url={}", "target=1 url={}"])
async def test_two_in_one_are_refused_in_a_change(world, typed):
    await world.typed(START)

    for url in TWO[:3]:
        answer = await world.typed(f"/relay update R1 {typed.format(url)} --yes")
        assert SEVERAL in words(answer)
    assert calls(world, "UpdatePublishCdnStream") == 0


async def test_two_in_one_are_refused_under_a_name_and_in_a_pasted_request(world):
    pasted = f'{{"RoomId": "8", "PublishCdnParams": [{{"PublishCdnUrl": "{A},{B}"}}]}}'

    with pytest.raises(InvalidRequest, match=SEVERAL):
        await add(world, url=TWO[0])
    answer = await world.typed(f"/relay start json={pasted} --dry-run")

    assert SEVERAL in words(answer)


async def test_two_with_a_blank_between_them_are_two(world):
    await world.typed(f"/relay start 8 url='{A} {B}' --go")

    (relay,) = world.cloud.state.running
    assert relay.urls == [A, B]


# ── an address is as good as its number ──────────────────────────────────────────

KEY = "sk-8f3a9c11d2"
SECRET = f"rtmp://a.example.com/live/{KEY}?tx" + "Secret=0a1b2c3d"
MASKED = "rtmp://a.example.com/live/****"


@pytest.mark.parametrize(
    "typed", [SECRET, SECRET.partition("?")[0], SECRET.replace("rtmp://a", "RTMP://A")]
)
async def test_a_target_goes_by_its_address(world, typed):
    await world.typed(f"/relay start 8 url={SECRET} url={B} --go")

    asked = await world.typed(f"/relay update R1 url-={typed}")
    await world.typed(f"/relay update R1 url-={typed} --yes")

    (relay,) = world.cloud.state.running
    assert MASKED in words(asked)
    assert relay.urls == [B]
    assert KEY not in words(asked)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (f"url-={SECRET.replace('sk', 'other')}", f"no target {MASKED}: there is 1."),
        (f"url-={KEY}", "There is no target ****: there is 1."),
        (f"url-=@{SECRET}", "There is no target ****: there is 1."),
        ("url-=2", "There is no target 2: there is 1."),
        ("url-=@R2.1", "There is no target @R2.1: there is 1."),
        (f"url=@{SECRET}", "After url=@ stands the name of a target"),
        (f"url=@a.example.com/live/{KEY}", "After url=@ stands the name of a target"),
        (f"url+=@{SECRET}", "After url=@ stands the name of a target"),
        ("url+=@main", "There is no target @main. See /relay target list."),
    ],
)
async def test_no_key_is_repeated_where_there_is_no_such_target(world, typed, said):
    await world.typed(f"/relay start 8 url={SECRET.replace('?', '/x?')} --go")

    answer = await world.typed(f"/relay update R1 {typed}")

    assert said in words(answer)
    assert KEY not in words(answer)
