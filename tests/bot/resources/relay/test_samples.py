"""What a CDN gets of a relay: ten samples a stream, and when they fell."""

import json
from dataclasses import replace
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.resources.relay.samples import (
    APART,
    BACK,
    FEW,
    MOST,
    STILL,
    YOUNG,
    Change,
    Pushed,
    Sample,
    Stream,
    asked,
    changes,
    missed,
    pushed_of,
    sampled,
    short,
    streams_of,
)
from tests.bot.resources.relay.lives import relay

MINUTE = 60_000
A, B = "a" * 64, "b" * 64


def stream(*bits, begun="then", every=MINUTE, at=0):
    """Return a stream of which so many *bits* a second were got, a minute apart."""
    now = None
    for number, one in enumerate(bits):
        sample = Sample(at + number * every, 15, one)
        now = sampled(now, sample, begun, MINUTE)
    return now


def test_the_last_ten_samples_are_kept():
    seen = stream(*range(1, 15))

    assert [one.bits for one in seen.samples] == list(range(5, 15))
    assert (seen.first, seen.last) == (0, Sample(13 * MINUTE, 15, 14))


def test_two_samples_under_a_twentieth_of_the_median_are_a_fall():
    usual = [1000] * 8
    seen = [stream(*usual, *last) for last in ((49,), (49, 49), (50, 49), (49, 50))]

    assert [(one.usual, one.fell) for one in seen] == [
        (0, 0),
        (1000, 8 * MINUTE),
        (0, 0),
        (0, 0),
    ]


@pytest.mark.parametrize(("before", "fell"), [(1, 0), (2, 0), (3, 3 * MINUTE)])
def test_nothing_is_made_of_the_first_three_minutes(before, fell):
    assert stream(*[1000] * before, 1, 1).fell == fell


def test_a_fall_lasts_however_long_it_takes_until_two_are_as_usual():
    dark = stream(*[1000] * 9, *[1] * 30)
    once = sampled(dark, Sample(40 * MINUTE, 15, 1000), "then", MINUTE)
    twice = sampled(once, Sample(41 * MINUTE, 15, 900), "then", MINUTE)

    assert [(one.usual, one.fell) for one in (dark, once, twice)] == [
        (1000, 9 * MINUTE),
        (1000, 9 * MINUTE),
        (0, 0),
    ]


def test_another_push_of_the_same_stream_begins_anew():
    before = stream(*[1000] * 9, 1, 1)
    seen = sampled(before, Sample(12 * MINUTE, 15, 1), "later", MINUTE)

    assert seen == Stream(
        samples=(Sample(12 * MINUTE, 15, 1),), begun="later", first=12 * MINUTE
    )


def test_samples_that_stand_far_apart_are_no_pair():
    before = stream(*[1000] * 8, 1)
    later = Sample(before.last.at + round(APART * MINUTE) + 1, 15, 1)

    assert sampled(before, later, "then", MINUTE).fell == 0


def test_a_stream_that_is_not_listed_is_no_data_since_the_first_time():
    before = stream(1000, 1000)
    once = missed(before, 5)
    back = sampled(once, Sample(9 * MINUTE, 15, 1000), "then", MINUTE)

    assert (once.missed, missed(once, 6)) == (5, once)
    assert once.samples == before.samples
    assert back.missed == 0


@given(
    st.lists(st.none() | st.integers(0, 2_000_000), min_size=1, max_size=40),
    st.integers(1, 10 * MINUTE),
)
def test_whatever_comes_a_fall_is_said_of_two_few_after_three_minutes(bits, every):
    now = None
    for number, one in enumerate(bits):
        before = now
        now = sampled(before, Sample(number * every, None, one), "", every)
        assert len(now.samples) <= MOST
        if now.fell and not (before and before.fell):
            pair = [each.bits for each in now.samples[-2:]]
            usual = median(b.bits for b in now.samples if b.bits is not None)
            assert all(each < FEW * usual for each in pair)
            assert now.fell >= now.first + YOUNG * every


streams = st.builds(
    Stream,
    samples=st.lists(
        st.builds(
            Sample,
            st.integers(0),
            st.none() | st.floats(0, 120),
            st.none() | st.integers(0, 10**9),
        ),
        min_size=1,
        max_size=MOST,
    ).map(tuple),
    begun=st.text(max_size=30),
    first=st.integers(0),
    usual=st.integers(0),
    fell=st.integers(0),
    missed=st.integers(0),
)


@given(st.dictionaries(st.text(max_size=16), streams, max_size=10), st.integers(0))
def test_what_is_kept_reads_as_it_was(by_digest, drawn):
    kept = Pushed(by_digest, drawn)

    assert pushed_of(kept.text) == kept


@pytest.mark.parametrize("text", ["", "{", "null", "[1]", '[1, {"a": [1]}]', "[0, []]"])
def test_of_what_nobody_wrote_nothing_is_known(text):
    assert pushed_of(text) == Pushed()


@pytest.mark.parametrize(
    ("was", "now", "what"),
    [
        (Stream(), stream(*[1000] * 8, 1, 1), (STILL, 8 * MINUTE, 1, 1000)),
        (
            stream(*[1000] * 8, 1, 1),
            stream(*[1000] * 8, 1, 1, 900, 800),
            (BACK, 11 * MINUTE, 800, 1000),
        ),
        (stream(*[1000] * 8, 1, 1), stream(900, begun="later"), None),
        (stream(1000), stream(1000, 10), None),
        (stream(*[1000] * 8, 1, 1), stream(*[1000] * 8, 1, 1, 1), None),
    ],
)
def test_a_fall_and_its_end_are_each_told_once(was, now, what):
    told = list(changes(Pushed({"a": was}), Pushed({"a": now})))

    assert told == ([Change(what[0], "a", *what[1:])] if what else [])


# ── of a relay ───────────────────────────────────────────────────────────────────


def pushing(*flags, hosts=("one.example.com", "two.example.com"), **more):
    sent = [
        {"PublishCdnUrl": f"rtmp://{host}/live/****", "IsTencentCdn": flag}
        for host, flag in zip(hosts, flags, strict=False)
    ]
    return relay(A, B, masked={"PublishCdnParams": sent}, **more)


@pytest.mark.parametrize(
    ("flags", "domains", "asked_about"),
    [
        ((1, 0), (), {A: 1}),
        ((1, 1), (), {A: 1, B: 2}),
        ((None, 0), (), {}),
        ((0, 0), (".example.com",), {A: 1, B: 2}),
        ((1, 1), ("two.example.com",), {B: 2}),
        ((1, 1), ("three.example.com",), {}),
        ((), (), {}),
    ],
)
def test_a_target_is_asked_about_if_it_is_on_the_accounts_cdn(
    flags, domains, asked_about
):
    assert asked(pushing(*flags), domains) == asked_about


def test_streams_are_those_of_targets_that_the_relay_has_by_now():
    known = {short(B): stream(5), "c" * 16: stream(6), short(A): Stream()}
    thing = replace(pushing(1, 1), pushed=Pushed(known).text)

    assert list(streams_of(thing)) == [(2, stream(5))]
    assert list(streams_of(replace(thing, pushed=""))) == []
    assert A not in thing.pushed
    assert json.loads(thing.pushed)[1].keys() == known.keys()
