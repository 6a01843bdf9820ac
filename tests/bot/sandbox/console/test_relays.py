"""What relays go through from the panel, and what of it reaches the bot."""

import asyncio

import pytest
from aiohttp import web

FIELDS = {
    "AgentParams": {"UserId": "robot"},
    "RoomId": "295066",
    "SdkAppId": 1,
    "PublishCdnParams": [
        {"PublishCdnUrl": f"rtmp://push.example.com/live/{n}"} for n in range(2)
    ],
}


@pytest.fixture
async def heard(page):
    """Let the cloud call back, and return the statuses that were heard."""
    statuses, came = [], asyncio.Condition()

    async def hear(request):
        told = (await request.json())["EventInfo"]["Payload"]
        async with came:
            statuses.append((told["Url"][-1], told["Status"]))
            came.notify_all()
        return web.json_response({"code": 0})

    async def until(many):
        async with asyncio.timeout(30), came:
            await came.wait_for(lambda: len(statuses) >= many)
        return statuses

    app = web.Application()
    app.router.add_post("/", hear)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    page.cloud.call_back(f"http://127.0.0.1:{runner.addresses[0][1]}/", (60.0,))
    yield until
    await page.cloud.callbacks.close()  # or what is under way is answered by nobody
    await runner.cleanup()


def running(page):
    relay = page.cloud.state.start_relay(FIELDS, "ap-singapore")
    page.cloud.tell(relay, "start")
    return relay


async def row_of(page):
    (row,) = (await page.state())["panel"]["relays"]
    return row


async def test_a_target_is_broken_by_itself(page, heard):
    running(page)
    await heard(4)
    entry = (await row_of(page))["targets"][1]["menu"][1]

    status, said = await page.knob(entry["knob"], **entry["sends"])

    assert (await heard(7))[4:] == [("1", 3), ("1", 4), ("1", 0)]
    row = await row_of(page)
    assert entry["label"] == "Push fails"
    assert (status, said) == (200, {"said": "Room 295066: target 2 failed."})
    assert [one["status"] for one in row["targets"]] == ["running", "failed"]
    assert [len(one["menu"]) for one in row["targets"]] == [7, 0]
    assert row["stopped"] is None


async def test_a_relay_whose_targets_have_all_ended_is_over(page, heard):
    relay = running(page)
    for number in (0, 1):
        await page.knob("relay", task=relay.task_id, what="end", target=number)

    row = await row_of(page)
    assert row["stopped"]
    assert row["menu"] == []
    assert [one["menu"] for one in row["targets"]] == [[], []]


async def test_a_relay_whose_targets_all_failed_goes_on_until_it_is_stopped(
    page, heard
):
    relay = running(page)
    await page.knob("relay", task=relay.task_id, what="fail")

    row = await row_of(page)
    assert [one["status"] for one in row["targets"]] == ["failed", "failed"]
    assert row["stopped"] is None
    assert page.cloud.state.running == [relay]


async def test_all_targets_go_through_it_together(page, heard):
    relay = running(page)
    await heard(4)

    _, said = await page.knob("relay", task=relay.task_id, what="recover")

    assert sorted((await heard(8))[4:]) == [("0", 2), ("0", 3), ("1", 2), ("1", 3)]
    row = await row_of(page)
    assert said == {"said": "Room 295066: all targets interrupted, recovered."}
    assert [one["status"] for one in row["targets"]] == ["recovered"] * 2
    labels = [one["label"] for one in row["menu"]]
    assert labels == [
        "Interrupt all targets, then recover",
        "All pushes fail",
        "Relay ends, as in an empty room",
        "Somebody joins the room",
    ]


async def test_what_is_cut_off_waits_until_the_way_is_mended(page, heard):
    await page.knob("callbacks", on=False)
    running(page)
    cut = (await page.state())["panel"]

    await page.knob("callbacks", on=True)
    await heard(4)
    await page.cloud.callbacks.idle()

    mended = (await page.state())["panel"]
    assert cut["callbacks"] == {"on": False, "taken": 0, "waiting": 4, "lost": 0}
    assert [one["waiting"] for one in cut["relays"][0]["targets"]] == [2, 2]
    assert mended["callbacks"] == {"on": True, "taken": 4, "waiting": 0, "lost": 0}


async def test_what_is_tried_for_long_enough_is_lost(page, heard):
    page.cloud.callbacks.pauses = ()
    await page.knob("callbacks", on=False)
    running(page)
    await page.cloud.callbacks.idle()

    callbacks = (await page.state())["panel"]["callbacks"]
    assert callbacks == {"on": False, "taken": 0, "waiting": 0, "lost": 4}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"what": "dance"}, 400),
        ({"what": "end", "target": 2}, 404),
        ({"what": "end", "target": "0"}, 404),
    ],
)
async def test_a_relay_goes_only_through_what_there_is(page, heard, body, status):
    relay = running(page)

    refused, answer = await page.knob("relay", task=relay.task_id, **body)

    assert refused == status
    assert answer["error"]


async def test_a_target_does_not_end_twice(page, heard):
    relay = running(page)
    await page.knob("relay", task=relay.task_id, what="fail", target=0)

    refused, _ = await page.knob("relay", task=relay.task_id, what="end", target=0)

    assert refused == 409


@pytest.mark.parametrize("body", [{}, {"on": 1}, {"on": "off"}])
async def test_callbacks_are_on_or_off(page, heard, body):
    assert (await page.knob("callbacks", **body))[0] == 400


async def test_without_callbacks_a_relay_can_only_end(page):
    running(page)

    row = await row_of(page)
    assert len(row["menu"]) == 1
    assert [one["status"] for one in row["targets"]] == ["", ""]
    assert (await page.state())["panel"]["callbacks"] is None
