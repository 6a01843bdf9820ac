"""The page, the news, and who is let in."""

import json

import pytest
import yaml

from bot.sandbox.console.manifest import offered
from bot.sandbox.console.server import STATIC
from bot.sandbox.slack.model.objects import Call, File, Message
from bot.sandbox.slack.model.seed import ANA, GUS, OPS


async def news(page):
    """Open the socket, as a page does, and take the whole state off it."""
    socket = await page.http.ws_connect(
        page.origin + "/api/news", headers={"Origin": page.origin}
    )
    return socket, (await socket.receive_json())["state"]


async def heard(socket, kind):
    while True:
        message = await socket.receive_json(timeout=30)
        if message["type"] == kind:
            return message


async def test_it_listens_on_loopback_and_serves_the_page(page):
    status, body, headers = await page.get("/")

    assert page.console.address.startswith("http://127.0.0.1:")
    assert status == 200
    assert b"/static/main.js" in body
    assert headers["Content-Type"] == "text/html; charset=utf-8"


async def test_a_page_loads_nothing_from_elsewhere_and_runs_no_inline_script(page):
    _, body, headers = await page.get("/")

    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert b"<script>" not in body
    assert b"style=" not in body
    assert b"//" not in body.replace(b"</", b"")
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", sorted(STATIC.iterdir()), ids=lambda path: path.name)
async def test_every_static_file_is_served_and_puts_no_markup_together(page, path):
    status, body, _ = await page.get(f"/static/{path.name}")

    assert status == 200
    assert body == path.read_bytes()
    for way in (b"innerHTML =", b"insertAdjacentHTML", b"document.write", b"eval("):
        assert way not in body
    assert body.count(b"\n") <= 400


@pytest.mark.parametrize("name", ["nothing.js", "..%2fserver.py", "%2e%2e%2fguard.py"])
async def test_nothing_else_is_served(page, name):
    status, body, _ = await page.get(f"/static/{name}")

    assert status == 404
    assert "error" in json.loads(body)


@pytest.mark.parametrize("host", ["evil.example.com", "127.0.0.1", "127.0.0.1:1"])
async def test_another_name_for_this_machine_is_refused(page, host):
    status, body, _ = await page.get("/api/state", Host=host)

    assert status == 403
    assert "address" in json.loads(body)["error"]


async def test_localhost_is_let_in(page):
    port = page.origin.rpartition(":")[2]

    status, _, _ = await page.get("/api/state", Host=f"localhost:{port}")

    assert status == 200


@pytest.mark.parametrize("origin", ["http://evil.example.com", "null", ""])
async def test_another_page_may_change_nothing(page, origin):
    status, answer = await page.post(
        "/api/gesture/say",
        {"user": ANA.id, "channel": OPS.id, "text": "a"},
        Origin=origin,
    )

    assert status == 403
    assert "own page" in answer["error"]
    assert not page.slack.space.messages


async def test_another_page_hears_no_news(page):
    status, _, _ = await page.get(
        "/api/news",
        Connection="Upgrade",
        Upgrade="websocket",
        Origin="http://evil.example.com",
    )

    assert status == 403


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("{", "application/json", 400),
        ("[]", "application/json", 400),
        ("{}", "text/plain", 415),
        ("x" * 300_000, "application/json", 413),
    ],
)
async def test_what_is_not_json_is_refused_in_json(page, body, kind, status):
    refused = await page.post("/api/gesture/say", body, **{"Content-Type": kind})

    assert refused[0] == status
    assert refused[1]["error"]


async def test_no_such_way_is_told_in_json(page):
    status, body, _ = await page.get("/api/elsewhere")

    assert status == 404
    assert json.loads(body) == {"error": "Not Found"}


# ── state and news ───────────────────────────────────────────────────────────────


async def test_a_page_that_opens_over_a_form_hears_the_whole_state_first(page):
    title = {"type": "plain_text", "text": "A form"}
    page.slack.space.open(ANA.id, {"type": "modal", "title": title, "blocks": []})

    socket = await page.http.ws_connect(
        page.origin + "/api/news", headers={"Origin": page.origin}
    )
    first = await socket.receive_json()
    await socket.close()

    assert first["type"] == "whole"


