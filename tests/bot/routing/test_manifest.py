"""A manifest that Slack would refuse is not made."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from bot.__main__ import main
from bot.routing.manifest import refusal
from bot.settings import Settings

SCHEMA = json.loads(
    (Path(__file__).parents[2] / "data/slack-manifest.schema.json").read_text()
)


@pytest.mark.parametrize("prefix", ["", "tc-", "a" * 20, "x1"])
def test_a_prefix_that_is_taken_is_one_of_the_settings_too(prefix):
    assert refusal(prefix, "") == ""
    assert Settings(command_prefix=prefix).command_prefix == prefix


@pytest.mark.parametrize("prefix", ["tc ", "TC-", "a" * 21, "tc_", "/tc", "é", "a\n"])
def test_a_prefix_that_slack_refuses_gets_a_sentence(prefix, capsys):
    assert main(["manifest", "--prefix", prefix]) == 2

    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == (
        f"--prefix {prefix!r}: lower case letters, figures and - only, 20 at most; "
        "for example --prefix tc-\n"
    )


@pytest.mark.parametrize(
    "url",
    [
        "https://bot.example.com",
        "https://bot.example.com/",
        "https://bot.example.com:8443/patchbay",
    ],
)
def test_an_address_that_is_taken_makes_a_manifest_that_slack_takes(url, capsys):
    assert main(["manifest", "--http-url", url]) == 0

    jsonschema.validate(yaml.safe_load(capsys.readouterr().out), SCHEMA)


@pytest.mark.parametrize(
    "url",
    ["foo", "http://bot.example.com", "https://localhost", "https://a b.example.com",
     "https://", "https://[::1", "https://b.example.com?x=1", "https://b.example.com#x",
     "https://10.0.0.1", "https://127.0.0.1:3000", "https://203.0.113.7/"],
)  # fmt: skip
def test_an_address_that_slack_cannot_call_gets_a_sentence(url, capsys):
    assert main(["manifest", "--http-url", url]) == 2
    assert capsys.readouterr().err.startswith(f"--http-url {url!r}: Slack calls https")


def test_a_manifest_with_a_prefix_says_what_bot_toml_has_to_say(capsys):
    main(["manifest", "--prefix", "tc-"])

    first, *_ = capsys.readouterr().out.splitlines()
    assert first == '# bot.toml has to say: command_prefix = "tc-"'


def test_for_an_organisation_it_can_be_installed_there_and_hears_of_workspaces(capsys):
    made = {}
    for flags in ((), ("--org",)):
        assert main(["manifest", *flags]) == 0
        made[flags] = yaml.safe_load(capsys.readouterr().out)
        jsonschema.validate(made[flags], SCHEMA)

    one, org = made[()]["settings"], made["--org",]["settings"]
    assert (one["org_deploy_enabled"], org["org_deploy_enabled"]) == (False, True)
    events = [each["event_subscriptions"]["bot_events"] for each in (one, org)]
    assert {*events[1]} - {*events[0]} == {"team_access_granted", "team_access_revoked"}
    assert {*events[0]} < {*events[1]}
    assert made[()]["oauth_config"] == made["--org",]["oauth_config"]
