"""What policy asks Slack about people and groups."""

from collections.abc import Iterable, Mapping
from datetime import tzinfo
from typing import Protocol

from bot.dialogue.ask import Account, Person
from bot.ids import TeamId

Groups = Mapping[str, frozenset[str]]  # user group → its members


class Profile(Protocol):
    """What Slack says of a person."""

    @property
    def homes(self) -> frozenset[str]:
        """The workspaces and the organisation that they belong to."""

    @property
    def guest(self) -> bool:
        """Whether they are a guest."""

    @property
    def account(self) -> Account:
        """What kind of account they have."""


class Directory(Protocol):
    """Slack's facts about people, from a cache: they may be old."""

    @property
    def known(self) -> bool:
        """Whether Slack has answered since the bot was started."""

    @property
    def team(self) -> TeamId:
        """The workspace that the bot is installed in; not before that is known."""

    @property
    def teams(self) -> frozenset[TeamId] | None:
        """The workspaces of an org-wide install; None if it is in one."""

    @property
    def enterprise(self) -> str:
        """The organisation (`E…`) that the workspace belongs to; empty if to none."""

    @property
    def moved_from(self) -> TeamId | None:
        """The workspace that the bot was installed in before, if it is another now."""

    def profile(self, who: Person) -> Profile | None:
        """Return what Slack says of *who*; None if that is not cached."""

    def zone(self, who: Person) -> tzinfo | None:
        """Return the time zone of *who*; None if that is not cached."""

    def groups(
        self,
        of: Iterable[str] | None = None,
        *,
        patient: bool = False,
        team: TeamId | None = None,
    ) -> Groups | None:
        """Return the members of *team*'s user groups *of* these names; None: unknown.

        Without names, of all that rules name. When Slack does not answer, its last
        answer is valid for 15 minutes, and for a day if *patient*.
        """

    async def ensure_known(self, who: Person) -> None:
        """Look *who* up now, if nothing is cached of them; no ack waits for it."""

    def is_fresh(self, who: Person, groups: Iterable[str]) -> bool:
        """Tell whether what is cached of *who* and *groups* is younger than 30 s."""

    async def ensure_fresh(self, who: Person, groups: Iterable[str]) -> bool:
        """Ask Slack for what is not; False if it does not say in 20 s."""
