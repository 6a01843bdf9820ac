"""Every statement of the journal, made text before anybody has to wait for that.

Each takes about a millisecond: altogether too long to stand before the first answer,
and those of a start too long for whoever is the first to start something.
"""

import sys
from collections.abc import Awaitable, Callable, Iterator

from sqlalchemy import Dialect

from bot.journal.statement import Statement

PACKAGE = __name__.rpartition(".")[0]


async def make(dialect: Dialect, sleep: Callable[[float], Awaitable[None]]) -> None:
    """Make text for *dialect* of every statement; else its first use does.

    Whoever waits goes on in between.
    """
    for _name, statement in written_down():
        statement.compiled(dialect)
        await sleep(0)


def written_down() -> Iterator[tuple[str, Statement]]:
    """Yield every statement that is a value of a module that is loaded, and its name.

    What is made of its arguments when it is needed is not among them.
    """
    seen = set()
    for place in sorted(one for one in sys.modules if one.startswith(f"{PACKAGE}.")):
        for name, value in list(vars(sys.modules[place]).items()):
            for one in value if isinstance(value, list) else [value]:
                if isinstance(one, Statement) and one not in seen:
                    seen.add(one)
                    yield f"{place.rpartition('.')[2]}.{name}", one
