"""What docs/install.md tells a newcomer to write does what it says."""

import os
import re
from pathlib import Path

import pytest

from bot.access.policy import Circumstances, Wish, judge
from bot.config import sources
from bot.dialogue.ask import Person, Place
from bot.ids import ChannelId, SlackUserId, TeamId
from bot.settings import load
from bot.tencent.models.base import Level
from commands import COMMANDS

TOP = Path(__file__).parents[1]
MAKEFILE = (TOP / "Makefile").read_text(encoding="utf-8")
PAGE = (TOP / "docs/install.md").read_text(encoding="utf-8")
POLICY, EXITS, ORG = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
HOME = TeamId("T1")


@pytest.fixture
def settings(tmp_path, monkeypatch):
    prefixes = (sources.OWN, *sources.SHARED)
    for name in [one for one in os.environ if one.startswith(prefixes)]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bot.toml").write_text(POLICY + EXITS)
    return load()


def verdict(settings, permit, user):
    who = Person(team=HOME, user=SlackUserId(user), home=HOME)
    place = Place(channel=ChannelId("C1"))
    facts = Circumstances(who=who, where=place, installed=HOME)
    wish = Wish(permit.action, Level.BILLED)
    return judge(wish, facts, settings.policy, allow_all=settings.allow_all).allowed


def test_two_lines_let_one_person_do_everything_and_nobody_else(settings):
    permits = [one for command in COMMANDS.values() for one in command.permits]

    assert POLICY.count("\n") == 2
    assert all(verdict(settings, one, "U0000000001") for one in permits)
    assert not any(verdict(settings, one, "U0000000002") for one in permits)


def test_the_rules_for_an_organisation_are_taken(settings, tmp_path):
    (tmp_path / "bot.toml").write_text(ORG)

    taken = load()

    (rule,), (workspace,) = taken.policy.rules, taken.workspaces
    assert (rule.teams, workspace.team) == (("T0000000001",), "T0000000001")
    assert workspace.ops_channel == "C0000000002"


def test_two_more_let_relays_go_to_one_host(settings):
    assert EXITS.count("\n") == 2
    assert settings.allowed_exits.push == ("push.example.com",)


def test_the_readme_leads_there_and_all_that_it_names_is_there():
    assert "(docs/install.md)" in (TOP / "README.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", PAGE)
    there = [one for one in links if not one.startswith("https://")]

    assert len(there) > 5
    assert [one for one in there if not (TOP / "docs" / one).exists()] == []


@pytest.mark.parametrize(
    "word",
    [
        "/invite @patchbay",
        "Bot User OAuth Token",
        "connections:write",
        "reinstall your app",
        "ops_channel",
        "command_prefix",
        "Copy member ID",
        "chmod 600 .env",
    ],
)
def test_the_page_has_what_newcomers_look_for(word):
    assert word in PAGE


def test_every_variable_that_the_page_names_is_a_setting():
    page = PAGE.partition("## What `doctor` says")[0]
    named = set(re.findall(r"\b(?:SLACK|TENCENTCLOUD|BOT)_[A-Z_]+\b", page))
    example = (TOP / ".env.example").read_text(encoding="utf-8")

    assert len(named) > 5
    assert [one for one in named if one.removesuffix("_FILE") not in example] == []


def test_what_the_page_has_made_is_all_that_a_service_needs():
    named = re.findall(r"\bmake (?:-C \S+ )?([\w./]+)", PAGE)
    rules = re.findall(r"^(\w+):(.*)\n((?:\t.*\n)*)", MAKEFILE, re.MULTILINE)
    needs = {name: (needed.split(), steps) for name, needed, steps in rules}

    assert set(named) == {"setup", "run"}
    assert needs["setup"] == (["$(VENV)/.run"], "\t@$(BIN)/python -m bot.catalogues\n")
    assert needs["run"] == (["setup"], "\t@$(BIN)/python -m bot\n")
