"""What answers asks and shows the Home tab, as whoever hears of them knows it."""

from typing import Protocol

from bot.dialogue.ask import Ask, Person
from bot.dialogue.form import Form, Option
from bot.dialogue.outcome import Outcome
from bot.ids import FormId
from bot.slack.inbound.lanes import Stops

Answer = Outcome | Form | None


class Dispatcher(Stops, Protocol):
    """What answers asks: `bot.routing.router.Router`."""

    def new_incident(self) -> str:
        """Return a short name under which the log says what broke."""

    async def alarm(self, name: str, sentence: str) -> None:
        """Tell the operators *sentence* about what Slack calls *name*."""

    async def alert_at(self, channel: str, ts: str) -> tuple[str, str] | None:
        """Return the id of what the alert at a place is about, and its workspace."""

    async def answer(self, ask: Ask) -> Answer:
        """Return the answer; an error is an answer too, and is never raised."""

    async def submit(self, ask: Ask) -> Answer:
        """Return the answer to a form; raises `InvalidRequest`, which names fields."""

    async def redraw(self, ask: Ask) -> Form | Outcome:
        """Return the form as it is after a choice, or why it cannot be drawn."""

    async def reopened(self, ask: Ask, form: Form) -> Form | Outcome:
        """Return *form* if its asker may have it now, too, or why they may not."""

    async def options(
        self, command: str, source: str, query: str, who: Person, form: FormId
    ) -> tuple[Option, ...]:
        """Return what a select in *form* offers for *query*, never from the cloud."""

    async def home(self, who: Person) -> Outcome:
        """Return what the Home tab shows."""


class HomeTabs(Protocol):
    """What shows the Home tab: `bot.operations.homes.Homes`."""

    def seen(self, who: Person) -> None:
        """Remember that *who* has it before them."""

    def opened(self, who: Person) -> None:
        """Show it to *who*, who opened it."""
