"""What a Chinese reader reads, whole; and what a channel of theirs shows to all."""

from dataclasses import replace

import pytest

from bot.i18n import Channel, _, n_, reading_in
from bot.slack.render.blocks import message
from bot.tencent.explain import explain

START = "/relay start 7 url=rtmp://push.example.com/live/k --go"
CHINESE = (Channel(id="C0OPS", language="zh-CN"),)


@pytest.fixture
async def chinese(world_with):
    """A world in which everybody in C0OPS reads Chinese."""
    return await world_with(settings={"channels": CHINESE})


async def read_by(world, typed, locale="zh-CN"):
    """Return the text that somebody reads who types *typed*."""
    ask = world.ask(typed)
    ask = replace(ask, who=replace(ask.who, locale=locale))
    with reading_in(locale):
        answer = await world.router.answer(ask)
        return message(answer)["text"] if answer else ""


async def delivered(world):
    await world.settled()
    await world.bot.delivery.deliver()
    return [body["text"] for way, body in world.slack.sent if way.startswith("post")]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (START, "🟡 R1 已请求…"),
        ("/relay status R7", "🟠 没有转推任务 R7。"),
        (
            "/relay stop R1 R2",
            "🟠 需要一个（转推任务：其编号或 TaskId）；给出了 2 个。",
        ),
        ("/gs 1 2", "🟠 需要一个（会话 ID 或其编号）；给出了 2 个。"),
    ],
)
async def test_who_is_answered_alone_reads_their_own_language(world, typed, read):
    assert await read_by(world, typed) == read


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
async def test_a_card_is_in_the_language_of_its_channel_whoever_asked(chinese, locale):
    await read_by(chinese, START, locale)

    assert await delivered(chinese) == ["🔵 R1 · 已受理，未启用回调 · 房间 7"]


async def test_without_one_of_its_own_a_card_is_in_that_of_the_bot(world_with):
    world = await world_with(settings={"language": "en"})
    await read_by(world, START)

    assert await delivered(world) == ["🔵 R1 · accepted, callbacks are off · room 7"]


async def test_a_look_up_is_shown_to_the_channel_in_its_language(chinese):
    await chinese.typed(START)

    alone = await chinese.typed("/lookup R1")
    shown = await chinese.typed("/lookup R1 --public")

    assert message(alone)["text"] == "🔵 R1 · accepted, callbacks are off · room 7"
    assert message(shown)["text"] == "🔵 R1 · 已受理，未启用回调 · 房间 7"


def test_a_count_has_one_form():
    with reading_in("zh-CN"):
        told = [n_("{n} target.", "{n} targets.", n).format(n=n) for n in (1, 2)]

    assert told == ["1 个推流目标。", "2 个推流目标。"]


@pytest.mark.parametrize("locale", ["zh-CN", "zh-TW"])
def test_an_explanation_is_read_whole(locale):
    (meaning,) = explain("LimitExceeded", product="trtc", locale=locale)

    assert (meaning.title, meaning.means, meaning.causes, meaning.steps) == (
        "配额已用完",
        "账号已达到限制。没有执行任何操作。",
        ("不再需要的任务仍在运行。", "配额过小。"),
        (
            "输入 /relay list 和 /car recent，查看可能仍在运行的任务。",
            "停止不需要的任务，或向腾讯云申请提高配额。",
        ),
    )


def test_nothing_at_all_is_nothing_in_any_language():
    with reading_in("zh-CN"):
        assert _("") == ""


async def test_why_nothing_was_done_stands_between_chinese_marks(chinese):
    await chinese.typed("/gs show no-such-session")

    told = await read_by(chinese, "/lookup G1")

    assert told == "🔴 G1 · 没有查询：无法查询该会话（FailedOperation）"
