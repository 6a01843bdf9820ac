"""How much is measured: all of it, or as little as shows that it can be."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """*rounds* of each; *warm* and *seconds* are those of one run of load."""

    rounds: int = 3
    warm: float = 1.0
    seconds: float = 3.0


FULL = Scale()
TINY = Scale(rounds=1, warm=0.05, seconds=0.25)
