"""Users, channels, messages, views and files as Slack's JSON shows them."""

from bot.sandbox.aliases import Json
from bot.sandbox.slack.model.objects import Channel, File, Kind, Message, User, View
from bot.sandbox.slack.model.workspace import Workspace


def user(of: User, *, locale: bool = False) -> Json:
    """Return `users.info`'s user."""
    shown: Json = {
        "id": of.id,
        "team_id": of.team.id,
        "name": of.name,
        "real_name": of.real_name,
        "deleted": of.deleted,
        "tz": of.tz,
        "tz_label": of.tz,
        "tz_offset": of.tz_offset,
        "profile": {"real_name": of.real_name, "display_name": of.name},
        "is_admin": False,
        "is_owner": False,
        "is_restricted": of.guest,
        "is_ultra_restricted": False,
        "is_bot": of.bot,
        "is_app_user": False,
        "updated": 0,
    }
    if of.team.enterprise:
        shown["enterprise_user"] = {
            "id": of.id,
            "enterprise_id": of.team.enterprise,
            "enterprise_name": of.team.enterprise,
            "is_admin": False,
            "is_owner": False,
            "teams": [of.team.id, *(one.id for one in of.others)],
        }
    if of.stranger:
        shown["is_stranger"] = True
    return shown | ({"locale": of.locale} if locale else {})


def channel(of: Channel, space: Workspace, *, count: bool = False) -> Json:
    """Return `conversations.info`'s channel."""
    shown: Json = {
        "id": of.id,
        "is_channel": of.kind is Kind.PUBLIC,
        "is_group": of.kind is Kind.PRIVATE,
        "is_im": of.kind is Kind.DIRECT,
        "is_mpim": False,
        "is_private": of.kind is not Kind.PUBLIC,
        "is_archived": of.archived,
        "is_shared": of.shared or of.org_shared,
        "is_ext_shared": of.shared,
        "is_org_shared": of.org_shared,
        "created": 0,
        "context_team_id": (space.org.host(of) if space.org else space.team).id,
    }
    if of.kind is Kind.DIRECT:
        shown["user"] = next(iter(of.members - {space.bot.id}))
    else:
        shown |= {
            "name": of.name,
            "name_normalized": of.name,
            "is_member": space.bot.id in of.members,
            "topic": {"value": "", "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
        }
    return shown | ({"num_members": len(of.members)} if count else {})


def message(of: Message, space: Workspace) -> Json:
    """Return a message as the Web API and the payloads show it."""
    shown: Json = {
        "type": "message",
        "user": of.user,
        "ts": of.ts,
        "text": of.text,
        "team": space.users[of.user].team.id,
    }
    if of.user == space.bot.id:
        shown |= {"bot_id": space.bot_id, "app_id": space.app_id}
    if of.blocks:
        shown["blocks"] = list(of.blocks)
    if of.thread:
        shown["thread_ts"] = of.thread
    if of.broadcast:  # https://docs.slack.dev/reference/events/message/thread_broadcast
        shown |= {"subtype": "thread_broadcast", "root": {"ts": of.thread}}
    if of.edited:
        shown["edited"] = {"user": of.user, "ts": of.ts}
    if of.files:
        shown["files"] = [file(each, space) for each in of.files]
    return shown


def view(of: View, space: Workspace) -> Json:
    """Return an open view as `views.open` answers it and payloads bring it."""
    seen_in = space.org.at(space.users[of.user]) if space.org else space.team
    return {
        "id": of.id,
        "team_id": seen_in.id,
        "private_metadata": "",
        "callback_id": "",
        "external_id": "",
        "title": {"type": "plain_text", "text": "View Title", "emoji": True},
        "close": None,
        "submit": None,
        "clear_on_close": False,
        "notify_on_close": False,
        **of.body,
        "state": {"values": {block: dict(by) for block, by in of.values.items()}},
        "hash": of.hash,
        "previous_view_id": of.previous or None,
        "root_view_id": of.root,
        "app_id": space.app_id,
        "app_installed_team_id": space.org.id if space.org else space.team.id,
        "bot_id": space.bot_id,
    }


def file(of: File, space: Workspace) -> Json:
    """Return a file."""
    return {
        "id": of.id,
        "name": of.name,
        "title": of.title or of.name,
        "size": len(of.content),
        "user": space.bot.id,
        "is_external": False,
        "url_private": f"{space.origin}/files/{of.id}",
        "permalink": f"{space.origin}/files/{of.id}",
    }


def permalink(of: Message, space: Workspace) -> str:
    """Return the address under which Slack shows a message."""
    stamp = "p" + of.ts.replace(".", "")
    url = f"https://{space.team.domain}.slack.com/archives/{of.channel}/{stamp}"
    return f"{url}?thread_ts={of.thread}&cid={of.channel}" if of.is_reply else url
