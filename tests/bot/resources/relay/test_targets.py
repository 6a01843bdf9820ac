"""Where a relay leads, in a line each: short on the card, whole behind Details."""

from bot.dialogue.outcome import Clock, When
from bot.journal.evidence import Headline, Standing, Target, TargetStanding
from bot.resources.relay.targets import every_target, lines, target_name
from bot.states import State
from tests.bot.resources.relay.lives import ADDRESSES, at, relay, stands

LIVE = TargetStanding(Target.LIVE, 1)


def to(*urls):
    pushes = {"PublishCdnParams": [{"PublishCdnUrl": url} for url in urls]}
    return relay(*map(str, range(len(urls))), masked=pushes, room="7")


def standing(*each, state=State.STARTED):
    return Standing(state, Headline.LIVE, targets=each)


def failed(second, **more):
    return TargetStanding(Target.FAILED, int(at(second).timestamp() * 1000), **more)


def test_one_target_is_its_host_and_needs_no_number():
    thing = stands(standing(LIVE), to("rtmp://a.example:1935/live/****"))

    assert lines(thing) == (("🟢 ", "a.example:1935"),)


def test_targets_of_one_host_are_told_apart_by_their_paths():
    urls = ("rtmp://a.example/x/****", "rtmp://a.example/y/****", "rtmp://b.example/z")

    assert lines(to(*urls)) == (
        ("1 a.example/x/****",),
        ("2 a.example/y/****",),
        ("3 b.example",),
    )


def test_what_is_wrong_stands_first_with_since_when_and_why():
    wrong = failed(9, code="84", text="push connection refused")

    shown = lines(stands(standing(LIVE, wrong)))

    assert shown == (
        (
            "🔴 ",
            "2 b.example",
            " · ",
            "failed ",
            When(at(9), Clock.AGO),
            " · 84 push connection refused",
        ),
        ("🟢 ", "1 a.example"),
    )


def test_of_one_that_is_over_no_target_stands_any_more():
    over = standing(LIVE, failed(9), state=State.STOPPED)

    assert lines(stands(over)) == (("1 a.example",), ("2 b.example",))


def test_details_have_every_address_and_moment_in_their_order():
    shown = every_target(stands(standing(LIVE, failed(9))))

    assert [spans[1] for spans in shown] == [
        f"{number} {address}" for number, address in enumerate(ADDRESSES, 1)
    ]
    assert shown[1][2:] == (" · ", "failed ", When(at(9), Clock.MOMENT))


def test_a_target_that_nobody_named_here_is_a_target():
    unmanaged = stands(standing(LIVE), relay(masked={}))

    assert lines(unmanaged) == (("🟢 ", "a target"),)
    assert target_name(unmanaged, 1) == "1 a target"
