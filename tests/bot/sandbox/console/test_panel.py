"""What can be seen and turned beside the page."""

import pytest

from bot.sandbox.console.guard import Refused
from bot.sandbox.console.menu import Entry, masked
from bot.sandbox.slack.model.seed import ANA

FIELDS = {
    "AgentParams": {"UserId": "robot"},
    "RoomId": "295066",
    "SdkAppId": 1,
    "PublishCdnParams": [{"PublishCdnUrl": "rtmp://u:p@push.example.com/live/k?s=1"}],
}


def running(page):
    return page.cloud.state.start_relay(FIELDS, "ap-singapore")


async def test_relays_are_shown_with_masked_targets(page):
    relay = running(page)

    (row,) = (await page.state())["panel"]["relays"]

    assert (row["room"], row["robot"]) == ("295066", "robot")
    assert row["targets"][0]["url"] == "rtmp://push.example.com/live/****"
    assert row["stopped"] is None
    assert row["menu"][0]["sends"] == {"task": relay.task_id, "what": "end"}


async def test_a_relay_ends_once(page):
    relay = running(page)

    ended, _ = await page.knob("relay", task=relay.task_id, what="end")
    again, _ = await page.knob("relay", task=relay.task_id, what="end")

    (row,) = (await page.state())["panel"]["relays"]
    assert (ended, again) == (200, 409)
    assert row["stopped"]
    assert row["menu"] == []


async def test_calls_fail_as_they_were_told_until_all_is_well(page):
    turned = {"action": "StartPublishCdnStream", "how": "late", "times": 2}
    await page.knob("fail", **turned)
    waiting = (await page.state())["panel"]["waiting"]
    await page.knob("well")

    assert waiting == [{"action": "StartPublishCdnStream", "how": "late"}] * 2
    assert (await page.state())["panel"]["waiting"] == []


@pytest.mark.parametrize("how", ["timeout", "InternalError"])
async def test_any_call_may_fail(page, how):
    status, _ = await page.knob("fail", action="*", how=how)

    assert status == 200
    assert page.cloud.state.next_failure("CreateSession") == how


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [
        ("dance", {}, 404),
        ("fail", {"action": "Nothing", "how": "late"}, 400),
        ("fail", {"action": "CreateSession", "how": "badly"}, 400),
        ("fail", {"action": "*", "how": "late", "times": 0}, 400),
        ("clock", {"ahead": "much"}, 400),
        ("clock", {"ahead": 10**6}, 400),
        ("locale", {"user": "U0PATCHBAY", "locale": "zh-CN"}, 404),
        ("locale", {"user": ANA.id, "locale": "tlh"}, 400),
        ("relay", {"task": "none", "what": "end"}, 404),
        ("callbacks", {"on": True}, 409),
    ],
)
async def test_a_knob_goes_only_so_far(page, name, body, status):
    refused = await page.knob(name, **body)

    assert refused[0] == status
    assert refused[1]["error"]


async def test_the_bot_is_killed_and_started(page):
    await page.knob("kill")
    killed = (await page.state())["panel"]["bot"]["pid"]
    await page.knob("start")

    assert killed is None
    assert (await page.state())["panel"]["bot"]["pid"] == 2


async def test_a_bot_that_does_not_start_is_told(page):
    async def start():
        page.bot.pid = None

    page.panel.start = start

    status, answer = await page.knob("start")

    assert status == 409
    assert "did not start" in answer["error"]


async def test_somebody_reads_another_language(page):
    await page.knob("locale", user=ANA.id, locale="zh-CN")

    people = {one["id"]: one["locale"] for one in (await page.state())["users"]}
    assert people[ANA.id] == "zh-CN"


async def test_the_clock_of_the_cloud_can_be_off(page):
    await page.knob("clock", ahead=600)
    at = page.cloud.clock()
    await page.knob("clock", ahead=0)

    assert at - page.cloud.clock() > 500


@pytest.mark.parametrize(
    ("how", "outcome"),
    [
        ("", "AuthFailure.InvalidAuthorization"),
        ("500", "no sound answer (HTTP 500)"),
        ("empty", "no sound answer (HTTP 200)"),
    ],
)
async def test_every_call_to_the_cloud_is_logged(page, how, outcome):
    if how:
        page.cloud.state.fail_next("*", how)

    url = page.cloud.endpoints["trtc"]
    headers = {"X-TC-Action": "StopPublishCdnStream"}
    async with page.http.post(url, data=b"{}", headers=headers):
        pass

    (call,) = (await page.state())["panel"]["calls"]
    assert (call["action"], call["outcome"]) == ("StopPublishCdnStream", outcome)


async def test_a_knob_of_others_can_stand_in_the_menus(page):
    turned = []

    async def mend(body):
        if not body:
            raise Refused("Which?")
        turned.append(body)
        return "Mended."

    page.panel.knobs["mend"] = mend
    page.panel.target_menu.append(lambda _relay, at: Entry("Mend", "mend", {"at": at}))
    running(page)

    (row,) = (await page.state())["panel"]["relays"]
    entry = row["targets"][0]["menu"][0]
    refused, _ = await page.knob(entry["knob"])
    status, said = await page.knob(entry["knob"], **entry["sends"])

    assert entry["label"] == "Mend"
    assert (refused, status, said) == (400, 200, {"said": "Mended."})
    assert turned == [{"at": 0}]


def test_a_masked_target_keeps_no_secret():
    assert masked("rtmp://user:word@a.example.com/app/key?txSecret=1") == (
        "rtmp://a.example.com/app/****"
    )
