"""Open forms: each belongs to one person, for 30 minutes, and is sent in once.

Slack does not say when a form is closed unsent. A form has another row each time that
it is redrawn, and so has what a button asks about. Whoever has more than `MOST_OPEN`
loses the oldest.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import bindparam, delete, or_, select

from bot.errors import KeyReused
from bot.ids import FormId, SlackUserId, TeamId
from bot.journal.model import OpenForm
from bot.journal.rows import OPENED, millis, open_form_of, open_form_row
from bot.journal.schema_saved import open_forms
from bot.journal.seal import Seal
from bot.journal.statement import Connection, Statement, Writer, inserted, updated

MOST_OPEN = 50  # of one person; a choice in a form opens it once more

_theirs = (
    open_forms.c.team == bindparam("team"),
    open_forms.c.user == bindparam("user"),
)
_newest = select(open_forms.c.id).where(*_theirs)
_newest = _newest.order_by(open_forms.c.expires_at.desc()).limit(MOST_OPEN - 1)
_DROP_PAST = Statement(
    delete(open_forms).where(open_forms.c.expires_at < bindparam("now"))
)
_DROP_OLDEST = Statement(
    delete(open_forms).where(*_theirs, open_forms.c.id.not_in(_newest))
)
_KEEP = inserted(open_forms, *OPENED)
_CHANGE = updated(open_forms, ("values",), open_forms.c.id == bindparam("of"))
_GET = Statement(
    select(open_forms).where(
        open_forms.c.id == bindparam("form"),
        *_theirs,
        open_forms.c.expires_at >= bindparam("now"),
    )
)
_USE = updated(
    open_forms,
    ("used_by",),
    open_forms.c.id == bindparam("of"),
    or_(open_forms.c.used_by == "", open_forms.c.used_by == bindparam("key")),
)


class OpenForms:
    """The forms that are open, as the service sees them."""

    def __init__(self, writer: Writer, seal: Seal, now: Callable[[], datetime]) -> None:
        self._writer = writer
        self._seal = seal
        self._now = now

    async def keep(self, form: OpenForm) -> None:
        """Keep an open form; those past their time, and one too many, are dropped."""
        now = {"now": millis(self._now())}
        row = open_form_row(form, self._seal)

        def work(connection: Connection) -> None:
            connection.execute(_DROP_PAST, now)
            connection.execute(_DROP_OLDEST, row)
            connection.execute(_KEEP, row)

        await self._writer.write(work, begins=True)

    async def change(self, form: OpenForm, values: Mapping[str, str]) -> None:
        """Let *form* start from *values*, besides what it starts from already."""
        changed = replace(form, values={**form.values, **values})
        sealed = open_form_row(changed, self._seal)["values"]
        kept = {"of": form.id, "values": sealed}
        await self._writer.write(lambda connection: connection.execute(_CHANGE, kept))

    async def get(
        self, form: FormId, *, team: TeamId, user: SlackUserId
    ) -> OpenForm | None:
        """Return an open form, to the person who opened it only, for its 30 minutes."""
        now = millis(self._now())
        asked = {"form": form, "team": team, "user": user, "now": now}
        row = await self._writer.read(lambda c: c.execute(_GET, asked).first())
        return open_form_of(row, self._seal) if row else None


def use(connection: Connection, form: FormId, key: str) -> None:
    """Let the submission *key* use up *form*, inside the caller's transaction.

    Raises:
        KeyReused: another submission has.
    """
    used = {"of": form, "key": key, "used_by": key}
    if connection.execute(_USE, used).rowcount != 1:
        raise KeyReused("form")
