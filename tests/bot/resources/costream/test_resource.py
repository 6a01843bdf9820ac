"""The card of a co-stream session claims of who is online only what Tencent said."""

from itertools import product

import pytest

from bot.dialogue.outcome import Bold, Button, Code, Line, Mono, Tone
from bot.resources.costream.resource import COSTREAM, MOST_SHOWN, CoStream
from bot.states import State
from tests.bot.resources.intents import an_intent

SESSION = "1326515201117065216"
ONLINE, SELECTED = "OnlineInstanceIds", "AvailableInstanceIds"
NO_ONLINE = "Tencent did not say which are online, so who lags is unknown."
NO_SELECTED = "Tencent did not say which are selected, so who lags is unknown."
TWO_OF_THREE, ALL_TWO = "2 of 3 selected are offline", "all 2 selected are online"
REFRESH = Button("Refresh", "gs", "show G1")

# Each list may be missing, empty or full: what was said, and what is shown of it.
LISTS = {"missing": None, "empty": [], "one": ["a"], "two": ["a", "b"]}


def looked_up(reply, state=State.DONE, ref=SESSION):
    return an_intent(kind=COSTREAM, ref=ref, state=state, reply=reply)


def listed(title, ids):
    if ids is None:
        return []
    if not ids:
        return [Line((Bold(f"{title} (0)"), "  None."))]
    return [Line((Bold(f"{title} ({len(ids)})"), "")), Code("\n".join(ids))]


@pytest.mark.parametrize(("online", "selected"), list(product(LISTS, LISTS)))
def test_of_two_lists_is_said_what_both_allow_and_who_is_offline_first(
    online, selected
):
    here, chosen = LISTS[online], LISTS[selected]
    reply = {ONLINE: here, SELECTED: chosen, "MasterInstanceId": "m"}
    intent = looked_up({k: v for k, v in reply.items() if v is not None})
    if here is not None and chosen is not None:
        sentence = f"{len(here)} online, {len(chosen)} selected."
        gone = [one for one in chosen if one not in here]
        first = listed("Selected but offline", gone) if gone else []
    else:
        sentence, first = NO_SELECTED if chosen is None else NO_ONLINE, []
    rest = listed("Selected", chosen) if here is None else listed("Online", here)

    assert list(CoStream().sentence(intent)) == [sentence]
    assert list(CoStream().body(intent)) == [*first, *rest]
    assert list(CoStream().offers(intent)) == [REFRESH]
    assert list(CoStream().facts(intent)) == [
        ("Session", " ", Mono(SESSION)),
        ("Master", " ", Mono("m")),
    ]


@pytest.mark.parametrize(
    ("reply", "tone", "standing"),
    [
        (
            {ONLINE: ["a"], SELECTED: list("abc")},
            Tone.BAD,
            TWO_OF_THREE,
        ),
        ({ONLINE: ["a"], SELECTED: ["b"]}, Tone.BAD, "1 of 1 selected is offline"),
        ({ONLINE: list("ab"), SELECTED: ["a"]}, Tone.GOOD, "1 selected is online"),
        (
            {ONLINE: list("ab"), SELECTED: list("ab")},
            Tone.GOOD,
            ALL_TWO,
        ),
        ({ONLINE: ["a"], SELECTED: []}, Tone.PLAIN, "nobody is selected"),
        ({ONLINE: []}, Tone.PLAIN, "who is offline was not told"),
        ({SELECTED: ["a"]}, Tone.PLAIN, "who is offline was not told"),
        ({}, Tone.PLAIN, "who is offline was not told"),
    ],
)
def test_the_headline_says_how_many_are_offline(reply, tone, standing):
    intent = looked_up(reply)

    assert (CoStream().tone(intent), CoStream().standing(intent)) == (tone, standing)


def test_what_was_refused_was_not_looked_up():
    intent = looked_up({}, State.NOT_STARTED)

    assert CoStream().standing(intent) == "not looked up"
    assert CoStream().tone(intent) is Tone.BAD


def test_of_many_the_first_are_shown_and_all_are_offered():
    many = [f"i{number}" for number in range(MOST_SHOWN + 2)]

    intent = looked_up({ONLINE: many})

    *_title, shown = CoStream().body(intent)
    assert shown == Code("\n".join([*many[:MOST_SHOWN], "and 2 more"]))
    assert list(CoStream().offers(intent)) == [
        REFRESH,
        Button("All IDs as a file", "gs", "show G1 --all"),
    ]


def test_before_it_is_answered_the_card_says_the_session_alone():
    intent = looked_up({}, State.SENDING)

    assert list(CoStream().facts(intent)) == [("Session", " ", Mono(SESSION))]
    assert [*CoStream().sentence(intent), *CoStream().body(intent)] == []


def test_an_id_that_is_not_19_digits_is_remarked_upon():
    intent = looked_up({}, State.SENDING, ref="session-id")

    assert list(CoStream().body(intent)) == [
        Line(("An unusual session ID: 19 digits are expected.",), quiet=True),
    ]
