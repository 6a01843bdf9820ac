"""What needs a second person: every condition of a table, alone and with others."""

from itertools import product

import pytest

from bot.access.second import Part, approvers, second_for
from bot.exit_table import Exits
from bot.settings import App, Rule, Second
from bot.tencent.models.trtc.requests import (
    StartPublishCdnStream,
    StopPublishCdnStream,
    UpdatePublishCdnStream,
)

MAIN = App(name="main", sdk_app_id=1400000001, usersig_key="k" * 8, production=True)
TRIAL = App(name="trial", sdk_app_id=1400000002, usersig_key="k" * 8)
START = StartPublishCdnStream.of(
    {
        "SdkAppId": 1400000001,
        "RoomId": "7",
        "RoomIdType": 0,
        "AgentParams": {"UserId": "pb_1", "UserSig": "s"},
        "WithTranscoding": 1,
        "AudioParams": {
            "AudioEncode": {"SampleRate": 48000, "Channel": 1, "BitRate": 64}
        },
        "PublishCdnParams": [
            {"PublishCdnUrl": "rtmp://push.example.com/live/1", "IsTencentCdn": 1}
        ],
    }
)
STOP = StopPublishCdnStream.of({"SdkAppId": 1400000001, "TaskId": "-task"})

# Of each condition a value by which the start needs somebody, and one by which not.
CONDITIONS = {
    "actions": (("relay.*",), ("car.*",)),
    "apps": (("main",), ("trial",)),
    "production": (True, None),
    "bitrate_above": (1000, 2000),
    "exits_outside": (Exits(push=("other.example.com",)), Exits(push=("*",))),
    "stops_above": (None, 1),
    "teams": (("T1",), ("T2",)),
}


def table(**values):
    own = {name: value for name, value in values.items() if value is not None}
    return Second(**{"name": "two", "actions": ("*",), **own})


def start(app=MAIN, bitrate=2000):
    return Part(request=START, judged=START, app=app, bitrate=bitrate)


def change(bitrate=2000):
    update = UpdatePublishCdnStream.of(
        {"SdkAppId": 1400000001, "TaskId": "-task", "WithTranscoding": 1}
    )
    return Part(request=update, judged=START, app=MAIN, bitrate=bitrate)


def stops(count, app=MAIN):
    return [Part(request=STOP, judged=STOP, app=app)] * count


@pytest.mark.parametrize("holds", list(product((True, False), repeat=len(CONDITIONS))))
def test_a_table_asks_if_all_its_conditions_hold(holds):
    values, wanted = {}, True
    for (name, (yes, no)), held in zip(CONDITIONS.items(), holds, strict=True):
        values[name] = yes if held else no
        wanted = wanted and (held or no is None)

    assert (second_for([table(**values)], [start()], "T1") is not None) is wanted


@pytest.mark.parametrize(("app", "asks"), [(MAIN, True), (TRIAL, False), (None, False)])
def test_production_is_the_apps_own_word(app, asks):
    found = second_for([table(production=True)], [start(app)], "T1")

    assert (found is not None) is asks


@pytest.mark.parametrize("bitrate", [None, 0, 999, 1000])
def test_what_has_no_more_than_the_rate_needs_nobody(bitrate):
    change = [start(bitrate=bitrate)]

    assert second_for([table(bitrate_above=1000)], change, "T1") is None


@pytest.mark.parametrize(
    "more", [{}, {"production": True}, {"actions": ("relay.stop",)}]
)
def test_a_stop_of_one_needs_nobody_whatever_a_table_says(more):
    assert second_for([table(**more)], stops(1), "T1") is None


@pytest.mark.parametrize("most", [1, 2, 5])
@pytest.mark.parametrize("count", [2, 3, 5, 6])
def test_stops_of_more_than_so_many_need_somebody(most, count):
    found = second_for([table(stops_above=most)], stops(count), "T1")

    assert (found is not None) is (count > most)


def test_one_of_many_in_production_is_enough():
    change = [*stops(2, TRIAL), *stops(1, MAIN)]

    assert second_for([table(production=True)], change, "T1") is not None
    assert second_for([table(production=True)], change[:2], "T1") is None


def test_the_first_table_that_asks_is_the_one():
    tables = [table(name="no", apps=("x",)), table(name="a"), table(name="b")]

    assert second_for(tables, [start()], "T1").name == "a"


def test_without_a_table_nobody_is_asked():
    assert second_for([], [start()], "T1") is None


@pytest.mark.parametrize(
    ("conditions", "asks"),
    [
        ({"bitrate_above": 1000}, True),
        ({"bitrate_above": 2000}, False),
        ({"exits_outside": Exits(push=("other.example.com",))}, True),
        ({"exits_outside": Exits(push=("*",))}, False),
        ({"production": True}, False),
        ({}, False),
    ],
)
def test_a_start_within_a_table_is_not_changed_to_one_beyond_it(conditions, asks):
    tables = [table(actions=("relay.start",), **conditions)]

    assert (second_for(tables, [change()], "T1") is not None) is asks


RULES = (
    Rule(name="all", actions=("patchbay.*",), users=("U0ANA",), groups=("S0LEADS",)),
    Rule(name="main", actions=("patchbay.approve",), users=("U0BOB",), apps=("main",)),
    Rule(name="again", actions=("*",), users=("U0ANA",), apps=("trial",)),
    Rule(name="starts", actions=("relay.*",), users=("U0CARL",)),
)


@pytest.mark.parametrize(
    ("app", "named"),
    [
        (MAIN, ("U0ANA", "S0LEADS", "U0BOB")),
        (TRIAL, ("U0ANA", "S0LEADS")),
        (None, ("U0ANA", "S0LEADS")),
    ],
)
def test_who_may_approve_is_named_once_and_for_the_app_alone(app, named):
    assert approvers(RULES, app, "T1") == named


@pytest.mark.parametrize("team", ["T1", "T2"])
def test_who_may_approve_in_another_workspace_is_not_named(team):
    own = {"T1": Rule(name="one", actions=("*",), users=("U0ANA",), teams=("T1",))}
    own["T2"] = own["T1"].model_copy(update={"users": ("U0BOB",), "teams": ("T2",)})

    assert approvers(own.values(), MAIN, team) == own[team].users
