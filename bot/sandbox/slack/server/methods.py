"""Web API methods about people, places and the app itself.

Each takes the workspace and the call's arguments, and returns what Slack answers
beside `"ok": true`, or raises a Refusal with an error that Slack lists for it.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.aliases import Json
from bot.sandbox.slack.model import serialize
from bot.sandbox.slack.model.objects import Channel, Refusal
from bot.sandbox.slack.model.workspace import Workspace

DIRECT_USERS = 8  # whom one may bring together in a conversation
PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One method: what it needs and does.

    *scopes*: any one is enough. *json*: it reads JSON bodies, as not all do.
    *lacking* is its word for a missing argument. *public*: it needs no token.
    """

    run: Callable[[Workspace, Json], Json]
    needs: tuple[str, ...] = ()
    scopes: tuple[str, ...] = field(default=())
    json: bool = True
    app_token: bool = False
    lacking: str = "invalid_arguments"
    public: bool = False


def flag(args: Json, name: str) -> bool:
    """Read a boolean as JSON and forms write it."""
    return args.get(name) in (True, "true", "True", "1", 1)


def structured(args: Json, name: str, error: str) -> Any:
    """Read an argument that is JSON, or JSON in a string; None when not given.

    Raises:
        Refusal: it is a string that is no JSON: *error*.
    """
    value = args.get(name)
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value) if value else None
    except ValueError as broken:
        raise Refusal(error) from broken


def place(space: Workspace, named: str) -> Channel:
    """Return the channel that the bot wants to write to.

    Raises:
        Refusal: there is none, it is archived, or the bot is not in it.
    """
    channel = space.channel(named)
    if channel.archived:
        raise Refusal("is_archived")
    if space.bot.id not in channel.members:
        raise Refusal("not_in_channel")
    return channel


