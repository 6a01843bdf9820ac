"""So many places for what must not all be done at once; who finds none waits.

What waits costs nothing but its memory, while twenty things that are done at once make
each other late. A place may be lent for a time only: whoever is inside for longer waits
for somebody else, not for the processor, and should keep nobody out meanwhile.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar


@dataclass(eq=False, slots=True)
class Turn:
    """Somebody who wants a place; *answer* is told once whether they have it."""

    answer: Callable[[bool], None]


Of = TypeVar("Of", bound=Turn)


class Places(Generic[Of]):
    """*most* places, each lent for *lease* seconds (None: until it is given back).

    The oldest who waits has the next place; the newest, while *newest_first* says so.
    Who is not *wanted* any more when their turn comes has none.
    """

    def __init__(
        self,
        most: int,
        *,
        lease: float | None = None,
        newest_first: Callable[[], bool] = lambda: False,
        wanted: Callable[[Of], bool] = lambda _turn: True,
    ) -> None:
        self.entered = 0  # how many have had a place so far
        self.most = self._free = most
        self._lease = lease
        self._newest_first = newest_first
        self._wanted = wanted
        self._waiting: OrderedDict[Of, None] = OrderedDict()
        self._inside: dict[Of, asyncio.TimerHandle | None] = {}

    def __len__(self) -> int:
        """Return how many wait."""
        return len(self._waiting)

    @property
    def full(self) -> bool:
        """Whether whoever comes now has to wait."""
        return self._free <= 0

    @property
    def oldest(self) -> Of | None:
        """Who has waited longest."""
        return next(iter(self._waiting), None)

    def ask(self, turn: Of) -> None:
        """Give *turn* a place, now or later."""
        if self.full:
            self._waiting[turn] = None
        else:
            self._enter(turn)

    def resize(self, most: int) -> None:
        """Have *most* places from now on; who has one that is no more keeps it."""
        self._free += most - self.most
        self.most = most
        self._fill()

    def leave(self, turn: Of) -> None:
        """Take back what *turn* has: its place, or its turn to get one."""
        if turn in self._inside:
            self._give_back(turn)
        else:
            self._waiting.pop(turn, None)

    def turn_away(self, turn: Of) -> None:
        """Tell *turn*, which waits, that it will have no place."""
        del self._waiting[turn]
        turn.answer(False)  # noqa: FBT003 - one of two answers

    def _enter(self, turn: Of) -> None:
        self.entered += 1
        self._free -= 1
        timer = None
        if self._lease is not None:
            loop = asyncio.get_running_loop()
            timer = loop.call_later(self._lease, self._give_back, turn)
        self._inside[turn] = timer
        turn.answer(True)  # noqa: FBT003 - the other one

    def _give_back(self, turn: Of) -> None:
        if timer := self._inside.pop(turn):
            timer.cancel()
        self._free += 1
        self._fill()

    def _fill(self) -> None:
        while not self.full and self._waiting:
            last = self._newest_first()
            following = next(reversed(self._waiting) if last else iter(self._waiting))
            if self._wanted(following):
                del self._waiting[following]
                self._enter(following)
            else:
                self.turn_away(following)


def answered() -> "tuple[Callable[[bool], None], asyncio.Future[bool]]":
    """Return what takes an answer, and the future that has it, if it is still wanted.

    Who waited for it may have been cancelled, and not have had a turn since.
    """
    future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    def answer(has_place: bool) -> None:  # noqa: FBT001 - one of two answers
        if not future.done():
            future.set_result(has_place)

    return answer, future


@asynccontextmanager
async def inside(places: Places[Turn]) -> AsyncIterator[None]:
    """Hold one of *places* within the block, which is entered once there is one."""
    answer, mine = answered()
    turn = Turn(answer)
    places.ask(turn)
    try:
        await mine
        yield
    finally:
        places.leave(turn)
