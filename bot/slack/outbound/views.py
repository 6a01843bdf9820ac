"""What stands in the forms that are open: updates of one follow one another.

Whoever makes two choices at once makes the second in the form as it stood before the
first had redrawn it, and a picture is put into a form while somebody chooses. Slack
would refuse what is drawn for such a choice, and the form would lack what it asks for.
So a choice waits for the update under way, and goes on from what came of it.
https://docs.slack.dev/surfaces/modals#handling_race_conditions
"""

import asyncio
from dataclasses import dataclass, replace
from weakref import WeakValueDictionary

from cachetools import TTLCache

from bot.dialogue.ask import Ask
from bot.dialogue.form import Form
from bot.slack.outbound.web import Sent

MOST, REMEMBERED = 1000, 60.0  # updates, seconds: a choice made before comes by then


@dataclass(frozen=True, slots=True)
class Standing:
    """A form in its view, since an update that made the *hash* of the view."""

    hash: str
    form: Form


class Views:
    """Remembers what the last updates have left in each view."""

    def __init__(self) -> None:
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._after: TTLCache[tuple[str, str], Standing] = TTLCache(MOST, REMEMBERED)

    def turn(self, view: str) -> asyncio.Lock:
        """Return what is held while *view* is updated."""
        return self._turns.setdefault(view, asyncio.Lock())

    def stands(self, view: str, before: str, form: Form, sent: Sent) -> None:
        """Note that *form* stands in *view*, if Slack took it as *sent*.

        *before* is the hash of what it took the place of.
        """
        drawn = ((sent.data or {}).get("view") or {}).get("hash")
        if sent.ok and drawn:
            self._after[view, before] = Standing(str(drawn), form)
            self._after.pop((view, str(drawn)), None)  # so that no way leads round

    def since(self, view: str, drawn: str) -> Standing | None:
        """Return what stands in *view* since it was *drawn* (a hash); None if that."""
        newest = None
        while following := self._after.get((view, drawn)):
            newest, drawn = following, following.hash
        return newest

    def made_now(self, ask: Ask) -> Ask | None:
        """Return the choice *ask* as it is made in what stands there by now.

        None if it is not there any more: all has begun anew, or it is another form.
        """
        chosen = ask.submission
        newest = self.since(chosen.view, chosen.hash) if chosen else None
        if chosen is None or newest is None:
            return ask
        form = newest.form
        is_same = (form.command, form.subcommand) == (ask.command, ask.text)
        if not is_same or form.drawn != chosen.drawn:
            return None
        now = replace(chosen, form_id=form.form_id, hash=newest.hash)
        return replace(ask, submission=now)
