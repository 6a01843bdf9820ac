"""How much is measured: all of it, or as little as shows that it can be."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """*rounds* of each, *lives* of starting up; at most *many* commands in flight.

    *warm* and *seconds* are those of one run of load.

    *turns* and *calls* are of what is measured within a process. Of *rushes* each has
    *relays* to stop, and a *burst* and an *overload* of so many commands in seconds.
    Every question is asked *asks* times of *journals* of so many things. *upkeep* are
    the things that are pruned or taken up, and *starts* those of each of eight who
    fill a disk.
    """

    rounds: int = 3
    lives: int = 6
    many: int = 64
    warm: float = 1.0
    seconds: float = 3.0
    turns: int = 15
    calls: int = 400
    rushes: int = 1
    relays: int = 120
    burst: tuple = (2000, 5.0)
    overload: tuple = (20_000, 10.0)
    journals: tuple = (1000, 1_000_000)
    asks: int = 9
    upkeep: int = 2000
    starts: int = 50


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
    overload=(20, 0.3),
    journals=(10, 100),
    asks=2,
    upkeep=100,
    starts=2,
)
