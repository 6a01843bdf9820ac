"""Every card, of every kind in every state: the same order, short, and nothing cut.

docs/voice.md says how a card reads; nothing here knows any card by name.
"""

from dataclasses import replace
from itertools import product

import pytest

from bot.cards.intent import card, looked_up
from bot.journal.evidence import (
    HEADLINES,
    Headline,
    Silence,
    Standing,
    Target,
    TargetStanding,
)
from bot.resources.registry import RESOURCES
from bot.resources.relay.resource import RELAY, START
from bot.slack.render import blocks
from bot.slack.render.escape import ELLIPSIS
from bot.states import LIVE, State
from tests.bot.cards import phone
from tests.bot.resources.evidence import TASK, moment
from tests.bot.resources.intents import AT, an_intent
from tests.judge import judged

REQUEST = "0e1eaadb-2970-49ed-993c-7cb7e9a4647d"
SCREEN, CARD = 844, 140  # px: a phone, and what a card of one target may take of it
MOST_LINES = 4
TASK_IDS = ("-m9" + "a" * 70, "-m9" + "b" * 70)
STATES = {  # by headline: the state that it goes with
    **{headline: state for state, headline in HEADLINES.items()},
    Headline.CLAIMED: State.STARTED,
    Headline.CONNECTING: State.STARTED,
    Headline.LIVE: State.STARTED,
    Headline.RECOVERING: State.STARTED,
    Headline.TARGET_ENDED: State.STARTED,
    Headline.TARGET_FAILED: State.STARTED,
    Headline.PUSH_FAILED: State.STARTED,
    Headline.IDLE: State.STARTED,
    Headline.MAY_RUN: State.STARTED,
    Headline.OUT_OF_REACH: State.EXPIRING,
}
# of these the headline says all
PLAIN = (Headline.ACCEPTED, Headline.CONNECTING, Headline.LIVE, Headline.RECOVERING)
MADE = {"R": START, "S": "CreateSession"}


def pushes(count):
    hosts = (f"push{n}.example.com" for n in range(count))
    urls = [{"PublishCdnUrl": f"rtmp://{host}/live/****"} for host in hosts]
    return {"RoomId": "7", "PublishCdnParams": urls}


def relay(headline, targets=1, **more):
    each = tuple(Target)[:targets] if targets > 1 else (Target.LIVE,)
    stands = tuple(TargetStanding(one, moment(1)) for one in each)
    standing = Standing(
        state=STATES[headline],
        headline=headline,
        ref=TASK,
        by="U0BEN",
        since=moment(60),
        targets=stands,
        **more,
    )
    return an_intent(
        kind=RELAY,
        action=START,
        state=standing.state,
        room="7",
        ref=TASK,
        agent="pb_01J00000000000000000000000",
        masked=pushes(targets),
        callbacks=True,
        request_id=REQUEST,
        standing=standing,
    )


def all_live(count):
    stands = (TargetStanding(Target.LIVE, moment(1)),) * count
    live = relay(Headline.LIVE, count)
    return replace(live, standing=replace(live.standing, targets=stands))


def of_any_kind():
    """Yield a thing of every kind in every state that there is."""
    for resource, state in product(RESOURCES.resources, State):
        yield an_intent(
            kind=resource.kind,
            action=resource.requests[0].action,
            state=state,
            ref="1326515201117065216",
            request_id=REQUEST,
        )
    for headline, targets in product(STATES, (0, 1, 2, 3, 4, 7)):
        yield relay(headline, targets)
    for silence in (None, Silence(), Silence(proven=True), Silence(away=(1, 2))):
        yield relay(Headline.UNKNOWN, silence=silence, wished=True)
        yield relay(Headline.LIVE, silence=silence, candidates=TASK_IDS)
    for code in ("AuthFailure", "FailedOperation.Nope", "patchbay.Expired", "Odd"):
        failed = relay(Headline.NOT_STARTED)
        end = replace(failed.settlement, error_code=code, error_text="It said so.")
        yield replace(failed, settlement=end, note="for the evening show")


THINGS = tuple(of_any_kind())
NAMES = [f"{one.handle} {one.standing.headline} {n}" for n, one in enumerate(THINGS)]


def drawn(thing, draw=card):
    body = blocks.message(draw(thing, RESOURCES.of(thing)))
    judged(body, "message")
    return body["blocks"]


def order(shown):
    """Return the kinds of *shown*: headline, text, targets, actions, context."""
    kinds = [block["type"] for block in shown]
    return ["text" if kind in {"rich_text", "section"} else kind for kind in kinds]


