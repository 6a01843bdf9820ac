"""For which workspace something is drawn, where the bot serves several.

What people press and send in means something in that workspace alone: a handle is
another thing's in the next one. In a channel that two workspaces share, and in a Home
tab, people of either see it. So it carries the workspace that it was drawn for, and
what is pressed is done there or nowhere. Where the bot serves one, nothing is carried.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar

from bot.i18n import reading_in

MARK = "@"  # stands in no number, and in no id of a form

_drawn_for: ContextVar[str] = ContextVar("drawn_for", default="")


def shown_in(
    locale: str | Callable[[], str], team: str
) -> AbstractContextManager[None]:
    """Draw in the language *locale* for the workspace *team* inside the block.

    An empty *team* is the only one.
    """
    if team == workspace():  # as where there is only one: the language is all
        return reading_in(locale)
    return _shown_in(locale, team)


@contextmanager
def _shown_in(locale: str | Callable[[], str], team: str) -> Iterator[None]:
    token = _drawn_for.set(team)
    try:
        with reading_in(locale):
            yield
    finally:
        _drawn_for.reset(token)


def workspace() -> str:
    """Return the workspace that is drawn for; empty if it is the only one."""
    return _drawn_for.get()


def stamped(name: str) -> str:
    """Return *name* with the workspace that is drawn for, if there are several."""
    team = workspace()
    return f"{name}{MARK}{team}" if team else name


def read(name: str) -> tuple[str, str]:
    """Return the name, and the workspace, of what `stamped` returned."""
    plain, _mark, team = name.partition(MARK)
    return plain, team
