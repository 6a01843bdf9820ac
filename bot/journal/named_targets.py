"""Push addresses under a name, so that a stream key is pasted once.

Each belongs to a workspace. What opens the stream stands sealed, and is read again only
when a request is formed from it.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from pydantic import SecretStr
from sqlalchemy import bindparam, delete, func, select

from bot.errors import NameTaken, TooMany
from bot.ids import SlackUserId, TeamId
from bot.journal.audit import Entry, append
from bot.journal.audit_key import AuditKey
from bot.journal.believed import Believed
from bot.journal.rows import millis, moment
from bot.journal.schema_saved import named_targets
from bot.journal.seal import Cell, Seal
from bot.journal.statement import (
    Connection,
    Statement,
    Writer,
    among,
    inserted,
    updated,
)

T = TypeVar("T")

MOST_LISTS, FRESH = 100, 5.0  # workspaces, and seconds that what was read is believed
MOST_NAMED = 100  # of a workspace, which a select of Slack offers

_OF_TEAM = named_targets.c.team == bindparam("of_team")
_SHOWN = [column for column in named_targets.c if column.name != "url"]
_LISTED = Statement(select(*_SHOWN).where(_OF_TEAM).order_by(named_targets.c.name))
_NAMED = Statement(
    select(named_targets).where(_OF_TEAM, among(named_targets.c.name, "names"))
)
_AT = Statement(
    select(*_SHOWN).where(_OF_TEAM, among(named_targets.c.digest, "digests"))
)
_COUNT = Statement(select(func.count()).select_from(named_targets).where(_OF_TEAM))
_ADD = inserted(named_targets)
_OF = named_targets.c.id == bindparam("of")
_FLAGS = ("cdn", "apps", "users", "changed_by", "changed_at")
_CHANGE = updated(named_targets, _FLAGS, _OF)
_ROTATE = updated(named_targets, (*_FLAGS, "shown", "digest", "url"), _OF)
_REMOVE = Statement(
    delete(named_targets).where(_OF_TEAM, named_targets.c.name == bindparam("of_name"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedTarget:
    """A push address by its *name*, without what opens the stream.

    *shown* is it masked, *digest* tells it from others, *cdn* says whose CDN it is on.
    It is for *apps* (all, if none is named) and *users*, among which are user groups
    (if none is named, whoever may start a relay).
    """

    id: str
    team: TeamId
    name: str
    shown: str
    digest: str
    cdn: str
    apps: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    changed_by: SlackUserId
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Opened:
    """A named target, and the whole address, which is a secret."""

    target: NamedTarget
    url: SecretStr


class NamedTargets:
    """The named targets of every workspace; each change is on the record with it."""

    def __init__(self, writer: Writer, seal: Seal, key: AuditKey) -> None:
        self._writer = writer
        self._seal = seal
        self._key = key
        self._lists = Believed[TeamId, list[NamedTarget]](MOST_LISTS, FRESH)

    async def listed(self, team: TeamId) -> list[NamedTarget]:
        """Return those of *team*, by name; of another run's changes 5 s later."""
        asked = {"of_team": team}
        return await self._lists.get(team, lambda: self._all(_LISTED, asked))

    async def opened(self, team: TeamId, names: Iterable[str]) -> dict[str, Opened]:
        """Return those of *team* that are called *names*, by name, with their secret.

        Raises:
            JournalUnavailable: one does not open.
        """
        asked = {"of_team": team, "names": sorted(names)}
        rows = await self._writer.read(lambda c: c.execute(_NAMED, asked).all())
        return {row.name: Opened(_target_of(row), self._url_of(row)) for row in rows}

    async def at(self, team: TeamId, digests: Iterable[str]) -> list[NamedTarget]:
        """Return those of *team* that are the addresses with these *digests*."""
        asked = {"of_team": team, "digests": sorted(digests)}
        return await self._all(_AT, asked)

    async def add(self, target: NamedTarget, url: SecretStr, record: Entry) -> None:
        """Keep *target*, whose whole address is *url*.

        Raises:
            NameTaken: the workspace has one of that name.
            TooMany: it has as many as can be offered.
        """
        row = self._row(target, url)

        def work(connection: Connection) -> None:
            connection.alone(f"targets of {target.team}")
            asked: Mapping[str, Any] = {"of_team": target.team, "names": [target.name]}
            if connection.execute(_NAMED, asked).first():
                raise NameTaken(target.name)
            if connection.execute(_COUNT, asked).scalar() >= MOST_NAMED:
                raise TooMany(MOST_NAMED)
            connection.execute(_ADD, row)
            append(connection, self._key, record)

        await self._written(work, target.team)

    async def change(
        self, target: NamedTarget, url: SecretStr | None, record: Entry
    ) -> bool:
        """Let *target* be as it is given, at *url* if that is another; False: gone."""
        change = _ROTATE if url else _CHANGE
        row = {**self._row(target, url), "of": target.id}

        def work(connection: Connection) -> bool:
            if connection.execute(change, row).rowcount != 1:
                return False
            append(connection, self._key, record)
            return True

        return await self._written(work, target.team)

    async def remove(self, team: TeamId, name: str, record: Entry) -> bool:
        """Forget the target *name* of *team*; False if there is none."""
        asked = {"of_team": team, "of_name": name}

        def work(connection: Connection) -> bool:
            if connection.execute(_REMOVE, asked).rowcount != 1:
                return False
            append(connection, self._key, record)
            return True

        return await self._written(work, team)

    async def _written(self, work: Callable[[Connection], T], team: TeamId) -> T:
        try:
            return await self._writer.write(work, begins=True)
        finally:  # it may be written though nobody knows
            self._lists.forget(team)

    async def _all(
        self, query: Statement, asked: Mapping[str, Any]
    ) -> list[NamedTarget]:
        rows = await self._writer.read(lambda c: c.execute(query, asked).all())
        return [_target_of(row) for row in rows]

    def _url_of(self, row: Any) -> SecretStr:
        return SecretStr(self._seal.open(row.url, _cell(row.id)).decode())

    def _row(self, target: NamedTarget, url: SecretStr | None) -> dict[str, Any]:
        text = url.get_secret_value().encode() if url else b""
        named = {name: getattr(target, name) for name in target.__dataclass_fields__}
        return {
            **named,
            "apps": json.dumps(target.apps),
            "users": json.dumps(target.users),
            "url": self._seal.close(text, _cell(target.id)),
            "changed_at": millis(target.changed_at),
        }


def _target_of(row: Any) -> NamedTarget:
    columns = {name: getattr(row, name) for name in NamedTarget.__dataclass_fields__}
    lists = {name: tuple(json.loads(columns[name])) for name in ("apps", "users")}
    at = {"changed_at": moment(columns["changed_at"])}
    return NamedTarget(**{**columns, **lists, **at})


def _cell(target: str) -> Cell:
    return Cell("named_targets", "url", target)
