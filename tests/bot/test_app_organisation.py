"""The whole bot, installed for an organisation: two workspaces, one channel of both.

ivo is on call in the news, kim in sport, eve is in both and on call in the news; jan
and leo may only read. Their Slack, the loopback one, shares no code with the bot.
"""

import json
import os
from unittest import mock

import pytest

from bot.app import utc_now
from bot.lifecycle import examine_ahead
from bot.resources.relay.resource import RELAY
from bot.sandbox.slack.client.payloads import Control
from bot.sandbox.slack.model import seed
from bot.settings import read
from bot.slack.outbound.web import Web
from commands import COMMANDS

NEWS, SPORT = seed.NEWS.id, seed.SPORT.id
START = "/relay start {room} url=rtmp://push.example.com/live/{room} --go"
CHIEFS = {NEWS: seed.IVO, SPORT: seed.KIM}
OTHER = {NEWS: SPORT, SPORT: NEWS}
ROOM = {NEWS: "295066", SPORT: "646464"}


def channel(org, of):
    return org.space.channels[of.id]


@pytest.fixture
async def started(org):
    """A relay of each workspace, with its card in the channel of both."""
    for team, chief in CHIEFS.items():
        line = START.format(room=ROOM[team])
        await org.typed(line, chief, channel(org, seed.BOTH))
    return org


async def relay_of(org, team):
    find = org.parts.journal.find
    (relay,) = await find.live(team, RELAY)
    return relay


def card_of(org, team):
    (card,) = [one for one in org.space.messages.values() if ROOM[team] in one.text]
    return card


def controls(surface):
    """Yield every button of a message or a Home."""
    for block in surface.blocks:
        accessory = block.get("accessory")
        elements = [*block.get("elements", ()), *([accessory] if accessory else ())]
        for one in elements:
            if str(one.get("action_id", "")).startswith("do:"):
                yield Control(block["block_id"], one["action_id"], one)


def value_of(control):
    options = control.element.get("options")
    return {"selected_option": options[0]} if options else None


async def pressed(org, who, surface, control):
    """Press *control*; return what *who* alone was told since."""
    before = len(org.whispered(who.id))
    await org.hands.act(who, surface, control, value_of(control))
    await org.settled()
    return [json.dumps([one.text, *one.blocks]) for one in org.whispered(who.id)][
        before:
    ]


async def test_one_token_serves_both_and_each_relay_is_its_workspaces(started):
    relays = {team: await relay_of(started, team) for team in CHIEFS}

    assert {team: one.subject.room for team, one in relays.items()} == ROOM
    assert {team: one.asker.user for team, one in relays.items()} == {
        team: one.id for team, one in CHIEFS.items()
    }
    tokens = [call for call in started.space.calls if call.method == "auth.test"]
    assert len(tokens) == 1


async def test_every_call_that_wants_a_workspace_names_one(started):
    asked = [
        (call.args.get("team_id"), call.args["usergroup"])
        for call in started.space.calls
        if call.method == "usergroups.users.list"
    ]

    assert {*asked} == {(NEWS, seed.NEWS_ON_CALL), (SPORT, seed.SPORT_ON_CALL)}
    errors = {call.answer.get("error") for call in started.space.calls}
    assert errors == {None}


@pytest.mark.parametrize("team", [NEWS, SPORT])
async def test_nothing_on_a_card_is_done_for_people_of_the_other_workspace(
    started, team
):
    card, before = card_of(started, team), await relay_of(started, team)
    stranger = CHIEFS[OTHER[team]]

    told = [
        await pressed(started, stranger, card, control) for control in controls(card)
    ]

    assert len(told) > 1
    assert all("You belong to another workspace." in one for (one,) in told)
    assert await relay_of(started, team) == before
    assert len(started.cloud.state.running) == 2


async def test_whoever_is_in_both_stops_where_the_card_was_drawn(started):
    started.space.org.looking[seed.EVE.id] = seed.SPORT
    offered = controls(card_of(started, NEWS))
    stop = next(one for one in offered if one.element["text"]["text"][:4] == "Stop")

    await pressed(started, seed.EVE, card_of(started, NEWS), stop)

    assert [one.room for one in started.cloud.state.running] == [ROOM[SPORT]]


async def test_whoever_is_in_both_has_the_rights_of_where_they_are(started):
    await started.typed(
        START.format(room="5"), seed.EVE, channel(started, seed.NEWS_OPS)
    )
    started.space.org.looking[seed.EVE.id] = seed.SPORT
    await started.typed(
        START.format(room="6"), seed.EVE, channel(started, seed.SPORT_OPS)
    )

    live = {one.room for one in started.cloud.state.running}
    assert live == {*ROOM.values(), "5"}
    assert started.whispered(seed.EVE.id)[-1].text == "🟠 You may not do that here."


@pytest.mark.parametrize("team", [NEWS, SPORT])
async def test_a_mention_is_of_its_writers_workspace_whoever_hosts_the_channel(
    started, team
):
    both = channel(started, seed.BOTH)

    await started.hands.say(CHIEFS[team], both, "@patchbay relay list")
    await started.settled()

    told = json.dumps(started.whispered(CHIEFS[team].id)[-1].blocks)
    assert ROOM[team] in told
    assert ROOM[OTHER[team]] not in told


