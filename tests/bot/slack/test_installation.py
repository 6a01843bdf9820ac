"""Where the bot is installed, and in which of several workspaces somebody acts."""

from dataclasses import asdict
from itertools import product

import pytest

from bot.dialogue.ask import Person
from bot.slack.installation import Installation, acting_in, workspaces
from tests.fakes.slack import FakeSlack, refused

ORG = {"enterprise_id": "E1", "user_id": "UBOT", "bot_id": "B1", "team_id": "E1"}
GRANTED = frozenset({"T1", "T2"})
AT = ("T1", "T2", "T3", "")  # T3 is one that the app was not added to
HOMES = [
    frozenset(),
    *({*rest, "E1"} for rest in (["T1"], ["T2"], ["T3"], ["T1", "T2"], ["T1", "T3"])),
]


@pytest.mark.parametrize("flag", [True, "true"])
def test_an_answer_that_says_so_is_of_an_organisation(flag):
    made = Installation.told(
        {**ORG, "is_enterprise_install": flag}, {"T2": "b", "T1": "a"}
    )

    assert made == Installation(
        enterprise="E1",
        bot_id="B1",
        bot_user_id="UBOT",
        org_wide=True,
        teams=("T1", "T2"),
        names={"T1": "a", "T2": "b"},
    )
    assert made.place == "E1"


def test_a_workspace_of_several_is_called_by_its_name_or_else_by_its_id():
    told = {**ORG, "is_enterprise_install": True}
    several = Installation.told(told, {"T1": "a", "T2": ""})

    taken_out = several.added_to({"T2": ""})

    assert [taken_out.named(team) for team in ("T1", "T2", "T3")] == ["a", "T2", "T3"]
    assert taken_out.teams == ("T2",)
    assert Installation(team="T1").named("T1") == ""


@pytest.mark.parametrize("flag", [{}, {"is_enterprise_install": False}])
def test_one_workspace_of_an_organisation_is_one_workspace(flag):
    made = Installation.told({**ORG, "team_id": "T1", **flag}, {})

    assert (made.team, made.enterprise, made.org_wide, made.teams) == (
        "T1",
        "E1",
        False,
        (),
    )


@pytest.mark.parametrize(
    "made",
    [
        Installation(team="T1"),
        Installation(team="T1", enterprise="E1", bot_id="B1", bot_user_id="UBOT"),
        Installation(enterprise="E1", org_wide=True, teams=("T1", "T2")),
        Installation(enterprise="E1", org_wide=True),
        Installation(enterprise="E1", org_wide=True, teams=("T1",), names={"T1": "a"}),
    ],
)
def test_what_is_kept_is_read_back(made):
    assert Installation.kept(made.as_kept()) == made


def test_what_is_kept_of_one_workspace_is_what_it_always_was():
    kept = Installation(team="T1", bot_id="B1").as_kept()

    assert kept == {"team": "T1", "enterprise": "", "bot_id": "B1", "bot_user_id": ""}


async def test_all_pages_of_workspaces_are_asked_for():
    pages = {
        None: {"teams": [{"id": "T1", "name": "a"}], "next": "2"},
        "2": {"teams": [{"id": "T2", "name": "b"}], "next": ""},
    }

    def page(call):
        one = pages[call["cursor"]]
        return {
            "teams": one["teams"],
            "response_metadata": {"next_cursor": one["next"]},
        }

    sent, teams = await workspaces(FakeSlack(data={"auth.teams.list": page}))

    assert (sent.ok, teams) == (True, {"T1": "a", "T2": "b"})


async def test_a_refusal_is_told():
    slack = FakeSlack(answers={"auth.teams.list": [refused("ratelimited")]})

    sent, teams = await workspaces(slack)

    assert (sent.error, teams) == ("ratelimited", {})


@pytest.mark.parametrize("bound", [False, True])
@pytest.mark.parametrize("homes", HOMES, ids=lambda homes: "+".join(sorted(homes)))
@pytest.mark.parametrize(("team", "home"), [*product(AT, AT)])
def test_nobody_acts_in_a_workspace_that_is_not_theirs(team, home, homes, bound):
    """Whatever the payload names: it is theirs, or they are strangers there."""
    who = Person(team=team, user="W1", home=home, bound=bound)

    acts = acting_in(GRANTED, homes, who)

    if acts.home == acts.team != "" and acts != who:
        assert acts.team in homes
    if bound or team in homes:
        assert acts.team == team
    if not bound and team not in homes and len(homes & GRANTED) == 1:
        assert {acts.team} == homes & GRANTED
    assert asdict(acts) | {"team": "", "home": ""} == asdict(who) | {
        "team": "",
        "home": "",
    }
