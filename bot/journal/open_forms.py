"""Open forms: each belongs to one person, for 30 minutes, and is sent in once.

Slack does not say when a form is closed unsent, and shows one at a time, so of the
forms that a person has open the newest is the one that is being filled in. Whoever
opens more than `MOST_OPEN` loses the oldest.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, Delete, delete, insert, select, update

from bot.errors import KeyReused
from bot.ids import FormId, SlackUserId, TeamId
from bot.journal.model import OpenForm
from bot.journal.rows import millis, open_form_of, open_form_row
from bot.journal.schema import open_forms
from bot.journal.seal import Seal
from bot.journal.sqlite.writer import Writer

MOST_OPEN = 5  # of one person, who may have Slack on more than one device


class OpenForms:
    """The forms that are open, as the service sees them."""

    def __init__(self, writer: Writer, seal: Seal, now: Callable[[], datetime]) -> None:
        self._writer = writer
        self._seal = seal
        self._now = now

    async def keep(self, form: OpenForm) -> None:
        """Keep an open form; those past their time, and one too many, are dropped."""
        past = delete(open_forms).where(open_forms.c.expires_at < millis(self._now()))
        oldest = _oldest(form)
        row = open_form_row(form, self._seal)

        def work(connection: Connection) -> None:
            connection.execute(past)
            connection.execute(oldest)
            connection.execute(insert(open_forms).values(row))

        await self._writer.write(work, begins=True)

    async def change(self, form: OpenForm, values: Mapping[str, str]) -> None:
        """Let *form* start from *values*, besides what it starts from already."""
        changed = replace(form, values={**form.values, **values})
        sealed = open_form_row(changed, self._seal)["values"]
        of = open_forms.c.id == form.id
        statement = update(open_forms).where(of).values(values=sealed)
        await self._writer.write(lambda connection: connection.execute(statement))

    async def get(
        self, form: FormId, *, team: TeamId, user: SlackUserId
    ) -> OpenForm | None:
        """Return an open form, to the person who opened it only, for its 30 minutes."""
        query = select(open_forms).where(
            open_forms.c.id == form,
            open_forms.c.team == team,
            open_forms.c.user == user,
            open_forms.c.expires_at >= millis(self._now()),
        )
        row = await self._writer.read(
            lambda connection: connection.execute(query).first()
        )
        return open_form_of(row, self._seal) if row else None


def _oldest(form: OpenForm) -> Delete:
    """Return what drops the forms of one person that leave no room for *form*."""
    theirs = (open_forms.c.team == form.team) & (open_forms.c.user == form.user)
    newest = select(open_forms.c.id).where(theirs)
    newest = newest.order_by(open_forms.c.expires_at.desc()).limit(MOST_OPEN - 1)
    return delete(open_forms).where(theirs, open_forms.c.id.not_in(newest))


def use(connection: Connection, form: FormId, key: str) -> None:
    """Let the submission *key* use up *form*, inside the caller's transaction.

    Raises:
        KeyReused: another submission has.
    """
    unused = open_forms.c.used_by.in_(("", key))
    statement = update(open_forms).where(open_forms.c.id == form, unused)
    if connection.execute(statement.values(used_by=key)).rowcount != 1:
        raise KeyReused("form")
