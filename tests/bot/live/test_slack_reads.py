"""What Slack says, a line each; nothing is written there."""

import pytest

from bot.routing.manifest import SCOPES
from tests.bot.live.rig import DRAWN
from tests.bot.live.visited import public

RULES = """
[[policy.rules]]
name = "on call"
actions = ["relay.*"]
users = ["U0BOB"]
groups = ["S0ONCALL", "S0NOBODY"]
"""


@pytest.fixture
def rules(rig):
    """Rules that name somebody, a group that there is, and one that there is not."""
    path = rig.folder / "bot.toml"
    path.write_text(RULES)
    rig.variables["BOT_CONFIG"] = str(path)
    return path


async def test_only_what_reads_is_called(rig):
    await rig.doctor(person="U0ANA")

    methods = {call.method for call in rig.slack.space.calls}
    assert methods == {
        "apps.connections.open",
        "auth.test",
        "blocks.validate",
        "users.info",
    }
    assert rig.slack.space.messages == {}


async def test_whom_and_which_groups_the_rules_name_is_looked_up(rig, rules):
    code = await rig.doctor()

    assert rig.line("users.info") == "ok    users.info of U0BOB: locale zh-CN"
    assert rig.line("S0ONCALL").startswith("ok    Group S0ONCALL: ")
    line = rig.line("S0NOBODY")
    assert line.startswith("FAIL  Group S0NOBODY: Slack says no_such_subteam")
    assert code == 1


async def test_whom_the_command_line_names_goes_before_whom_the_rules_name(rig, rules):
    await rig.doctor(person="U0GUS")

    assert rig.line("users.info").startswith("ok    users.info of U0GUS: ")


async def test_somebody_whom_slack_does_not_know_is_a_finding(rig):
    assert await rig.doctor(person="U0NOBODY") == 1
    assert rig.line("users.info") == (
        "FAIL  users.info of U0NOBODY: Slack says user_not_found"
    )


@pytest.mark.parametrize(
    ("missing", "sign", "off"),
    [
        ("files:write", "note", "the export of the audit trail"),
        ("users:read", "FAIL", ""),
    ],
)
async def test_a_scope_that_is_missing_is_told_with_what_it_is_for(
    rig, missing, sign, off
):
    rig.slack.web_api.scopes = frozenset(SCOPES) - {missing}

    await rig.doctor()

    line = rig.line("Scopes that are missing")
    assert line.startswith(f"{sign}  Scopes that are missing: {missing}  Add them")
    assert off in line


async def test_a_scope_that_nothing_needs_is_told(rig):
    rig.slack.web_api.scopes = frozenset({*SCOPES, "admin"})

    await rig.doctor()

    assert rig.line("nothing needs") == "note  Scopes that nothing needs: admin"


async def test_the_scopes_of_the_manifest_and_no_others_are_no_finding(rig):
    rig.slack.web_api.scopes = frozenset(SCOPES)

    assert await rig.doctor() == 0
    assert not [line for line in rig.lines if line.startswith("note  Scopes")]


async def test_a_wrong_app_token_is_told_by_its_setting(rig):
    wrong = "xapp" + "-1" * 6

    assert await rig.doctor(env={"SLACK_APP_TOKEN": wrong}) == 1
    assert "SLACK_APP_TOKEN" in rig.line("apps.connections.open: Slack says invalid_")


async def test_one_socket_is_open_for_a_moment_and_none_after(rig):
    await rig.doctor()

    assert rig.line("Socket") == "ok    Socket: hello, 1 open with this one"
    assert rig.slack.sockets.connections == 0


async def test_without_an_app_token_slack_comes_by_http(rig):
    assert await rig.doctor(unset=["SLACK_APP"]) == 0
    assert rig.line("No SLACK_APP_TOKEN").startswith("note")


async def test_what_slack_would_refuse_is_told_with_where(rig):
    errors = [{"pointer": "/blocks/0", "code": "failed_constraint"}]
    answer = {"ok": False, "error": "invalid_message", "errors": errors}
    rig.drawn = DRAWN
    async with public(200, answer) as (url, _asked):
        code = await rig.doctor(env={"SLACK_API_URL": f"{url}/api/"})

    line = rig.line("blocks.validate, message “rows”")
    assert line.startswith("FAIL")
    assert "invalid_message" in line
    assert '"pointer": "/blocks/0"' in line
    assert rig.line(f"blocks.validate: {len(DRAWN)} refused").startswith("FAIL")
    assert code == 1


async def test_of_what_is_refused_without_where_the_word_is_told(rig):
    rig.slack.space.fail_next("blocks.validate", error="invalid_message")

    assert await rig.doctor() == 1
    line = rig.line("blocks.validate, message “lines”")
    assert line == "FAIL  blocks.validate, message “lines”: invalid_message "


async def test_where_slack_is_away_it_is_told_once_and_not_asked_again(rig):
    away = {"SLACK_API_URL": "http://127.0.0.1:1/api/"}

    code = await rig.doctor(env=away)

    line = rig.line("auth.test")
    assert line.startswith("FAIL  auth.test: Slack says unreachable  Slack was not")
    assert "SLACK_API_URL" in line
    assert rig.line("blocks.validate: unreachable").startswith("note")
    assert code == 1


async def test_where_slack_says_it_is_too_much_its_seconds_are_waited(rig):
    rig.slack.space.fail_next("auth.test", status=429, retry_after=7)

    assert await rig.doctor() == 0
    assert rig.naps == [7.0]
