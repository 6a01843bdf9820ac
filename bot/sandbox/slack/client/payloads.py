"""What Slack sends an app when people type, click and fill in: the shapes.

Implements https://docs.slack.dev/reference/interaction-payloads/,
https://docs.slack.dev/interactivity/implementing-slash-commands/ and
https://docs.slack.dev/apis/events-api/.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from bot.sandbox.aliases import Json
from bot.sandbox.slack.blockkit import inputs
from bot.sandbox.slack.model import serialize
from bot.sandbox.slack.model.grants import ResponseUrl
from bot.sandbox.slack.model.objects import (
    Channel,
    Message,
    Surface,
    Team,
    User,
    View,
)
from bot.sandbox.slack.model.workspace import Workspace

_TOKEN = "proves-nothing"  # noqa: S105 - the legacy field that nobody may trust
MOST_LISTED = 500  # people in an event about a group


@dataclass(frozen=True, slots=True)
class Control:
    """A button, menu or input on a surface: where it is and what the bot sent."""

    block: str
    action: str
    element: Json


@dataclass(frozen=True, slots=True)
class Payloads:
    """Makes payloads out of the state of *space*."""

    space: Workspace

    def command(self, who: User, channel: Channel, name: str, text: str) -> Json:
        """Return a slash command, all strings, as its form is sent."""
        url, team = ResponseUrl(channel=channel.id, user=who.id), self._team(who)
        return {
            "token": _TOKEN,
            "team_id": team.id,
            "team_domain": team.domain,
            **_enterprise(team, "enterprise_id"),
            "channel_id": channel.id,
            "channel_name": channel.name,
            "user_id": who.id,
            "user_name": who.name,
            "command": name,
            "text": text,
            "api_app_id": self.space.app_id,
            "is_enterprise_install": "true" if self.space.org else "false",
            "response_url": self._url(url),
            "trigger_id": self.space.grants.trigger(who.id),
        }

    def action(
        self, who: User, surface: Surface, control: Control, value: Json
    ) -> Json:
        """Return block_actions; *value* is what was chosen or typed, if anything."""
        element = control.element
        acted: Json = {
            "type": element["type"],
            "action_id": control.action,
            "block_id": control.block,
            "action_ts": self.space.ts(),
            **value,
        }
        for key in ("text", "value", "style", "url", "placeholder"):
            if key in element and key not in acted:
                acted[key] = element[key]
        view = surface.id if isinstance(surface, View) else ""
        return {
            "type": "block_actions",
            **self._interaction(who, view),
            **self._surface(who, surface, answered=True),
            "actions": [acted],
        }

    def submission(self, who: User, view: View) -> Json:
        """Return view_submission."""
        return {
            "type": "view_submission",
            **self._interaction(who, view.id),
            "view": serialize.view(view, self.space),
            "response_urls": [],
        }

    def closed(self, who: User, view: View, *, cleared: bool) -> Json:
        """Return view_closed, for a view that asked to be told."""
        interaction = self._interaction(who, view.id)
        interaction.pop("trigger_id")
        return {
            "type": "view_closed",
            **interaction,
            "view": serialize.view(view, self.space),
            "is_cleared": cleared,
        }

    def suggestion(
        self, who: User, surface: Surface, control: Control, query: str
    ) -> Json:
        """Return block_suggestion: a select asks for its options."""
        interaction = self._interaction(who, "")
        interaction.pop("trigger_id")
        return {
            "type": "block_suggestion",
            **interaction,
            **self._surface(who, surface, answered=False),
            "action_id": control.action,
            "block_id": control.block,
            "value": query,
        }

    def shortcut(self, who: User, callback: str, message: Message | None) -> Json:
        """Return a shortcut: global, or on *message*."""
        base = self._interaction(who, "")
        base |= {"callback_id": callback, "action_ts": self.space.ts()}
        if message is None:
            return {"type": "shortcut", **base}
        url = ResponseUrl(channel=message.channel, user=who.id)
        return {
            "type": "message_action",
            **base,
            "message_ts": message.ts,
            "message": serialize.message(message, self.space),
            "channel": self._channel(message.channel),
            "response_url": self._url(url),
        }

    def said(self, message: Message, kind: str) -> Json:
        """Return the event of a *kind* (app_mention, message) for *message*."""
        who, channel = (
            self.space.users[message.user],
            self.space.channels[message.channel],
        )
        event: Json = {
            "type": kind,
            "user": who.id,
            "ts": message.ts,
            "client_msg_id": self.space.random(16).hex(),
            "text": message.text,
            "team": who.team.id,
            "channel": channel.id,
            "event_ts": message.ts,
        }
        if message.thread:
            event["thread_ts"] = message.thread
        if kind == "message":
            event["channel_type"] = channel.kind.value
        if message.edited:
            event["edited"] = {"user": who.id, "ts": self.space.ts()}
        if message.files:
            event["files"] = [serialize.file(one, self.space) for one in message.files]
        if message.files and kind == "message":
            event["subtype"] = "file_share"
        if self.space.org:
            named, host = self.space.org.told(event, who, channel)
            return self._event(named, at=host, shared=channel.shared)
        host = channel.host or self.space.team
        if who.team != self.space.team or channel.host:
            home = who.team.enterprise or who.team.id  # of a Grid only that is told
            event |= {"team": host.id, "user_team": home, "source_team": home}
        return self._event(event, at=host, shared=channel.shared)

    def changed(self, message: Message, before: Message) -> Json:
        """Return the event that a direct message was edited."""
        now = serialize.message(message, self.space)
        now["edited"] = {"user": message.user, "ts": self.space.ts()}
        event: Json = {
            "type": "message",
            "subtype": "message_changed",
            "hidden": True,
            "channel": message.channel,
            "channel_type": "im",
            "message": now,
            "previous_message": serialize.message(before, self.space),
            "ts": self.space.ts(),
        }
        return self._event(event | {"event_ts": event["ts"]}, shared=False)

    def home_opened(self, who: User) -> Json:
        """Return app_home_opened."""
        event: Json = {
            "type": "app_home_opened",
            "user": who.id,
            "channel": self.space.direct_with(who.id).id,
            "tab": "home",
            "event_ts": self.space.ts(),
        }
        home = self.space.homes.get(who.id)
        if home:
            event["view"] = serialize.view(home, self.space)
        at = self._team(who) if self.space.org else None
        return self._event(event, at=at, shared=False)

    # ── what becomes of people and groups ────────────────────────────────────────

    def user_changed(self, who: User) -> Json:
        """Return user_change, https://docs.slack.dev/reference/events/user_change ."""
        now = int(self.space.now().timestamp())
        event: Json = {
            "type": "user_change",
            "user": {**serialize.user(who, locale=True), "updated": now},
            "cache_ts": now,
            "event_ts": self.space.ts(),
        }
        return self._event(event, shared=False)

    def members_changed(
        self,
        group: str,
        before: Collection[str],
        after: Collection[str],
        team: Team | None = None,
    ) -> Json:
        """Return subteam_members_changed: who came and who went, and not who is in it.

        The group is *team*'s, where there are several.

        https://docs.slack.dev/reference/events/subteam_members_changed
        """
        added = [user for user in after if user not in before]
        removed = [user for user in before if user not in after]
        now = int(self.space.now().timestamp())
        event: Json = {
            "type": "subteam_members_changed",
            "subteam_id": group,
            "team_id": (team or self.space.team).id,
            "date_previous_update": now - 1,
            "date_update": now,
            "added_users": added,
            "added_users_count": str(len(added)),
            "removed_users": removed,
            "removed_users_count": str(len(removed)),
            "event_ts": self.space.ts(),
        }
        return self._event(event, at=team, shared=False)

    def access_changed(self, team: Team, *, granted: bool) -> Json:
        """Return the event that the app was added to a workspace, or taken out of it.

        https://docs.slack.dev/reference/events/team_access_granted
        """
        kind = "team_access_granted" if granted else "team_access_revoked"
        event = {"type": kind, "team_ids": [team.id], "event_ts": self.space.ts()}
        return {**self._event(event, at=team, shared=False), "team_id": None}

    def group_updated(self, group: str, *, disabled: bool = False) -> Json:
        """Return subteam_updated: the group as it is now.

        https://docs.slack.dev/reference/events/subteam_updated
        """
        now = int(self.space.now().timestamp())
        users = list(self.space.groups.get(group, ()))
        subteam: Json = {
            "id": group,
            "team_id": self.space.team.id,
            "is_usergroup": True,
            "is_subteam": True,
            "name": group,
            "description": "",
            "handle": group.lower(),
            "is_external": False,
            "date_create": 0,
            "date_update": now,
            "date_delete": now if disabled else 0,
            "auto_type": None,
            "auto_provision": False,
            "enterprise_subteam_id": "",
            "created_by": self.space.bot.id,
            "updated_by": self.space.bot.id,
            "deleted_by": None,
            "prefs": {"channels": [], "groups": []},
            "users": users[:MOST_LISTED],
            "user_count": len(users),
            "channel_count": 0,
        }
        event = {"type": "subteam_updated", "subteam": subteam}
        return self._event({**event, "event_ts": self.space.ts()}, shared=False)

    # ── what many have ───────────────────────────────────────────────────────────

    def _interaction(self, who: User, view: str) -> Json:
        team = self.space.team if self.space.org is None else self._team(who)
        at: Json | None = {
            "id": team.id,
            "domain": team.domain,
            **_enterprise(team, "enterprise_id"),
        }
        return {
            "token": _TOKEN,
            # of an org-wide install a view's may be left out; the view names it
            "team": None if self.space.org and view else at,
            "user": {
                "id": who.id,
                "username": who.name,
                "name": who.name,
                "team_id": who.team.id,  # one of theirs, whichever they look at
            },
            "api_app_id": self.space.app_id,
            "is_enterprise_install": self.space.org is not None,
            "enterprise": _enterprise(team, "id") or None,
            "trigger_id": self.space.grants.trigger(who.id, view),
        }

    def _surface(self, who: User, surface: Surface, *, answered: bool) -> Json:
        """What is acted on; *answered* adds where to answer, if it is a message."""
        if isinstance(surface, View):
            return {
                "container": {"type": "view", "view_id": surface.id},
                "view": serialize.view(surface, self.space),
            }
        container: Json = {
            "type": "message",
            "message_ts": surface.ts,
            "channel_id": surface.channel,
            "is_ephemeral": bool(surface.only_for),
        }
        if surface.thread:
            container["thread_ts"] = surface.thread
        around: Json = {
            "container": container,
            "channel": self._channel(surface.channel),
            "state": {"values": inputs.standing(surface.blocks)},
        }
        if not surface.only_for:
            around["message"] = serialize.message(surface, self.space)
        if answered:
            around["response_url"] = self._url(_answer_to(surface, who))
        return around

    def _team(self, who: User) -> Team:
        """Return the workspace in which *who* acts."""
        return self.space.org.at(who) if self.space.org else who.team

    def _channel(self, channel: str) -> Json:
        return {"id": channel, "name": self.space.channels[channel].name}

    def _url(self, url: ResponseUrl) -> str:
        return f"{self.space.origin}/response/{self.space.grants.response_url(url)}"

    def _event(
        self, event: dict[str, Any], *, shared: bool, at: Team | None = None
    ) -> Json:
        """Return *event*; around it stands whose channel it is (*at*), if not ours."""
        place, ours, org = at or self.space.team, self.space.team, self.space.org
        return {
            "token": _TOKEN,
            "team_id": place.id,
            **_enterprise(place, "enterprise_id"),
            "context_team_id": ours.id,
            "context_enterprise_id": ours.enterprise or None,
            "api_app_id": self.space.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": self.space.new_id("Ev"),
            "event_time": int(self.space.now().timestamp()),
            "authorizations": [
                {
                    "enterprise_id": ours.enterprise or None,
                    "team_id": self.space.team.id,
                    "user_id": self.space.bot.id,
                    "is_bot": True,
                    "is_enterprise_install": org is not None,
                }
            ],
            "is_ext_shared_channel": shared,
            "event_context": "4-" + self.space.random(16).hex(),
        }


def _enterprise(team: Team, key: str) -> Json:
    return {key: team.enterprise} if team.enterprise else {}


def _answer_to(message: Message, who: User) -> ResponseUrl:
    thread = message.thread if message.is_reply else ""
    return ResponseUrl(
        channel=message.channel, user=who.id, original=message.ts, thread=thread
    )
