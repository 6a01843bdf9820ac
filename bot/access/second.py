"""What needs a second person: the tables `[[policy.second]]`, held against a change.

A stop of one thing never does. What ends several at once does if a table says so.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from bot.access.exits import exits_of, refusals
from bot.config.rules import APPROVE
from bot.ids import TeamId
from bot.settings import App, Rule, Second
from bot.tencent.models.base import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One request of a change: on which app, and what of it is counted, in kbit/s.

    *judged* is what it makes of its thing: where that leads counts.
    """

    request: Request[Any]
    judged: Request[Any]
    app: App | None
    bitrate: int | None = None


def second_for(
    tables: Iterable[Second], change: Sequence[Part], team: TeamId
) -> Second | None:
    """Return the first of *tables* by which *change* needs a second person, or None.

    *change* is one request, or the stops of several things at once.
    """
    if len(change) == 1 and change[0].request.effect.ends:
        return None
    return next((one for one in tables if _asks(one, change, team)), None)


def approving(rules: Iterable[Rule], team: str) -> Iterator[Rule]:
    """Yield those of *rules* that let somebody approve in *team*; empty: anywhere."""
    for rule in rules:
        there = not (team and rule.teams) or team in rule.teams
        if there and any(fnmatchcase(APPROVE, pattern) for pattern in rule.actions):
            yield rule


def approvers(rules: Iterable[Rule], app: App | None, team: TeamId) -> tuple[str, ...]:
    """Return the users and groups whom *rules* let approve something on *app*.

    Those of rules for other workspaces than *team* are not among them.
    """
    fitting = (
        rule
        for rule in approving(rules, team)
        if not rule.apps or (app is not None and app.name in rule.apps)
    )
    return tuple(dict.fromkeys(o for one in fitting for o in (*one.users, *one.groups)))


def _asks(table: Second, change: Sequence[Part], team: TeamId) -> bool:
    if table.teams and team not in table.teams:
        return False
    if table.stops_above is not None and len(change) <= table.stops_above:
        return False  # one request alone is never more: the number is 1 at least
    return any(_is_about(table, part) for part in change)


def _is_about(table: Second, part: Part) -> bool:
    """Tell whether every condition of *table* on a single request holds for *part*."""
    app = part.app
    above = table.bitrate_above
    return (
        _names(table, part)
        and (not table.apps or (app is not None and app.name in table.apps))
        and (not table.production or (app is not None and app.production))
        and (above is None or (part.bitrate or 0) > above)
        and _leads_outside(table, part)
    )


def _names(table: Second, part: Part) -> bool:
    """Tell whether *table* names what *part* does.

    What runs within the conditions of a start may not be changed to what is beyond
    them without anybody asking: of a table that names the start alone, those on what
    goes where are held against a change, too.
    """
    permits = {part.request.permit}
    if table.bitrate_above is not None or table.exits_outside is not None:
        permits.add(part.judged.permit)
    return any(fnmatchcase(one, name) for one in permits for name in table.actions)


def _leads_outside(table: Second, part: Part) -> bool:
    listed = table.exits_outside
    if listed is None:
        return True
    exits = exits_of(type(part.judged), part.judged.to_wire())
    return bool(refusals(exits, listed, part.app.name if part.app else ""))
