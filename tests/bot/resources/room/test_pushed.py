"""What CDNs get of the relays of a room goes into why a picture may be black."""

from dataclasses import replace

from bot.resources.relay.samples import Pushed, Sample, Stream, short
from bot.resources.room.pushed import pushes_of
from bot.resources.room.why import PushFacts
from tests.bot.resources.room.rooms import cells, relay

A, B = "a" * 64, "b" * 64
AT = 1_760_000_000_000
FELL = Stream(
    samples=(Sample(AT, 15, 38_400),), first=1, usual=1_500_000, fell=AT - 60_000
)


def pushing(**streams):
    thing = relay(cells(), targets=(A, B))
    by_digest = {short(name * 64): one for name, one in streams.items()}
    return replace(thing, pushed=Pushed(by_digest).text)


def test_each_target_has_its_figures_in_kilobits():
    thing = pushing(b=FELL)

    assert pushes_of([thing]) == {
        (thing.id, 2): PushFacts(
            at=AT, fps=15, kbps=38, usual=1500, fell_at=AT - 60_000
        )
    }


def test_what_is_not_listed_or_has_no_figures_is_left_out():
    gone, mute = replace(FELL, missed=AT), replace(FELL, samples=(Sample(AT, 15),))

    assert pushes_of([pushing(a=gone, b=mute), relay(cells())]) == {}
