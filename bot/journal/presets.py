"""Saved forms: of a workspace, or of one person in it. What was typed stands sealed."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import bindparam, delete, func, or_, select

from bot.errors import NameTaken, TooMany
from bot.ids import SlackUserId, TeamId
from bot.journal.audit import Entry, append
from bot.journal.audit_key import AuditKey
from bot.journal.believed import Believed
from bot.journal.rows import millis, moment
from bot.journal.schema import EMPTY
from bot.journal.schema_saved import presets
from bot.journal.seal import Cell, Seal
from bot.journal.statement import Connection, Statement, Writer, inserted, updated

T = TypeVar("T")

MOST_LISTS, FRESH = 1000, 5.0  # people, and seconds that what was read is believed
MOST_SAVED = 50  # of a workspace, and of each person: a select of Slack offers both
EVERYBODYS = SlackUserId("")  # the owner of what a workspace has saved

_OF_TEAM = presets.c.team == bindparam("of_team")
_OF_OWNER = presets.c.owner == bindparam("of_owner")
_FOR = or_(presets.c.owner == EMPTY, _OF_OWNER)
_LISTED = Statement(select(presets).where(_OF_TEAM, _FOR))
_CALLED = Statement(
    select(presets.c.id).where(
        _OF_TEAM,
        _OF_OWNER,
        presets.c.name == bindparam("of_name"),
        presets.c.id != bindparam("but"),
    )
)
_COUNT = Statement(select(func.count()).select_from(presets).where(_OF_TEAM, _OF_OWNER))
_LEADING = Statement(
    select(presets.c.owner, presets.c.name, presets.c.targets).where(_OF_TEAM)
)
_ADD = inserted(presets)
_CHANGE = updated(
    presets,
    ("owner", "name", "plan", "targets", "changed_by", "changed_at"),
    presets.c.id == bindparam("of"),
)
_USED = updated(presets, ("used_at",), presets.c.id == bindparam("of"))
_DELETE = Statement(delete(presets).where(presets.c.id == bindparam("of")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A saved form: its *name* and its *plan*, as it was typed.

    *owner* is whose it is, `EVERYBODYS` if the workspace's. *targets* are the names of
    the targets that it leads to.
    """

    id: str
    team: TeamId
    owner: SlackUserId
    name: str
    plan: Mapping[str, str]
    targets: tuple[str, ...] = ()
    changed_by: SlackUserId
    changed_at: datetime
    used_at: datetime


@dataclass(frozen=True, slots=True)
class Leading:
    """Whose preset, and by what name, leads to some target."""

    owner: SlackUserId
    name: str


class Presets:
    """The presets of every workspace; each change is on the record with it."""

    def __init__(self, writer: Writer, seal: Seal, key: AuditKey) -> None:
        self._writer = writer
        self._seal = seal
        self._key = key
        self._lists = Believed[tuple[TeamId, SlackUserId], list[Preset]](
            MOST_LISTS, FRESH
        )

    async def listed(self, team: TeamId, user: SlackUserId) -> list[Preset]:
        """Return those of *user* and of *team*, the one used last first.

        Of another run's changes 5 seconds later.

        Raises:
            JournalUnavailable: one does not open.
        """
        asked = {"of_team": team, "of_owner": user}
        return await self._lists.get((team, user), lambda: self._read(asked))

    async def leading_to(self, team: TeamId, target: str) -> list[Leading]:
        """Return the presets of *team*, whoever's they are, that name *target*."""
        asked = {"of_team": team}
        rows = await self._writer.read(lambda c: c.execute(_LEADING, asked).all())
        return [
            Leading(row.owner, row.name)
            for row in rows
            if target in json.loads(row.targets)
        ]

    async def keep(self, preset: Preset, record: Entry) -> None:
        """Keep *preset*, in the place of what it was before, if it was there.

        Raises:
            NameTaken: its owner has another one of that name.
            TooMany: its owner has as many as can be offered.
        """
        row = self._row(preset)
        asked = {"of_team": preset.team, "of_owner": preset.owner}
        called = {**asked, "of_name": preset.name, "but": preset.id}

        def work(connection: Connection) -> None:
            connection.alone(f"presets of {preset.team}")
            if connection.execute(_CALLED, called).first():
                raise NameTaken(preset.name)
            if connection.execute(_CHANGE, {**row, "of": preset.id}).rowcount != 1:
                if connection.execute(_COUNT, asked).scalar() >= MOST_SAVED:
                    raise TooMany(MOST_SAVED)
                connection.execute(_ADD, row)
            append(connection, self._key, record)

        await self._written(work)

    async def used(self, preset: str, at: datetime) -> None:
        """Keep that a relay was started from the preset of that id."""
        row = {"of": preset, "used_at": millis(at)}
        await self._written(lambda c: c.execute(_USED, row))

    async def delete(self, preset: str, record: Entry) -> bool:
        """Forget the preset of that id; False if it is gone."""

        def work(connection: Connection) -> bool:
            if connection.execute(_DELETE, {"of": preset}).rowcount != 1:
                return False
            append(connection, self._key, record)
            return True

        return await self._written(work)

    async def _read(self, asked: Mapping[str, Any]) -> list[Preset]:
        rows = await self._writer.read(lambda c: c.execute(_LISTED, asked).all())
        read = [self._preset_of(row) for row in rows]  # a hundred at most
        read.sort(key=lambda one: one.name)
        read.sort(key=lambda one: one.used_at, reverse=True)
        return read

    async def _written(self, work: Callable[[Connection], T]) -> T:
        try:
            return await self._writer.write(work, begins=True)
        finally:  # it may be written though nobody knows
            self._lists.forget_all()

    def _row(self, preset: Preset) -> dict[str, Any]:
        named = {name: getattr(preset, name) for name in preset.__dataclass_fields__}
        plan = json.dumps(dict(preset.plan)).encode()
        return {
            **named,
            "plan": self._seal.close(plan, _cell(preset.id)),
            "targets": json.dumps(preset.targets),
            "changed_at": millis(preset.changed_at),
            "used_at": millis(preset.used_at),
        }

    def _preset_of(self, row: Any) -> Preset:
        columns = row._asdict()
        plan = json.loads(self._seal.open(row.plan, _cell(row.id)))
        times = {name: moment(columns[name]) for name in ("changed_at", "used_at")}
        targets = tuple(json.loads(row.targets))
        return Preset(**{**columns, **times, "plan": plan, "targets": targets})


def _cell(preset: str) -> Cell:
    return Cell("presets", "plan", preset)
