"""An organisation (Enterprise Grid) whose admins installed the app for all of it.

One token serves every workspace that it was *added* to. People, channels and messages
have IDs of their own in all of it; a user group is of one workspace.
https://docs.slack.dev/enterprise/organization-ready-apps
"""

from dataclasses import dataclass, field

from bot.sandbox.aliases import Json
from bot.sandbox.slack.model.objects import Channel, Kind, Refusal, Team, User


@dataclass(frozen=True, slots=True)
class Group:
    """A user group: its name may be another's in the next workspace."""

    name: str
    members: tuple[str, ...]


@dataclass(kw_only=True)
class Organisation:
    """The organisation *id* (`E…`) and its workspaces by ID, in order.

    *looking* is which of their workspaces somebody's Slack shows, where it is not the
    first of them.
    """

    id: str
    name: str
    teams: dict[str, Team]
    added: set[str]
    groups: dict[tuple[str, str], Group] = field(default_factory=dict)
    looking: dict[str, Team] = field(default_factory=dict)

    def at(self, who: User) -> Team:
        """Return the workspace in which *who* types and clicks."""
        return self.looking.get(who.id, who.team)

    def granted(self, team: object) -> Team:
        """Return the workspace that a call names, as a call with its token must.

        Raises:
            Refusal: it names none, or one that the app was not added to.
        """
        if not team:
            raise Refusal("missing_argument")
        if team not in self.added:
            raise Refusal("team_access_not_granted")
        return self.teams[str(team)]

    def members(self, team: object, group: str) -> tuple[str, ...]:
        """Return who is in a user group of a workspace.

        Raises:
            Refusal: the workspace has none of that ID, or is not the app's.
        """
        own = self.groups.get((self.granted(team).id, group))
        if own is None:
            raise Refusal("no_such_subteam")
        return own.members

    def host(self, channel: Channel) -> Team:
        """Return the workspace in which a channel was made."""
        return channel.host or next(iter(self.teams.values()))

    def told(self, event: Json, who: User, channel: Channel) -> tuple[Json, Team]:
        """Return *event* with its writer's workspace, and which is named around it.

        That is the channel's, whoever of the organisation writes there.
        """
        writer, host = self.at(who), self.host(channel)
        event = {**event, "team": writer.id}
        if channel.org_shared:
            event |= {"user_team": writer.id, "source_team": writer.id}
        return event, writer if channel.kind is Kind.DIRECT else host