async def test_the_state_has_people_with_their_rights_and_channels(page):
    state = await page.state()

    people = {one["name"]: one["rights"] for one in state["users"]}
    assert people["ana"] == "on call"
    assert people["gus"] == "guest"
    assert people["olga"] == "from Another company"
    kinds = [one["kind"] for one in state["channels"]]
    assert kinds.count("im") == len(people) - 1


async def test_news_follow_the_state_in_order(page):
    socket, state = await news(page)
    space = page.slack.space
    said = space.say(Message(channel=OPS.id, user=space.bot.id, text="One"))
    space.edit(said, "Two", ())
    space.delete(said)
    space.notice(GUS.id, OPS.id, "No")
    space.note(Call("chat.postMessage", {}, {"ok": False, "error": "no_text"}))
    view = space.open(ANA.id, {"type": "modal", "blocks": [], "title": {"text": "A"}})
    space.find_fault(view, {"room": "Wrong"})
    space.close(ANA.id)
    space.publish(ANA.id, {"type": "home", "blocks": []})

    got = [await socket.receive_json(timeout=30) for _ in range(9)]

    assert state["messages"] == []
    kinds = "posted edited deleted notice call stack stack stack home"
    assert [one["type"] for one in got] == kinds.split()
    assert got[1]["message"]["edited"]
    assert got[3]["notice"]["text"] == "No"
    assert got[4]["call"]["error"] == "no_text"
    assert [one["views"][0]["faults"] for one in got[5:7]] == [{}, {"room": "Wrong"}]
    assert got[7]["views"] == []
    await socket.close()


async def test_a_page_that_comes_later_finds_what_was_told(page):
    space = page.slack.space
    space.notice(GUS.id, OPS.id, "No")
    view = space.open(ANA.id, {"type": "modal", "blocks": [], "title": {"text": "A"}})
    space.find_fault(view, {"room": "Wrong"})

    state = await page.state()

    assert state["notices"][0]["text"] == "No"
    stacks = {one["user"]: one["views"] for one in state["stacks"]}
    assert stacks[ANA.id][0]["faults"] == {"room": "Wrong"}


async def test_the_panel_is_news_when_it_changes(page):
    socket, state = await news(page)
    await page.knob("kill")

    told = await heard(socket, "panel")
    while told["panel"]["bot"]["pid"] is not None:
        told = await heard(socket, "panel")

    assert state["panel"]["bot"]["pid"] == 1
    await socket.close()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\x89PNG\r\n", "image/png"),
        (b"<script>", "application/octet-stream"),
    ],
)
async def test_a_file_is_shown_only_if_it_is_a_picture(page, content, kind):
    page.slack.space.files["F1"] = File(
        id="F1", name="a.png", content=content, complete=True
    )

    status, body, headers = await page.get("/files/F1")

    assert (status, body, headers["Content-Type"]) == (200, content, kind)
    attached = headers.get("Content-Disposition") == "attachment"
    assert attached == (kind == "application/octet-stream")


async def test_there_is_no_file_but_those_that_were_uploaded(page):
    status, _, _ = await page.get("/files/F2")

    assert status == 404


# ── what is offered ──────────────────────────────────────────────────────────────


def test_commands_are_described_by_the_manifest():
    made = offered(("/relay", "/other"))

    relay, other = made["commands"]
    assert "start" in relay["usage"]
    assert relay["description"]
    assert other == {"name": "/other", "usage": "", "description": ""}
    assert [one["type"] for one in made["shortcuts"]] == ["message"]


@pytest.mark.parametrize("text", [None, "features: [", "[]", "features: 1"])
def test_without_a_manifest_there_are_names(tmp_path, text):
    manifest = tmp_path / "manifest.yml"
    if text is not None:
        manifest.write_text(text)

    made = offered(("/relay",), manifest)

    assert made["commands"] == [{"name": "/relay", "usage": "", "description": ""}]
    assert made["shortcuts"] == []
    assert yaml.safe_dump(made)
