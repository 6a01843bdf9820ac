"""The rules, limits and workspaces of `bot.toml`: who may do what, where, how much.

Every ID is checked for the kind it is; names are never asked for.
"""

from collections.abc import Iterable
from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.config import kinds
from bot.config.alerts import AppAlerts

APPROVE = "patchbay.approve"  # what whoever approves has to be allowed


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Rule(_Table):
    """Who may do what. Every list that is not empty must match; IDs, never names."""

    kind: ClassVar[str] = "rule"

    name: str = Field(min_length=1)
    actions: tuple[kinds.Action, ...]  # "relay.start", "car.*", "*"
    users: tuple[kinds.UserId, ...] = ()
    groups: tuple[kinds.GroupId, ...] = ()  # user groups, S…
    channels: tuple[kinds.ChannelId, ...] = ()
    teams: tuple[kinds.WorkspaceId, ...] = ()  # workspaces in which it is asked, T…
    apps: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _names_somebody(self) -> Self:
        if not self.actions or not (self.users or self.groups):
            raise ValueError("a rule names actions, and names users or groups")
        return self


class Seconded(_Table):
    """What is sent only once a second person has approved it.

    A change that one of *actions* names, if every condition that is given holds. A
    table of starts holds those on bit rate and exits against changes as well. Of
    stops only those of several things at once are among them: a stop of one thing never
    waits. Whoever approves may do the same by a rule, and `patchbay.approve`.
    """

    kind: ClassVar[str] = "second"

    name: str = Field(min_length=1)
    actions: tuple[kinds.Action, ...] = Field(min_length=1)
    apps: tuple[str, ...] = ()
    production: bool = False  # only on apps that are production
    bitrate_above: int | None = Field(None, ge=0)  # kbit/s
    stops_above: int | None = Field(None, ge=1)  # things that are stopped at once
    teams: tuple[kinds.WorkspaceId, ...] = ()  # workspaces in which it is asked, T…
    channel: kinds.OneChannelOrNone = ""  # where it is asked; else where it was typed
    minutes: int = Field(15, ge=1, le=1440)  # after which it is not sent any more


class Limits(_Table):
    """What one ask may cost at most: pixels, kbit/s, seconds and counts."""

    bitrate_kbps: int = Field(10_000, ge=1)
    height: int = Field(1920, ge=1)
    width: int = Field(1920, ge=1)
    idle_seconds: int = Field(300, ge=5, le=86_400)
    live_relays: int = Field(50, ge=1)
    starts_per_person_a_day: int = Field(100, ge=1)


class Project(_Table):
    """A project of CAR, under the name that is typed; *apply*: it needs a reservation.

    Then ApplyConcurrent is called before each start in it.
    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,30}$")
    id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,128}$")
    apply: bool = False


class Workspace(_Table):
    """A workspace of an org-wide install, and where its alarms and alerts go.

    *alerts* come before those of all and of an app: a user group is of one workspace.
    """

    team: kinds.WorkspaceId
    ops_channel: kinds.OneChannelOrNone = ""
    alerts: AppAlerts | None = None


def groups_in(
    rules: Iterable[Rule], teams: Iterable[str]
) -> dict[tuple[str, str], str]:
    """Return in which of *teams* Slack is asked for which groups of *rules*.

    A workspace and a user group, as the name of the first rule for it. Without *teams*
    there is one workspace, which needs no name: it is empty.
    """
    everywhere = tuple(teams)
    asked: dict[tuple[str, str], str] = {}
    for rule in rules:
        named = [one for one in everywhere if not rule.teams or one in rule.teams]
        for group in rule.groups:
            for team in named if everywhere else [""]:
                asked.setdefault((team, group), rule.name)
    return asked