async def test_in_a_thread_the_card_of_the_other_workspace_names_nothing(started):
    both, card = channel(started, seed.BOTH), card_of(started, NEWS)

    await started.hands.say(
        seed.KIM, both, "@patchbay relay stop --yes", thread=card.ts
    )
    await started.settled()

    assert len(started.cloud.state.running) == 2


@pytest.mark.parametrize("by", ["shortcut", "mention"])
async def test_a_card_of_the_other_workspace_is_not_looked_up_as_ones_own(started, by):
    """Both have a R1, and what stands on the card of the one is not of the other."""
    both, card = channel(started, seed.BOTH), card_of(started, NEWS)

    if by == "shortcut":
        await started.hands.shortcut(seed.KIM, "lookup_ids", card)
    else:
        await started.hands.say(seed.KIM, both, "@patchbay", thread=card.ts)
    await started.settled()

    found = json.dumps(started.whispered(seed.KIM.id)[-1].blocks)
    assert "is not on record here" in found
    assert ROOM[SPORT] not in found


@pytest.mark.parametrize("looks_at", [NEWS, SPORT])
async def test_a_form_comes_back_to_the_workspace_in_which_it_was_opened(org, looks_at):
    """Slack names no workspace in what is sent in, but one of eve's: the news."""
    teams = {NEWS: seed.NEWS, SPORT: seed.SPORT}
    org.space.org.looking[seed.EVE.id] = teams[looks_at]
    await org.hands.change_group_of(
        org.space.org, seed.SPORT, seed.SPORT_ON_CALL, seed.KIM, seed.EVE
    )
    await org.settled()
    line = START.format(room="77").removesuffix("--go")
    await org.typed(f"{line} cdn=other", seed.EVE, channel(org, seed.BOTH))

    await org.hands.submit(seed.EVE, org.space.top(seed.EVE.id))
    await org.settled()

    assert (await relay_of(org, looks_at)).subject.room == "77"
    assert await org.parts.journal.find.live(OTHER[looks_at], RELAY) == []


async def test_what_becomes_of_a_group_is_heard_in_its_workspace_alone(started):
    both = channel(started, seed.BOTH)
    await started.hands.change_group_of(
        started.space.org, seed.SPORT, seed.SPORT_ON_CALL, seed.LEO
    )
    await started.settled()

    for number, who in enumerate((seed.KIM, seed.LEO, seed.IVO)):
        await started.typed(START.format(room=f"{number + 1}"), who, both)

    live = {one.room for one in started.cloud.state.running}
    assert live == {*ROOM.values(), "2", "3"}


def home_of(org, who):
    return json.dumps(org.space.homes[who.id].blocks)


async def test_home_is_of_the_workspace_in_which_it_was_opened_last(started):
    org = started.space.org
    shown = []
    for team in (seed.NEWS, seed.SPORT):
        org.looking[seed.EVE.id] = team
        await started.hands.open_home(seed.EVE)
        await started.settled()
        shown.append(home_of(started, seed.EVE))

    news, sport = shown
    assert (ROOM[NEWS] in news, ROOM[SPORT] in news) == (True, False)
    assert (ROOM[NEWS] in sport, ROOM[SPORT] in sport) == (False, True)


async def test_a_button_of_home_is_of_the_workspace_that_home_showed(started):
    org = started.space.org
    await started.hands.open_home(seed.EVE)
    await started.settled()
    home = started.space.homes[seed.EVE.id]
    org.looking[seed.EVE.id] = seed.SPORT  # and the tab was not opened there again

    stops = [one for one in controls(home) if "stop" in json.dumps(one.element)]
    for stop in stops:
        await pressed(started, seed.EVE, home, stop)

    assert stops
    assert ROOM[SPORT] in {one.room for one in started.cloud.state.running}


async def test_the_app_is_added_to_a_workspace_and_taken_out_of_it(started):
    org, both = started.space.org, channel(started, seed.BOTH)

    await started.hands.remove_app(org, seed.SPORT)
    await started.settled()
    await started.typed(START.format(room="8"), seed.KIM, both)
    out = json.dumps(started.whispered(seed.KIM.id)[-1].blocks)
    await started.hands.add_app(org, seed.SPORT)
    await started.settled()
    await started.typed(START.format(room="9"), seed.KIM, both)

    assert "This bot does not work for this workspace." in out
    live = {one.room for one in started.cloud.state.running}
    assert live == {*ROOM.values(), "9"}


async def test_the_doctor_says_that_it_is_org_wide_and_names_the_workspaces(org):
    org.space.org.added.discard(SPORT)

    with mock.patch.dict(os.environ, {}):
        examining = examine_ahead(read(), COMMANDS, slack=Web, now=utc_now)
        checks = {check.what: check.well for check in await examining}

    assert checks[f"Org-wide, in 1 workspace: Sandbox news ({NEWS})"] is True
    assert (
        checks[f"[[policy.rules]] “sport”: the app is in no workspace {SPORT}."]
        is False
    )
    assert checks[f"[[workspaces]]: the app is in no workspace {SPORT}."] is False
    assert checks[f"ops_channel {seed.SPORT_OPS.id}"] is True
