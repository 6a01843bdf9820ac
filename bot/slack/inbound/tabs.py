"""What shows the Home tab, as whoever hears of its being opened knows it."""

from typing import Protocol

from bot.dialogue.ask import Person


class HomeTabs(Protocol):
    """What shows the Home tab: `bot.operations.homes.Homes`."""

    def seen(self, who: Person) -> None:
        """Remember that *who* has it before them."""

    def opened(self, who: Person) -> None:
        """Show it to *who*, who opened it."""
