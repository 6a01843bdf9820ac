"""A notice is drawn in the language of whoever reads it."""

from dataclasses import replace

import pytest

from bot.dialogue.outcome import Audience
from bot.i18n import Languages
from bot.journal.model import CARD, Notification
from bot.operations.readers import BY_ASKER, Readers
from bot.resources.registry import RESOURCES
from tests.bot.resources.intents import an_intent

SET = Languages("", {"COPS": "zh-CN", "C": "de-DE"})
ASKED_IN = "ja-JP"


def of(audience, *, direct=False, about=True):
    asker = an_intent(kind="R").asker
    asker = replace(asker, channel="C", locale=ASKED_IN, direct=direct)
    intent = replace(an_intent(kind="R"), asker=asker) if about else None
    return Notification(
        id=1, rev=1, name="any", audience=audience, facts={}, intent=intent
    )


@pytest.mark.parametrize(
    ("audience", "known", "read"),
    [
        (Audience.ASKER, "", ASKED_IN),
        (Audience.ASKER, "fr-FR", "fr-FR"),
        (Audience.CHANNEL, "fr-FR", "de-DE"),
        (Audience.THREAD, "", "de-DE"),
        (Audience.OPS, "fr-FR", "zh-CN"),
    ],
)
def test_the_asker_the_channel_and_the_operators_read_their_own(audience, known, read):
    readers = Readers(SET, lambda _user: known, "COPS")

    assert readers.locale(of(audience)) == read


def test_what_is_told_between_two_is_in_the_language_of_the_person():
    assert Readers(SET).locale(of(Audience.CHANNEL, direct=True)) == ASKED_IN


def test_what_is_about_no_intent_is_in_the_language_of_the_operators_channel():
    told = of(Audience.OPS, about=False)

    locales = [Readers(SET, ops_channel="COPS").locale(told), BY_ASKER.locale(told)]
    assert locales == ["zh-CN", "en-US"]


def test_operators_of_a_workspace_may_read_in_a_channel_of_their_own():
    readers = Readers(SET, ops_channel="COPS", ops_channels={"T2": "C", "T3": ""})

    assert [readers.ops(team) for team in ("", "T1", "T2", "T3")] == [
        "COPS",
        "COPS",
        "C",
        "COPS",
    ]
    told = of(Audience.OPS)
    intent = replace(told.intent, asker=replace(told.intent.asker, team="T2"))
    assert readers.locale(replace(told, intent=intent)) == "de-DE"


def test_without_a_common_channel_the_first_of_a_workspace_has_what_is_of_none():
    readers = Readers(SET, ops_channels={"T1": "", "T2": "C", "T3": "C3"})

    assert [readers.ops(team) for team in ("", "T1", "T2", "T9")] == ["C", "", "C", ""]
    assert readers.locale(of(Audience.OPS, about=False)) == "de-DE"


OWN = {"T1": "C1", "T2": "C2", "T3": "C2", "T4": "COPS", "T5": ""}


@pytest.mark.parametrize("several", [False, True])
@pytest.mark.parametrize("audience", Audience)
@pytest.mark.parametrize("team", [*OWN, "T6"])
def test_operators_of_several_workspaces_read_of_which_it_is(several, audience, team):
    """A channel of two, of one and of all, or of none: there is a R1 in each."""
    readers = Readers(
        ops_channel="COPS",
        ops_channels=OWN,
        serves_several=lambda: several,
        named=lambda team: f"Workspace {team}",
    )
    told = replace(of(audience), name=CARD)
    intent = replace(told.intent, asker=replace(told.intent.asker, team=team))
    told = replace(told, intent=intent)

    said = readers.drawn(told, RESOURCES).plain

    by_others = {Audience.PAGER} | ({Audience.OPS} if team != "T1" else set())
    named = said.endswith(f" · Workspace {team}")
    assert named is (several and audience in by_others)


@pytest.mark.parametrize(("several", "team"), [(False, ""), (True, "T")])
def test_what_is_drawn_is_of_one_workspace_where_there_are_several(several, team):
    readers = Readers(serves_several=lambda: several)

    assert readers.team(of(Audience.CHANNEL)) == team
    assert readers.team(of(Audience.OPS, about=False)) == ""
