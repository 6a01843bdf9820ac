"""The card of a co-stream session claims of who is online only what Tencent said."""

from itertools import product

import pytest

from bot.dialogue.outcome import Bold, Button, Code, Line, Mono, Tone
from bot.resources.costream.ids import LONGEST, MOST_SHOWN
from bot.resources.costream.resource import (
    COSTREAM,
    CoStream,
    all_ids,
    only_offline,
)
from bot.states import State
from tests.bot.resources.intents import an_intent

SESSION = "1326515201117065216"
ONLINE, SELECTED = "OnlineInstanceIds", "AvailableInstanceIds"
NO_ONLINE = "Tencent did not say which are online, so who lags is unknown."
NO_SELECTED = "Tencent did not say which are selected, so who lags is unknown."
TWO_OF_THREE, ALL_TWO = "2 of 3 selected are offline", "all 2 selected are online"
REFRESH = Button("Refresh", "gs", "show G1")
OFFLINE = Button("Only offline", "gs", "show G1 --offline")
COPY = Button("Copy all", "gs", "show G1 --all")

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
    only = [OFFLINE] if here and first else []
    copy = [COPY] if here or chosen else []
    assert list(CoStream().offers(intent)) == [REFRESH, *only, *copy]
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


def test_a_look_up_that_failed_can_be_made_again():
    intent = looked_up({}, State.NOT_STARTED)

    assert list(CoStream().offers(intent)) == [Button("Look again", "gs", "show G1")]


def phones(*numbers):
    return [f"RK8S37P14024_0000-{number:02d}" for number in numbers]


def test_what_all_ids_begin_with_is_shown_once():
    reply = {ONLINE: phones(1, 2), SELECTED: phones(1, 2, 3)}

    assert list(CoStream().body(looked_up(reply))) == [
        Line(("Each ID begins with ", Mono("RK8S37P14024_0000-")), quiet=True),
        Line((Bold("Selected but offline (1)"), "")),
        Code("…03"),
        Line((Bold("Online (2)"), "")),
        Code("…01\n…02"),
    ]


def test_only_those_offline_are_shown_alone():
    reply = {ONLINE: phones(1, 2), SELECTED: phones(1, 2, 3, 4)}

    assert list(only_offline(looked_up(reply))) == [
        Line(("Each ID begins with ", Mono("RK8S37P14024_0000-")), quiet=True),
        Line((Bold("Selected but offline (2)"), "")),
        Code("…03\n…04"),
    ]
    assert list(only_offline(looked_up({ONLINE: ["a"]}))) == [Line((NO_SELECTED,))]


def test_few_ids_are_text_to_copy_whole_and_many_are_a_file():
    few = looked_up({ONLINE: phones(1), SELECTED: phones(1, 2)})
    many = looked_up({ONLINE: phones(*range(MOST_SHOWN + 1))})

    none, parts = all_ids(few)
    file, no_parts = all_ids(many)

    assert (none, no_parts) == (None, ())
    assert [part.text for part in parts if isinstance(part, Code)] == [
        "RK8S37P14024_0000-02",
        "RK8S37P14024_0000-01",
        "RK8S37P14024_0000-01\nRK8S37P14024_0000-02",
    ]
    assert file.name == f"G1-{SESSION}.txt"
    assert phones(MOST_SHOWN)[0] in file.text


HOSTILE = "a\nb\u202e```<!channel> *x*" + "y" * 200


def test_a_hostile_id_is_one_line_without_what_is_not_seen():
    reply = {ONLINE: [], SELECTED: [HOSTILE], "MasterInstanceId": HOSTILE}
    shown = f"a\ufffdb\ufffd```<!channel> *x*{'y' * 200}"[:LONGEST] + "…"

    intent = looked_up(reply)
    *_title, offline, _none = CoStream().body(intent)
    _session, master = CoStream().facts(intent)

    assert offline == Code(shown)
    assert master == ("Master", " ", Mono(shown))
