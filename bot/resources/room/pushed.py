"""What the CDNs get of the relays of a room, for why a picture may be black."""

from collections.abc import Iterable

from bot.journal.model import Intent
from bot.resources.relay.samples import streams_of
from bot.resources.room.why import Pushes, PushFacts

KILO = 1000


def pushes_of(relays: Iterable[Intent]) -> Pushes:
    """Return what is got of each target of *relays*, by relay and number.

    A stream that is not listed any more, or without figures, is left out: its CDN gets
    nothing that could be told of.
    """
    return {
        (relay.id, number): PushFacts(
            at=stream.last.at,
            fps=stream.last.fps or 0.0,
            kbps=round(stream.last.bits / KILO),
            usual=round(stream.usual / KILO),
            fell_at=stream.fell,
        )
        for relay in relays
        for number, stream in streams_of(relay)
        if stream.last.bits is not None and not stream.missed
    }
