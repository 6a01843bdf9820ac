"""How much is measured: all of it, or as little as shows that it can be."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """Times are in seconds; *burst* and *run* are a count and a time."""

    rounds: int = 3  # of each peer
    lives: int = 6  # of each that is started up
    many: int = 64  # commands in flight, at most
    warm: float = 1.0  # before what is measured
    seconds: float = 3.0  # of load that is measured
    turns: int = 15  # of what is measured within a process
    calls: int = 400  # in each of those turns
    rushes: int = 1  # of a burst and an overload
    relays: int = 120  # that can be stopped meanwhile
    burst: tuple = (2000, 5.0)
    overload: tuple = (10, 10.0)  # times what is served, and for how long
    journals: tuple = (1000, 1_000_000)  # things in a short and in a long one
    asks: int = 31  # of each question: the slowest is the greatest of 16 medians
    open: tuple = (1000, 100_000)  # relays that run while others are started
    run: tuple = (50_000, 120.0)  # starts in one life, or as many as there is time for
    upkeep: int = 2000  # things that are pruned, or taken up after a crash
    starts: int = 50  # of each of eight people who fill a disk


FULL = Scale()
QUICK = Scale(rounds=3, warm=0.7, seconds=2.5, turns=9, calls=200)
TINY = Scale(
    rounds=1,
    lives=1,
    many=4,
    warm=0.05,
    seconds=0.25,
    turns=1,
    calls=2,
    relays=3,
    burst=(10, 0.3),
    overload=(2, 0.3),
    journals=(10, 100),
    asks=2,
    open=(10, 100),
    run=(30, 0.5),
    upkeep=100,
    starts=2,
)
