"""Where the bot is installed: in one workspace, or in several of an organisation.

An org-wide install has one token for all workspaces to which the organisation's admins
added the app; which those are has to be asked, and changes.
https://docs.slack.dev/enterprise/organization-ready-apps
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Protocol, Self

from bot.dialogue.ask import Person
from bot.ids import TeamId
from bot.slack.inbound.kinds import is_org_wide
from bot.slack.outbound.web import Sent, Web
from bot.slack.tokens import Sleep, accepted

PAGE = 200  # workspaces in one answer of auth.teams.list


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """Where the bot is installed, and as whom.

    *team* is the one workspace; empty if it is *org_wide*. Then *enterprise* is the
    organisation, and *teams* are the workspaces that were added, by their IDs; *names*
    are what people call them, as far as is known.
    """

    team: str = ""
    enterprise: str = ""
    bot_id: str = ""
    bot_user_id: str = ""
    org_wide: bool = False
    teams: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def told(cls, auth: Mapping[str, Any], teams: Mapping[str, str]) -> Self:
        """Return what *auth*, the answer of auth.test, says; *teams* are added ones.

        https://docs.slack.dev/reference/methods/auth.test
        """
        org_wide = is_org_wide(auth)
        made = cls(
            team="" if org_wide else str(auth.get("team_id") or ""),
            enterprise=str(auth.get("enterprise_id") or ""),
            bot_id=str(auth.get("bot_id") or ""),
            bot_user_id=str(auth.get("user_id") or ""),
            org_wide=org_wide,
        )
        return made.added_to(teams) if org_wide else made

    def added_to(self, teams: Mapping[str, str]) -> Self:
        """Return the same, which is added to *teams* now: their names by ID."""
        return replace(self, teams=tuple(sorted(teams)), names={**self.names, **teams})

    @classmethod
    def kept(cls, kept: Mapping[str, Any]) -> Self:
        """Return what `as_kept` returned; releases before 0.4 knew one workspace."""
        texts = ("team", "enterprise", "bot_id", "bot_user_id")
        return cls(
            **{name: str(kept.get(name) or "") for name in texts},
            org_wide=kept.get("org_wide") is True,
            teams=tuple(map(str, kept.get("teams") or ())),
            names=dict(kept.get("names") or {}),
        )

    def as_kept(self) -> dict[str, Any]:
        """Return what outlives the process; without what one workspace has not."""
        kept = asdict(self)
        return {name: one for name, one in kept.items() if one or one == ""}

    def named(self, team: str) -> str:
        """Return what people call *team*, one of several; empty if there is but one."""
        return (self.names.get(team) or team) if self.org_wide else ""

    @property
    def place(self) -> str:
        """What it is installed in: a workspace, or an organisation."""
        return self.enterprise if self.org_wide else self.team


class Memory(Protocol):
    """Texts that outlive the process: the journal's."""

    async def get(self, name: str) -> tuple[str, float] | None:
        """Return what was kept as *name*, and for how many seconds; None if nothing.

        Raises:
            JournalUnavailable: it cannot be read.
        """

    async def keep(self, name: str, value: str) -> None:
        """Keep *value* as *name*.

        Raises:
            JournalUnavailable: nothing was kept.
        """


async def workspaces(web: Web) -> tuple[Sent, dict[str, str]]:
    """Return the workspaces to which an org-wide app was added, with their names.

    Beside them the last answer, which is not ok if Slack did not say all of them.
    https://docs.slack.dev/reference/methods/auth.teams.list
    """
    teams: dict[str, str] = {}
    cursor: str | None = None
    while True:
        sent = await web.call("auth.teams.list", limit=PAGE, cursor=cursor)
        data: Mapping[str, Any] = sent.data or {}
        for team in data.get("teams") or ():
            teams[str(team.get("id"))] = str(team.get("name") or "")
        metadata = data.get("response_metadata") or {}
        cursor = str(metadata.get("next_cursor") or "") or None
        if not sent.ok or cursor is None:
            return sent, teams


async def added(web: Web, sleep: Sleep) -> dict[str, str]:
    """Return what `workspaces` does, once Slack answers.

    Raises:
        SettingsError: Slack does not take the token.
    """
    teams: dict[str, str] = {}

    async def ask() -> Sent:
        sent, names = await workspaces(web)
        teams.update(names)
        return sent

    await accepted("SLACK_BOT_TOKEN", ask, sleep, web.api_url)
    return teams


def left_by(before: Installation, now: Installation) -> dict[str, str]:
    """Return the workspaces of *before* that are none of it *now*: names by ID."""
    gone = {*before.teams}.difference(now.teams, [now.team])
    return {team: before.named(team) for team in sorted(gone)}


def acting_in(teams: frozenset[TeamId], homes: frozenset[str], who: Person) -> Person:
    """Return *who*, of *homes*, in that of *teams* in which they act.

    That is what Slack's payload says if it is theirs, also if the app was not added to
    it. Whoever belongs to none of *teams* is of another workspace wherever they act,
    and so is whoever acts on what was drawn for a workspace that is not theirs.
    """
    if who.team in homes:
        return replace(who, home=who.team)
    own = sorted(teams & homes)
    if who.bound or not own:
        return who
    if who.home in own or len(own) == 1:
        team = TeamId(who.home if who.home in own else own[0])
        return replace(who, team=team, home=team)
    return who


def called(auth: Mapping[str, Any], teams: Mapping[str, str]) -> str:
    """Return what it is installed in, as people call it."""
    team = str(auth.get("team") or auth.get("enterprise_id") or "")
    names = ", ".join(sorted(name or one for one, name in teams.items()))
    return f"{team} ({names})" if names else team