def auth_test(space: Workspace, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/auth.test ."""
    if space.org:
        return {
            "url": f"https://{space.team.domain}.enterprise.slack.com/",
            "team": space.org.name,
            "user": space.bot.name,
            "team_id": space.org.id,
            "user_id": space.bot.id,
            "bot_id": space.bot_id,
            "enterprise_id": space.org.id,
            "is_enterprise_install": True,
        }
    return {
        "url": f"https://{space.team.domain}.slack.com/",
        "team": space.team.name,
        "user": space.bot.name,
        "team_id": space.team.id,
        "user_id": space.bot.id,
        "bot_id": space.bot_id,
        "is_enterprise_install": False,
        **({"enterprise_id": space.team.enterprise} if space.team.enterprise else {}),
    }


def teams_list(space: Workspace, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/auth.teams.list ."""
    if space.org is None:  # a token of one workspace
        raise Refusal("invalid_auth")
    added = [one for one in space.org.teams.values() if one.id in space.org.added]
    start, size = _page(args)
    more = start + size < len(added)
    shown = [{"id": one.id, "name": one.name} for one in added[start : start + size]]
    cursor = str(start + size) if more else ""
    return {"teams": shown, "response_metadata": {"next_cursor": cursor}}


def connections_open(space: Workspace, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/apps.connections.open ."""
    origin = space.origin.replace("http", "ws", 1)
    ticket = space.grants.link()
    return {"url": f"{origin}/link/?ticket={ticket}&app_id={space.app_id}"}


def users_info(space: Workspace, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/users.info ."""
    locale = flag(args, "include_locale")
    return {"user": serialize.user(space.user(str(args["user"])), locale=locale)}


def bots_info(space: Workspace, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/bots.info ."""
    if space.org and args.get("team_id") != space.org.id:
        space.org.granted(args.get("team_id"))
    if args["bot"] != space.bot_id:
        raise Refusal("bot_not_found")
    made = {"id": space.bot_id, "app_id": space.app_id, "user_id": space.bot.id}
    return {"bot": {**made, "deleted": False, "name": space.bot.name}}


def conversations_history(space: Workspace, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.history ."""
    channel = space.channel(str(args["channel"]))
    if space.bot.id not in channel.members:
        raise Refusal("not_in_channel")
    posted = [
        one
        for one in space.messages.values()
        if one.channel == channel.id and one.in_channel
    ]
    posted.sort(key=lambda message: message.ts, reverse=True)
    start, size = _page(args)
    shown = [serialize.message(one, space) for one in posted[start : start + size]]
    return {"messages": shown, "has_more": start + size < len(posted)}


def conversations_info(space: Workspace, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.info ."""
    channel = space.channel(str(args["channel"]))
    count = flag(args, "include_num_members")
    return {"channel": serialize.channel(channel, space, count=count)}


def conversations_members(space: Workspace, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.members ."""
    members = sorted(space.channel(str(args["channel"])).members)
    start, size = _page(args)
    more = start + size < len(members)
    return {
        "members": members[start : start + size],
        "response_metadata": {"next_cursor": str(start + size) if more else ""},
    }


def conversations_open(space: Workspace, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.open .

    Only the direct conversation with one user is there to be opened.
    """
    listed = args["users"]
    users = listed if isinstance(listed, list) else str(listed).split(",")
    if len(users) > DIRECT_USERS:
        raise Refusal("too_many_users")
    if len(users) > 1:
        raise Refusal("method_not_supported_for_channel_type")
    channel = space.direct_with(users[0].strip())
    if flag(args, "return_im"):
        return {"channel": serialize.channel(channel, space)}
    return {"channel": {"id": channel.id}}


def conversations_replies(space: Workspace, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.replies ."""
    channel, parent = space.channel(str(args["channel"])), str(args["ts"])
    if space.bot.id not in channel.members:
        raise Refusal("not_in_channel")
    thread = [
        message
        for message in space.messages.values()
        if message.channel == channel.id and parent in (message.ts, message.thread)
    ]
    if not thread:
        raise Refusal("thread_not_found")
    thread.sort(key=lambda message: message.ts)
    start, size = _page(args)
    return {
        "messages": [serialize.message(m, space) for m in thread[start : start + size]],
        "has_more": start + size < len(thread),
    }


def usergroup_users(space: Workspace, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/usergroups.users.list ."""
    group = args["usergroup"]
    if space.org:
        return {"users": list(space.org.members(args.get("team_id"), group))}
    if group not in space.groups:
        raise Refusal("no_such_subteam")
    return {"users": list(space.groups[group])}


METHODS = {
    "auth.test": Method(run=auth_test),
    "auth.teams.list": Method(run=teams_list, json=False),
    "apps.connections.open": Method(run=connections_open, app_token=True),
    "users.info": Method(
        run=users_info,
        needs=("user",),
        scopes=("users:read",),
        json=False,
        lacking="user_not_found",
    ),
    "bots.info": Method(
        run=bots_info, needs=("bot",), scopes=("users:read",), json=False
    ),
    "conversations.history": Method(
        run=conversations_history,
        needs=("channel",),
        scopes=("channels:history", "groups:history", "im:history", "mpim:history"),
        json=False,
    ),
    "conversations.info": Method(
        run=conversations_info,
        needs=("channel",),
        scopes=("channels:read", "groups:read", "im:read", "mpim:read"),
        json=False,
    ),
    "conversations.members": Method(
        run=conversations_members,
        needs=("channel",),
        scopes=("channels:read", "groups:read", "im:read", "mpim:read"),
        json=False,
    ),
    "conversations.replies": Method(
        run=conversations_replies,
        needs=("channel", "ts"),
        scopes=("channels:history", "groups:history", "im:history", "mpim:history"),
        json=False,
    ),
    "conversations.open": Method(
        run=conversations_open,
        needs=("users",),
        scopes=("im:write", "mpim:write", "channels:manage", "groups:write"),
        lacking="users_list_not_supplied",
    ),
    "usergroups.users.list": Method(
        run=usergroup_users,
        needs=("usergroup",),
        scopes=("usergroups:read",),
        json=False,
    ),
}


def _page(args: Json) -> tuple[int, int]:
    try:
        start, size = int(args.get("cursor") or 0), int(args.get("limit") or PAGE)
    except ValueError as broken:
        raise Refusal("invalid_cursor") from broken
    if not 0 < size <= 1000:  # noqa: PLR2004 - Slack's largest page
        raise Refusal("invalid_limit")
    return start, size
