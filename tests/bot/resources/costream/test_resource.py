"""The card of a co-stream session claims of who is online only what Tencent said."""

import pytest

from bot.dialogue.outcome import Bold, Code, Facts, Line, Mono
from bot.resources.costream.resource import COSTREAM, MOST_SHOWN, CoStream
from bot.states import State
from tests.bot.resources.intents import an_intent

SESSION = "1326515201117065216"
ONLINE, SELECTED = "OnlineInstanceIds", "AvailableInstanceIds"
NO_ONLINE = "Tencent did not say which are online, so who lags is unknown."
NO_SELECTED = "Tencent did not say which are selected, so who lags is unknown."


def card(reply, state=State.DONE):
    looked_up = an_intent(kind=COSTREAM, ref=SESSION, state=state, reply=reply)
    return list(CoStream().body(looked_up))


def head(online, selected, master="not given"):
    return [
        Facts((("Session", (Mono(SESSION),)),)),
        Facts(
            (
                ("Master", (Mono(master),)),
                ("Online", (online,)),
                ("Selected", (selected,)),
            )
        ),
    ]


@pytest.mark.parametrize(
    ("reply", "parts"),
    [
        (
            {SELECTED: ["a", "b"]},
            [*head("not given", "2"), Line((NO_ONLINE,))],
        ),
        (
            {ONLINE: ["a"]},
            [
                *head("1", "not given"),
                Line((NO_SELECTED,)),
                Line((Bold("Online (1)"), "")),
                Code("a"),
            ],
        ),
        (
            {ONLINE: []},
            [
                *head("0", "not given"),
                Line((NO_SELECTED,)),
                Line((Bold("Online (0)"), "  None.")),
            ],
        ),
        ({}, [*head("not given", "not given"), Line((NO_SELECTED,))]),
    ],
    ids=["online is missing", "selected is missing", "none is online", "both missing"],
)
async def test_without_both_lists_nobody_is_called_offline(reply, parts):
    assert card(reply) == parts


@pytest.mark.parametrize(
    ("reply", "parts"),
    [
        (
            {ONLINE: ["a"], SELECTED: ["a", "b", "c"], "MasterInstanceId": "m"},
            [
                *head("1", "3", "m"),
                Line((Bold("Selected but offline (2)"), "")),
                Code("b\nc"),
                Line((Bold("Online (1)"), "")),
                Code("a"),
            ],
        ),
        (
            {ONLINE: ["a"], SELECTED: ["a"]},
            [
                *head("1", "1"),
                Line((Bold("Selected but offline (0)"), "  None: all are online.")),
                Line((Bold("Online (1)"), "")),
                Code("a"),
            ],
        ),
        (
            {ONLINE: [], SELECTED: []},
            [
                *head("0", "0"),
                Line((Bold("Selected but offline (0)"), "  None: all are online.")),
                Line((Bold("Online (0)"), "  None.")),
            ],
        ),
    ],
    ids=["two lag", "all are online", "nobody is selected"],
)
async def test_with_both_lists_who_is_offline_comes_first(reply, parts):
    assert card(reply) == parts


async def test_of_many_the_first_are_shown_and_the_others_counted():
    many = [f"i{number}" for number in range(MOST_SHOWN + 2)]

    *_rest, shown = card({ONLINE: many})

    assert shown == Code("\n".join([*many[:MOST_SHOWN], "and 2 more"]))


async def test_before_it_is_answered_the_card_says_the_session_alone():
    assert card({}, State.SENDING) == [Facts((("Session", (Mono(SESSION),)),))]