@pytest.mark.parametrize("thing", THINGS, ids=NAMES)
def test_it_begins_with_the_thing_and_its_state_and_ends_with_the_request(thing):
    shown = drawn(thing)

    first, last = phone.read(shown[0]), phone.read(shown[-1])
    assert f"{thing.handle} · " in first
    assert shown[-1]["type"] == "context"
    assert last.endswith(f"Request {REQUEST}")
    assert [REQUEST in phone.read(block) for block in shown].count(True) == 1
    assert "Started by @ana" in last


@pytest.mark.parametrize("thing", THINGS, ids=NAMES)
def test_its_buttons_stand_under_the_sentence_and_the_targets(thing):
    outcome, shown = card(thing, RESOURCES.of(thing)), order(drawn(thing))

    above = ["text", *(["text"] if outcome.sentence else [])]
    above += ["context"] if outcome.targets else []
    buttons = ["actions"] if outcome.buttons else []
    assert shown[: len(above) + len(buttons)] == [*above, *buttons]


@pytest.mark.parametrize("thing", THINGS, ids=NAMES)
def test_nothing_of_it_is_cut(thing):
    text = "\n".join(map(phone.read, drawn(thing)))

    assert ELLIPSIS not in text
    assert "+1 more" not in text


@pytest.mark.parametrize("thing", THINGS, ids=NAMES)
def test_whatever_may_run_can_be_stopped_from_it(thing):
    resource = RESOURCES.of(thing)
    may_run = thing.state in LIVE and thing.state is not State.STOPPING
    reached = thing.standing.headline is not Headline.OUT_OF_REACH

    buttons = [one for one in card(thing, resource).buttons if one.danger]

    stops = resource.can_be_ended and may_run and reached
    assert [one.label for one in buttons] == ([f"Stop {thing.handle}"] if stops else [])
    assert all(one.confirm for one in buttons)


def test_a_live_one_takes_four_lines_of_a_phone():
    shown = drawn(relay(Headline.LIVE))

    assert phone.lines(shown) <= MOST_LINES
    assert phone.height(shown) <= CARD


@pytest.mark.parametrize("headline", PLAIN)
def test_where_the_headline_says_all_there_is_no_sentence(headline):
    assert card(relay(headline), RESOURCES.resources[0]).sentence == ()


def test_each_further_target_takes_a_line_and_from_the_fourth_they_are_counted():
    counted = [phone.lines(drawn(all_live(n))) for n in (1, 2, 3, 4, 5, 7)]

    first = counted[0]
    assert counted == [first, first + 1, first + 2, *[first + 3] * 3]


def test_the_worst_targets_stand_first():
    shown = card(relay(Headline.TARGET_FAILED, 7), RESOURCES.resources[0]).targets

    assert [line[0] for line in shown[:3]] == ["🔴 ", "🟠 ", "⚪ "]
    assert shown[3] == ("+ 4 more in Details",)


@pytest.mark.parametrize("thing", THINGS, ids=NAMES)
def test_it_fits_a_phone_with_its_buttons(thing):
    shown = drawn(replace(thing, standing=replace(thing.standing, candidates=())))

    assert phone.height(shown) <= SCREEN


@pytest.mark.parametrize("thing", THINGS, ids=NAMES)
def test_it_says_the_same_to_whoever_looks_it_up_and_can_be_shared(thing):
    def draw(thing, resource):
        return looked_up(thing, resource, ())

    mine, shown = drawn(thing), drawn(thing, draw)

    assert phone.read(shown[0]) == phone.read(mine[0])
    assert phone.read(shown[-1]) == phone.read(mine[-1])
    labels = [one.label for one in looked_up(thing, RESOURCES.of(thing), ()).buttons]
    shared = not RESOURCES.of(thing).personal  # else it names people
    assert labels[-1:].count("Share") == labels.count("Share") == shared


@pytest.mark.parametrize("code", ["AuthFailure", "patchbay.Expired", "Odd"])
def test_a_failed_start_says_why_and_offers_what_to_do_next(code):
    failed = relay(Headline.NOT_STARTED)
    end = replace(failed.settlement, error_code=code, error_text="It said so.")

    shown = card(replace(failed, settlement=end), RESOURCES.resources[0])

    why = {
        "AuthFailure": ": the key or the signature was not accepted (AuthFailure)",
        "patchbay.Expired": ": it waited too long; nothing was sent",
        "Odd": "",
    }[code]
    assert shown.plain == f"🔴 R1 · not started{why} · room 7"
    labels = ["Edit and retry", "Explain the error", "Run doctor"]
    assert [one.label for one in shown.buttons] == labels[: 3 if why else 1]
    text = phone.read(drawn(replace(failed, settlement=end))[-1])
    assert ("It said so." in text) is (code != "patchbay.Expired")


def test_when_it_was_asked_for_is_a_moment_that_slack_shows():
    last = drawn(relay(Headline.LIVE))[-1]["elements"][0]["text"]

    assert f"<!date^{int(AT.timestamp())}^{{date_short_pretty}} {{time}}|" in last
